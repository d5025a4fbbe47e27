"""Compilers that packages bring along and run themselves: triton's ptxas, jax's. Their bytes say their release; none is
started."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable
from pathlib import Path

_RELEASE = re.compile(rb"Cuda compilation tools, release (\d{1,2})\.(\d{1,2}), V")
_PROGRAM = re.compile(r"^ptxas(?:-blackwell)?(?:\.exe)?$")
_BYTES = 256 << 20  # ptxas of CUDA 13 has 30 MB


def bundled_compilers(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the assemblers among these files, with their release (`ptxas 12.4`), in their order."""
    found = (_release(path) for path in paths if _PROGRAM.match(path.name))
    return tuple(each for each in found if each is not None)


def _release(path: Path) -> str | None:
    try:
        if not path.is_file() or not 0 < path.stat().st_size <= _BYTES:
            return None
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            said = _RELEASE.search(data)
            return f"{path.name.removesuffix('.exe')} {int(said[1])}.{int(said[2])}" if said is not None else None
    except (OSError, ValueError):
        return None
