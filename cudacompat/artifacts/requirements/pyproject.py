"""Requirements of a pyproject.toml: of PEP 621 and 735, of Poetry, and the indexes of uv, Poetry and PDM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from packaging.utils import canonicalize_name

from cudacompat.artifacts.buildfiles.toml import toml_document
from cudacompat.artifacts.requirements import manifests
from cudacompat.artifacts.requirements.base import (
    TOML_KEY,
    Origin,
    ReadRequirements,
    Table,
    all_made,
    applies,
    first_lines,
    requirement_of,
    table,
)
from cudacompat.artifacts.requirements.pip_file import constrained
from cudacompat.artifacts.requirements.table_rows import constraint_of, requirements_in, row_of
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import Requirement, index_name

_CARET = re.compile(r"\^\s*v?(\d+)((?:\.\d+)*)")
_TILDE = re.compile(r"~\s*(\d+)(?:\.(\d+))?((?:\.\d+)*)")
_EXTRA = re.compile(r"\bextra\s*==\s*['\"]([\w.-]+)['\"]")
_OF_EXTRA = re.compile(r"\bextra\s*[!=]=\s*['\"][\w.-]*['\"]")
_OF_PDM_BACKEND = frozenset({"build", "version"})
_BACKENDS = {"uv_build": "uv.lock", "poetry": "poetry.lock", "pdm.": "pdm.lock"}
_LONGEST_MARKER = 1 << 10  # characters
_IN_DOUBLE, _IN_SINGLE = r'"([^"\n]*)"', r"'([^'\n]*)'"


def read(text: str, file: str) -> ReadRequirements:
    """Return the requirements of the project, its extras and its groups; `ValueError` for a file that is no TOML."""
    document = toml_document(text)
    project, tool = table(document, "project"), table(document, "tool")
    own = _Indexes(tool)
    origin = Origin(file, own.default)
    found: list[Requirement | None] = []
    wrong: list[tuple[int, str]] = []
    lines = first_lines(text, _IN_SINGLE) | first_lines(text, _IN_DOUBLE)
    for section, group, items in _groups(project, document, tool):
        for item in items:
            line = lines.get(item, 1)
            try:
                each = requirement_of(item, line, origin, group=group)
            except ValueError as error:
                wrong.append((line, str(error)))
                continue
            found += own.placed(each and replace(each, section=section))
    rows = _of_poetry(table(tool, "poetry"), text, origin, own=own)
    found += (each and replace(each, section="group" if each.group else "") for each in rows)
    of_pixi = manifests.of_pixi(table(tool, "pixi"), text, file)
    manager = _manager(tool, table(document, "build-system").get("build-backend"))
    whole = ReadRequirements(
        (*(replace(each, tool=manager) for each in all_made(found)), *of_pixi.requirements),
        not_understood=(*wrong, *of_pixi.not_understood),
        index=own.default,
    )
    return _held(whole, tool, lines, origin=origin)


def _held(read: ReadRequirements, tool: Table, lines: Mapping[str, int], origin: Origin) -> ReadRequirements:
    """The requirements as the tables of uv and PDM hold them: constraints narrow what leaves a choice, overrides take
    the place of whatever asks for the package."""
    uv = table(tool, "uv")
    overrides = _texts(uv.get("override-dependencies"))
    for name, version in table(table(table(tool, "pdm"), "resolution"), "overrides").items():
        if isinstance(version, str):
            overrides.append(f"{name}{version if version[:1] in '=<>~!' else f'=={version}'}")
    said = [[*_told(texts, lines, origin)] for texts in (overrides, _texts(uv.get("constraint-dependencies")))]
    first = {each.name: each for each in said[0]}
    placed = tuple(
        replace(each, specifier=first[each.name].specifier, local=first[each.name].local)
        if each.name in first
        else each
        for each in read.requirements
    )
    limits = ReadRequirements((*(each for each in said[1] if each.name not in first), *said[0]))
    return constrained(replace(read, requirements=placed), limits) if limits.requirements else read


def _told(texts: Sequence[str], lines: Mapping[str, int], origin: Origin) -> Iterator[Requirement]:
    for text in texts:
        with suppress(ValueError):
            found = requirement_of(text, lines.get(text, 1), origin)
            if found is not None:
                yield found


def _manager(tool: Table, backend: object) -> str:
    """The lock of the tool that manages the project, by its own table, else by the build backend that comes with it."""
    pdm = set(table(tool, "pdm"))
    managing = "pdm" in tool and not (pdm and pdm <= _OF_PDM_BACKEND)  # keys of its backend, with which any tool builds
    tables = {"uv.lock": "uv" in tool, "poetry.lock": "poetry" in tool, "pdm.lock": managing}
    named = next((lock for lock, there in tables.items() if there), None)
    if named is not None or not isinstance(backend, str):
        return named or ""
    return next((lock for start, lock in _BACKENDS.items() if backend.startswith(start)), "")


def _groups(project: Table, document: Table, tool: Table) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the kind of each table, its name and its requirements."""
    yield "", "", _texts(project.get("dependencies"))
    for name, items in table(project, "optional-dependencies").items():
        yield "extra", str(name), _texts(items)
    for part in (table(document, "dependency-groups"), table(table(tool, "pdm"), "dev-dependencies")):
        for name, items in part.items():
            yield "group", str(name), _texts(items)
    yield "group", "dev", _texts(table(tool, "uv").get("dev-dependencies"))


def _texts(items: object) -> list[str]:
    return [each for each in items if isinstance(each, str)] if isinstance(items, list) else []


class _Indexes:
    """The indexes that the tools' own tables name, and which packages come from which."""

    def __init__(self, tool: Table) -> None:
        uv = table(tool, "uv")
        named: dict[str, str] = {}
        self.default: str | None = None
        self._by_package: dict[str, tuple[tuple[str, str], ...]] = {}
        for row in uv.get("index", ()) if isinstance(uv.get("index"), list) else ():
            if isinstance(row, dict) and isinstance(row.get("url"), str):
                named[str(row.get("name", ""))] = index_name(row["url"])
                if row.get("default") is True:
                    self.default = index_name(row["url"])
        for place in ("poetry", "pdm"):
            rows = table(tool, place).get("source")
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict) and isinstance(row.get("url"), str):
                    named[str(row.get("name", ""))] = index_name(row["url"])
        for name, given in table(uv, "sources").items():
            self._by_package[str(canonicalize_name(str(name)))] = tuple(self._of_source(given, named))
        for name, given in table(table(tool, "poetry"), "dependencies").items():
            found = tuple(self._of_poetry_source(given, named))
            if found:
                self._by_package.setdefault(str(canonicalize_name(str(name))), found)
        self.named = named

    @staticmethod
    def _of_poetry_source(given: object, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the extra in the marker of a source, and the index, of a package whose version is said elsewhere."""
        for each in given if isinstance(given, list) else [given]:
            if not isinstance(each, dict) or "version" in each or str(each.get("source")) not in named:
                continue
            marker = str(each.get("markers", ""))[:_LONGEST_MARKER]
            extra = _EXTRA.search(marker)
            if applies(_OF_EXTRA.sub("os_name == 'posix'", marker)):
                yield extra[1] if extra is not None else "", named[str(each["source"])]

    @staticmethod
    def _of_source(given: object, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the extra or group with which a source holds (empty: always), and its index, or the address of the
        package itself."""
        for each in given if isinstance(given, list) else [given]:
            if not isinstance(each, dict) or not applies(each.get("marker")):
                continue
            place = next((each[key] for key in ("index", "url", "git") if isinstance(each.get(key), str)), None)
            if place is not None:
                known = place if "://" in place else named.get(place, f"{place} (not defined here)")
                yield str(each.get("extra") or each.get("group") or ""), known

    def placed(self, requirement: Requirement | None) -> Iterator[Requirement]:
        """Yield the requirement with the index that the tool takes it from. Where extras choose the index, one that is
        always installed is yielded for each of them, and for none of them first."""
        if requirement is None:
            return
        sources = self._by_package.get(requirement.name, ())
        own = [index for extra, index in sources if extra in ("", requirement.group)]
        exact = [index for extra, index in sources if extra == requirement.group]
        yield _from(requirement, (exact or own)[0]) if own else requirement
        if requirement.group == "" and not own:
            yield from (replace(_from(requirement, index), group=extra) for extra, index in sources)


def _from(requirement: Requirement, place: str) -> Requirement:
    """The requirement, taken from this index or address."""
    if "://" not in place:
        return replace(requirement, index=place)
    found = requirement_of(f"{requirement.name} @ {place}", requirement.line, Origin(requirement.file))
    if found is None:
        return requirement
    return replace(
        requirement,
        index=found.index,
        specifier=found.specifier or requirement.specifier,
        local=found.local,
        local_version=found.local_version,
    )


def _of_poetry(poetry: Table, text: str, origin: Origin, *, own: _Indexes) -> Iterator[Requirement | None]:
    lines = first_lines(text, TOML_KEY)
    groups = {"": table(poetry, "dependencies"), "dev": table(poetry, "dev-dependencies")}
    groups |= {str(name): table(_astable(each), "dependencies") for name, each in table(poetry, "group").items()}
    for group, rows in groups.items():
        for name, given in rows.items():
            for row in map(row_of, given if isinstance(given, list) else [given]):
                if name == "python" or not _is_for_platform(row):
                    continue
                version = constraint_of(row)
                yield from requirements_in(
                    str(name),
                    row,
                    lines.get(str(name), 1),
                    origin=origin,
                    group=group,
                    specifier=None if version is None else pep440(version),
                    index=own.named.get(str(row.get("source")), PYPI),
                )


def _is_for_platform(row: Table) -> bool:
    """Whether a row of Poetry's holds on the platform that is read for: `platform` is Python's `sys.platform`."""
    own = row.get("platform")
    here = not isinstance(own, str) or applies(f"sys_platform == '{own[:40]}'")
    return here and applies(row.get("markers"))


def _astable(value: object) -> Table:
    return value if isinstance(value, dict) else {}


def pep440(version: str) -> str:
    """Return Poetry's constraint as PEP 440 writes it: `^2.1` is `>=2.1,<3`, `2.1` is `==2.1`, `*` is empty."""
    parts = []
    for each in filter(None, (part.strip() for part in version.split(","))):
        caret, tilde = _CARET.fullmatch(each), _TILDE.fullmatch(each) if not each.startswith("~=") else None
        if each == "*":
            continue
        if caret is not None:
            head = int(caret[1])
            rest = [int(number) for number in caret[2].split(".") if number]
            upper = f"{head + 1}" if head else f"0.{(rest[0] if rest else 0) + 1}"
            parts.append(f">={caret[1]}{caret[2]},<{upper}")
        elif tilde is not None:
            upper = f"{tilde[1]}.{int(tilde[2]) + 1}" if tilde[2] else str(int(tilde[1]) + 1)
            parts.append(f">={each.lstrip('~ ')},<{upper}")
        elif each[:1].isdigit():
            parts.append(f"=={each}")
        else:
            parts.append(each)
    return ",".join(parts)
