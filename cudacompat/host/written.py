"""The only door to files that are written: whole or not at all, and never something else in place of what is there."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cudacompat.domain.words.errors import UsageError

PREFIX = ".cudacompat-"  # of what lies beside a file while it is written
_NO_NEW_FILE = (errno.EACCES, errno.EPERM, errno.EROFS)
_WRITE = os.O_WRONLY | getattr(os, "O_NOCTTY", 0)
_AT_ONCE = 1 << 20  # bytes of a copy
_MOST_LINKS = 40  # as many as the kernel follows


def save(path: str | Path, data: bytes) -> None:
    """Write one file; see `save_all`."""
    save_all([(Path(path), data)])


def save_all(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write the files: all of them, or none where one cannot be written; `UsageError` says why.

    A regular file is replaced in one step, so that a reader, or a kill, meets the old or the new one; its mode and
    owner stay. One with several names keeps all of them, and one whose folder takes no new file is written too: both in
    place, from a copy that is there already. Links are followed; what is no regular file (a device, a FIFO, a
    descriptor such as /dev/stdout) is opened and written. No file is replaced by an empty one.
    """
    staged: list[_Staged] = []
    path = Path()
    try:
        for path, data in files:
            staged.append(_stage(path, data))
        for each in staged:
            path = each.path
            each.place()
    except OSError as error:
        raise UsageError(refusal(path, error)) from error
    finally:
        for each in staged:
            if each.beside is not None:
                each.beside.unlink(missing_ok=True)


def refusal(path: str | Path, error: OSError) -> str:
    """Return the sentence that says which file the system does not take, and why."""
    return f"cannot write {path}: {(error.strerror or str(error)).lower()}"


@contextlib.contextmanager
def growing(path: str | Path) -> Iterator[BinaryIO]:
    """Give a file for what is too large to be held, which takes the place of the one that is meant when the context
    ends well; else nothing is changed. What `save` writes in place, a device, a FIFO and a descriptor among it, is
    written from a copy at that moment."""
    beside: Path | None = None
    try:
        number, target = _descriptor(Path(path)), Path(os.path.realpath(path))
        found = _there(Path(path), target) if number is None else None
        special = number is not None or (found is not None and not stat.S_ISREG(found.st_mode))
        handle, beside = _room(target, found, elsewhere=special)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if special:
            _copy(beside, os.dup(number) if number is not None else os.open(target, _WRITE))
        else:
            size = beside.stat().st_size
            _require_some(size, path, found)
            if _is_replaced(beside, target, found):
                beside.replace(target)
            elif size:
                with beside.open("rb") as copy, mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    _overwrite(target, data)
    except OSError as error:
        raise UsageError(refusal(path, error)) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def _room(target: Path, found: os.stat_result | None, *, elsewhere: bool) -> tuple[int, Path]:
    """An open file beside the target, or among the temporary ones where its folder takes no new file."""
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=None if elsewhere else target.parent)
    except OSError as error:
        if found is None or error.errno not in _NO_NEW_FILE:
            raise
        handle, name = tempfile.mkstemp(prefix=PREFIX)
    return handle, Path(name)


def _is_replaced(beside: Path, target: Path, found: os.stat_result | None) -> bool:
    """Whether the copy can take the place of the target, and is made like it."""
    alone = found is None or found.st_nlink == 1
    return alone and beside.parent == target.parent and _make_alike(beside, target, found)


def _copy(beside: Path, number: int) -> None:
    """Write a file to a descriptor and close that; whoever stopped reading has seen enough."""
    with contextlib.suppress(BrokenPipeError), beside.open("rb") as file, os.fdopen(number, "wb") as out:
        shutil.copyfileobj(file, out, _AT_ONCE)


def append(path: str | Path, data: bytes) -> None:
    """Add to the end of a file, which is made where it is not there; `OSError` where that cannot be."""
    with Path(path).open("ab") as file:
        file.write(data)


def cut(path: str | Path, size: int) -> None:
    """Take off what a file has after its first `size` bytes; `UsageError` where that cannot be."""
    try:
        with Path(path).open("r+b") as file:
            file.truncate(size)
    except OSError as error:
        raise UsageError(refusal(path, error)) from error


def make_folder(path: str | Path) -> None:
    """Make the folder and those above it; `UsageError` where that cannot be."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the directory {path}: {(error.strerror or str(error)).lower()}") from error


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file about to be written: how, and what lies beside it until then."""

    path: Path
    place: Callable[[], None]
    beside: Path | None = None


def _stage(path: Path, data: bytes) -> _Staged:
    number = _descriptor(path)
    if number is not None:
        return _Staged(path, lambda: _write_to(os.dup(number), data))
    target = Path(os.path.realpath(path))
    found = _there(path, target)
    if found is None:
        return _beside(target, data, None)
    if not stat.S_ISREG(found.st_mode):
        return _Staged(path, lambda: _write_to(os.open(target, _WRITE), data))
    _require_some(len(data), path, found)
    return _beside(target, data, found)


def _there(path: Path, target: Path) -> os.stat_result | None:
    """What is there now, `None` for nothing; `UsageError` for what cannot be written."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise UsageError(f"cannot write {path}: it is a directory")
    if stat.S_ISREG(found.st_mode) and not os.access(target, os.W_OK):
        raise UsageError(f"cannot write {path}: it is read-only")
    return found


def _require_some(size: int, path: str | Path, found: os.stat_result | None) -> None:
    """`UsageError` where nothing would take the place of a file that holds something."""
    if not size and found is not None and found.st_size:
        raise UsageError(f"cannot write {path}: there is nothing to write, and the file is not empty")


def _descriptor(path: Path) -> int | None:
    """The number of this process's own descriptor that a path stands for: /dev/stdout, /dev/fd/63.

    Such a path is not opened again: of a socket that fails, and a file would be written from its beginning.
    """
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(path.parent)
        if path.name.isdigit() and folder in ("/dev/fd", f"/proc/{os.getpid()}/fd"):
            return int(path.name)
        try:
            path = Path(folder, path.readlink())
        except OSError:
            return None
    return None


def _write_to(number: int, data: bytes) -> None:
    """Write to a descriptor and close it; whoever stopped reading has seen enough."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(number, "wb") as file:
        file.write(data)


def _beside(target: Path, data: bytes, found: os.stat_result | None) -> _Staged:
    """Write the data beside its place first."""
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=target.parent)
    except OSError as error:
        if found is None or error.errno not in _NO_NEW_FILE:
            raise
        return _Staged(target, lambda: _overwrite(target, data))  # the folder takes no new file, the file itself does
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        alike = _make_alike(beside, target, found)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if found is not None and (found.st_nlink > 1 or not alike):
        return _Staged(target, lambda: _overwrite(target, data), beside)
    return _Staged(target, lambda: _replace(beside, target, data, there=found is not None), beside)


def _make_alike(beside: Path, target: Path, found: os.stat_result | None) -> bool:
    """Give the new file the mode, owner and attributes of the old one, and return whether it has them now."""
    if found is None:
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)  # as open() would have made it; temporary files are 0600
        return True
    own = beside.stat()
    try:
        if (own.st_uid, own.st_gid) != (found.st_uid, found.st_gid):
            os.chown(beside, found.st_uid, found.st_gid)
        beside.chmod(stat.S_IMODE(found.st_mode))
        for name, value in _attributes(target):
            os.setxattr(beside, name, value)
    except (OSError, AttributeError):  # another's file, which may still be written in place
        return False
    return True


def _attributes(path: Path) -> Iterator[tuple[str, bytes]]:
    """The attributes that go with the data, access lists among them; labels of security modules come by themselves."""
    try:
        names = os.listxattr(path)
    except (OSError, AttributeError):  # a system or a file system without them
        return
    for name in names:
        if not name.startswith("security."):
            yield name, os.getxattr(path, name)


def _replace(beside: Path, target: Path, data: bytes, *, there: bool) -> None:
    try:
        beside.replace(target)
    except OSError:
        if not there:
            raise
        _overwrite(target, data)  # a file that is a mount of its own cannot be replaced


def _overwrite(target: Path, data: bytes | mmap.mmap) -> None:
    """Write a file in place: its room first, so that a full disk changes nothing, and its end last."""
    handle = os.open(target, os.O_WRONLY)
    with os.fdopen(handle, "wb", buffering=0) as file:
        _reserve(handle, len(data))
        with memoryview(data) as whole:
            at = 0
            while at < len(whole):
                with whole[at : at + _AT_ONCE] as part:
                    at += file.write(part) or 0
        file.truncate(len(data))
        os.fsync(handle)


def _reserve(handle: int, size: int) -> None:
    """Have the file system keep room for that many bytes, where it can."""
    before = os.fstat(handle).st_size
    if size <= before or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        os.ftruncate(handle, before)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
