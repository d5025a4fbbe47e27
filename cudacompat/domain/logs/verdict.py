"""A verdict from a log alone: the GPU it names, and the architectures a program says it was built for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.judge.fits import Fit, ptx_fit, sass_fit
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

# nvcc's default target: `nvcc --help` up to CUDA 12.9 and of 13, and measured with nvcc 13.0 and 13.5 (75).
DEFAULT_TARGETS = {52: "up to CUDA 12", 75: "from CUDA 13"}


class LogOutcome(Enum):
    """What a list of architectures in a log proves for a GPU. The values are the strings of the JSON."""

    BUILT_FOR = "built-for"  # the GPU's own number is in the list
    RUNS = "runs"  # machine code of the same major, or its PTX
    JIT_OR_FAILS = "jit-or-fails"  # only older code: by JIT if there is PTX, else error 209
    DEFAULT_TARGET = "default-target-only"
    FAILS = "fails"  # nothing in the list can run


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """The outcome and the sentence that says it."""

    outcome: LogOutcome
    sentence: str
    line: int
    archs: tuple[str, ...]
    by_ptx: bool = False  # it runs by the JIT only


def of_list(capability: ComputeCapability, numbers: tuple[int, ...], line: int, label: str) -> LogVerdict:
    """Judge ggml's ARCHS: numbers that stand for machine code or PTX, whose suffixes were dropped."""
    archs = tuple(f"{number}" for number in numbers)
    listed = ", ".join(archs)
    own = capability.number
    if numbers == (own,) or own in numbers:
        text = f"the program reports {listed}, which includes {own}: it has code for {label}"
        return LogVerdict(LogOutcome.BUILT_FOR, text, line, archs=archs)
    if len(numbers) == 1 and numbers[0] in DEFAULT_TARGETS and _any(capability, numbers, sass=False):
        text = (
            f"the program reports only {listed}, nvcc's default target ({DEFAULT_TARGETS[numbers[0]]}): {label} "
            "runs that older code"
        )
        return LogVerdict(LogOutcome.DEFAULT_TARGET, text, line, archs=archs)
    if _any(capability, numbers, sass=True):
        text = f"the program reports {listed}: {label} can run code of the same major version, or its PTX"
        return LogVerdict(LogOutcome.RUNS, text, line, archs=archs)
    if _any(capability, numbers, sass=False):
        text = (
            f"the program reports {listed}, all older than {label}: JIT compilation if one is PTX, otherwise error 209"
        )
        return LogVerdict(LogOutcome.JIT_OR_FAILS, text, line, archs=archs)
    text = f"the program reports {listed}: nothing in that list runs on {label}"
    return LogVerdict(LogOutcome.FAILS, text, line, archs=archs)


def of_targets(capability: ComputeCapability, targets: tuple[ArchTarget, ...], line: int, label: str) -> LogVerdict:
    """Judge PyTorch's list, which tells machine code from PTX."""
    archs = tuple(str(target) for target in targets)
    sass = [t for t in targets if t.kind is CodeKind.SASS]
    listed = " ".join(archs)
    if any(sass_fit(capability, target) is Fit.OWN for target in sass):
        text = f"this PyTorch has machine code for {label} ({listed})"
        return LogVerdict(LogOutcome.BUILT_FOR, text, line, archs=archs)
    if any(sass_fit(capability, target) is Fit.LOWER for target in sass):
        text = f"this PyTorch has machine code of the same major version, which runs on {label} ({listed})"
        return LogVerdict(LogOutcome.RUNS, text, line, archs=archs)
    if any(t.kind is CodeKind.PTX and ptx_fit(capability, t) for t in targets):
        text = f"this PyTorch has PTX that the driver can compile for {label} ({listed})"
        return LogVerdict(LogOutcome.RUNS, text, line, archs=archs, by_ptx=True)
    text = f"this PyTorch has no code for {label}; it has {listed}"
    return LogVerdict(LogOutcome.FAILS, text, line, archs=archs)


def of_range(
    capability: ComputeCapability, lowest: ComputeCapability, highest: ComputeCapability | None, line: int, label: str
) -> LogVerdict:
    """Judge PyTorch's range of compute capabilities: the lowest and the highest of the list it was built for, of which
    the highest is `None` where only the lowest is known."""
    archs = tuple(str(each.number) for each in (lowest, highest) if each is not None)
    if capability < lowest:
        text = f"this PyTorch has code for compute capability {lowest} and higher only: none of it runs on {label}"
        return LogVerdict(LogOutcome.FAILS, text, line, archs=archs)
    if highest is None or capability <= highest:
        text = f"{label} is within the range that this PyTorch was built for"
        return LogVerdict(LogOutcome.RUNS, text, line, archs=archs)
    if capability.major == highest.major:
        text = f"this PyTorch has machine code for {highest}, and that runs on {label}: the same major version"
        return LogVerdict(LogOutcome.RUNS, text, line, archs=archs)
    text = (
        f"this PyTorch was built for compute capability {highest} at most: on {label} it runs by JIT if it has PTX, "
        "else every kernel fails with error 209"
    )
    return LogVerdict(LogOutcome.JIT_OR_FAILS, text, line, archs=archs)


def _any(capability: ComputeCapability, numbers: Iterable[int], *, sass: bool) -> bool:
    """Whether some number, read as plain machine code (or as plain PTX), fits the GPU."""
    kind = CodeKind.SASS if sass else CodeKind.PTX
    targets = [ArchTarget(kind, number, ArchSuffix.NONE) for number in numbers]
    if sass:
        return any(sass_fit(capability, target) in (Fit.OWN, Fit.LOWER) for target in targets)
    return any(ptx_fit(capability, target) for target in targets)
