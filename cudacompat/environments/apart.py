"""Libraries that lie apart: in folders that programs are told to load from, and in nobody's list of files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from cudacompat.domain.machine.components import Component, Components

_LOADED = re.compile(r"\.(so(\.\d+)*|dll|cubin|fatbin|ptx)$", re.IGNORECASE)
_LIBRARIES = 2_000  # in one folder


def components(folders: Iterable[str], taken: Iterable[str] = ()) -> Components:
    """Return each folder that directly holds libraries, named as the folder, without those in `taken`. A file that
    several links lead to counts once."""
    known = {os.path.realpath(path) for path in taken}
    found: list[Component] = []
    notes: list[str] = []
    for folder in folders:
        libraries = _libraries(Path(folder), known)
        if len(libraries) > _LIBRARIES:
            notes.append(f"{folder}: more than {_LIBRARIES} libraries, so they are not looked at")
        elif libraries:
            found.append(Component(Path(folder).name, "", folder, libraries=libraries, manager="apart"))
    return Components(tuple(found), tuple(notes))


def _libraries(folder: Path, known: set[str]) -> tuple[str, ...]:
    libraries: list[str] = []
    try:
        entries = sorted(entry for entry in folder.iterdir() if _LOADED.search(entry.name) and entry.is_file())
    except OSError:
        return ()
    for entry in sorted(entries, key=lambda entry: entry.is_symlink()):  # the file before the links to it
        real = os.path.realpath(entry)
        if real not in known:
            known.add(real)
            libraries.append(str(entry))
    return tuple(sorted(libraries))
