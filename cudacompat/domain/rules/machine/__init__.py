"""Rules over a machine, in the order in which findings are listed."""

from __future__ import annotations

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
    mig_mode_pending,
    no_driver_for_all,
    no_gpu,
    toolkit_cannot_build,
    toolkit_newer_than_driver,
    visible_devices,
)
from cudacompat.domain.rules.machine.jit_cache_unusable import JitUse
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.rule import Rule

MACHINE_RULES: tuple[Rule[Machine], ...] = (
    driver_mismatch.RULE,
    driver_not_working.RULE,
    gpu_lost.RULE,
    mig_mode_pending.RULE,
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
