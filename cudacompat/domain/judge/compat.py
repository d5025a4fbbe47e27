"""The loading rules: what the CUDA driver does with one module on one GPU.

Source of the rules: cuModuleLoadData on a GPU of compute capability 9.0 (tests/data/h200/truth.json holds the
record and the test suite holds this file to it), extended to other GPUs by NVIDIA's documentation: CUDA C++
Programming Guide, "Compute Capability" and "Binary/PTX Compatibility"; PTX ISA, "Release Notes" (which .target
needs which .version); Blackwell Compatibility Guide (a and f targets). What NVIDIA leaves open is undecided.
"""

from __future__ import annotations

from typing import NamedTuple

from cudacompat.domain.judge.fits import Fit, is_choice_open, pick_machine_code, pick_ptx, without_tegra
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.driver_choice import Outside, outside
from cudacompat.domain.tables.drivers import BRANCHES, first_branch_taking, max_ptx
from cudacompat.domain.tables.ptx import BEYOND_ASCII, isa_of_target
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import Basis, ModuleVerdict, Outcome, Reason, Target
from cudacompat.domain.words.versions import DriverRelease

NOT_JUDGED = (CodeKind.LTO_IR, CodeKind.OPTIX_IR, CodeKind.TILE_IR)  # what is compiled or linked later
_MEASURED_ON = ComputeCapability(9, 0)
_ZSTD_BRANCH = 550  # nvcc manual, --compress-mode: zstd needs a driver of CUDA 12.4 or newer
# `nvcc --concat` (13.4 and newer). Measured: 580.159.04 passes its images over. Driver 597.06 walks them:
# https://github.com/bechirBOUALI/cuda-fatbin-precedence, analysis/decompiled-selection.md. Between: not known.
_CONCATENATED_UNSEEN, _CONCATENATED_SEEN = 580, 597


def is_unread(entry: FatbinEntry) -> bool:
    """Whether this is code for a driver whose kernels could not be read."""
    return entry.kind in (CodeKind.SASS, CodeKind.PTX) and entry.kernels is None


def counts_for_something(module: DeviceModule) -> bool:
    """False for a module with no kernel in any image: host-only sources and the link step make such."""
    if module.damage is not None or module.kernels:
        return True
    return any(is_unread(entry) or entry.kind not in (CodeKind.SASS, CodeKind.PTX) for entry in module.entries)


def judge(target: Target, module: DeviceModule) -> ModuleVerdict:
    """Return what the driver does with this module on that target.

    The driver picks the image first and looks for the kernel afterwards: the best-fitting machine code
    before any PTX, then the highest PTX that fits; what it picked decides, empty or not. The module's
    kernels must have been read; images whose kernels were not make the verdict `undecided`, never good.
    A bare cubin runs even where the JIT is forced, and a bare PTX text has nothing beside it to be picked.
    """
    answer = _answer(target, module)
    return ModuleVerdict(
        module,
        answer.outcome,
        answer.reason,
        basis=Basis.MEASURED if target.capability == _MEASURED_ON else Basis.DOCUMENTED,
        picked=answer.picked,
        missing=answer.missing,
        min_driver=answer.min_driver,
    )


class _Answer(NamedTuple):
    """A verdict without its module."""

    outcome: Outcome
    reason: Reason | None = None
    picked: FatbinEntry | None = None
    missing: tuple[str, ...] = ()
    min_driver: int | None = None


class _Loaded(NamedTuple):
    """The image that the driver takes and how it runs; `failure` and `reason` are what stands against this driver
    loading it."""

    image: FatbinEntry
    outcome: Outcome
    failure: Outcome | None
    reason: Reason | None
    min_driver: int | None


def _answer(target: Target, module: DeviceModule) -> _Answer:
    absent = without_gpu(target)
    if absent is not None:
        return _Answer(Outcome.FAILS, absent)
    if module.registration is Registration.RELOCATABLE:
        return _Answer(Outcome.UNDECIDED, Reason.RELOCATABLE)
    if module.damage is not None:
        return _Answer(Outcome.UNDECIDED, Reason.NOT_READ)
    taken = _machine_code(target, module)
    if taken is None:
        taken = _compiled(target, module)
    return taken if isinstance(taken, _Answer) else _by_its_kernels(module, taken)


def _machine_code(target: Target, module: DeviceModule) -> _Loaded | _Answer | None:
    """The machine code that the driver takes, or the answer where that is not known; `None` where none fits."""
    picked, fit = _fitting(target, module)
    if picked is not None and picked.concatenated:
        seen = _sees_concatenated(target.driver)
        if seen is None:
            return _Answer(Outcome.UNDECIDED, Reason.CONCATENATED, picked)
        if not seen:
            picked, fit = pick_machine_code(target.capability, [e for e in module.entries if not e.concatenated])
    if fit is Fit.OPEN_TEGRA:
        # Whichever of both the driver picks, there is code that fits: machine code for other GPUs beside Tegra's.
        beside, fit = pick_machine_code(target.capability, without_tegra(target.capability, module.entries))
        if beside is None:
            return _Answer(Outcome.UNDECIDED, Reason.TEGRA, picked)
        picked = beside
    if fit is Fit.OPEN_SUFFIX:
        return _Answer(Outcome.UNDECIDED, Reason.SUFFIX_UNREADABLE, picked)
    if picked is None:
        return None
    outcome = Outcome.NATIVE if fit is Fit.OWN else Outcome.COMPATIBLE
    failure, reason = _driver_takes(target, picked)
    min_driver = _CONCATENATED_SEEN if picked.concatenated else None
    return _Loaded(picked, outcome, failure, reason=reason, min_driver=min_driver)


def _fitting(target: Target, module: DeviceModule) -> tuple[FatbinEntry | None, Fit]:
    """The machine code that a driver takes which looks into every entry."""
    if target.jit.ignores_machine_code and not module.bare:
        return None, Fit.NO
    return pick_machine_code(target.capability, module.entries)


def _compiled(target: Target, module: DeviceModule) -> _Loaded | _Answer:
    """The PTX that the driver compiles, or the answer where it compiles none, or that is not known."""
    if any(entry.kind is CodeKind.UNKNOWN for entry in module.entries):
        return _Answer(Outcome.UNDECIDED, Reason.UNKNOWN_KIND)
    picked = pick_ptx(target.capability, module)
    if picked is None:
        return _nothing_fits(target, module)
    if target.jit.refuses_ptx:
        return _Answer(Outcome.FAILS, Reason.JIT_DISABLED, picked)
    if is_choice_open(target.capability, module, picked):
        return _Answer(Outcome.UNDECIDED, Reason.PTX_CHOICE_OPEN, picked)
    failure, reason, min_driver = _jit(target, picked)
    if failure is Outcome.FAILS:
        return _Answer(failure, reason, picked)
    return _Loaded(picked, Outcome.JIT, failure, reason=reason, min_driver=min_driver)


def _nothing_fits(target: Target, module: DeviceModule) -> _Answer:
    if all(entry.kind in NOT_JUDGED for entry in module.entries):
        return _Answer(Outcome.UNDECIDED, Reason.NOT_JUDGED_KIND)
    alone = next((e for e in module.entries if module.bare and e.kind is CodeKind.PTX), None)
    if alone is not None:
        return _Answer(Outcome.FAILS, _refusal(target, alone), alone)
    passed_over, _ = _fitting(target, module)
    return _Answer(Outcome.FAILS, Reason.CONCATENATED if passed_over is not None else Reason.NO_IMAGE)


def _by_its_kernels(module: DeviceModule, loaded: _Loaded) -> _Answer:
    """The answer by the kernels that the image has. A fault of the image holds whatever the driver; so it is told
    before what an old driver leaves open."""
    picked, universe = loaded.image, module.kernels
    if picked.kernels is not None and universe:
        missing = tuple(sorted(universe.difference(picked.kernels)))
        if missing and not picked.kernels:
            return _Answer(Outcome.FAILS, Reason.EMPTY_IMAGE, picked, missing=missing)
        if loaded.failure is None and missing:
            return _Answer(
                Outcome.PARTIAL, Reason.KERNELS_MISSING, picked, missing=missing, min_driver=loaded.min_driver
            )
    if loaded.failure is not None:
        return _Answer(loaded.failure, loaded.reason, picked)
    if picked.unresolved:
        return _Answer(Outcome.UNDECIDED, Reason.RELOCATABLE, picked)
    if any(is_unread(entry) for entry in module.entries):
        return _Answer(Outcome.UNDECIDED, Reason.NOT_READ, picked)
    return _Answer(loaded.outcome, None, picked, min_driver=loaded.min_driver)


def _refusal(target: Target, text: FatbinEntry) -> Reason:
    """Why the driver refuses a PTX text for a GPU that its target does not fit: it looks at the target last (measured:
    223 where the JIT is forbidden, 222 where the ISA is too new, else 218)."""
    if target.jit.refuses_ptx:
        return Reason.JIT_DISABLED
    limit = max_ptx(target.driver) if target.driver is not None else None
    if limit is not None and text.ptx_isa is not None and text.ptx_isa > limit:
        return Reason.PTX_ISA_TOO_NEW
    return Reason.NO_IMAGE


def _sees_concatenated(driver: DriverRelease | None) -> bool | None:
    """Whether the driver looks into concatenated entries; `None`: not known. The oldest that will do does."""
    if driver is None or driver.parts[0] >= _CONCATENATED_SEEN:
        return True
    return False if driver.branch <= _CONCATENATED_UNSEEN else None


def first_branch(capability: ComputeCapability) -> int | None:
    """Return the oldest branch in the table of drivers that drives such GPUs; `None` where they are newer than every
    branch that is known."""
    known = architecture(capability)
    if known is not None and known.first_branch is None and known.tegra is None:
        return None
    oldest = BRANCHES[0].branch
    return oldest if known is None or known.first_branch is None else max(known.first_branch, oldest)


def is_before_all_known(driver: DriverRelease) -> bool:
    """Return whether the driver is older than the table of drivers: nothing is known of what it takes."""
    return driver.branch < BRANCHES[0].branch


def last_branch(capability: ComputeCapability) -> int | None:
    """Return the newest branch that drives such GPUs; `None` where no end is announced."""
    known = architecture(capability)
    return known.last_branch if known is not None else None


def without_gpu(target: Target) -> Reason | None:
    """Return why this driver does not know the GPU at all, if it is certain. Tegra's drivers come with JetPack and are
    numbered apart."""
    if target.driver is None:
        return None
    side = outside(target.capability, target.driver.branch)
    if side is Outside.BEFORE:
        return Reason.DRIVER_TOO_OLD_FOR_GPU
    return Reason.DRIVER_DROPPED_GPU if side is Outside.AFTER else None


def _driver_takes(target: Target, picked: FatbinEntry) -> tuple[Outcome | None, Reason | None]:
    """(None, None), or what stands against this driver loading that image at all."""
    if target.driver is None:
        return None, None
    if is_before_all_known(target.driver):
        return Outcome.UNDECIDED, Reason.DRIVER_BEFORE_ALL_KNOWN
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
        return Outcome.UNDECIDED, Reason.DRIVER_BEFORE_ALL_KNOWN, None
    if asked > limit:
        return Outcome.FAILS, Reason.PTX_BEYOND_ASCII, None
    failure, reason = _driver_takes(target, picked)
    return failure, reason, needed
