"""The reply of CMake's file API: which sources of which target are compiled with which flags, whatever the generator.

Source: cmake-file-api(7), object kind `codemodel` version 2 with its `target` files; read from CMake 3.25 and 4.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

FOLDER = ".cmake/api/v1/reply"
QUERY = ".cmake/api/v1/query/codemodel-v2"  # an empty file of this name, before CMake configures, asks for the reply

_MOST_BYTES = 64 << 20  # of one file
_MOST_TARGETS = 20_000
_LINKED = frozenset({"EXECUTABLE", "SHARED_LIBRARY", "MODULE_LIBRARY", "STATIC_LIBRARY"})


def cuda_sources(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield source, target and flags of each CUDA source in the newest reply below this folder, of its first
    configuration; nothing where it holds no codemodel. `ValueError` for what is no reply, `OSError` for what cannot be
    read."""
    indexes = sorted(file.name for file in folder.glob("index-*.json"))
    if not indexes:
        return
    index = _read(folder, indexes[-1])
    for entry in _list(index, "objects"):
        if isinstance(entry, dict) and entry.get("kind") == "codemodel":
            yield from _of_codemodel(folder, _read(folder, entry.get("jsonFile")))
            return


def artifacts(folder: Path) -> tuple[str, ...]:
    """Return the files that the targets of the newest reply below this folder make, in every configuration, as they
    stand there: below the build's folder where they are relative. `ValueError` and `OSError` as above."""
    indexes = sorted(file.name for file in folder.glob("index-*.json"))
    entries = _list(_read(folder, indexes[-1]), "objects") if indexes else []
    found: dict[str, None] = {}
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("kind") != "codemodel":
            continue
        for configuration in _list(_read(folder, entry.get("jsonFile")), "configurations"):
            for each in _list(configuration, "targets")[:_MOST_TARGETS] if isinstance(configuration, dict) else ():
                target = _read(folder, each.get("jsonFile")) if isinstance(each, dict) else {}
                if target.get("type") in _LINKED:
                    paths = (one.get("path") for one in _list(target, "artifacts") if isinstance(one, dict))
                    found.update((path, None) for path in paths if isinstance(path, str))
    return tuple(found)


def _of_codemodel(folder: Path, model: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    configurations = _list(model, "configurations")
    first = configurations[0] if configurations and isinstance(configurations[0], dict) else {}
    for each in _list(first, "targets")[:_MOST_TARGETS]:
        if not isinstance(each, dict):
            continue
        target = _read(folder, each.get("jsonFile"))
        sources = [each.get("path") for each in _list(target, "sources") if isinstance(each, dict)]
        for group in _list(target, "compileGroups"):
            if not isinstance(group, dict) or group.get("language") != "CUDA":
                continue
            fragments = [each for each in _list(group, "compileCommandFragments") if isinstance(each, dict)]
            flags = " ".join(str(each.get("fragment", "")) for each in fragments)
            for number in _list(group, "sourceIndexes"):
                if isinstance(number, int) and 0 <= number < len(sources) and isinstance(sources[number], str):
                    yield str(sources[number]), str(target.get("name", "")), flags


def _read(folder: Path, name: object) -> dict[str, Any]:
    """One file of the reply; its name comes from another one, and has to be a name and nothing more."""
    if not isinstance(name, str) or PurePosixPath(name).name != name or "\\" in name:
        raise ValueError("not a reply of CMake's file API: it names a file elsewhere")
    path = folder / name
    if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{name} is a link, or larger than {_MOST_BYTES >> 20} MiB")
    document = json.loads(path.read_bytes())
    if not isinstance(document, dict):
        raise ValueError(f"{name} is no reply of CMake's file API")
    return document


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []
