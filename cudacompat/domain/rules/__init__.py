"""Every rule, in the order in which findings are listed."""

from __future__ import annotations

from typing import Any

from cudacompat.domain.code import ReadResult
from cudacompat.domain.rule import Rule
from cudacompat.domain.rules import (
    below_requirement,
    default_target_only,
    environment,
    hole,
    host_compiler_too_new,
    jit_disabled,
    no_device_code,
    no_gpu,
    no_runnable_code,
    not_linked,
    noted_gaps,
    phantom_arch,
    ptx_invalid,
    ptx_newer_than_driver,
    toolkit_cannot_build,
    toolkit_newer_than_driver,
    undecided,
)
from cudacompat.domain.rules.judged import Judged
from cudacompat.domain.rules.machine import Machine

ARTIFACT_RULES: tuple[Rule[Judged], ...] = (
    default_target_only.RULE,
    no_runnable_code.RULE,
    ptx_newer_than_driver.RULE,
    ptx_invalid.RULE,
    jit_disabled.RULE,
    phantom_arch.RULE,
    not_linked.RULE,
    hole.RULE,
    below_requirement.JIT_ONLY,
    below_requirement.NOT_NATIVE,
    undecided.RULE,
    noted_gaps.SPECIAL,
    noted_gaps.STRAY,
)
READ_RULES: tuple[Rule[ReadResult], ...] = (no_device_code.RULE,)
MACHINE_RULES: tuple[Rule[Machine], ...] = (
    no_gpu.RULE,
    environment.VISIBLE_DEVICES,
    environment.JIT_VARIABLE,
    toolkit_cannot_build.RULE,
    toolkit_newer_than_driver.RULE,
    host_compiler_too_new.RULE,
)
ALL_RULES: tuple[Rule[Any], ...] = (*ARTIFACT_RULES, *READ_RULES, *MACHINE_RULES)
