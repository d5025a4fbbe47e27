"""What a gap means: a module of a library that has nothing for a GPU on which other modules run.

A hole is a fault of the build. Code for other GPUs is the library's design. Which of the two, the bytes have to show:
see `Evidence`. Where they show neither, the gap is unclear. The thresholds below hold for two measured sets: published
libraries on the GPUs that their publishers support (tools/check_published.py) and libraries with holes of known shapes
(tools/make_holes.py).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cudacompat.domain.judge.compat import kernels_of
from cudacompat.domain.judge.weakest_outcome import runs_as
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.verdict import Evidence, ModuleVerdict, Outcome, Reason, Target

Pattern = frozenset[ArchTarget]

_FAMILY = 3  # so many different numbers among modules of one architecture each are a choice, not a slip
_PREVAILS = 0.8  # … unless so large a share of them has one number: then the library was built for that one
_MANY_LISTS = 4  # so many lists beside the one that serves the GPU were written kernel by kernel
_HALF = 0.5

# An architecture word in a kernel's name: sm90_xmma…, cutlass_80_tensorop, Sm100, …
_ARCH_WORD = re.compile(r"(?:(?<![A-Za-z])sm_?|Sm|SM|cutlass_?)(\d{2,3})(?!\d)")
_WORDS = ("fermi", "kepler", "maxwell", "pascal", "volta", "turing", "ampere", "ada", "hopper", "blackwell", "rubin")
_GENERATIONS = {
    word: frozenset(row.capability.number for row in ARCHITECTURES if row.name.lower().startswith(word))
    for word in _WORDS
}
# Ada is a word of three letters, found in many others (adaptive, Adagrad): it counts only where it stands alone.
_GENERATION_WORD = re.compile(
    r"(?i:(?<![a-z])(?:fermi|kepler|maxwell|pascal|volta|turing|ampere|hopper|blackwell|rubin))|(?<![A-Za-z])Ada(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Library:
    """What the modules of one file show together on one target: the ground of the evidence.

    `running` are the kernels of all modules that run, `is_per_architecture` whether it has modules of one
    architecture each for several of them, and no one of these prevails, `serves_by_one` whether one of those runs,
    `siblings` the kernels of modules that run with an architecture's number taken out of their names, each with
    the architectures of those modules.
    """

    running: frozenset[str]
    is_per_architecture: bool
    serves_by_one: bool
    siblings: Mapping[frozenset[str], frozenset[frozenset[int]]]

    @classmethod
    def of(cls, verdicts: Sequence[ModuleVerdict]) -> Library:
        """Collect it from the verdicts of a file's modules."""
        runs = [verdict.module for verdict in verdicts if verdict.outcome.runs]
        siblings: defaultdict[frozenset[str], set[frozenset[int]]] = defaultdict(set)
        for module in runs:
            numbers = _numbers(_pattern(module))
            for names in _without_a_number(kernels_of(module), numbers):
                siblings[names].add(numbers)
        patterns = [_pattern(verdict.module) for verdict in verdicts if kernels_of(verdict.module)]
        single = Counter(number for pattern in patterns if (number := _only_number(pattern)) is not None)
        per_architecture = len(single) >= _FAMILY and max(single.values()) <= _PREVAILS * single.total()
        return cls(
            frozenset[str]().union(*map(kernels_of, runs)),
            per_architecture,
            per_architecture and any(_only_number(_pattern(module)) is not None for module in runs),
            {names: frozenset(numbers) for names, numbers in siblings.items()},
        )

    def has_sibling(self, kernels: frozenset[str], numbers: frozenset[int]) -> bool:
        """Whether a module that runs, of other architectures, has the same kernels but for the number in their
        names."""
        return any(
            any(map(numbers.isdisjoint, self.siblings.get(names, ()))) for names in _without_a_number(kernels, numbers)
        )


def sort_gaps(
    target: Target, verdicts: Sequence[ModuleVerdict], linked: bool, units: Sequence[DeviceModule]
) -> list[ModuleVerdict]:
    """Return the verdicts with each gap sorted: a hole stays `fails`, the others become `special` or `unclear`, and
    what the source leaves out is no gap.

    `linked` is whether the file is a finished library or program, `units` are the relocatable modules in it.
    """
    found = [_by_source(target, verdict, linked, units) for verdict in verdicts]
    if not any(_is_gap(verdict) or _is_tegra_open(verdict) for verdict in found):
        return found
    library = Library.of(found)
    found = [
        _for_others(verdict, _evidence(target, library, verdict))
        if _is_gap(verdict) or _is_tegra_open(verdict)
        else verdict
        for verdict in found
    ]
    meant = [verdict for verdict in found if verdict.outcome is not Outcome.SPECIAL and kernels_of(verdict.module)]
    lists = Counter(_pattern(verdict.module) for verdict in meant)
    missing = Counter(_pattern(verdict.module) for verdict in meant if _is_gap(verdict))
    chooses = _chooses(found, meant)
    if chooses and max(lists.values(), default=0) < _HALF * lists.total():
        return [_for_others(verdict, Evidence.MANY_LISTS) if _is_gap(verdict) else verdict for verdict in found]
    if not chooses and most_lack_the_gpu(meant) and max(missing.values()) >= _HALF * lists.total():
        return found
    return [_unclear(target, library, verdict, chooses) if _is_gap(verdict) else verdict for verdict in found]


def _chooses(verdicts: Sequence[ModuleVerdict], meant: Sequence[ModuleVerdict]) -> bool:
    """Whether the library shows, by the many lists in it, that its lists were written kernel by kernel, and has
    machine code for this GPU."""
    serving = Counter(_pattern(verdict.module) for verdict in meant if verdict.outcome.runs)
    if not serving or all(verdict.outcome is Outcome.JIT for verdict in meant if verdict.outcome.runs):
        return False
    prevailing = max(
        serving, key=lambda each: (serving[each], sorted(map(str, each)))
    )  # whatever the order in the file
    others = {pattern for v in verdicts if kernels_of(v.module) and not (pattern := _pattern(v.module)) >= prevailing}
    return len(others) >= _MANY_LISTS


def most_lack_the_gpu(verdicts: Iterable[ModuleVerdict]) -> bool:
    """Whether more of the modules that are not for other GPUs have nothing for this one than run on it: nobody built
    the library for it, whatever a single module says."""
    meant = [verdict for verdict in verdicts if verdict.outcome is not Outcome.SPECIAL]
    return sum(map(_is_gap, meant)) > sum(verdict.outcome.runs for verdict in meant)


def _is_gap(verdict: ModuleVerdict) -> bool:
    return verdict.outcome is Outcome.FAILS and verdict.reason is Reason.NO_IMAGE and bool(kernels_of(verdict.module))


def _is_tegra_open(verdict: ModuleVerdict) -> bool:
    """Whether it is code for a Tegra chip. Where others are shown to be for this GPU, nothing about it is open."""
    return verdict.reason is Reason.TEGRA and bool(kernels_of(verdict.module))


def _by_source(target: Target, verdict: ModuleVerdict, linked: bool, units: Sequence[DeviceModule]) -> ModuleVerdict:
    """Take kernels that the source leaves out (`#if __CUDA_ARCH__ >= 800`) for no fault of the build.

    One compilation gives each image what the source has for it. Only a device link can lose a kernel, and in a finished
    file the units that the link took in lie beside it (`__nv_relfatbin`). A bare fatbin has no such witness: there
    the kernels have to be missing below some architecture.
    """
    if verdict.relinked or not verdict.missing or _lost_in_link(verdict, units):
        return verdict
    if not linked and not _missing_below(verdict):
        return verdict
    if verdict.reason is Reason.EMPTY_IMAGE:
        return replace(
            verdict, outcome=Outcome.SPECIAL, reason=Reason.KERNELS_BY_SOURCE, evidence=Evidence.LEFT_OUT_BY_SOURCE
        )
    runs = runs_as(verdict, target)
    if verdict.reason is not Reason.KERNELS_MISSING or runs is None:
        return verdict
    return replace(verdict, outcome=runs, reason=Reason.KERNELS_BY_SOURCE, evidence=Evidence.LEFT_OUT_BY_SOURCE)


def _lost_in_link(verdict: ModuleVerdict, units: Sequence[DeviceModule]) -> bool:
    """Whether a unit of the device link holds a kernel that the linked image lacks, and was not compiled for that
    image's target, or was compiled with the kernel."""
    picked = verdict.picked.target if verdict.picked is not None else None
    for unit in units:
        if not kernels_of(unit).isdisjoint(verdict.missing):
            same = [entry for entry in unit.entries if entry.target == picked]
            if not same or any(not frozenset(entry.kernels or ()).isdisjoint(verdict.missing) for entry in same):
                return True
    return False


def _missing_below(verdict: ModuleVerdict) -> bool:
    """Whether each image that holds a missing kernel is for a higher architecture than the image that lacks it."""
    picked = verdict.picked.target if verdict.picked is not None else None
    holders = [e.target for e in verdict.module.entries if not frozenset(e.kernels or ()).isdisjoint(verdict.missing)]
    return picked is not None and all(each is not None and each.number > picked.number for each in holders)


def _for_others(verdict: ModuleVerdict, evidence: Evidence | None) -> ModuleVerdict:
    """Make a gap special where there is evidence that the module is for other GPUs."""
    if evidence is None:
        return verdict
    return replace(verdict, outcome=Outcome.SPECIAL, reason=Reason.OTHER_ARCHITECTURE, evidence=evidence)


def _evidence(target: Target, library: Library, verdict: ModuleVerdict) -> Evidence | None:
    """What the module shows by itself or beside its siblings, the strongest first."""
    kernels, pattern = kernels_of(verdict.module), _pattern(verdict.module)
    if all(each.suffix in (ArchSuffix.ARCH_SPECIFIC, ArchSuffix.FAMILY) for each in pattern):
        return Evidence.SUFFIXES
    elsewhere = kernels & library.running
    if elsewhere == kernels:
        return Evidence.SAME_KERNELS
    unique = kernels - elsewhere
    numbers = _numbers(pattern)
    if sum(_is_named(name, numbers, target) for name in unique) >= _HALF * len(unique):
        return Evidence.NAMES
    single = _only_number(pattern) is not None
    if library.has_sibling(kernels, numbers) or (single and library.serves_by_one):
        return Evidence.ONE_PER_ARCHITECTURE
    return None


def _without_a_number(kernels: frozenset[str], numbers: frozenset[int]) -> Iterable[frozenset[str]]:
    """The names with each of the architectures' numbers taken out, those that every name has."""
    first = min(kernels, default="")
    for number in numbers:
        if str(number) not in first:  # most names have none
            continue
        pattern = re.compile(rf"(?<!\d){number}(?!\d)")
        changed = [pattern.subn("#", name) for name in kernels]
        if all(times for _, times in changed):
            yield frozenset(name for name, _ in changed)


def _unclear(target: Target, library: Library, verdict: ModuleVerdict, chooses: bool) -> ModuleVerdict:
    """Make a gap unclear unless it deviates from a list that the library follows."""
    pattern = _pattern(verdict.module)
    if all(each.number > target.capability.number for each in pattern):
        return replace(verdict, outcome=Outcome.UNCLEAR, evidence=Evidence.NEWER_GPUS)
    if chooses or (library.is_per_architecture and _only_number(pattern) is not None):
        return replace(verdict, outcome=Outcome.UNCLEAR, evidence=Evidence.NO_LIST)
    return verdict


def _pattern(module: DeviceModule) -> Pattern:
    return frozenset(entry.target for entry in module.entries if entry.target is not None)


def _numbers(pattern: Pattern) -> frozenset[int]:
    return frozenset(each.number for each in pattern)


def _only_number(pattern: Pattern) -> int | None:
    numbers = _numbers(pattern)
    return next(iter(numbers)) if len(numbers) == 1 else None


def _is_named(name: str, numbers: frozenset[int], target: Target) -> bool:
    """Whether a kernel is named for an architecture of its module, or for a generation that is not the GPU's."""
    by_number, by_generation = _arch_words(name)
    if not numbers.isdisjoint(by_number | by_generation):
        return True
    return bool(by_generation) and target.capability.number not in by_generation


@lru_cache(maxsize=1 << 14)  # asked again for every target
def _arch_words(name: str) -> tuple[frozenset[int], frozenset[int]]:
    """The architectures that a kernel's name speaks of, by number and by generation."""
    generations = (_GENERATIONS[word.lower()] for word in _GENERATION_WORD.findall(name))
    return frozenset(int(word) for word in _ARCH_WORD.findall(name)), frozenset[int]().union(*generations)
