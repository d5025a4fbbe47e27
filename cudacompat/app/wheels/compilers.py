"""The compilers inside a wheel, read as a stream: none is unpacked, none is started."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from cudacompat.domain.words.compiler_files import LARGEST, LONGEST_MARK, compiler_name, release_in

_CHUNK = 1 << 20
_MOST = 40  # members of one wheel that are looked into


def compilers_in(wheel: zipfile.ZipFile) -> tuple[str, ...]:
    """Return the compilers in the wheel with the release that each of them names (`ptxas 12.8.93`), in the order of
    their names. One that is damaged or names none is left out."""
    found: dict[str, None] = {}
    for name, member in _members(wheel):
        release = _release(wheel, member)
        if release is not None:
            found[f"{name} {release}"] = None
    return tuple(sorted(found))


def _members(wheel: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    left = _MOST
    for member in wheel.infolist():
        name = compiler_name(PurePosixPath(member.filename).name)
        if name is not None and 0 < member.file_size <= LARGEST and left:
            left -= 1
            yield name, member


def _release(wheel: zipfile.ZipFile, member: zipfile.ZipInfo) -> str | None:
    """The release in the bytes of a member: a mark may lie across two pieces."""
    try:
        with wheel.open(member) as stream:
            before = b""
            while piece := stream.read(_CHUNK):
                held = before + piece
                release = release_in(held, build=True)
                if release is not None and not _may_go_on(held):
                    return release
                before = held[-LONGEST_MARK:]
            return release_in(before, build=True)
    except (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return None


def _may_go_on(held: bytes) -> bool:
    """Whether the mark that was found may be cut off by the end of what is there."""
    return release_in(held[-LONGEST_MARK:]) is not None
