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
    for configuration in _configurations(folder)[:1]:
        for target in _targets(folder, configuration):
            yield from _cuda_sources_of(target)


def artifacts(folder: Path) -> tuple[str, ...]:
    """Return the files that the targets of the newest reply below this folder make, in every configuration, as they
    stand there: below the build's folder where they are relative. `ValueError` and `OSError` as above."""
    found: dict[str, None] = {}
    for configuration in _configurations(folder):
        for target in _targets(folder, configuration):
            if target.get("type") in _LINKED:
                paths = (each.get("path") for each in _objects(target, "artifacts"))
                found.update((path, None) for path in paths if isinstance(path, str))
    return tuple(found)


def _configurations(folder: Path) -> list[dict[str, Any]]:
    """The configurations of the codemodel in the newest reply; none where there is no reply with one."""
    indexes = sorted(file.name for file in folder.glob("index-*.json"))
    for entry in _objects(_read(folder, indexes[-1]), "objects") if indexes else ():
        if entry.get("kind") == "codemodel":
            return _objects(_read(folder, entry.get("jsonFile")), "configurations")
    return []


def _targets(folder: Path, configuration: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in _objects(configuration, "targets")[:_MOST_TARGETS]:
        yield _read(folder, each.get("jsonFile"))


def _cuda_sources_of(target: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    sources = [each.get("path") for each in _objects(target, "sources")]
    for group in _objects(target, "compileGroups"):
        if group.get("language") != "CUDA":
            continue
        flags = " ".join(str(each.get("fragment", "")) for each in _objects(group, "compileCommandFragments"))
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
        raise ValueError(f"{name} is not a reply of CMake's file API")
    return document


def _objects(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [each for each in _list(document, key) if isinstance(each, dict)]


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []
