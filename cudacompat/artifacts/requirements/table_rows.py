"""A row of a table of packages, as Poetry, pipenv and pixi have them: `torch = { version = "^2.4", markers = "…" }`."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from cudacompat.artifacts.requirements.base import PYTHONS, Origin, Table, made, requirement_of
from cudacompat.domain.wheels.requirement import Requirement

_MOST_EXTRAS = 20  # of one package
_ADDRESSES = ("file", "url", "git", "path")  # keys that say where a package comes from that comes from no index


def row_of(given: object) -> Table:
    """Return the row as a table: a text alone is the version."""
    return given if isinstance(given, dict) else {"version": given}


def constraint_of(row: Table) -> str | None:
    """Return what the row says of the version, `*` where it says nothing; `None` for what is no text."""
    version = row.get("version", "*")
    return version if isinstance(version, str) else None


def requirements_in(
    name: str,
    row: Table,
    line: int,
    origin: Origin,
    *,
    group: str,
    specifier: str | None,
    index: str,
    pythons: frozenset[str] = PYTHONS,
) -> Iterator[Requirement | None]:
    """Yield the requirement of a row that applies; none of a package that lies beside the project, and is
    built there. `specifier` is the row's constraint as PEP 440 has it, `index` where the package is taken from."""
    extras = _extras_of(row)
    address = next((row[key] for key in _ADDRESSES if isinstance(row.get(key), str)), None)
    if address is not None:
        if "://" in address:
            yield requirement_of(f"{name}{extras} @ {address}", line, origin, group=group)
    elif specifier is not None:
        written = f"{name}{extras} = {constraint_of(row)!r}"
        yield made(
            str(canonicalize_name(name)), specifier, written, line=line,
            origin=origin, group=group, own_index=index, pythons=pythons,
        )  # fmt: skip


def _extras_of(row: Table) -> str:
    """The extras of the package that the row asks for, as a requirement has them: `[cuda12]`."""
    extras = row.get("extras")
    names = [each for each in extras if isinstance(each, str)] if isinstance(extras, list) else []
    return f"[{','.join(names[:_MOST_EXTRAS])}]" if names else ""
