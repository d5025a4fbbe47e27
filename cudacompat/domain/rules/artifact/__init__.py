"""Rules over artifacts, in the order in which findings are listed."""

from __future__ import annotations

from typing import Any

from cudacompat.domain.judge.bundled_compilers import CompilersOnTarget
from cudacompat.domain.rules.artifact import (
    arch_specific_only,
    compiled_later,
    compiler_lacks_gpu,
    default_target_only,
    driver_beyond_tables,
    driver_dropped_gpu,
    driver_too_old_for_gpu,
    extra_target,
    framework_pin_fails,
    gap_unclear,
    hole,
    jit_disabled,
    jit_only,
    kernels_by_source,
    lost_since_baseline,
    low_coverage,
    missing_ptx,
    mistagged_wheel,
    new_since_baseline,
    no_device_code,
    no_runnable_code,
    not_linked,
    not_native,
    not_read,
    other_architecture_kernels,
    other_platform,
    other_processor,
    phantom_arch,
    ptx_beyond_ascii,
    ptx_invalid,
    ptx_newer_than_driver,
    ptx_refused,
    ptx_unproved,
    runtime_needs_driver,
    stray_gap,
    suffix_left_out,
    too_big,
    undecided,
    unused_any_of,
    unwanted_ptx,
)
from cudacompat.domain.rules.artifact.compiled_later import WheelFacts
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.rules.artifact.other_platform import AskedWheel
from cudacompat.domain.rules.artifact.other_processor import ForOtherProcessor
from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts
from cudacompat.domain.rules.artifact.too_big import SizeFacts
from cudacompat.domain.rules.artifact.unused_any_of import AlternativesFacts
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.code import NotRead, ReadResult
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

ARTIFACT_RULES: tuple[Rule[VerdictFacts], ...] = (
    driver_too_old_for_gpu.RULE,
    driver_dropped_gpu.RULE,
    runtime_needs_driver.RULE,
    default_target_only.RULE,
    no_runnable_code.RULE,
    ptx_newer_than_driver.RULE,
    ptx_invalid.RULE,
    ptx_beyond_ascii.RULE,
    ptx_refused.RULE,
    jit_disabled.RULE,
    phantom_arch.RULE,
    not_linked.RULE,
    hole.RULE,
    gap_unclear.RULE,
    low_coverage.RULE,
    jit_only.RULE,
    ptx_unproved.RULE,
    not_native.RULE,
    undecided.RULE,
    arch_specific_only.RULE,
    kernels_by_source.RULE,
    other_architecture_kernels.RULE,
    stray_gap.RULE,
)
HELD_RULES: tuple[Rule[ArtifactFacts], ...] = (
    missing_ptx.RULE,
    unwanted_ptx.RULE,
    extra_target.RULE,
    suffix_left_out.RULE,
)
SIZE_RULES: tuple[Rule[SizeFacts], ...] = (too_big.RULE,)
ALTERNATIVES_RULES: tuple[Rule[AlternativesFacts], ...] = (unused_any_of.RULE,)
BASELINE_RULES: tuple[Rule[BaselineChange], ...] = (lost_since_baseline.RULE, new_since_baseline.RULE)
TARGET_RULES: tuple[Rule[Target], ...] = (driver_beyond_tables.RULE,)
PROCESSOR_RULES: tuple[Rule[ForOtherProcessor], ...] = (other_processor.RULE,)
ASKED_WHEEL_RULES: tuple[Rule[AskedWheel], ...] = (other_platform.RULE,)
WHEEL_FILE_RULES: tuple[Rule[WheelFacts], ...] = (compiled_later.RULE, framework_pin_fails.RULE)
COMPILER_RULES: tuple[Rule[CompilersOnTarget], ...] = (compiler_lacks_gpu.RULE,)
READ_RULES: tuple[Rule[ReadResult], ...] = (no_device_code.RULE, mistagged_wheel.RULE)
NOT_READ_RULES: tuple[Rule[NotRead], ...] = (not_read.RULE,)
# what a policy's ignore may name: all that `check` reports of artifacts
IGNORABLE_RULES: tuple[Rule[Any], ...] = (
    *ARTIFACT_RULES,
    *HELD_RULES,
    *SIZE_RULES,
    *ALTERNATIVES_RULES,
    *BASELINE_RULES,
    *TARGET_RULES,
    *READ_RULES,
    *WHEEL_FILE_RULES,
    *PROCESSOR_RULES,
    *ASKED_WHEEL_RULES,
    *COMPILER_RULES,
    *NOT_READ_RULES,
)
