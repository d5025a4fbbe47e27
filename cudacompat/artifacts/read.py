"""The way in: paths in, device code out. Reads bytes, runs nothing, needs no CUDA."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from cudacompat.artifacts.binaries.buffer import Allowance, Buffer, FileBuffer, UnreadableError
from cudacompat.artifacts.binaries.ptx import SNIFFED, is_ptx
from cudacompat.artifacts.binary import read_binary
from cudacompat.artifacts.containers.folders import NOT_REGULAR, EntryKind, FolderEntry, walk, why_not
from cudacompat.artifacts.sniff import HEAD, Kind, sealed_as, sniff
from cudacompat.domain.words.code import BinaryArtifact, NotRead, ReadResult
from cudacompat.domain.words.errors import UsageError

_GIB = 1 << 30
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

_LINK_OUTSIDE = "a symbolic link to device code outside the folder named: name its target to have it judged"


def read_paths(paths: Sequence[str], *, kernels: bool, on_file: Callable[[str], None] | None = None) -> ReadResult:
    """Read the device code of files, folders and zips.

    With `kernels`, images are inflated for the names of their kernels; without, headers are all that is read.
    `on_file` is told of each file before it is read. `UsageError` for a path that does not exist, and before
    any is read; all else that goes wrong is in the result.
    """
    for path in paths:
        if not _exists(path):
            raise UsageError(f"no such file or directory: {path}")
    reader = _Reader(kernels=kernels, on_file=on_file or _nobody)
    for path in paths:
        reader.path(path)
    return reader.result()


def _exists(path: str) -> bool:
    """Whether something is there, readable or not (a file that may not be looked at is not missing)."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return bool(path)


def _nobody(_: str) -> None:
    pass


class _Yield(NamedTuple):
    """What the reading of one file gave: was there device code, was there anything unread."""

    code: bool
    unread: bool


class _Reader:
    def __init__(self, *, kernels: bool, on_file: Callable[[str], None]) -> None:
        self._kernels = kernels
        self._on_file = on_file
        self._artifacts: list[BinaryArtifact] = []
        self._not_read: list[NotRead] = []
        self._files = 0
        self._without_code = 0
        self._barren: list[str] = []
        self._sealed: list[tuple[str, str]] = []
        self._done: dict[tuple[int, int], _Yield] = {}
        self._outside: list[tuple[str, tuple[int, int], str]] = []

    def result(self) -> ReadResult:
        for path, target, why in self._outside:
            if target not in self._done:
                self._refuse(path, why)
        return ReadResult(
            tuple(self._artifacts),
            tuple(self._not_read),
            self._files,
            self._without_code,
            tuple(dict.fromkeys(self._barren)),
        )

    def path(self, path: str) -> None:
        """Read one path that the user named."""
        self._sealed = []
        code = unread = False
        for place in walk(path):
            one = self._place(place, named=place.path == path)
            code, unread = code or one.code, unread or one.unread
        if code or unread:
            return
        if self._sealed:
            first, what = self._sealed[0]
            more = f" (and {len(self._sealed) - 1} more inside)" if len(self._sealed) > 1 else ""
            where = "" if first == path else f"{first} is "
            self._refuse(path, f"{where}{what}, which is not opened{more}")
            return
        self._barren.append(path)

    def _place(self, place: FolderEntry, *, named: bool) -> _Yield:
        if place.step is EntryKind.PROBLEM:
            return self._refuse(place.path, place.why)
        if place.step is EntryKind.OUTSIDE:
            return self._outside_link(place.path)
        return self._file(place.path, named=named)

    def _refuse(self, path: str, why: str) -> _Yield:
        self._not_read.append(NotRead(path, why))
        return _Yield(code=False, unread=True)

    def _file(self, path: str, *, named: bool) -> _Yield:
        try:
            handle = os.open(path, _OPEN)
        except OSError as error:
            return self._refuse(path, why_not(error))
        with os.fdopen(handle, "rb", buffering=0) as file:
            try:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    return self._refuse(path, NOT_REGULAR)
                identity = (status.st_dev, status.st_ino)
                if identity in self._done and status.st_ino:
                    return self._done[identity]
                self._on_file(path)
                one = self._open_file(path, file, status.st_size, named=named)
            except OSError as error:
                one = self._refuse(path, why_not(error))
                identity = (0, 0)
            self._done[identity] = one
            return one

    def _open_file(self, path: str, file: io.FileIO, size: int, *, named: bool) -> _Yield:
        head = file.read(HEAD) or b""
        kind = sniff(head, size)
        if kind is Kind.MAYBE_PTX:
            head += file.read(SNIFFED) or b""
            kind = Kind.PTX if is_ptx(head) else Kind.OTHER
        if kind is Kind.ZIP:
            return self._zip(path, file, size, 0, Allowance(max(_GIB, 100 * size)))
        if size == 0 or (kind is Kind.OTHER and (not named or b"\0" not in head)) or kind is Kind.SEALED:
            return self._plain(path, head, kind)
        return self._binary(path, FileBuffer(file.fileno(), size), kind)

    def _plain(self, path: str, head: bytes, kind: Kind) -> _Yield:
        """Count a file of which nothing more is read."""
        self._files += 1
        self._without_code += 1
        if kind is Kind.SEALED:
            self._sealed.append((path, sealed_as(head) or "an archive"))
        return _Yield(code=False, unread=False)

    def _binary(self, path: str, buffer: Buffer, kind: Kind) -> _Yield:
        self._files += 1
        try:
            artifact, problems = read_binary(path, buffer, kind, kernels=self._kernels)
        except MemoryError:
            artifact, problems = None, ("it does not fit in memory",)
        self._not_read += [NotRead(path, why) for why in problems]
        if artifact is not None:
            self._artifacts.append(artifact)
        elif not problems:
            self._without_code += 1
        return _Yield(artifact is not None, bool(problems))

    def _zip(self, path: str, stream: IO[bytes], size: int, depth: int, allowance: Allowance) -> _Yield:
        from cudacompat.artifacts.containers.zips import DEEPEST, MOST_MEMBERS, ZipReader  # zipfile is slow to import

        code = unread = False
        try:
            reader = ZipReader(stream, size, allowance)
        except UnreadableError as error:
            return self._refuse(path, str(error))
        if reader.too_many:
            unread = self._refuse(path, f"more than {MOST_MEMBERS} members: only so many were read").unread
        for member in reader.members():
            name = f"{path}!/{member.name}"
            if member.why is not None:
                self._files += 1
                one = self._refuse(name, member.why)
            elif member.data is None:
                one = self._plain(name, member.head, member.kind)
            elif member.kind is Kind.ZIP and depth >= DEEPEST:
                one = self._refuse(name, f"zips nested deeper than {DEEPEST}")
            else:
                self._on_file(name)
                if member.kind is Kind.ZIP:
                    inner = io.BytesIO(member.data)
                    one = self._zip(name, inner, len(member.data), depth + 1, allowance)
                else:
                    one = self._binary(name, member.data, member.kind)
            code, unread = code or one.code, unread or one.unread
            del member  # or its bytes stay while those of the next are inflated
        return _Yield(code, unread)

    def _outside_link(self, path: str) -> _Yield:
        """Look where a link leads that is not followed: device code there, unless named too, was not judged."""
        try:
            status = Path(path).stat()
        except OSError as error:
            return self._refuse(path, why_not(error))
        probe = _Reader(kernels=False, on_file=self._on_file)
        one = probe._file(path, named=False)
        if not one.code and not one.unread:
            return one
        why = _LINK_OUTSIDE if one.code else probe._not_read[0].why
        self._outside.append((path, (status.st_dev, status.st_ino), why))
        return _Yield(code=False, unread=True)
