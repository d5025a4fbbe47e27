"""Where a module's bytes lie on the disk: for asking a driver, which takes bytes and no verdicts."""

from __future__ import annotations

import struct
import tempfile
import zipfile
from pathlib import Path

from cudacompat.artifacts.binaries.fatbin import HEADER_SIZE, MAGIC
from cudacompat.domain.words.code import DeviceModule, NotRead
from cudacompat.domain.words.errors import UsageError

_INTO = "!/"
_CHUNK = 1 << 20
_LARGEST = 8 << 30  # bytes of one member taken out of a zip


def size_of(path: Path, module: DeviceModule) -> int:
    """The bytes of a module from its offset on: a fatbin states them, a bare image is all of its one entry."""
    with path.open("rb") as file:
        file.seek(module.offset)
        head = file.read(HEADER_SIZE)
    if head[:4] == MAGIC and len(head) == HEADER_SIZE:
        (size,) = struct.unpack_from("<Q", head, 8)
        return HEADER_SIZE + int(size)
    return sum(entry.size for entry in module.entries)


class OnDisk:
    """Gives the file that a path of the reader names; a member of a zip is copied to a folder of its own, which ends
    with this object."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cudacompat-")
        self._made: dict[str, Path] = {}

    def __enter__(self) -> OnDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def file(self, path: str) -> Path | NotRead:
        """The file, or why there is none."""
        if Path(path).is_file():
            return Path(path)
        outer, _, inner = path.rpartition(_INTO)
        if not outer:
            return NotRead(path, "it is not there any more")
        zipped = self.file(outer)
        if isinstance(zipped, NotRead):
            return NotRead(path, zipped.why)
        if path not in self._made:
            target = Path(self._folder.name) / str(len(self._made))  # never a name of the archive's
            try:
                _copy(zipped, inner, target)
            except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, UsageError) as error:
                return NotRead(path, f"cannot be taken out of the archive: {error}")
            self._made[path] = target
        return self._made[path]


def _copy(zipped: Path, name: str, target: Path) -> None:
    with zipfile.ZipFile(zipped) as archive, archive.open(name) as source, target.open("wb") as file:
        left = _LARGEST
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise UsageError(f"larger than {_LARGEST >> 30} GiB")
            file.write(chunk)
