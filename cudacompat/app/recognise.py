"""Which engine a source tree is, or uses: for the settings that are offered, never for a verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cudacompat.domain.engine import Engine
from cudacompat.engines import ENGINES

_MOST_BYTES = 1 << 20  # of a build file; nobody writes a longer one by hand


@dataclass(frozen=True, slots=True)
class Recognised:
    """An engine, its version where the tree says it, and the file that showed it."""

    engine: Engine
    version: str | None
    file: str


def recognise(folder: Path) -> Recognised | None:
    """Return the engine that the files in this folder show, the most particular first; `None` where none does."""
    return next((found for engine in ENGINES if (found := recognise_as(engine, folder)) is not None), None)


def recognise_as(engine: Engine, folder: Path) -> Recognised | None:
    """Return what shows that this folder is, or uses, this engine; `None` where nothing does."""
    for marker in engine.markers:
        if marker.beside is not None and not (folder / marker.beside).is_file():
            continue
        text = _text(folder / marker.file)
        if text is not None and re.search(marker.recognises, text):
            found = re.search(marker.version, text) if marker.version else None
            version = ".".join(found.groups()) if found else marker.means
            return Recognised(engine, version, str(folder / marker.file))
    return None


def _text(path: Path) -> str | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
