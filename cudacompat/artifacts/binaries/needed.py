"""What a program or library asks the loader for: the entries of its ELF's dynamic section."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.artifacts.binaries import elf
from cudacompat.artifacts.binaries.buffer import Buffer, UnreadableError

_SHT_DYNAMIC = 6
_DT_NEEDED, _DT_RPATH, _DT_RUNPATH = 1, 15, 29
_MOST = 4096  # entries of a dynamic section; the largest that was seen has some 200
# cuBLAS is numbered as the CUDA release that it is part of, and has the runtime of that release linked in.
_CUDART = re.compile(r"lib(?:cudart|cublas|cublasLt)\.so\.(\d{1,3})(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Dynamic:
    """The libraries that an ELF names, and the folders in which it says that they lie, `$ORIGIN` as it is written.
    `is_rpath` is whether the loader looks into these before LD_LIBRARY_PATH (DT_RPATH without DT_RUNPATH)."""

    needed: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    is_rpath: bool = False


def cuda_runtime(buffer: Buffer) -> int | None:
    """Return the major release of the CUDA runtime library that an ELF needs (13 of `libcudart.so.13`, or of
    `libcublas.so.13`, which has it), `None` if it names none: with the runtime linked in, the bytes do not show its
    release. Of several the newest counts."""
    found = [_CUDART.fullmatch(name) for name in dynamic(buffer).needed]
    return max((int(match[1]) for match in found if match), default=None)


def dynamic(buffer: Buffer) -> Dynamic:
    """Return what an ELF asks the loader for; nothing where it asks for nothing, or cannot be read."""
    try:
        image = elf.open_elf(buffer, 0, len(buffer))
        table = elf.headers(buffer, image) if image.entries else []
        entries = [each for header in table for each in _entries(buffer, image, table, dynamic=header)]
    except UnreadableError:
        return Dynamic()
    paths = [path for tag, text in entries if tag != _DT_NEEDED for path in text.split(":") if path]
    tags = {tag for tag, _ in entries}
    needed = tuple(text for tag, text in entries if tag == _DT_NEEDED)
    return Dynamic(needed, tuple(dict.fromkeys(paths)), is_rpath=_DT_RPATH in tags and _DT_RUNPATH not in tags)


def _entries(buffer: Buffer, image: elf.Elf, table: list[elf.Header], dynamic: elf.Header) -> list[tuple[int, str]]:
    """The entries that name a library or folders, with their tags."""
    if dynamic.type != _SHT_DYNAMIC or dynamic.link >= len(table):
        return []
    entry = image.layout.pair
    start = image.start + dynamic.offset
    end = min(start + dynamic.size, start + _MOST * entry.size, image.end)
    whole = bytes(buffer[start:end])
    whole = whole[: len(whole) - len(whole) % entry.size]
    strings = table[dynamic.link]
    names = (
        (tag, elf.name_at(buffer, image, strings, offset=value))
        for tag, value in entry.iter_unpack(whole)
        if tag in (_DT_NEEDED, _DT_RPATH, _DT_RUNPATH)
    )
    return [(tag, name) for tag, name in names if name is not None]
