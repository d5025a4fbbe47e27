"""The loading rules: what the CUDA driver does with one module on one GPU.

Source of the rules: cuModuleLoadData on a GPU of compute capability 9.0 (tests/data/h200/truth.json holds the
record and the test suite holds this file to it), extended to other GPUs by NVIDIA's documentation: CUDA C++
Programming Guide, "Compute Capability" and "Binary/PTX Compatibility"; PTX ISA, "Release Notes" (which .target
needs which .version); Blackwell Compatibility Guide (a and f targets). What NVIDIA leaves open is undecided.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from cudacompat.domain.tables.architectures import architecture, family_members
from cudacompat.domain.tables.driver_choice import Outside, outside
from cudacompat.domain.tables.drivers import BRANCHES, first_branch_taking, max_ptx
from cudacompat.domain.tables.ptx import BEYOND_ASCII, isa_of_target
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Basis, ModuleVerdict, Outcome, Reason, Target
from cudacompat.domain.words.versions import DriverRelease

_MEASURED_ON = ComputeCapability(9, 0)
_ZSTD_BRANCH = 550  # nvcc manual, --compress-mode: zstd needs a driver of CUDA 12.4 or newer
# `nvcc --concat` (13.4 and newer). Measured: 580.159.04 passes its images over. Driver 597.06 walks them:
# https://github.com/bechirBOUALI/cuda-fatbin-precedence, analysis/decompiled-selection.md. Between: not known.
_CONCATENATED_UNSEEN, _CONCATENATED_SEEN = 580, 597
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


def kernels_of(module: DeviceModule) -> frozenset[str]:
    """The kernels that any image of the module is known to hold."""
    return module.kernels


def is_unread(entry: FatbinEntry) -> bool:
    """Whether this is code for a driver whose kernels could not be read."""
    return entry.kind in (CodeKind.SASS, CodeKind.PTX) and entry.kernels is None


def counts_for_something(module: DeviceModule) -> bool:
    """False for a module with no kernel in any image: host-only sources and the link step make such."""
    if module.damage is not None or kernels_of(module):
        return True
    return any(is_unread(entry) or entry.kind not in (CodeKind.SASS, CodeKind.PTX) for entry in module.entries)


def judge(target: Target, module: DeviceModule) -> ModuleVerdict:
    """Return what the driver does with this module on that target.

    The driver picks the image first and looks for the kernel afterwards: the best-fitting machine code
    before any PTX, then the highest PTX that fits; what it picked decides, empty or not. The module's
    kernels must have been read; images whose kernels were not make the verdict `undecided`, never good.
    A bare cubin runs even where the JIT is forced, and a bare PTX text has nothing beside it to be picked.
    """
    basis = Basis.MEASURED if target.capability == _MEASURED_ON else Basis.DOCUMENTED

    def verdict(
        outcome: Outcome,
        reason: Reason | None = None,
        picked: FatbinEntry | None = None,
        missing: tuple[str, ...] = (),
        min_driver: int | None = None,
    ) -> ModuleVerdict:
        return ModuleVerdict(
            module, outcome, reason, basis=basis, picked=picked, missing=missing, min_driver=min_driver
        )

    absent = without_gpu(target)
    if absent is not None:
        return verdict(Outcome.FAILS, absent)
    if module.registration is Registration.RELOCATABLE:
        return verdict(Outcome.UNDECIDED, Reason.RELOCATABLE)
    if module.damage is not None:
        return verdict(Outcome.UNDECIDED, Reason.NOT_READ)

    picked, fit, unseen = None, Fit.NO, False
    if module.bare or not target.jit.ignores_machine_code:
        picked, fit = _pick_sass(target.capability, module.entries)
        if picked is not None and picked.concatenated:
            seen = _sees_concatenated(target.driver)
            if seen is None:
                return verdict(Outcome.UNDECIDED, Reason.CONCATENATED, picked)
            if not seen:
                unseen = True
                picked, fit = _pick_sass(target.capability, [e for e in module.entries if not e.concatenated])
    if fit is Fit.OPEN_TEGRA:
        # Whichever of both the driver picks, there is code that fits: machine code for other GPUs beside Tegra's.
        beside, fit = _pick_sass(target.capability, _without_tegra(target.capability, module.entries))
        if beside is None:
            return verdict(Outcome.UNDECIDED, Reason.TEGRA, picked)
        picked = beside
    if fit is Fit.OPEN_SUFFIX:
        return verdict(Outcome.UNDECIDED, Reason.SUFFIX_UNREADABLE, picked)

    outcome, min_driver = (Outcome.NATIVE if fit is Fit.OWN else Outcome.COMPATIBLE), None
    if picked is not None and picked.concatenated:
        min_driver = _CONCATENATED_SEEN
    if picked is None:
        if any(entry.kind is CodeKind.UNKNOWN for entry in module.entries):
            return verdict(Outcome.UNDECIDED, Reason.UNKNOWN_KIND)
        picked = _pick_ptx(target.capability, module)
        if picked is None:
            if all(entry.kind in (CodeKind.LTO_IR, CodeKind.TILE_IR) for entry in module.entries):
                return verdict(Outcome.UNDECIDED, Reason.NOT_JUDGED_KIND)
            alone = next((e for e in module.entries if module.bare and e.kind is CodeKind.PTX), None)
            if alone is not None:
                return verdict(Outcome.FAILS, _refusal(target, alone), alone)
            return verdict(Outcome.FAILS, Reason.CONCATENATED if unseen else Reason.NO_IMAGE)
        if target.jit.refuses_ptx:
            return verdict(Outcome.FAILS, Reason.JIT_DISABLED, picked)
        if _is_choice_open(target.capability, module, picked):
            return verdict(Outcome.UNDECIDED, Reason.PTX_CHOICE_OPEN, picked)
        outcome = Outcome.JIT
        failure, reason, min_driver = _jit(target, picked)
        if failure is Outcome.FAILS:
            return verdict(failure, reason, picked)
    else:
        failure, reason = _driver_takes(target, picked)

    # a fault of the image holds whatever the driver; so it is told before what an old driver leaves open
    universe = kernels_of(module)
    if picked.kernels is not None and universe:
        missing = tuple(sorted(universe.difference(picked.kernels)))
        if missing and not picked.kernels:
            return verdict(Outcome.FAILS, Reason.EMPTY_IMAGE, picked, missing)
        if failure is None and missing:
            return verdict(Outcome.PARTIAL, Reason.KERNELS_MISSING, picked, missing, min_driver)
    if failure is not None:
        return verdict(failure, reason, picked)
    if picked.unresolved:
        return verdict(Outcome.UNDECIDED, Reason.RELOCATABLE, picked)
    if any(is_unread(entry) for entry in module.entries):
        return verdict(Outcome.UNDECIDED, Reason.NOT_READ, picked)
    return verdict(outcome, None, picked, (), min_driver)


def _without_tegra(capability: ComputeCapability, entries: Iterable[FatbinEntry]) -> list[FatbinEntry]:
    """The images without those of Tegra's GPUs; none where the GPU may be one itself."""
    if _is_tegra(capability) is not False:
        return []
    return [each for each in entries if each.target is not None and _is_tegra(each.target.capability) is False]


def _refusal(target: Target, text: FatbinEntry) -> Reason:
    """Why the driver refuses a PTX text for a GPU that its target does not fit: it looks at the target last (measured:
    223 where the JIT is forbidden, 222 where the ISA is too new, else 218)."""
    if target.jit.refuses_ptx:
        return Reason.JIT_DISABLED
    limit = max_ptx(target.driver) if target.driver is not None else None
    if limit is not None and text.ptx_isa is not None and text.ptx_isa > limit:
        return Reason.PTX_ISA_TOO_NEW
    return Reason.NO_IMAGE


def _is_tegra(capability: ComputeCapability) -> bool | None:
    known = architecture(capability)
    return None if known is None else known.tegra


def _sees_concatenated(driver: DriverRelease | None) -> bool | None:
    """Whether the driver looks into concatenated entries; `None`: not known. The oldest that will do does."""
    if driver is None or driver.branch >= _CONCATENATED_SEEN:
        return True
    return False if driver.branch <= _CONCATENATED_UNSEEN else None


def _pick_sass(capability: ComputeCapability, entries: Iterable[FatbinEntry]) -> tuple[FatbinEntry | None, Fit]:
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


def _pick_ptx(capability: ComputeCapability, module: DeviceModule) -> FatbinEntry | None:
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


def _is_choice_open(capability: ComputeCapability, module: DeviceModule, picked: FatbinEntry) -> bool:
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


def first_branch(capability: ComputeCapability) -> int | None:
    """Return the oldest branch that drives such GPUs; `None` where they are newer than every branch that is known."""
    known = architecture(capability)
    if known is not None and known.first_branch is None and known.tegra is None:
        return None
    return BRANCHES[0].branch if known is None or known.first_branch is None else known.first_branch


def without_gpu(target: Target) -> Reason | None:
    """Return why this driver does not know the GPU at all, if it is certain. Tegra's drivers come with JetPack and are
    numbered apart; below the table of branches nothing is certain."""
    if target.driver is None:
        return None
    side = outside(target.capability, target.driver.branch)
    if side is Outside.BEFORE:
        first = first_branch(target.capability)
        return Reason.DRIVER_TOO_OLD_FOR_GPU if first is not None and first > BRANCHES[0].branch else None
    return Reason.DRIVER_DROPPED_GPU if side is Outside.AFTER else None


def _driver_takes(target: Target, picked: FatbinEntry) -> tuple[Outcome | None, Reason | None]:
    """(None, None), or what stands against this driver loading that image at all."""
    if target.driver is None:
        return None, None
    first = first_branch(target.capability)
    if target.driver.branch <= BRANCHES[-1].branch if first is None else target.driver.branch < first:
        return Outcome.UNDECIDED, Reason.DRIVER_TOO_OLD_FOR_GPU
    if picked.compression is Compression.ZSTD and target.driver.branch < _ZSTD_BRANCH:
        return Outcome.UNDECIDED, Reason.DRIVER_TOO_OLD_FOR_COMPRESSION
    return None, None


def _jit(target: Target, picked: FatbinEntry) -> tuple[Outcome | None, Reason | None, int | None]:
    """(None, None, oldest branch, `None` for a GPU newer than every branch known) if the driver compiles this PTX; else
    what becomes of it and why."""
    isa = picked.ptx_isa
    if isa is None or picked.target is None:
        return Outcome.UNDECIDED, Reason.NOT_READ, None
    first_isa = isa_of_target(picked.target.arch)
    if first_isa is not None and isa < first_isa:
        return Outcome.FAILS, Reason.PTX_INVALID, None
    asked = max(isa, BEYOND_ASCII) if picked.beyond_ascii else isa
    taking = first_branch_taking(asked)
    needed = None
    if taking is not None:
        floor = _ZSTD_BRANCH if picked.compression is Compression.ZSTD else 0
        first = first_branch(target.capability)
        needed = None if first is None else max(taking.branch, first, floor)
    if target.driver is None:
        if taking is None:
            return Outcome.UNDECIDED, Reason.NO_KNOWN_DRIVER, None
        known = architecture(target.capability)
        if known is not None and known.last_branch is not None and needed is not None and needed > known.last_branch:
            first_of_isa = first_branch_taking(isa)
            too_new = first_of_isa is None or first_of_isa.branch > known.last_branch
            return Outcome.FAILS, Reason.PTX_ISA_TOO_NEW if too_new else Reason.PTX_BEYOND_ASCII, None
        return None, None, needed
    limit = max_ptx(target.driver)
    if isa > (limit or BRANCHES[0].ptx_isa):
        if target.driver.branch > BRANCHES[-1].branch:
            return Outcome.UNDECIDED, Reason.NO_KNOWN_DRIVER, None
        return Outcome.FAILS, Reason.PTX_ISA_TOO_NEW, None
    if limit is None:  # a driver older than the table
        return Outcome.UNDECIDED, Reason.DRIVER_TOO_OLD_FOR_GPU, None
    if asked > limit:
        return Outcome.FAILS, Reason.PTX_BEYOND_ASCII, None
    failure, reason = _driver_takes(target, picked)
    return failure, reason, needed
