"""What a configured build will compile, judged before it is compiled: by the rules for what has been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from cudacompat.domain.builds.lists.nvcc_flags import Requested
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.tables.ptx import isa_of_target
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BinaryArtifact, Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Outcome, Reason, Target

DEFAULTS = tuple(dict.fromkeys(release.default_target for release in RELEASES))


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """One CUDA source of a configured build, and what it is compiled for; `library` is CMake's target, if known."""

    file: str  # the file that says so
    source: str
    request: Requested
    library: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedBuild:
    """One configured folder: the file that shows what it compiles, and its CUDA sources."""

    file: str
    units: tuple[PlannedUnit, ...]

    @property
    def requests(self) -> tuple[tuple[Requested, int], ...]:
        """What is asked for, and for how many units, the most frequent first."""
        return tuple(Counter(unit.request for unit in self.units).most_common())


@dataclass(frozen=True, slots=True)
class PlannedVerdict:
    """What will become of a build on one target: as a whole, and of how many units; `undone` are the units that do not
    run, or cannot be told."""

    target: Target
    outcome: Outcome
    counts: Mapping[Outcome, int]
    undone: tuple[PlannedUnit, ...]


def builds_of(units: Iterable[PlannedUnit]) -> tuple[PlannedBuild, ...]:
    """Return the configured folders, in their order."""
    found: dict[str, list[PlannedUnit]] = {}
    for unit in units:
        found.setdefault(unit.file, []).append(unit)
    return tuple(PlannedBuild(file, tuple(each)) for file, each in found.items())


def defaulted(request: Requested) -> bool:
    """Whether it is what nvcc builds when it is told nothing: no target at all, or just a default one with its PTX,
    which is what CMake writes where nobody set a list."""
    if request.default:
        return True
    return not request.words and any(request.images == _default(number) for number in DEFAULTS)


def judged(units: Sequence[PlannedUnit], target: Target) -> PlannedVerdict | None:
    """Return what becomes of these units on a target, by the loading rules; `None` for no units.

    The driver is left out: whether it takes the PTX depends on the toolkit that writes it, which no flag says.
    """
    alone = Target(target.id, target.name, target.capability)
    modules = tuple(_module(number, unit.request, alone) for number, unit in enumerate(units))
    verdict = judge_artifact(BinaryArtifact("", "planned", 0, linked=True, modules=modules), alone)
    if verdict is None:
        return None
    undone = tuple(units[each.module.offset] for each in verdict.modules if not _goes(each.outcome))
    # one that most units lack is no less a hole: some units have it, and the list of the others can be mended
    outcome = Outcome.PARTIAL if verdict.reason is Reason.MOST_MODULES else verdict.outcome
    return PlannedVerdict(target, outcome, verdict.counts, undone=undone)


def _goes(outcome: Outcome) -> bool:
    return outcome.runs or outcome is Outcome.SPECIAL


def _default(number: int) -> frozenset[ArchTarget]:
    return frozenset({ArchTarget(CodeKind.SASS, number), ArchTarget(CodeKind.PTX, number)})


def _module(number: int, request: Requested, target: Target) -> DeviceModule:
    """The module that such flags make. What only nvcc or the building machine knows is damage: it stays undecided."""
    images = request.images
    damage = None
    if request.words:
        damage = f"-arch={request.words[0]}"
    elif request.default:
        outcomes = {judge(target, _of(number, _default(each))).outcome for each in DEFAULTS}
        images = _default(DEFAULTS[-1])
        damage = "nvcc's default target" if len(outcomes) > 1 else None
    return _of(number, images, damage)


def _of(number: int, images: frozenset[ArchTarget], damage: str | None = None) -> DeviceModule:
    ordered = sorted(images, key=lambda each: (each.kind is CodeKind.PTX, each.number, each.suffix.value))
    own = (f"kernel{number}",)  # each source has kernels of its own
    entries = tuple(replace(_entry(each), kernels=own) for each in ordered)
    return DeviceModule(number, None, Registration.REGISTERED, entries=entries, damage=damage)


@cache
def _entry(image: ArchTarget) -> FatbinEntry:
    isa = isa_of_target(image.arch) if image.kind is CodeKind.PTX else None
    return FatbinEntry(
        kind=image.kind,
        target=image,
        ptx_isa=isa,
        compression=Compression.NONE,
        size=1,
        uncompressed_size=None,
        toolkit=None,
    )


def own_targets(build: PlannedBuild) -> tuple[Target, ...]:
    """Return the GPUs that most units of the build have machine code for, as targets to hold the others to."""
    frequent = next((request for request, _ in build.requests if request.images), None)
    if frequent is None:
        return ()
    numbers = sorted(
        {each.number for each in frequent.images if each.kind is CodeKind.SASS and each.suffix is ArchSuffix.NONE}
    )
    capabilities = [ComputeCapability.from_number(number) for number in numbers]
    return tuple(Target(str(each), None, each) for each in capabilities)
