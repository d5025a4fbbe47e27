"""The house as counted from its imports: what may only get simpler."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.count_rooms import ROOT, count

MOST_LINES = 400


@pytest.mark.parametrize(
    ("package", "rooms", "arrows", "floors"),
    [
        ("cudacompat.domain", 14, 43, 6),
        ("cudacompat.report", 13, 32, 5),
        ("cudacompat.app", 17, 27, 4),
        ("cudacompat.host", 8, 9, 3),
        ("cudacompat.artifacts", 8, 8, 4),
    ],
)
def test_rooms_arrows_and_floors_do_not_grow(package: str, rooms: int, arrows: int, floors: int) -> None:
    counted = count(package)
    assert counted.circles == ()
    assert len(counted.arrows) <= rooms
    assert sum(map(len, counted.arrows.values())) <= arrows
    assert counted.floors <= floors


def test_no_module_is_long_but_tables() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in Path(ROOT, "cudacompat").rglob("*.py")
        if "tables" not in path.parts and (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}
