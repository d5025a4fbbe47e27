"""Device code as it lies in a file: images, the modules that hold them, the file that holds the modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from operator import attrgetter
from typing import NamedTuple

from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion


class FileFormat(StrEnum):
    """What a file with device code is; the values are the strings of the JSON. DATA is a file of no format that is
    known, in which device code was found."""

    ELF = "elf"
    PE = "pe"
    COFF = "coff"
    CUBIN = "cubin"
    FATBIN = "fatbin"
    PTX = "ptx"
    LTO_IR = "lto-ir"
    OPTIX_IR = "optix-ir"
    TILE_IR = "tile-ir"
    AR = "ar"
    DATA = "data"


class Compression(Enum):
    """How an image is stored; the values are the strings of the JSON."""

    NONE = "none"
    ZLIB = "zlib"
    LZ4 = "lz4"
    ZSTD = "zstd"
    UNKNOWN = "unknown"


class Registration(Enum):
    """How a module comes to the driver.

    REGISTERED: in the section that the CUDA runtime registers (`.nv_fatbin`, PE `.nv_fatb`), or a
    bare fatbin, cubin or PTX file. RELOCATABLE: input of the device linker (`__nv_relfatbin`, or a stray
    relocatable cubin), never loaded as it is. STRAY: elsewhere in a file; the library loads it by itself.
    """

    REGISTERED = "registered"
    RELOCATABLE = "relocatable"
    STRAY = "stray"


class KernelUsage(NamedTuple):
    """What one kernel takes in an image: registers of a thread, and bytes of shared memory of a block that its code
    names (from 9.0 on with the 1024 that the system takes)."""

    registers: int
    shared: int


@dataclass(frozen=True, slots=True)
class FatbinEntry:
    """One image. Sizes in bytes; `kernels` are mangled names in file order, `None` where they were not read.

    `unresolved` are functions and variables that it uses, does not hold and the driver does not bring along
    (known only where the kernels were read). `concatenated` images share one entry of their fatbin
    (`nvcc --concat`), which older drivers do not look into. `text` is the sha256 of a PTX text where it was kept for an
    assembler.
    """

    kind: CodeKind
    target: ArchTarget | None
    ptx_isa: PtxIsa | None
    compression: Compression
    size: int
    uncompressed_size: int | None
    toolkit: ToolkitVersion | None
    kernels: tuple[str, ...] | None = None
    kernels_why: str | None = None  # why `kernels` is None although they were asked for
    unresolved: tuple[str, ...] = ()
    concatenated: bool = False
    text: str | None = None
    header_target: ArchTarget | None = None  # what its header says, where its text says otherwise
    usage: tuple[KernelUsage | None, ...] | None = None  # of each kernel, where that was asked
    source: str | None = None  # the name that its header records: a source file (-lineinfo, -G) or a module
    options: str | None = None  # those of the compiler that its header records
    debug: bool = False  # built with -G
    beyond_ascii: bool = False  # whether a PTX text that was read has other characters than ASCII
    since: ToolkitVersion | None = None  # the oldest release that writes such an image, where it shows no more
    by_sibling: bool = False  # whether `kernels` are those of the machine code compiled from a PTX text not read itself

    def __reduce__(self) -> tuple[type[FatbinEntry], tuple[object, ...]]:
        # Processes hand over tens of thousands of these: in half the time that the pickling of dataclasses takes.
        return FatbinEntry, _fields_of_entry(self)


_fields_of_entry = attrgetter(*(each.name for each in fields(FatbinEntry)))


class _Remembered:
    """What a module is asked again and again, kept when it was first told: no part of its value."""

    __slots__ = ("_kernels", "_numbers", "_targets")

    _kernels: frozenset[str]
    _targets: frozenset[ArchTarget]
    _numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class DeviceModule(_Remembered):
    """One fatbin (what one translation unit, or one device link, embedded), or one bare cubin or PTX text.

    `offset` is the byte in the file, `section` the name of the section it lies in, if any; `bare` is whether it is
    a cubin or a PTX text with no fatbin around it.
    """

    offset: int
    section: str | None
    registration: Registration
    entries: tuple[FatbinEntry, ...]
    damage: str | None = None  # what is wrong with its bytes: its list of entries may be incomplete
    bare: bool = False

    def __reduce__(self) -> tuple[type[DeviceModule], tuple[object, ...]]:
        # as of an image
        return DeviceModule, _fields_of_module(self)

    @property
    def kernels(self) -> frozenset[str]:
        """The kernels that any image of the module is known to hold."""
        try:
            return self._kernels
        except AttributeError:
            lists = {id(entry.kernels): entry.kernels for entry in self.entries if entry.kernels}
            found = frozenset[str]().union(*lists.values())
            object.__setattr__(self, "_kernels", found)
            return found

    @property
    def targets(self) -> frozenset[ArchTarget]:
        """The targets of its images."""
        try:
            return self._targets
        except AttributeError:
            found = frozenset(entry.target for entry in self.entries if entry.target is not None)
            object.__setattr__(self, "_targets", found)
            return found

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of its targets."""
        try:
            return self._numbers
        except AttributeError:
            found = frozenset(target.number for target in self.targets)
            object.__setattr__(self, "_numbers", found)
            return found


_fields_of_module = attrgetter(*(each.name for each in fields(DeviceModule)))


@dataclass(frozen=True, slots=True)
class BinaryArtifact:
    """One file that holds device code. `path` is `outer.whl!/inner.so` inside containers; `linked` is whether
    the file is a finished executable or shared library (False for .o, .a, .lib). `runtime` is the major release of
    the CUDA runtime library that it needs (13 of `libcudart.so.13`), `None` where the bytes do not name one.
    `processor` is the one that a linked file for Linux or Windows runs on, as Linux calls it (`x86_64`, `aarch64`);
    `None` for all else. `kept` is the name under which this very reading of it is kept for later runs, never given to
    another one; `None` where it is not."""

    path: str
    format: str
    size: int
    linked: bool
    modules: Sequence[DeviceModule]
    runtime: int | None = None
    processor: str | None = None
    kept: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NotRead:
    """Something that could not be read, and why: one line each."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class BundledCompiler:
    """A file that is one of NVIDIA's compilers: `program` is `ptxas`, `nvcc` or `nvrtc`, `release` its CUDA release."""

    path: str
    program: str
    release: ToolkitVersion


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that was fetched to be read: what the user named, what reports call it, the bytes it has where it is
    published, those that travelled (none for one on this machine), and the members of it that were left out. `release`
    is PKG==VERSION of a package, `digest` that of a zip of which members may be left out, as it is published."""

    given: str
    label: str
    size: int
    travelled: int
    left_out: int = 0
    release: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class ContainerImage:
    """An image that was read, layer upon layer: where it lies, what it is called (None where nothing says so), the
    platform that was chosen (None where nothing says one), the others that there are, and the number of layers."""

    path: str
    name: str | None
    platform: str | None
    others: tuple[str, ...]
    layers: int


@dataclass(frozen=True, slots=True)
class ReadResult:
    """All that the reading of some paths gave.

    `without_code` counts files that hold no device code; `barren` are the paths named by the user
    that yielded none at all; `fetched` are the files that were no paths on this machine, `images` the container images
    among all of it, `compilers` NVIDIA's compilers among its files.
    """

    artifacts: tuple[BinaryArtifact, ...]
    not_read: tuple[NotRead, ...]
    files: int
    without_code: int
    barren: tuple[str, ...]
    fetched: tuple[FetchedFile, ...] = ()
    images: tuple[ContainerImage, ...] = ()
    compilers: tuple[BundledCompiler, ...] = ()
