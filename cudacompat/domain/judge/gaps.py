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
from typing import NamedTuple

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
_RUN_TIME_CHOICE = (Evidence.SAME_KERNELS, Evidence.NAMES, Evidence.ONE_PER_ARCHITECTURE)  # shown by the bytes alone
_BY_MACHINE_CODE = (Outcome.NATIVE, Outcome.COMPATIBLE)
_THIRD = 1 / 3  # of its kernels a module has by the same names in the one for this GPU: the same code, chosen by GPU

# An architecture word in a kernel's name: sm90_xmma…, cutlass_80_tensorop, Sm100, … Each way begins with a letter:
# that is looked for three times as fast as what must not stand in front.
_ARCH_WORD = re.compile(r"(?:s(?<![A-Za-z]s)m_?|S[mM]|cutlass_?)(\d{2,3})(?!\d)")
_WORDS = ("fermi", "kepler", "maxwell", "pascal", "volta", "turing", "ampere", "ada", "hopper", "blackwell", "rubin")
_GENERATIONS = {
    word: frozenset(row.capability.number for row in ARCHITECTURES if row.name.lower().startswith(word))
    for word in _WORDS
}
# Ada is a word of three letters, found in many others (adaptive, Adagrad): it counts only where it is alone.
_GENERATION_WORD = re.compile(
    r"(?i:(?<![a-z])(?:fermi|kepler|maxwell|pascal|volta|turing|ampere|hopper|blackwell|rubin))|(?<![A-Za-z])Ada(?![a-z])"
)


class Shape(NamedTuple):
    """What is asked of a module again and again: its kernels, its targets and their numbers."""

    kernels: frozenset[str]
    pattern: Pattern
    numbers: frozenset[int]

    @classmethod
    def of(cls, module: DeviceModule) -> Shape:
        """Collect it from the images."""
        return cls(module.kernels, module.targets, module.numbers)


class Gap(NamedTuple):
    """A module's verdict beside its shape."""

    verdict: ModuleVerdict
    shape: Shape


class _Siblings:
    """Modules by their kernels with an architecture's number taken out of the names; sorted when first asked."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._shapes = shapes
        self._by_names: defaultdict[frozenset[str], set[frozenset[int]]] | None = None

    def of(self, names: frozenset[str]) -> Iterable[frozenset[int]]:
        """Return the architectures of the modules with these kernels."""
        if self._by_names is None:
            self._by_names = defaultdict(set)
            for shape in self._shapes:
                for each in _without_a_number(shape):
                    self._by_names[each].add(shape.numbers)
        return self._by_names.get(names, ())


@dataclass(frozen=True, slots=True)
class Library:
    """What the modules of one file show together on one target: the ground of the evidence.

    `running` are the kernels of all modules that run, `is_per_architecture` whether it has modules of one
    architecture each for several of them, and no one of these prevails, `serves_by_one` whether one of those runs,
    `native_by_one` the kernels of those whose machine code runs, each with the numbers of its modules, `siblings` what
    runs, by its kernels without an architecture's number.
    """

    running: frozenset[str]
    is_per_architecture: bool
    serves_by_one: bool
    native_by_one: Mapping[str, Sequence[int]]
    siblings: _Siblings

    @classmethod
    def of(cls, modules: Sequence[Gap]) -> Library:
        """Collect it from a file's modules."""
        runs = [shape for verdict, shape in modules if verdict.outcome.runs]
        single = Counter(shape.numbers for _, shape in modules if shape.kernels and len(shape.numbers) == 1)
        native_by_one: defaultdict[str, list[int]] = defaultdict(list)
        per_architecture = len(single) >= _FAMILY and max(single.values()) <= _PREVAILS * single.total()
        for number, (verdict, shape) in enumerate(modules if per_architecture else ()):
            if len(shape.numbers) == 1 and verdict.outcome in _BY_MACHINE_CODE:
                for name in shape.kernels:
                    native_by_one[name].append(number)
        return cls(
            frozenset[str]().union(*(shape.kernels for shape in runs)),
            per_architecture,
            per_architecture and any(len(shape.numbers) == 1 for shape in runs),
            native_by_one,
            _Siblings(runs),
        )

    def is_chosen_instead(self, shape: Shape) -> bool:
        """Whether a module of one architecture has much of its code, by the same names, in one whose machine code runs
        here: the library takes that one, and asks nobody to compile this one."""
        if len(shape.numbers) != 1:
            return False
        shared = Counter(number for name in shape.kernels for number in self.native_by_one.get(name, ()))
        return max(shared.values(), default=0) >= _THIRD * len(shape.kernels)

    def has_sibling(self, shape: Shape) -> bool:
        """Whether a module that runs, of other architectures, has the same kernels but for the number in their
        names."""
        numbers = shape.numbers
        return any(any(map(numbers.isdisjoint, self.siblings.of(names))) for names in _without_a_number(shape))


def sort_gaps(
    target: Target, verdicts: Sequence[ModuleVerdict], linked: bool, units: Sequence[DeviceModule]
) -> list[ModuleVerdict]:
    """Return the verdicts with each gap sorted: a hole stays `fails`, the others become `special` or `unclear`, and
    what the source leaves out is no gap.

    `linked` is whether the file is a finished library or program, `units` are the relocatable modules in it.
    """
    found = list(verdicts)
    if any(verdict.missing for verdict in found):
        holders = _holders(units)
        found = [_by_source(target, verdict, linked, holders=holders) for verdict in found]
    if not any(_is_gap(verdict) or _is_tegra_open(verdict) or _is_by_ptx(verdict) for verdict in found):
        return found
    modules = [Gap(verdict, Shape.of(verdict.module)) for verdict in found]
    library = Library.of(modules)
    modules = [Gap(_told(target, library, gap), gap.shape) for gap in modules]
    return _sort_the_rest(target, library, modules)


def _sort_the_rest(target: Target, library: Library, modules: Sequence[Gap]) -> list[ModuleVerdict]:
    """Sort the gaps that show nothing by themselves, by the lists of the whole library."""
    found = [verdict for verdict, _ in modules]
    meant = [gap for gap in modules if gap.verdict.outcome is not Outcome.SPECIAL and gap.shape.kernels]
    lists = Counter(gap.shape.pattern for gap in meant)
    missing = Counter(gap.shape.pattern for gap in meant if _is_gap(gap.verdict))
    if not missing:
        return found
    chooses = _chooses(modules, meant)
    if chooses and max(lists.values()) < _HALF * lists.total():
        return [_for_others(verdict, Evidence.MANY_LISTS) if _is_gap(verdict) else verdict for verdict in found]
    lacking = most_lack_the_gpu(gap.verdict for gap in meant)
    if not chooses and lacking and max(missing.values()) >= _HALF * lists.total():
        return found
    chooses = chooses or (not lacking and _chooses_among_ptx(modules, meant))
    return [_unclear(target, library, gap, chooses=chooses) if _is_gap(gap.verdict) else gap.verdict for gap in modules]


def _chooses(modules: Sequence[Gap], meant: Sequence[Gap]) -> bool:
    """Whether the library shows, by the many lists in it, that its lists were written kernel by kernel, and has
    machine code for this GPU."""
    serving = Counter(shape.pattern for verdict, shape in meant if verdict.outcome.runs)
    if not serving or all(verdict.outcome is Outcome.JIT for verdict, _ in meant if verdict.outcome.runs):
        return False
    # of two with as many modules always the same one, whatever the order in the file
    prevailing = max(serving, key=lambda each: (serving[each], sorted(map(str, each))))
    others = {shape.pattern for _, shape in modules if shape.kernels and not shape.pattern >= prevailing}
    return len(others) >= _MANY_LISTS


def _chooses_among_ptx(modules: Sequence[Gap], meant: Sequence[Gap]) -> bool:
    """Whether a library that has nothing but PTX for this GPU shows that its lists were written kernel by kernel.

    The modules that the driver compiles follow many lists; those that it cannot compile follow more than one (one is
    the list of a part of the build that was left behind), and more of them are shown to be for other GPUs than are not.
    A library that NVIDIA's are linked into is one: much of cuBLAS is chosen at run time, and has PTX in its general
    kernels alone. It stays unclear, since nobody measured what it does on a GPU newer than its code.
    """
    compiled = {gap.shape.pattern for gap in meant if gap.verdict.outcome is Outcome.JIT}
    lacking = [gap.shape.pattern for gap in meant if _is_gap(gap.verdict)]
    shown = sum(gap.verdict.evidence in _RUN_TIME_CHOICE for gap in modules)
    return len(compiled) > _MANY_LISTS and len(set(lacking)) > 1 and shown > len(lacking)


def most_lack_the_gpu(verdicts: Iterable[ModuleVerdict]) -> bool:
    """Whether more of the modules have nothing for this GPU than run on it, those for other GPUs left aside: nobody
    built the library for it, whatever a single module says."""
    counted = [*verdicts]
    return sum(map(_is_gap, counted)) > sum(verdict.outcome.runs for verdict in counted)


def _is_gap(verdict: ModuleVerdict) -> bool:
    return verdict.outcome is Outcome.FAILS and verdict.reason is Reason.NO_IMAGE and bool(verdict.module.kernels)


def _told(target: Target, library: Library, gap: Gap) -> ModuleVerdict:
    """The verdict with what the module shows by itself or beside its siblings."""
    verdict, shape = gap
    if _is_gap(verdict) or _is_tegra_open(verdict):
        return _for_others(verdict, _evidence(target, library, shape))
    if _is_by_ptx(verdict) and library.is_chosen_instead(shape):
        return replace(_for_others(verdict, Evidence.ONE_PER_ARCHITECTURE), min_driver=None)
    return verdict


def _is_by_ptx(verdict: ModuleVerdict) -> bool:
    """Whether only PTX of the module fits, be it that the driver compiles it or that it is too old for that."""
    fits = verdict.outcome is Outcome.JIT or (
        verdict.outcome is Outcome.FAILS and verdict.reason is Reason.PTX_ISA_TOO_NEW
    )
    return fits and bool(verdict.module.kernels)


def _is_tegra_open(verdict: ModuleVerdict) -> bool:
    """Whether it is code for a Tegra chip. Where others are shown to be for this GPU, nothing about it is open."""
    return verdict.reason is Reason.TEGRA and bool(verdict.module.kernels)


def _by_source(
    target: Target, verdict: ModuleVerdict, linked: bool, holders: Mapping[str, Sequence[DeviceModule]]
) -> ModuleVerdict:
    """Take kernels that the source leaves out (`#if __CUDA_ARCH__ >= 800`) for no fault of the build.

    One compilation gives each image what the source has for it. Only a device link can lose a kernel, and in a finished
    file the units that the link took in lie beside it (`__nv_relfatbin`). A bare fatbin has no such witness: there
    the kernels have to be missing below some architecture.
    """
    if verdict.relinked or not verdict.missing or _lost_in_link(verdict, holders):
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


def _holders(units: Sequence[DeviceModule]) -> Mapping[str, Sequence[DeviceModule]]:
    """The relocatable units by the kernels that they hold."""
    found: defaultdict[str, list[DeviceModule]] = defaultdict(list)
    for unit in units:
        for kernel in unit.kernels:
            found[kernel].append(unit)
    return found


def _lost_in_link(verdict: ModuleVerdict, holders: Mapping[str, Sequence[DeviceModule]]) -> bool:
    """Whether a unit of the device link holds a kernel that the linked image lacks, and was not compiled for that
    image's target, or was compiled with the kernel.

    A unit that has no image of that target, though the linked one has most of its kernels, was compiled for it, and its
    images were left out of the file (NCCL's in TensorFlow 2.20: only the PTX is there)."""
    picked = verdict.picked.target if verdict.picked is not None else None
    lost = frozenset(verdict.missing)
    for kernel in verdict.missing:
        for unit in holders.get(kernel, ()):
            same = [entry for entry in unit.entries if entry.target == picked]
            if not same and len(unit.kernels & lost) >= _HALF * len(unit.kernels):
                return True
            if any(not lost.isdisjoint(entry.kernels or ()) for entry in same):
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


def _evidence(target: Target, library: Library, shape: Shape) -> Evidence | None:
    """What the module shows by itself or beside its siblings, the strongest first."""
    kernels, pattern, numbers = shape
    if pattern and all(each.suffix in (ArchSuffix.ARCH_SPECIFIC, ArchSuffix.FAMILY) for each in pattern):
        return Evidence.SUFFIXES
    unique = kernels - library.running
    if not unique:
        return Evidence.SAME_KERNELS
    if sum(_is_named(name, numbers, target) for name in unique) >= _HALF * len(unique):
        return Evidence.NAMES
    if (library.serves_by_one and len(numbers) == 1) or library.has_sibling(shape):
        return Evidence.ONE_PER_ARCHITECTURE
    return None


def _without_a_number(shape: Shape) -> Iterable[frozenset[str]]:
    """The kernels' names with each of the architectures' numbers taken out, those that every name has."""
    for number in shape.numbers:
        digits = str(number)
        if not shape.kernels or any(digits not in name for name in shape.kernels):  # most names have none
            continue
        pattern = re.compile(rf"(?<!\d){number}(?!\d)")
        changed = [pattern.subn("#", name) for name in shape.kernels]
        if all(times for _, times in changed):
            yield frozenset(name for name, _ in changed)


def _unclear(target: Target, library: Library, gap: Gap, chooses: bool) -> ModuleVerdict:
    """Make a gap unclear unless it deviates from a list that the library follows."""
    verdict, shape = gap
    if shape.numbers and all(number > target.capability.number for number in shape.numbers):
        return replace(verdict, outcome=Outcome.UNCLEAR, evidence=Evidence.NEWER_GPUS)
    if chooses or (library.is_per_architecture and len(shape.numbers) == 1):
        return replace(verdict, outcome=Outcome.UNCLEAR, evidence=Evidence.NO_LIST)
    return verdict


def _is_named(name: str, numbers: frozenset[int], target: Target) -> bool:
    """Whether a kernel is named for an architecture of its module, or for a generation that is not the GPU's."""
    by_number, by_generation = _arch_words(name)
    if not numbers.isdisjoint(by_number | by_generation):
        return True
    return bool(by_generation) and target.capability.number not in by_generation


@lru_cache(maxsize=1 << 16)  # asked again for every target; fewer than a library has names would keep none of them
def _arch_words(name: str) -> tuple[frozenset[int], frozenset[int]]:
    """The architectures that a kernel's name speaks of, by number and by generation.

    Most names speak of none, and have none of the letters that such a word begins with: to find those takes a tenth of
    the time that the patterns do.
    """
    small = name.lower()
    numbers: frozenset[int] = frozenset()
    if "sm" in small or "cutlass" in small:
        numbers = frozenset(int(word) for word in _ARCH_WORD.findall(name))
    if not any(word in small for word in _WORDS):
        return numbers, frozenset()
    generations = (_GENERATIONS[word.lower()] for word in _GENERATION_WORD.findall(name))
    return numbers, frozenset[int]().union(*generations)
