"""Compilers that packages bring along and run themselves: triton's ptxas, jax's. Their bytes say their release; none is
started."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path

from cudacompat.domain.words.compiler_files import LARGEST, is_assembler, release_in


def bundled_compilers(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the assemblers among these files, with their release (`ptxas 12.4`), in their order."""
    found = (_release(path) for path in paths if is_assembler(path.name))
    return tuple(each for each in found if each is not None)


def _release(path: Path) -> str | None:
    try:
        if not path.is_file() or not 0 < path.stat().st_size <= LARGEST:
            return None
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            said = release_in(data)
            return f"{path.name.removesuffix('.exe')} {said}" if said is not None else None
    except (OSError, ValueError):
        return None
