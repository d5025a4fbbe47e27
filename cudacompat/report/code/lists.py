"""The modules of a file, grouped by the targets that they have: which of them lack what others have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.words.code import DeviceModule, FatbinEntry
from cudacompat.domain.words.phrases import sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind

Column = tuple[CodeKind, ArchTarget | None]
_ORDER = {kind: number for number, kind in enumerate(CodeKind)}


@dataclass(frozen=True, slots=True)
class ListGroup:
    """Modules that have the same targets. `empty` are targets whose image holds no kernel in one of them although
    another image of that module does (known only where the kernels were read), `lacking` those that other modules of
    the file have."""

    targets: frozenset[Column]
    modules: tuple[DeviceModule, ...]
    empty: frozenset[Column]
    lacking: tuple[Column, ...]


def columns_of(modules: Iterable[DeviceModule]) -> tuple[Column, ...]:
    """Return the targets that the modules have: machine code before PTX before the rest, ascending."""
    found = {(entry.kind, entry.target) for module in modules for entry in module.entries}
    return tuple(in_order(found))


def lists_of(modules: Sequence[DeviceModule]) -> tuple[ListGroup, ...]:
    """Return the modules by their targets, the most frequent list first."""
    columns = columns_of(modules)
    groups: defaultdict[frozenset[Column], list[DeviceModule]] = defaultdict(list)
    for module in modules:
        groups[frozenset((entry.kind, entry.target) for entry in module.entries)].append(module)
    found = [
        ListGroup(
            targets,
            tuple(members),
            frozenset(_column(entry) for module in members for entry in _empty(module)),
            lacking=tuple(column for column in columns if column not in targets),
        )
        for targets, members in groups.items()
    ]
    return tuple(sorted(found, key=lambda group: (-len(group.modules), group.modules[0].offset)))


def column_name(column: Column) -> str:
    """`90a` of sm_90a and of compute_90a, `?` where the bytes do not say."""
    target = column[1]
    return str(target).rpartition("_")[2] if target is not None else "?"


def _empty(module: DeviceModule) -> list[FatbinEntry]:
    entries = [entry for entry in module.entries if entry.kind in (CodeKind.SASS, CodeKind.PTX)]
    holds = any(entry.kernels for entry in entries)
    return [entry for entry in entries if holds and entry.kernels == ()]


def _column(entry: FatbinEntry) -> Column:
    return entry.kind, entry.target


def in_order(columns: Iterable[Column]) -> list[Column]:
    """Return targets as they are listed everywhere: machine code before PTX before the rest, ascending."""
    return sorted(columns, key=_order)


def _order(column: Column) -> tuple[int, tuple[int, str, str]]:
    return _ORDER[column[0]], sort_key(column[1]) if column[1] is not None else (0, "", "")
