"""Manifests of pipenv and pixi: a Pipfile, a pixi.toml and the same tables in a pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cudacompat.artifacts.buildfiles.toml import toml_document
from cudacompat.artifacts.requirements import conda
from cudacompat.artifacts.requirements.base import (
    TOML_KEY,
    Origin,
    ReadRequirements,
    Table,
    all_made,
    applies,
    conda_platform,
    first_lines,
    pythons_of,
    system_read_for,
    table,
)
from cudacompat.artifacts.requirements.table_rows import constraint_of, requirements_in, row_of
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import Requirement, index_name

_LONGEST_MARKER = 1 << 10  # characters


def pipfile(text: str, file: str) -> ReadRequirements:
    """Return the packages that a Pipfile names; `ValueError` for no TOML."""
    document = toml_document(text)
    sources = document.get("source")
    rows = [each for each in (sources if isinstance(sources, list) else ()) if isinstance(each, dict)]
    indexes = {str(each.get("name")): index_name(str(each.get("url", ""))) for each in rows}
    first = next(iter(indexes.values()), PYPI)  # pipenv asks the first source for what names none
    found: list[Requirement | None] = []
    for part, group in (("packages", ""), ("dev-packages", "dev")):
        found += _of_index(table(document, part), text, file, indexes=indexes, first=first, group=group)
    return ReadRequirements(all_made(found))


def _of_index(
    rows: Table, text: str, file: str, *, indexes: dict[str, str], first: str, group: str
) -> Iterator[Requirement | None]:
    lines = first_lines(text, TOML_KEY)
    for name, given in rows.items():
        row = row_of(given)
        pythons = pythons_of(row.get("markers"))
        own = row.get("sys_platform")  # pipenv's short form of a marker
        if not pythons or (isinstance(own, str) and not applies(f"sys_platform {own}"[:_LONGEST_MARKER])):
            continue
        version, index = constraint_of(row), str(row.get("index", ""))
        yield from requirements_in(
            str(name),
            row,
            lines.get(str(name), 1),
            origin=Origin(file),
            group=group,
            specifier="" if version == "*" else version,
            index=index_name(index) if "://" in index else indexes.get(index, first),
            pythons=pythons,
        )


def pixi(text: str, file: str) -> ReadRequirements:
    """Return the packages that a pixi.toml names for the platform that is read for, those of all its features;
    `ValueError` for no TOML."""
    return of_pixi(toml_document(text), text, file)


def of_pixi(document: Table, text: str, file: str) -> ReadRequirements:
    """Return those that a table of pixi names: a whole pixi.toml, or `[tool.pixi]` of a pyproject.toml."""
    space = table(document, "workspace") or table(document, "project")
    channels = space.get("channels")
    words = [str(each) for each in channels] if isinstance(channels, list) else []
    lines = first_lines(text, TOML_KEY)
    found = ReadRequirements(())
    for part in _parts(document):
        specs = [
            (_spec(str(name), given), lines.get(str(name), 1)) for name, given in table(part, "dependencies").items()
        ]
        read = conda.of_specs(specs, words, file)
        options = table(part, "pypi-options") or table(document, "pypi-options")
        own = options.get("index-url")
        extra = options.get("extra-index-urls")
        indexes = [own] if isinstance(own, str) else []
        indexes += [each for each in extra if isinstance(each, str)] if isinstance(extra, list) else []
        named = {address: index_name(address) for address in indexes}
        wheels = _of_index(
            table(part, "pypi-dependencies"),
            text,
            file,
            indexes=named,
            first=next(iter(named.values()), PYPI),
            group="",
        )
        found = replace(
            found,
            requirements=(*found.requirements, *read.requirements, *all_made(list(wheels))),
            not_understood=(*found.not_understood, *read.not_understood),
        )
    return found


def _parts(document: Table) -> Iterator[Table]:
    """The tables that name packages: the manifest itself, its features, and what each has for one platform alone."""
    system = system_read_for()
    names = ("win",) if system == "windows" else ("osx" if system == "macos" else system, "unix")
    features = [each for each in table(document, "feature").values() if isinstance(each, dict)]
    for part in (document, *features):
        yield part
        for platform in (conda_platform(), *names):
            yield table(table(part, "target"), platform)


def _spec(name: str, given: object) -> str:
    """A constraint as conda's own specification: `pytorch==2.4.1`, `cuda-version=12.4`."""
    row = row_of(given)
    version, build, channel = (str(row.get(key, "")) for key in ("version", "build", "channel"))
    version = "" if version == "*" else version.removesuffix(".*") if version[:1].isdigit() else version
    if version[:1].isdigit():
        version = f"={version}"
    head = f"{channel.rpartition('/')[2]}::" if channel else ""
    return f"{head}{name}{version}{f'={build}' if build and version else ''}"
