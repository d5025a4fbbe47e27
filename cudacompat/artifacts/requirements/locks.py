"""Lock files: uv.lock, poetry.lock, pdm.lock, Pipfile.lock and pylock.toml."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from packaging.utils import canonicalize_name

from cudacompat.artifacts.buildfiles.toml import toml_document
from cudacompat.artifacts.requirements.base import (
    PYTHONS,
    LaterFormatError,
    Origin,
    ReadRequirements,
    Table,
    exact,
    first_lines,
    made,
    pythons_of,
    table,
)
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import Requirement, index_name


@dataclass(frozen=True, slots=True)
class TomlLock:
    """How a lock in TOML is read: where its format's version is (a path of keys) and the newest that is read; the key
    of its packages; which of them are the project itself or lie in its directory (`own`); their markers (one that holds
    is enough), and the address that a package comes from (empty: PyPI)."""

    file: str
    version: tuple[str, ...]
    newest: int
    packages: str
    own: Callable[[Table], bool]
    markers: Callable[[Table], object]
    address: Callable[[Table], object]


def _first_url(package: Table, key: str) -> str:
    files = package.get(key)
    urls = [each.get("url") for each in files if isinstance(each, dict)] if isinstance(files, list) else []
    return next((url for url in urls if isinstance(url, str) and url), "")


def _uv_address(package: Table) -> object:
    source = table(package, "source")
    return source.get("registry") or source.get("url") or source.get("git")


UV = TomlLock(
    "uv.lock", ("version",), 1, "package",
    own=lambda package: bool({"virtual", "editable", "directory", "path"} & table(package, "source").keys()),
    markers=lambda package: package.get("resolution-markers"),
    address=_uv_address,
)  # fmt: skip
POETRY = TomlLock(
    "poetry.lock", ("metadata", "lock-version"), 2, "package",
    own=lambda package: table(package, "source").get("type") in ("directory", "file"),
    markers=lambda package: package.get("markers"),
    address=lambda package: table(package, "source").get("url"),
)  # fmt: skip
PDM = TomlLock(
    "pdm.lock", ("metadata", "lock_version"), 4, "package",
    own=lambda package: bool(package.get("path")),
    markers=lambda package: package.get("marker"),
    address=lambda package: package.get("url") or _first_url(package, "files"),
)  # fmt: skip
PYLOCK = TomlLock(
    "pylock.toml", ("lock-version",), 1, "packages",
    own=lambda package: bool(package.get("directory")),
    markers=lambda package: package.get("marker"),
    address=lambda package: package.get("index") or _first_url(package, "wheels"),
)  # fmt: skip


def toml_lock(kind: TomlLock, text: str, file: str) -> ReadRequirements:
    """Return the packages of a lock in TOML; `LaterFormatError` for a newer format, `ValueError` for no such file."""
    document = toml_document(text)
    said: object = document
    for key in kind.version:
        said = said.get(key) if isinstance(said, dict) else None
    _held_to(said, kind.newest, kind.file, key=kind.version[-1])
    places = _Places(text)
    found: list[Requirement] = []
    wrong: list[tuple[int, str]] = []
    packages = document.get(kind.packages)
    for package in packages if isinstance(packages, list) else ():
        if not isinstance(package, dict) or kind.own(package):
            continue
        pythons = _pythons(kind.markers(package))
        if not pythons:
            continue
        name, version = package.get("name"), package.get("version")
        line = places.line_of(name) if isinstance(name, str) else 1
        if not isinstance(name, str) or not isinstance(version, str):
            wrong.append((line, f"a package without {'a version' if isinstance(name, str) else 'a name'}"))
            continue
        address = kind.address(package)
        index = index_name(address) if isinstance(address, str) and address else PYPI
        found.append(_locked(name, version, file, line=line, index=index, pythons=pythons))
    return ReadRequirements(tuple(found), not_understood=tuple(wrong))


def _pythons(markers: object) -> frozenset[str]:
    """The Pythons for which one of the markers holds."""
    if not isinstance(markers, list):
        return pythons_of(markers)
    return frozenset().union(*map(pythons_of, markers)) if markers else PYTHONS


uv = partial(toml_lock, UV)
poetry = partial(toml_lock, POETRY)
pdm = partial(toml_lock, PDM)
pylock = partial(toml_lock, PYLOCK)


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
    rows = meta.get("sources")
    sources = {
        str(each.get("name")): index_name(str(each.get("url", "")))
        for each in (rows if isinstance(rows, list) else ())
        if isinstance(each, dict)
    }
    default = _of_pipfile(document, "default", text, file=file, sources=sources)
    develop = _of_pipfile(document, "develop", text, file=file, sources=sources)
    return ReadRequirements((*default, *develop))


def _of_pipfile(
    document: Table, part: str, text: str, file: str, *, sources: Mapping[str, str]
) -> Iterator[Requirement]:
    lines = first_lines(text, r'"([^"\\]*+)"\s*+:')
    for name, row in table(document, part).items():
        version = exact(str(row.get("version", ""))) if isinstance(row, dict) else None
        pythons = pythons_of(row.get("markers")) if version is not None else frozenset()
        if version is None or not pythons:
            continue  # without a version: the project itself, or a checkout
        line = lines.get(str(name), 1)
        index = sources.get(str(row.get("index")), PYPI)
        group = "" if part == "default" else part
        yield _locked(str(name), version, file, line=line, index=index, group=group, pythons=pythons)


def _locked(
    name: str, version: str, file: str, line: int, *, index: str, pythons: frozenset[str], group: str = ""
) -> Requirement:
    return made(
        str(canonicalize_name(name)), f"=={version}", f"{name}=={version}", line=line,
        origin=Origin(file), locked=True, own_index=index, group=group, pythons=pythons,
    )  # fmt: skip


def _held_to(said: object, newest: int, kind: str, key: str) -> None:
    """`LaterFormatError` where the file's own format is newer than the newest that is read."""
    if said is None:
        raise ValueError(f"no {kind}: it has no {key}")
    head = str(said).partition(".")[0]
    if not head.isdigit():
        raise ValueError(f"no {kind}: its {key} is {str(said)[:20]!r}")
    if int(head) > newest:
        raise LaterFormatError(f"{kind} of format {str(said)[:20]}: formats up to {newest} are read")


class _Places:
    """The lines on which packages of a lock in TOML are named, each name's in order."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("name = "):
                self._lines.setdefault(line[7:].strip().strip("\"'"), []).append(number)
        for lines in self._lines.values():
            lines.reverse()

    def line_of(self, name: str) -> int:
        """Return the next line that names it; 1 where none does."""
        lines = self._lines.get(name)
        return lines.pop() if lines else 1
