#!/usr/bin/env python3
"""Counts the rooms of a package from its imports: tools/count_rooms.py [PACKAGE…]

A room is a direct child of the package, an arrow a pair of rooms of which one imports the other, a floor the longest
way down from a room, a circle a set of rooms that reach each other. Imports in functions and under TYPE_CHECKING count.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("cudacompat.domain", "cudacompat.report", "cudacompat.app", "cudacompat.host", "cudacompat.artifacts")


@dataclass(frozen=True, slots=True)
class Rooms:
    """What was counted of one package; `largest` is the most modules in one folder of it, `in_folder` which."""

    package: str
    arrows: dict[str, frozenset[str]]
    floors: int
    circles: tuple[tuple[str, ...], ...]
    largest: int
    in_folder: str

    def __str__(self) -> str:
        arrows = sum(map(len, self.arrows.values()))
        return (
            f"{self.package}: {len(self.arrows)} rooms, {arrows} arrows, {self.floors} floors, "
            f"{len(self.circles)} circles; most modules in one folder: {self.largest} in {self.in_folder}"
        )


@cache
def _graph() -> grimp.ImportGraph:
    sys.path.insert(0, str(ROOT))
    return grimp.build_graph("cudacompat", cache_dir=None)


def count(package: str) -> Rooms:
    """Return the rooms of a package, given by its dotted name."""
    graph = _graph()

    def room(module: str) -> str:
        return module.removeprefix(f"{package}.").split(".")[0] if module.startswith(f"{package}.") else ""

    arrows: dict[str, set[str]] = {room(child): set() for child in graph.find_children(package)}
    for module in graph.find_descendants(package):
        for imported in graph.find_modules_directly_imported_by(module):
            if room(imported) and room(imported) != room(module):
                arrows[room(module)].add(room(imported))
    reach = {each: _below(arrows, each) for each in arrows}
    circles = {tuple(sorted(o for o in reach[each] if each in reach[o])) for each in arrows if each in reach[each]}
    floors: dict[str, int] = {}
    for each in sorted(arrows, key=lambda each: len(reach[each])):
        floors[each] = 1 + max((floors.get(o, 0) for o in reach[each] if each not in reach[o]), default=0)
    folder = ROOT / package.replace(".", "/")
    sizes = {
        each.relative_to(ROOT): sum(path.name != "__init__.py" for path in each.glob("*.py"))
        for each in (folder, *folder.rglob("*"))
        if each.is_dir()
    }
    largest = max(sizes, key=lambda each: sizes[each])
    return Rooms(
        package=package,
        arrows={each: frozenset(found) for each, found in arrows.items()},
        floors=max(floors.values(), default=0),
        circles=tuple(sorted(circles)),
        largest=sizes[largest],
        in_folder=str(largest),
    )


def _below(arrows: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    unseen = [start]
    while unseen:
        for each in arrows[unseen.pop()] - found:
            found.add(each)
            unseen.append(each)
    return found


if __name__ == "__main__":
    for name in sys.argv[1:] or PACKAGES:
        print(count(name))
