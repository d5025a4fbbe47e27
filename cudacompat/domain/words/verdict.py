"""The words of a judgement; every value is a string of the JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.choices import JitPolicy as JitPolicy
from cudacompat.domain.words.code import DeviceModule, FatbinEntry
from cudacompat.domain.words.platforms import is_windows
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion


class Outcome(Enum):
    """What becomes of a module, or of a whole artifact, on one target."""

    __hash__ = object.__hash__  # as that of CodeKind

    NATIVE = "native"
    COMPATIBLE = "compatible"
    JIT = "jit"
    PARTIAL = "partial"
    FAILS = "fails"
    SPECIAL = "special"
    UNCLEAR = "unclear"
    UNDECIDED = "undecided"

    @property
    def runs(self) -> bool:
        """Whether everything in it runs: native, compatible or jit."""
        return self in _STRENGTH

    @property
    def strength(self) -> int:
        """Order among the outcomes that run: jit 1, compatible 2, native 3; 0 for the others."""
        return _STRENGTH.get(self, 0)


_STRENGTH = {Outcome.JIT: 1, Outcome.COMPATIBLE: 2, Outcome.NATIVE: 3}


class Reason(Enum):
    """Why a module fails, is partial, special or undecided. `CUDA_ERRORS` has the driver's codes."""

    __hash__ = object.__hash__  # as that of CodeKind

    # fails
    NO_IMAGE = "no-image"
    PTX_ISA_TOO_NEW = "ptx-isa-too-new"
    PTX_INVALID = "ptx-invalid"  # its .target did not exist yet in its .version
    PTX_BEYOND_ASCII = "ptx-beyond-ascii"  # it has characters that the driver's compiler does not take
    PTX_REFUSED = "ptx-refused"  # an assembler was asked, and refuses it
    JIT_DISABLED = "jit-disabled"
    EMPTY_IMAGE = "empty-image"  # whatever lies beside it
    NOT_LINKED = "not-linked"
    CONCATENATED = "concatenated"  # only in an entry that the driver does not look into, or may not (undecided)
    DRIVER_DROPPED_GPU = "driver-dropped-gpu"
    RUNTIME_NEEDS_DRIVER = "runtime-needs-driver"  # of an artifact: its CUDA runtime refuses this driver
    LIBRARY_NOT_FOUND = "library-not-found"  # of an installed library: the loader does not find what it asks for
    # partial
    KERNELS_MISSING = "kernels-missing"
    HOLES = "holes"  # of an artifact: some modules fail beside others
    MOST_MODULES = "most-modules"  # of an artifact: most modules have nothing for the GPU
    # of a module that runs, or of a special one
    KERNELS_BY_SOURCE = "kernels-by-source"  # the source leaves them out for this architecture
    # special
    OTHER_ARCHITECTURE = "other-architecture"
    # undecided
    NOT_READ = "not-read"
    UNKNOWN_KIND = "unknown-kind"
    SUFFIX_UNREADABLE = "suffix-unreadable"
    TEGRA = "tegra"
    RELOCATABLE = "relocatable"
    NO_KNOWN_DRIVER = "no-known-driver"  # PTX newer than every driver in the tables
    DRIVER_TOO_OLD_FOR_GPU = "driver-too-old-for-gpu"  # fails; undecided where no driver is known that does
    DRIVER_BEFORE_ALL_KNOWN = "driver-before-all-known"  # older than the table of drivers
    DRIVER_TOO_OLD_FOR_COMPRESSION = "driver-too-old-for-compression"
    PTX_CHOICE_OPEN = "ptx-choice-open"  # arch-specific PTX of a lower target beside plain PTX
    NOT_JUDGED_KIND = "not-judged-kind"  # only LTO-IR, OptiX IR or Tile IR
    ONLY_SPECIAL_AND_PTX = "only-special-and-ptx"


# What cuModuleLoadData answers, or the look-up of the kernel (500). Measured on driver 580.159.04. A driver that does
# not know the GPU offers no device (100).
CUDA_ERRORS: Mapping[Reason, int] = {
    Reason.NO_IMAGE: 209,
    Reason.CONCATENATED: 209,
    Reason.OTHER_ARCHITECTURE: 209,
    Reason.PTX_INVALID: 218,
    Reason.PTX_BEYOND_ASCII: 218,
    Reason.PTX_REFUSED: 218,
    Reason.PTX_ISA_TOO_NEW: 222,
    Reason.JIT_DISABLED: 223,
    Reason.EMPTY_IMAGE: 500,
    Reason.NOT_LINKED: 500,
    Reason.KERNELS_MISSING: 500,
    Reason.KERNELS_BY_SOURCE: 500,
    Reason.DRIVER_TOO_OLD_FOR_GPU: 100,
    Reason.DRIVER_DROPPED_GPU: 100,
    Reason.RUNTIME_NEEDS_DRIVER: 35,
}


class Evidence(Enum):
    """What the bytes show about a module that has nothing for a GPU, or not all its kernels."""

    # for other GPUs
    SUFFIXES = "suffixes"  # all its targets are a- or f-suffixed
    SAME_KERNELS = "same-kernels"  # its kernels are in other modules that run
    NAMES = "names"  # each kernel is named for an architecture that the module serves
    ONE_PER_ARCHITECTURE = "one-per-architecture"  # the library has such modules for several, one of them for the GPU
    MANY_LISTS = "many-lists"  # the library has many lists, and none of them prevails
    LEFT_OUT_BY_SOURCE = "left-out-by-source"  # one compilation, and this image lacks them: the source's own #if
    # unclear
    NEWER_GPUS = "newer-gpus"  # every target is newer than the GPU
    NO_LIST = "no-list"  # the library follows no list that serves the GPU


class Basis(Enum):
    """Where a verdict's certainty comes from: measured on hardware, or NVIDIA's documentation."""

    MEASURED = "measured"
    DOCUMENTED = "documented"


class PtxProof(Enum):
    """What came of giving PTX to an assembler: it compiles, it is refused, or it could not be told."""

    PROVED = "proved"
    REFUSED = "refused"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Assembly:
    """What an assembler made of the PTX that a verdict rests on. `ptxas` is the CUDA release of the assembler (`None`:
    none was asked), `target` what it built for (`sm_90a`), `said` its first error, or why nothing is proved."""

    proof: PtxProof
    ptxas: ToolkitVersion | None
    target: str
    said: str | None = None


def short_name(product: str) -> str:
    """Return a product's name without the vendor's (`RTX 5070 Ti`); reports for programs have the full name. A number
    alone is no name, so that of `GeForce 210` stays."""
    return _VENDOR.sub("", product)


_VENDOR = re.compile(r"^NVIDIA (?:GeForce (?=[A-Z]))?|^GeForce (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Target:
    """What is judged for: a GPU, and the driver it is checked with (`None`: the oldest that will do). `platform` is
    that of the machine with the GPU (`windows-x86_64`), where somebody said it."""

    id: str
    name: str | None
    capability: ComputeCapability
    driver: DriverRelease | None = None
    jit: JitPolicy = JitPolicy.NORMAL
    platform: str | None = None

    @property
    def label(self) -> str:
        """`RTX 5070 Ti (12.0)`, or `sm_90a (9.0)`, or just `12.0`; `A100 (8.0, linux-aarch64)` on a platform that was
        said."""
        capability = str(self.capability)
        usual = self.platform in (None, "linux-x86_64")
        within = capability if usual else f"{capability}, {self.platform}"
        known = self.product
        if known:
            return f"{short_name(known)} ({within})"
        return capability if usual else f"{capability} ({self.platform})"

    @property
    def on_windows(self) -> bool:
        """Whether its driver is one of Windows: by its platform, or by a number that only those have (so has WSL's)."""
        return is_windows(self.platform) or (self.driver is not None and self.driver.of_windows)

    @property
    def driver_label(self) -> str | None:
        """`driver 580.65.06`, or `driver 581.80 (branch 580 of Windows)`; `None` without a driver."""
        if self.driver is None:
            return None
        return f"driver {self.driver}" + (f" (branch {self.driver.branch} of Windows)" if self.on_windows else "")

    @property
    def product(self) -> str | None:
        """What it is called beside its compute capability; `None` if it has no other name."""
        return self.name or (self.id if self.id != str(self.capability) else None)

    @property
    def spec(self) -> str:
        """What `--gpu` takes for it, as people write it."""
        return short_name(self.id.removesuffix(f" ({self.platform})"))


def without_driver(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return the same GPUs, with the oldest driver that can run the code."""
    return tuple(replace(target, driver=None) for target in targets)


@dataclass(frozen=True, slots=True)
class ModuleVerdict:
    """What the driver will do with one module: outcome, reason, the image it picks, kernels that image lacks.

    `evidence` is why a module that has nothing for the GPU, or lacks kernels, is no fault, or why that is unclear.
    `min_driver` is the oldest driver branch that compiles the picked PTX, or looks into the concatenated entry that
    holds the picked image; `None` where any driver for the GPU will do. `relinked`: no image of this device link fits,
    and the driver links its relocatable code anew. `assembly` is what an assembler made of the picked PTX, `None` where
    none was to be asked.
    """

    module: DeviceModule
    outcome: Outcome
    reason: Reason | None
    basis: Basis
    picked: FatbinEntry | None = None
    missing: tuple[str, ...] = ()
    min_driver: int | None = None
    relinked: bool = False
    evidence: Evidence | None = None
    assembly: Assembly | None = None

    @property
    def cuda_error(self) -> int | None:
        """The driver's error: for all kernels if the module fails, for the `missing` ones if it is partial."""
        if self.relinked and self.reason in (Reason.NO_IMAGE, Reason.CONCATENATED):
            return CUDA_ERRORS[Reason.NOT_LINKED]
        if self.reason in (Reason.NO_IMAGE, Reason.OTHER_ARCHITECTURE) and self.module.bare and self.picked is not None:
            return CUDA_ERRORS[Reason.PTX_INVALID]  # a PTX text is compiled whatever its target; the compiler refuses
        return None if self.reason is None else CUDA_ERRORS.get(self.reason)


_IN_COUNTS = {Outcome.SPECIAL: "for other GPUs"}  # where the words are not the value


@dataclass(frozen=True, slots=True)
class ArtifactVerdict:
    """One artifact on one target, with the verdict of each module that counts.

    `counts` has every outcome as a key. `stray` are modules outside the registered sections that were
    judged but did not decide (empty where they did). `runtime` is the CUDA runtime that the artifact needs, if its
    bytes tell it: by name, or by the code beside it where it is linked in (`runtime_is_linked`). `awaits_link`: it is
    nothing but the input of a linker (relocatable objects, LTO-IR), which is listed and leaves nothing open where
    something else is judged. `targets` are those of the machine code in the file, ascending, then those of its PTX;
    `is_assembled` is whether an assembler was asked about its PTX.
    """

    path: str
    target: Target
    outcome: Outcome
    reason: Reason | None
    basis: Basis
    min_driver: int | None
    counts: Mapping[Outcome, int]
    modules: Sequence[ModuleVerdict]
    stray: Sequence[ModuleVerdict]
    runtime: int | None = None
    runtime_is_linked: bool = False
    awaits_link: bool = False
    windows: bool = False  # the driver is one of Windows: the target's, or that of whoever loads a file of Windows
    default_target: str | None = None  # "sm_52": every kernel module carries just nvcc's default target
    held: int = 0  # the modules of the file, those included that count for nothing here
    targets: tuple[ArchTarget, ...] = ()
    is_assembled: bool = False

    @property
    def counted(self) -> str:
        """All modules of the file in words: `34 modules: 33 jit, 1 not counted`. Not counted are those without kernels,
        the inputs of the device linker, and those outside the registered sections where others decide."""
        held = max(self.held, len(self.modules))
        parts = [f"{number} {_IN_COUNTS.get(each, each.value)}" for each, number in self.counts.items() if number]
        parts += [f"{held - len(self.modules)} not counted"] if held > len(self.modules) else []
        return f"{held} module{'' if held == 1 else 's'}: {', '.join(parts)}"

    @property
    def assemblies(self) -> tuple[Assembly, ...]:
        """What an assembler made of the PTX of the deciding modules, where it was to prove that."""
        asked = self.modules if self.is_assembled else ()
        return tuple(each.assembly for each in asked if each.assembly is not None)

    def assembled(self, proof: PtxProof) -> tuple[ModuleVerdict, ...]:
        """The deciding modules whose PTX an assembler was to prove, with this result."""
        asked = self.modules if self.is_assembled else ()
        return tuple(each for each in asked if each.assembly is not None and each.assembly.proof is proof)
