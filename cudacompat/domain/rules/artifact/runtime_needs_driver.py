"""The CUDA runtime that the file needs refuses the driver.

What it finds: a program or library that asks the loader for a CUDA runtime (`libcudart.so.13`) or has one linked in, as
nvcc does if nothing else is asked for, and a driver (with --driver or on this machine) below the oldest that this
runtime takes: 450.80.02 for CUDA 11, 525.60.13 for CUDA 12, 580.65.06 for CUDA 13; on Windows 452.39, 527.41 and 580.

Why it matters: the first call of the runtime ends with cudaErrorInsufficientDriver (35), "CUDA driver version is
insufficient for CUDA runtime version", whatever machine code the file has.

Example: a library of CUDA 13 for an RTX 5070 Ti, on driver 570. The driver knows the GPU, and the runtime refuses it.

What to do: update the driver, or install the build for an older CUDA release. The release of a runtime that is linked
in is known by its own code; where that shows none (machine code alone, without PTX, may not), nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.driver_window_facts import asks_for_more
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Reason


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One error if the driver is below the floor of the runtime that the artifact names."""
    verdict = judged.verdict
    driver = verdict.target.driver
    floor = runtime_floor(verdict.runtime) if verdict.runtime is not None else None
    windows = verdict.windows
    if driver is None or floor is None or takes_runtime(driver, floor, windows=windows):
        return
    if verdict.runtime_is_linked and verdict.reason is not Reason.RUNTIME_NEEDS_DRIVER:
        return  # another fault of the same driver was told, and this is inferred
    if Reason.DRIVER_TOO_OLD_FOR_GPU in {each.reason for each in verdict.modules} and not asks_for_more(verdict):
        return  # the driver that knows the GPU takes the runtime, too
    oldest = floor.oldest(windows=windows)
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"the runtime of CUDA {floor.major} refuses driver {driver} (CUDA error 35)",
        found=f"its code was built with CUDA {floor.major}, whose runtime is linked in"
        if verdict.runtime_is_linked
        else f"needs libcudart.so.{floor.major}",
        why=f"that runtime needs driver {oldest} or newer{' on Windows' if windows else ''}",
        help=f"install driver {oldest} or newer, or the build for an older CUDA release",
    )


RULE = Rule("runtime-needs-driver", "A CUDA runtime that refuses the driver", __doc__, check)
