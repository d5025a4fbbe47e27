"""Lock files: uv.lock, poetry.lock, pdm.lock, Pipfile.lock and pylock.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.utils import canonicalize_name

from cudacompat.artifacts.buildfiles.toml import toml_document
from cudacompat.artifacts.requirements.base import (
    LaterFormatError,
    Origin,
    ReadRequirements,
    all_made,
    applies,
    exact,
    made,
)
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import Requirement, index_name

Table = Mapping[str, Any]


def uv(text: str, file: str) -> ReadRequirements:
    """Return the packages of a uv.lock; `LaterFormatError` for a newer format, `ValueError` for no such file."""
    document = toml_document(text)
    _held_to(document.get("version"), 1, "uv.lock", key="version")
    places = _Places(text)
    found = []
    for package in _tables(document, "package"):
        source = _table(package, "source")
        if any(key in source for key in ("virtual", "editable", "directory", "path")):
            continue
        markers = package.get("resolution-markers") or [None]
        if not any(applies(each) for each in markers if each is None or isinstance(each, str)):
            continue
        address = str(source.get("registry") or source.get("url") or source.get("git") or "")
        found.append(_locked(package, file, places, address=address))
    return ReadRequirements(all_made(found))


def poetry(text: str, file: str) -> ReadRequirements:
    """Return the packages of a poetry.lock; `LaterFormatError` for a newer format, `ValueError` for no such file."""
    document = toml_document(text)
    _held_to(_table(document, "metadata").get("lock-version"), 2, "poetry.lock", key="lock-version")
    places = _Places(text)
    found = []
    for package in _tables(document, "package"):
        source = package.get("source")
        address = str(source.get("url", "")) if isinstance(source, dict) else ""
        if isinstance(source, dict) and source.get("type") in ("directory", "file"):
            continue
        marker = package.get("markers")
        if not applies(marker if isinstance(marker, str) else None):
            continue
        found.append(_locked(package, file, places, address=address))
    return ReadRequirements(all_made(found))


def pdm(text: str, file: str) -> ReadRequirements:
    """Return the packages of a pdm.lock; `LaterFormatError` for a newer format, `ValueError` for no such file."""
    document = toml_document(text)
    _held_to(_table(document, "metadata").get("lock_version"), 4, "pdm.lock", key="lock_version")
    places = _Places(text)
    found = []
    for package in _tables(document, "package"):
        marker = package.get("marker")
        if package.get("path") or not applies(marker if isinstance(marker, str) else None):
            continue
        files = [str(each.get("url", "")) for each in package.get("files", ()) if isinstance(each, dict)]
        found.append(_locked(package, file, places, address=str(package.get("url") or next(filter(None, files), ""))))
    return ReadRequirements(all_made(found))


def pylock(text: str, file: str) -> ReadRequirements:
    """Return the packages of a pylock.toml (PEP 751); `LaterFormatError` for a newer format, `ValueError` for no such
    file."""
    document = toml_document(text)
    _held_to(document.get("lock-version"), 1, "pylock.toml", key="lock-version")
    places = _Places(text)
    found = []
    for package in _tables(document, "packages"):
        marker = package.get("marker")
        if package.get("directory") or not applies(marker if isinstance(marker, str) else None):
            continue
        wheels = [str(each.get("url", "")) for each in package.get("wheels", ()) if isinstance(each, dict)]
        found.append(
            _locked(package, file, places, address=str(package.get("index") or next(filter(None, wheels), "")))
        )
    return ReadRequirements(all_made(found))


def pipfile(text: str, file: str) -> ReadRequirements:
    """Return the packages of a Pipfile.lock; `LaterFormatError` for a newer format, `ValueError` for no such file."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON: {str(error)[:80]}") from None
    if not isinstance(document, dict) or not isinstance(document.get("_meta"), dict):
        raise ValueError("no Pipfile.lock: it has no _meta")
    meta = document["_meta"]
    _held_to(meta.get("pipfile-spec"), 6, "Pipfile.lock", key="pipfile-spec")
    sources = {
        str(each.get("name")): index_name(str(each.get("url", "")))
        for each in meta.get("sources", ())
        if isinstance(each, dict)
    }
    found: list[Requirement | None] = []
    for part in ("default", "develop"):
        found += _of_pipfile(document, part, text, file=file, sources=sources)
    return ReadRequirements(all_made(found))


def _of_pipfile(
    document: Table, part: str, text: str, file: str, *, sources: Mapping[str, str]
) -> Iterator[Requirement | None]:
    section = document.get(part)
    for name, row in section.items() if isinstance(section, dict) else ():
        version = exact(str(row.get("version", ""))) if isinstance(row, dict) else None
        if version is None or not applies(row.get("markers") if isinstance(row.get("markers"), str) else None):
            continue
        line = _line(text, rf'"{re.escape(str(name))}"\s*:')
        index = sources.get(str(row.get("index")), PYPI)
        yield made(
            str(canonicalize_name(str(name))), f"=={version}", f"{name}=={version}", line=line,
            origin=Origin(file), locked=True, own_index=index, group="" if part == "default" else part,
        )  # fmt: skip


def _line(text: str, pattern: str) -> int:
    match = re.search(pattern, text)
    return text.count("\n", 0, match.start()) + 1 if match is not None else 1


def _locked(package: Table, file: str, places: _Places, address: str) -> Requirement | None:
    name, version = package.get("name"), package.get("version")
    if not isinstance(name, str):
        return None
    line = places.line_of(name)
    if not isinstance(version, str):
        return None
    return made(
        str(canonicalize_name(name)), f"=={version}", f"{name}=={version}", line=line,
        origin=Origin(file), locked=True, own_index=index_name(address) if address else PYPI,
    )  # fmt: skip


def _table(of: Table, key: str) -> Table:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def _tables(document: Table, key: str) -> Sequence[Table]:
    found = document.get(key)
    if not isinstance(found, list):
        return ()
    return [each for each in found if isinstance(each, dict)]


def _held_to(said: object, newest: int, kind: str, key: str) -> None:
    """`LaterFormatError` where the file's own format is newer than the newest that is read."""
    if said is None:
        raise ValueError(f"no {kind}: it has no {key}")
    head = str(said).partition(".")[0]
    if not head.isdigit():
        raise ValueError(f"no {kind}: its {key} is {str(said)[:20]!r}")
    if int(head) > newest:
        raise LaterFormatError(f"{kind} of format {said}: formats up to {newest} are read")


class _Places:
    """The lines on which packages of a lock in TOML are named, each name's in order."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("name = "):
                self._lines.setdefault(line[7:].strip().strip("\"'"), []).append(number)

    def line_of(self, name: str) -> int:
        """Return the next line that names it; 1 where none does."""
        lines = self._lines.get(name)
        return lines.pop(0) if lines else 1
