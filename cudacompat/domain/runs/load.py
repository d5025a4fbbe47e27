"""The judge beside the driver: what one says of a module, what the other answered when it was loaded for real."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.words.code import DeviceModule, Registration
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import ModuleVerdict, Outcome, Target

NOT_FOUND = 500  # CUDA_ERROR_NOT_FOUND: the image that was picked lacks the kernel

# Answers that say nothing about the code: the GPU was out of memory, busy, or lost (CUresult in cuda.h).
NO_ANSWER = frozenset({2, 3, 4, 46, 100, 101, 201, 214, 700, 702, 709, 714, 719, 802, 999})


class Agreement(Enum):
    """How the driver's answer stands to the verdict; the values are the strings of the JSON."""

    AGREES = "agrees"
    DISAGREES = "disagrees"  # a bug of the judge, or of the reader before it
    OPEN = "open"  # the judge said undecided: the driver's answer stands alone
    NOT_ANSWERED = "not-answered"


@dataclass(frozen=True, slots=True)
class ModuleAnswer:
    """What the driver did with one module on one GPU.

    `load` is the error of loading it (0: loaded), `None` where no answer came, and `why` says why not. `asked` counts
    the kernels that were looked up, `refused` are those with an error other than 0. A module that was not loaded has
    neither.
    """

    load: int | None
    asked: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    why: str | None = None
    names: tuple[tuple[int, str], ...] = ()  # the driver's own names of the codes

    def named(self, code: int) -> str:
        """`209 (CUDA_ERROR_NO_BINARY_FOR_GPU)`."""
        name = dict(self.names).get(code)
        return f"{code} ({name})" if name else str(code)


@dataclass(frozen=True, slots=True)
class LoadComparison:
    """One module: the judge's verdict, the driver's answer, and how they stand to each other.

    `kernels` are those of all its images. `judged` and `answered` put what differs in words.
    """

    verdict: ModuleVerdict
    answer: ModuleAnswer
    agreement: Agreement
    kernels: int
    judged: str
    answered: str
    differing: tuple[str, ...] = ()  # kernels on which they differ


def loadable(module: DeviceModule) -> str | None:
    """Why the driver is not asked about this module, `None` where it is."""
    if module.registration is Registration.RELOCATABLE:
        return "relocatable device code: input of the device linker, never loaded directly"
    if module.damage is not None:
        return "damaged: the driver would read past its end"
    if not any(entry.kind in (CodeKind.SASS, CodeKind.PTX) for entry in module.entries):
        return "no machine code and no PTX in it"
    if not module.kernels:
        return "no kernel in it"
    return None


def compare(verdict: ModuleVerdict, answer: ModuleAnswer) -> LoadComparison:
    """Put the driver's answer beside the verdict. They agree only where every error is the one that was foretold."""
    universe = verdict.module.kernels
    answered = _answer_in_words(answer, len(universe))

    def compared(agreement: Agreement, judged: str, differing: Iterable[str] = ()) -> LoadComparison:
        return LoadComparison(
            verdict,
            answer,
            agreement,
            kernels=len(universe),
            judged=judged,
            answered=answered,
            differing=tuple(sorted(differing)),
        )

    if verdict.outcome is Outcome.UNDECIDED:
        judged = f"undecided ({verdict.reason.value})" if verdict.reason else "undecided"
        return compared(Agreement.OPEN if answer.load is not None else Agreement.NOT_ANSWERED, judged)
    load, missing = _foretold(verdict)
    judged = _verdict_in_words(verdict, load, missing)
    if answer.load is None or answer.load in NO_ANSWER or any(code in NO_ANSWER for _, code in answer.refused):
        return compared(Agreement.NOT_ANSWERED, judged)
    if answer.load != load:
        return compared(Agreement.DISAGREES, judged)
    if load:
        return compared(Agreement.AGREES, judged)
    refused = dict(answer.refused)
    wrong = {name for name in universe if refused.get(name, 0) != (NOT_FOUND if name in missing else 0)}
    if wrong or answer.asked != len(universe):
        return compared(Agreement.DISAGREES, judged, wrong)
    return compared(Agreement.AGREES, judged)


def _foretold(verdict: ModuleVerdict) -> tuple[int, frozenset[str]]:
    """The error of loading, and the kernels that are not found when it loads."""
    code = verdict.cuda_error or 0
    if code == NOT_FOUND:
        return 0, frozenset(verdict.missing)
    return code, frozenset()


def _verdict_in_words(verdict: ModuleVerdict, load: int, missing: frozenset[str]) -> str:
    reason = f" ({verdict.reason.value})" if verdict.reason else ""
    if load:
        return f"{verdict.outcome.value}{reason}: error {load}"
    gaps = f", {len(missing)} kernels not found" if missing else ""
    return f"{verdict.outcome.value}{reason}: loads{gaps}"


def _answer_in_words(answer: ModuleAnswer, kernels: int) -> str:
    if answer.load is None:
        return f"no answer: {answer.why}"
    if answer.load:
        return f"error {answer.named(answer.load)}"
    codes = sorted({code for _, code in answer.refused})
    if not codes:
        return f"loads; {answer.asked} of {kernels} kernels looked up, all found"
    errors = ", ".join(answer.named(code) for code in codes)
    return f"loads; {len(answer.refused)} of {answer.asked} kernels refused: error {errors}"


@dataclass(frozen=True, slots=True)
class ArtifactLoad:
    """One artifact on one GPU. `not_asked` are modules that were not given to the driver, counted by why."""

    path: str
    target: Target
    modules: tuple[LoadComparison, ...]
    not_asked: tuple[tuple[str, int], ...]

    def count(self, agreement: Agreement) -> int:
        """How many modules stand so."""
        return sum(each.agreement is agreement for each in self.modules)

    @property
    def kernels(self) -> int:
        """Kernels that the driver was asked for."""
        return sum(each.answer.asked for each in self.modules)
