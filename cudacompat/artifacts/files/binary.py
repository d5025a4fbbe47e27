"""One file's bytes in, its device code out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from cudacompat.artifacts.binaries import ar, elf, pe, ptx
from cudacompat.artifacts.binaries.buffer import Allowance, Buffer, UnreadableError, search
from cudacompat.artifacts.binaries.bundled_compiler import compiler_of
from cudacompat.artifacts.binaries.gather import TOO_OLD, Gatherer
from cudacompat.artifacts.binaries.needed import cuda_runtime
from cudacompat.artifacts.binaries.needle import Needle
from cudacompat.artifacts.binaries.pe_imports import cuda_runtime_of_pe
from cudacompat.artifacts.binaries.section import HostImage
from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.artifacts.containers.openers import opener_of
from cudacompat.artifacts.files.sniff import HEAD, Kind, is_engine, sniff
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import (
    BinaryArtifact,
    BundledCompiler,
    Compression,
    DeviceModule,
    FatbinEntry,
    FileFormat,
    Registration,
)
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.versions import ToolkitVersion

_FORMATS = {
    Kind.CUBIN: FileFormat.CUBIN,
    Kind.FATBIN: FileFormat.FATBIN,
    Kind.PTX: FileFormat.PTX,
    Kind.AR: FileFormat.AR,
}
_LEVEL, _OPTIX = 14, b"\2\0"  # where the header of NVVM IR says what it is for, and how it says OptiX
_PYINSTALLER = b"MEI\014\013\012\013\016"
# What installers for Windows have somewhere in what follows the program.
_INSTALLERS = (
    (Needle(b"\xef\xbe\xad\xdeNullsoftInst"), "NSIS"),
    (Needle(b"Inno Setup Setup Data ("), "Inno Setup"),
    (Needle(b";!@Install@!UTF-8!"), "7-Zip"),
)
_COOKIE = 4096  # bytes at the end of the file in which that mark stands

_RUNTIMES = {Kind.ELF: cuda_runtime, Kind.PE: cuda_runtime_of_pe}
_IMAGES = {Kind.ELF: elf.read_image, Kind.PE: pe.read_image, Kind.COFF: pe.read_object}


class Binary(NamedTuple):
    """What one file gave: an artifact if it holds device code, what could not be read, and which compiler it is, if it
    is one."""

    artifact: BinaryArtifact | None
    problems: tuple[str, ...]
    compiler: BundledCompiler | None = None


def read_binary(
    path: str,
    buffer: Buffer,
    kind: Kind,
    allowance: Allowance,
    *,
    kernels: bool,
    gpus: frozenset[ComputeCapability] | None = None,
    wanted: Wanted | None = None,
) -> Binary:
    """Read a file of a kind that may hold device code; it never raises for what the bytes are.

    `allowance` is what its images may be inflated to; `gpus` are those that will be judged for (None: any may
    be); `wanted` is what else is asked of the images.
    """
    into = Gatherer(buffer, allowance, kernels=kernels, gpus=gpus, wanted=wanted)
    program = _Program(_FORMATS.get(kind, FileFormat.DATA))
    try:
        if kind in _IMAGES:
            program = _take_program(into, buffer, kind)
        elif kind in _IRS:
            program = _Program(_IRS[kind](into, buffer, kernels))
        else:
            _TAKES.get(kind, _take_data)(into, buffer, len(buffer))
    except UnreadableError as error:
        into.problem(str(error))
    modules = tuple(sorted(into.modules, key=lambda module: module.offset))
    artifact = None
    if modules:
        artifact = BinaryArtifact(
            path,
            program.format,
            len(buffer),
            linked=program.linked,
            modules=modules,
            runtime=_RUNTIMES[kind](buffer) if kind in _RUNTIMES else None,
            processor=program.processor,
        )
    compiler = BundledCompiler(path, *program.compiler) if program.compiler is not None else None
    return Binary(artifact, into.problems, compiler)


class _Program(NamedTuple):
    """What a program or library is beside its device code; of another file its format alone."""

    format: str
    linked: bool = False
    processor: str | None = None
    compiler: tuple[str, ToolkitVersion] | None = None


def _take_program(into: Gatherer, buffer: Buffer, kind: Kind) -> _Program:
    size = len(buffer)
    image = _IMAGES[kind](buffer, 0, size)
    _take_image(into, image, 0, end=size, prefix="")
    if not image.linked:
        return _Program(image.format)
    if image.end is not None and image.sections:
        _take_overlay(into, buffer, image.end, end=size)
    return _Program(image.format, True, image.processor, compiler=compiler_of(buffer, image.sections or []))


def _take_text(into: Gatherer, buffer: Buffer, size: int) -> None:
    if ptx.is_wide(bytes(buffer[:HEAD])):
        into.problem("a PTX text in UTF-16, which the driver does not take")
    else:
        into.text(0, ptx.window(buffer, 0, size), size, None, Registration.REGISTERED)


def _take_data(into: Gatherer, buffer: Buffer, size: int) -> None:
    """Search data of no kind that is known. A text in them is what is loaded only where there is nothing else."""
    into.strays(0, size, None)
    if not into.modules:
        into.texts(0, size)
    if not into.modules and is_engine(bytes(buffer[:HEAD])):
        into.problem("a TensorRT engine, made for one model of GPU: which one is not to be seen")


def _take_image(into: Gatherer, image: HostImage, start: int, end: int, prefix: str) -> None:
    for problem in image.problems:
        into.problem(problem)
    if image.sections is None:  # where its code lies is not known: search all of it
        into.strays(start, end, prefix.rstrip(":") or None, program=True)
    else:
        into.sections(image.sections, prefix, linked=image.linked)


def _take_overlay(into: Gatherer, buffer: Buffer, start: int, end: int) -> None:
    """Search what was put behind a finished program: installers and programs in one file are made so."""
    opener = opener_of(bytes(buffer[start : min(end, start + HEAD)]))
    if opener is not None:
        into.problem(f"after the program follows another file ({opener.called}), which is not opened")
    elif bytes(buffer[max(start, end - _COOKIE) : end]).find(_PYINSTALLER) >= 0:
        into.problem("after the program follows an archive of PyInstaller, which is not opened")
    elif (
        made_by := next((name for mark, name in _INSTALLERS if search(mark, buffer, start, end=end) >= 0), None)
    ) is not None:
        into.problem(f"after the program follows an archive of {made_by}, which is not opened")
    else:
        into.strays(start, end, None)


def _take_fatbins(into: Gatherer, _: Buffer, size: int) -> None:
    """Of several fatbins in one file the driver loads the first (measured)."""
    into.official(0, size, None, Registration.REGISTERED)
    into.modules[1:] = [replace(module, registration=Registration.STRAY) for module in into.modules[1:]]


def _take_archive(into: Gatherer, buffer: Buffer, size: int) -> None:
    read_to = len(ar.MAGIC)
    try:
        for member in ar.members(buffer, 0, size):
            read_to = member.end
            kind = sniff(bytes(buffer[member.start : min(member.end, member.start + HEAD)]), member.end - member.start)
            if kind in _IMAGES:
                image = _IMAGES[kind](buffer, member.start, member.end)
                _take_image(into, image, member.start, end=member.end, prefix=f"{member.name}:")
            elif kind is Kind.CONTAINER:
                into.problem(f"its member {member.name} is a container, which is not opened there")
            elif kind is Kind.FATBIN:
                into.official(member.start, member.end, member.name, Registration.STRAY)
            else:
                into.strays(member.start, member.end, member.name)
    except UnreadableError as error:
        into.problem(str(error))
        into.strays(read_to, size, None)


def _take_tile(into: Gatherer, buffer: Buffer, kernels: bool) -> str:
    major, minor = bytes(buffer[8:10]).ljust(2, b"\0")
    toolkit = ToolkitVersion(major, minor) if major else None
    into.add(_ir_module(CodeKind.TILE_IR, len(buffer), toolkit, why="Tile IR is not readable" if kernels else None))
    return FileFormat.TILE_IR


def _take_nvvm(into: Gatherer, buffer: Buffer, kernels: bool) -> str:
    """Take what the device linker or OptiX compiles. The kind stands in the header (measured, nvcc 13.0); the number of
    the architecture does, too, but not its suffix."""
    optix = bytes(buffer[_LEVEL : _LEVEL + 2]) == _OPTIX
    kind, name = (CodeKind.OPTIX_IR, "OptiX IR") if optix else (CodeKind.LTO_IR, "LTO-IR")
    into.add(_ir_module(kind, len(buffer), None, why=f"{name} is not readable" if kernels else None))
    return FileFormat.OPTIX_IR if optix else FileFormat.LTO_IR


def _ir_module(kind: CodeKind, size: int, toolkit: ToolkitVersion | None, *, why: str | None) -> DeviceModule:
    entry = FatbinEntry(
        kind,
        None,
        None,
        compression=Compression.NONE,
        size=size,
        uncompressed_size=None,
        toolkit=toolkit,
        kernels=None,
        kernels_why=why,
    )
    return DeviceModule(0, None, Registration.REGISTERED, entries=(entry,))


def _take_cubin(into: Gatherer, _: Buffer, size: int) -> None:
    into.cubin(0, size, None, Registration.REGISTERED)


def _refuse_thin_archive(into: Gatherer, _: Buffer, __: int) -> None:
    into.problem("a thin archive: it only names other files")


def _refuse_old_fatbin(into: Gatherer, _: Buffer, __: int) -> None:
    into.problem(TOO_OLD)


# … and one of code that is compiled or linked later, with the format that it is.
_IRS: Mapping[Kind, Callable[[Gatherer, Buffer, bool], str]] = {Kind.TILE_IR: _take_tile, Kind.NVVM_IR: _take_nvvm}

# How a file of a kind is taken that is no program; what has none of these is data.
_TAKES: Mapping[Kind, Callable[[Gatherer, Buffer, int], None]] = {
    Kind.FATBIN: _take_fatbins,
    Kind.CUBIN: _take_cubin,
    Kind.PTX: _take_text,
    Kind.AR: _take_archive,
    Kind.THIN_AR: _refuse_thin_archive,
    Kind.OLD_FATBIN: _refuse_old_fatbin,
}
