"""Every rule, in the order in which findings are listed."""

from __future__ import annotations

import re
from typing import Any

from cudacompat.domain.builds.api_changes import CallingSources
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
    unwanted_ptx,
)
from cudacompat.domain.rules.artifact.compiled_later import WheelFacts
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.rules.artifact.other_platform import AskedWheel
from cudacompat.domain.rules.artifact.other_processor import ForOtherProcessor
from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts
from cudacompat.domain.rules.artifact.too_big import SizeFacts
from cudacompat.domain.rules.component import library_not_found
from cudacompat.domain.rules.component.component_facts import ComponentFacts
from cudacompat.domain.rules.ignores import expired_ignore, unused_ignore
from cudacompat.domain.rules.ignores.policy_ignores import IgnoreUse
from cudacompat.domain.rules.machine import (
    cdi_outdated,
    cmake_too_old,
    compute_mode,
    container_access,
    driver_mismatch,
    driver_not_working,
    glibc_too_new,
    gpu_lost,
    gpu_not_driven,
    gpu_outside_driver,
    host_compiler_too_new,
    jit_cache_unusable,
    jit_variable,
    libcuda_wrong,
    no_driver_for_all,
    no_gpu,
    toolkit_cannot_build,
    toolkit_newer_than_driver,
    visible_devices,
)
from cudacompat.domain.rules.machine.jit_cache_unusable import JitUse
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.rules.run import (
    cpu_fallback,
    gpu_memory_low,
    jit_at_start,
    judge_disagrees,
    not_own_code,
    other_gpu,
    run_failed,
    run_undecided,
)
from cudacompat.domain.rules.source import api_changed
from cudacompat.domain.runs.load import ArtifactLoad
from cudacompat.domain.runs.verified import Verified
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
BASELINE_RULES: tuple[Rule[BaselineChange], ...] = (lost_since_baseline.RULE, new_since_baseline.RULE)
IGNORE_RULES: tuple[Rule[IgnoreUse], ...] = (expired_ignore.RULE, unused_ignore.RULE)
TARGET_RULES: tuple[Rule[Target], ...] = (driver_beyond_tables.RULE,)
PROCESSOR_RULES: tuple[Rule[ForOtherProcessor], ...] = (other_processor.RULE,)
ASKED_WHEEL_RULES: tuple[Rule[AskedWheel], ...] = (other_platform.RULE,)
WHEEL_FILE_RULES: tuple[Rule[WheelFacts], ...] = (compiled_later.RULE, framework_pin_fails.RULE)
COMPILER_RULES: tuple[Rule[CompilersOnTarget], ...] = (compiler_lacks_gpu.RULE,)
READ_RULES: tuple[Rule[ReadResult], ...] = (no_device_code.RULE,)
NOT_READ_RULES: tuple[Rule[NotRead], ...] = (not_read.RULE,)
SOURCE_RULES: tuple[Rule[CallingSources], ...] = (api_changed.RULE,)
LOAD_RULES: tuple[Rule[ArtifactLoad], ...] = (judge_disagrees.RULE,)
RUN_RULES: tuple[Rule[Verified], ...] = (
    run_failed.RULE,
    cpu_fallback.RULE,
    jit_at_start.RULE,
    not_own_code.RULE,
    gpu_memory_low.RULE,
    other_gpu.RULE,
    run_undecided.RULE,
)
MACHINE_RULES: tuple[Rule[Machine], ...] = (
    driver_mismatch.RULE,
    driver_not_working.RULE,
    gpu_lost.RULE,
    libcuda_wrong.RULE,
    gpu_outside_driver.RULE,
    no_driver_for_all.RULE,
    gpu_not_driven.RULE,
    compute_mode.RULE,
    container_access.RULE,
    cdi_outdated.RULE,
    no_gpu.RULE,
    visible_devices.RULE,
    jit_variable.RULE,
    toolkit_cannot_build.RULE,
    toolkit_newer_than_driver.RULE,
    host_compiler_too_new.RULE,
    glibc_too_new.RULE,
    cmake_too_old.RULE,
)
JIT_RULES: tuple[Rule[JitUse], ...] = (jit_cache_unusable.RULE,)
COMPONENT_RULES: tuple[Rule[ComponentFacts], ...] = (library_not_found.RULE,)
# what a policy's ignore may name: all that `check` reports of artifacts
IGNORABLE_RULES: tuple[Rule[Any], ...] = (
    *ARTIFACT_RULES,
    *HELD_RULES,
    *SIZE_RULES,
    *BASELINE_RULES,
    *TARGET_RULES,
    *READ_RULES,
    *WHEEL_FILE_RULES,
    *PROCESSOR_RULES,
    *ASKED_WHEEL_RULES,
    *COMPILER_RULES,
    *NOT_READ_RULES,
)
# all but those of `lint`, which are a package of their own: most commands never look at a project
OWN_RULES: tuple[Rule[Any], ...] = (
    *IGNORABLE_RULES,
    *IGNORE_RULES,
    *MACHINE_RULES,
    *JIT_RULES,
    *COMPONENT_RULES,
    *SOURCE_RULES,
    *LOAD_RULES,
    *RUN_RULES,
)


_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def rule_called(id_: str) -> Rule[Any] | None:
    """Return the rule with this id. Those of `lint` are imported only for an id that is none of the others'."""
    own = next((rule for rule in OWN_RULES if rule.id == id_), None)
    if own is not None or _ID.fullmatch(id_) is None:
        return own
    return next((rule for rule in all_rules() if rule.id == id_), None)


def all_rules() -> tuple[Rule[Any], ...]:
    """Return every rule, those of `lint` last."""
    from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES

    return (*OWN_RULES, *INLINE_RULES, *LINT_RULES)
