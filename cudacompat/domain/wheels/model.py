"""One published wheel as a row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import cuda_in_name
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa

PYPI = "pypi"


class RowBasis(Enum):
    """How a row is known: the wheel was read, or its publisher's build script at a tag says so."""

    MEASURED = "measured"
    DOCUMENTED = "documented"


@dataclass(frozen=True, slots=True)
class CodeList:
    """Targets that modules of a library share, as `70 75 80 +PTX 90` (numbers with their suffix), and how many modules
    share them."""

    text: str
    modules: int

    @property
    def ptx(self) -> tuple[str, ...]:
        """The targets of its PTX."""
        return tuple(self.text.partition("+PTX")[2].split())

    def module(self, isas: Mapping[str, str]) -> DeviceModule:
        """Return a module that holds these targets, each image with the same kernel; `isas` has the ISA of the PTX by
        target."""
        sass = self.text.partition("+PTX")[0].split()
        entries = [_entry(CodeKind.SASS, f"sm_{each}", None) for each in sass]
        entries += [_entry(CodeKind.PTX, f"compute_{each}", isas.get(each)) for each in self.ptx]
        return DeviceModule(0, ".nv_fatbin", Registration.REGISTERED, entries=tuple(entries))


def _entry(kind: CodeKind, target: str, isa: str | None) -> FatbinEntry:
    return FatbinEntry(
        kind,
        ArchTarget.parse(target),
        PtxIsa.parse(isa) if isa else None,
        compression=Compression.NONE,
        size=0,
        uncompressed_size=None,
        toolkit=None,
        kernels=("kernel",),
    )


@dataclass(frozen=True, slots=True)
class WheelLibrary:
    """One library of a wheel: how many of its modules hold kernels, and by target the share of these (0 to 1) that
    carry it; `ptx_isa` has the ISA version of the PTX by target."""

    name: str
    modules: int
    sass: Mapping[str, float]
    ptx: Mapping[str, float]
    ptx_isa: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WheelRow:
    """One wheel: of which package and version, from which index (`pypi`, or the last part of PyTorch's: `cu128`), for
    which platform, and what the library in it that decides holds.

    `cuda` is the CUDA release that it was built with (`12.8`, or `12` where only the major is known), `lists` and
    `ptx_isa` are those of `main`. `answers` are the outcomes that reading gave by compute capability; `by_cuda` those
    of each library where the wheel brings one for each CUDA release. `compilers` are the programs and libraries inside
    that compile device code, as `ptxas 12.8.93`. `requires` are the requirements of its metadata that matter here. A
    wheel without device code has no `main` and no answers. `source` is where the row is from, `date` when it was read.
    """

    package: str
    version: Version
    index: str
    platform: str
    basis: RowBasis
    source: str
    date: str
    wheel: str | None = None
    python: str | None = None
    cuda: str | None = None
    main: str | None = None
    lists: tuple[CodeList, ...] = ()
    ptx_isa: Mapping[str, str] = field(default_factory=dict)
    libraries: tuple[WheelLibrary, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    by_cuda: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    compilers: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()

    @property
    def has_code(self) -> bool:
        """Whether the wheel holds device code at all."""
        return bool(self.lists)

    @property
    def cuda_major(self) -> int | None:
        """The major release of the CUDA runtime in it, or that it needs: what the package's name says counts before
        what most of its images were built with."""
        named = cuda_in_name(self.package)
        if named is not None:
            return named
        head = (self.cuda or "").partition(".")[0]
        return int(head) if head.isdigit() else None
