"""Which GPUs run a build that carries these images, and how: the loading rules over a build that is not made yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.judge.compat import judge
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Outcome, Reason, Target
from cudacompat.domain.words.versions import PtxIsa

# Older GPUs are in no release of the tables but the first, and are named by nobody.
_OLDEST = ComputeCapability(5, 0)


@dataclass(frozen=True, slots=True)
class Reach:
    """How GPUs of one compute capability run a build: outcome, why, the image the driver takes, and the oldest driver
    branch where PTX has to be compiled."""

    capability: ComputeCapability
    outcome: Outcome
    reason: Reason | None
    image: ArchTarget | None
    min_driver: int | None


def reach(capability: ComputeCapability, images: Sequence[ArchTarget], isa: PtxIsa) -> Reach:
    """Return how such a GPU runs a build whose every module carries these images; `isa` is that of its PTX."""
    if not images:
        return Reach(capability, Outcome.FAILS, Reason.NO_IMAGE, image=None, min_driver=None)
    entries = tuple(
        FatbinEntry(
            kind=image.kind,
            target=image,
            ptx_isa=isa if image.kind is CodeKind.PTX else None,
            compression=Compression.NONE,
            size=1,
            uncompressed_size=None,
            toolkit=None,
            kernels=("kernel",),
        )
        for image in images
    )
    module = DeviceModule(0, None, Registration.REGISTERED, entries=entries)
    verdict = judge(Target(str(capability), None, capability), module)
    picked = verdict.picked.target if verdict.picked is not None else None
    return Reach(capability, verdict.outcome, verdict.reason, image=picked, min_driver=verdict.min_driver)


def reach_of_all(images: Sequence[ArchTarget], isa: PtxIsa) -> tuple[Reach, ...]:
    """Return it for every compute capability from 5.0 on of which a chip is known."""
    return tuple(reach(row.capability, images, isa) for row in ARCHITECTURES if row.chips and row.capability >= _OLDEST)


def requirement(reaches: Iterable[Reach]) -> str:
    """Return the strictest of `check --require` that all of these meet: `native`, `sass`, or `runs`."""
    outcomes = {each.outcome for each in reaches}
    if outcomes <= {Outcome.NATIVE}:
        return "native"
    return "sass" if outcomes <= {Outcome.NATIVE, Outcome.COMPATIBLE} else "runs"


def how(found: Reach) -> str:
    """`its own code`, `the code of sm_80`, `the JIT from compute_80 (driver 570 or newer)`, or `nothing`."""
    match found.outcome:
        case Outcome.NATIVE:
            return "its own code"
        case Outcome.COMPATIBLE:
            return f"the code of {found.image}"
        case Outcome.JIT:
            driver = f" (driver {found.min_driver} or newer)" if found.min_driver else ""
            return f"the JIT from {found.image}{driver}"
        case Outcome.UNDECIDED:
            return "something undecided"
        case _:
            return "nothing"
