"""Which code suits which GPU, and which image of a module the driver takes by that. Sources: as in compat.py."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from cudacompat.domain.tables.architectures import architecture, family_members
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import DeviceModule, FatbinEntry
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

_SUFFIX_RANK = {ArchSuffix.NONE: 0, ArchSuffix.UNREADABLE: 0, ArchSuffix.FAMILY: 1, ArchSuffix.ARCH_SPECIFIC: 2}


class Fit(Enum):
    """Whether an image's target suits a GPU."""

    OWN = "own"  # the GPU's own number, with or without suffix
    LOWER = "lower"  # the hardware's rules let it run there
    NO = "no"
    OPEN_TEGRA = "open-tegra"  # NVIDIA promises nothing between Tegra and other GPUs
    OPEN_SUFFIX = "open-suffix"  # sm_90 or sm_90a? the bytes do not say


def sass_fit(capability: ComputeCapability, target: ArchTarget) -> Fit:
    """Whether machine code of this target runs on that GPU: same major and a minor not above it; `a` on its own
    number only; `f` within its family; never between Tegra and others without a promise."""
    number = capability.number
    if target.suffix is ArchSuffix.ARCH_SPECIFIC:
        return Fit.OWN if target.number == number else Fit.NO
    if target.suffix is ArchSuffix.FAMILY:
        if number not in family_members(target.arch):
            return Fit.NO
        return Fit.OWN if target.number == number else Fit.LOWER
    if target.number == number:
        return Fit.OWN  # every suffix runs on its own number
    if target.capability.major != capability.major or target.number > number:
        return Fit.NO
    if target.suffix is ArchSuffix.UNREADABLE:
        return Fit.OPEN_SUFFIX
    if _is_tegra(capability) is not False or _is_tegra(target.capability) is not False:
        return Fit.OPEN_TEGRA
    return Fit.LOWER


def ptx_fit(capability: ComputeCapability, target: ArchTarget) -> bool:
    """Whether PTX of this target can be compiled for that GPU: plain PTX for every GPU from its number up,
    `a` for its own number only, `f` within its family."""
    if target.suffix is ArchSuffix.ARCH_SPECIFIC:
        return target.number == capability.number
    if target.suffix is ArchSuffix.FAMILY:
        return capability.number in family_members(target.arch)
    return target.number <= capability.number


def pick_machine_code(capability: ComputeCapability, entries: Iterable[FatbinEntry]) -> tuple[FatbinEntry | None, Fit]:
    """The machine code that the driver takes: nearest number first, then a, f, plain, then the first in the file."""
    best: FatbinEntry | None = None
    best_rank, best_fit = (-1, -1), Fit.NO
    for entry in entries:
        if entry.kind is not CodeKind.SASS or entry.target is None:
            continue
        fit = sass_fit(capability, entry.target)
        rank = (entry.target.number, _SUFFIX_RANK[entry.target.suffix])
        if fit is not Fit.NO and rank > best_rank:
            best, best_rank, best_fit = entry, rank, fit
    return best, best_fit


def pick_ptx(capability: ComputeCapability, module: DeviceModule) -> FatbinEntry | None:
    """The PTX that the driver takes: the highest target that fits, whatever its ISA.

    Among equals the first in the file; but the last where it is plain PTX of the GPU's own number.
    """
    best: FatbinEntry | None = None
    best_rank = (-1, -1)
    for entry in module.entries:
        if entry.kind is not CodeKind.PTX or entry.target is None or not ptx_fit(capability, entry.target):
            continue
        rank = (entry.target.number, _SUFFIX_RANK[entry.target.suffix])
        last_counts = rank == (capability.number, _SUFFIX_RANK[ArchSuffix.NONE])
        if rank > best_rank or (rank == best_rank and last_counts):
            best, best_rank = entry, rank
    return best


def is_choice_open(capability: ComputeCapability, module: DeviceModule, picked: FatbinEntry) -> bool:
    """Whether architecture-specific PTX of a lower target might be picked instead, and fail.

    NVIDIA says that it runs on its own target only, not that the driver passes it over: an entry that called itself
    compute_80a was picked on 9.0 as if it were compute_80 (measured). Nobody has tried a real one on a newer GPU.
    Behind plain PTX of the same number, where nvcc 13.5 puts it, it is not picked either way.
    """
    number = picked.target.number if picked.target is not None else 0
    floor = number
    for entry in module.entries:
        if entry is picked:
            floor = number + 1
        elif (
            entry.kind is CodeKind.PTX
            and entry.target is not None
            and entry.target.suffix is ArchSuffix.ARCH_SPECIFIC
            and floor <= entry.target.number < capability.number
        ):
            return True
    return False


def without_tegra(capability: ComputeCapability, entries: Iterable[FatbinEntry]) -> list[FatbinEntry]:
    """The images without those of Tegra's GPUs; none where the GPU may be one itself."""
    if _is_tegra(capability) is not False:
        return []
    return [each for each in entries if each.target is not None and _is_tegra(each.target.capability) is False]


def _is_tegra(capability: ComputeCapability) -> bool | None:
    known = architecture(capability)
    return None if known is None else known.tegra
