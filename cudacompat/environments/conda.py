"""What conda, mamba or pixi installed: the lists in `conda-meta` of an environment, a JSON file a package.

Python packages have a list of pip's kind as well; a library is of the package whose list is read first.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cudacompat.domain.machine.components import Component, Components
from cudacompat.places.there import is_own_file

_LOADED = re.compile(r"\.(so(\.\d+)*|dll|pyd|cubin|fatbin|ptx)$", re.IGNORECASE)
_LIST_BYTES = 64 << 20  # of one list; cuda-toolkit's has some hundred kilobytes
_LIBRARIES = 20_000  # in all


def components(prefix: str, taken: Iterable[str] = ()) -> Components:
    """Return the packages of the conda environment in `prefix` that list libraries which are there, by name; without
    the libraries in `taken`, and without links, whose file is listed itself. None where it is no conda environment."""
    folder = Path(prefix)
    known = {os.path.realpath(path) for path in taken}
    found: list[Component] = []
    notes: list[str] = []
    total = 0
    for listed in _lists(folder):
        package = _read(listed)
        if package is None:
            notes.append(f"{listed}: not understood, so its files are not looked at")
            continue
        libraries = _libraries(folder, package["files"], known)
        total += len(libraries)
        if total > _LIBRARIES:
            notes.append(
                f"more than {_LIBRARIES} libraries in conda packages: those from {listed.stem} on are left out"
            )
            break
        if libraries:
            found.append(Component(package["name"], package["version"], prefix, libraries=libraries, manager="conda"))
    return Components(tuple(sorted(found, key=lambda each: (each.package.lower(), each.version))), tuple(notes))


def _lists(folder: Path) -> list[Path]:
    try:
        return sorted((folder / "conda-meta").glob("*.json"))
    except OSError:
        return []


def _read(path: Path) -> dict[str, Any] | None:
    """Name, version and files of a package; `None` for what is not such a list."""
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(_LIST_BYTES))
        files = said["files"]
        if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
            return None
        return {"name": str(said["name"]), "version": str(said["version"]), "files": files}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _libraries(folder: Path, files: list[str], known: set[str]) -> tuple[str, ...]:
    """The libraries that lie in the environment: a list is a stranger's, and may name any file."""
    paths = (Path(os.path.normpath(folder / name)) for name in files if _LOADED.search(name))
    there = [path for path in paths if path.is_relative_to(folder) and is_own_file(path)]
    return tuple(sorted({str(path) for path in there if os.path.realpath(path) not in known}))
