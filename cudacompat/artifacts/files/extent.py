"""Where a module's bytes lie on the disk: for asking a driver, which takes bytes and no verdicts."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

from cudacompat.artifacts.binaries.fatbin_headers import HEADER_SIZE, MAGIC
from cudacompat.artifacts.containers.base import BudgetSpentError
from cudacompat.artifacts.files.extract import bytes_of
from cudacompat.domain.words.code import DeviceModule, NotRead
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.paths import ArtifactPath


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
        parsed = ArtifactPath.parse(path)
        if not Path(parsed.outer).is_file():
            return NotRead(parsed, "it is not there any more")
        if not parsed.members:
            return Path(parsed.outer)
        if path not in self._made:
            target = Path(self._folder.name) / str(len(self._made))  # never a name of the archive's
            try:
                with target.open("wb") as file:
                    for piece in bytes_of(parsed):
                        file.write(piece)
            except (OSError, RuntimeError, ValueError, LookupError, CudacompatError, BudgetSpentError) as error:
                return NotRead(parsed, f"cannot be taken out of the archive: {error}")
            self._made[path] = target
        return self._made[path]
