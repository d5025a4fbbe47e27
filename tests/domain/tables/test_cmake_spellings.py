"""Which CMake takes which spelling of an architecture."""

from __future__ import annotations

from cudacompat.domain.tables.cmake_spellings import takes
from tests.helpers.each_row import each_case


@each_case(
    ("word", "refused", "taken"),
    [
        ("120", ["3.17"], ["3.18.0", "3.24.0", "3.31.7", "4.0.0", "4.4.2"]),
        ("120a", ["3.17", "3.24.0", "3.24.4"], ["3.18.6", "3.23.5", "3.25.0", "3.31.0", "4.0.0"]),
        ("90a-real", ["3.24.1"], ["3.25"]),
        (
            "100f",
            ["3.24.0", "3.25.1", "3.28.3", "3.31.0", "3.31.7", "4.0.0", "4.0.1"],
            ["3.23.5", "3.31.8", "4.0.2", "4.1.0"],
        ),
        ("120f-virtual", ["3.30.9", "4.0.1"], ["3.31.8", "4.1"]),
        ("native", ["3.17", "3.23.5"], ["3.24.0", "4.0.0"]),
        ("all", ["3.22.6"], ["3.23.0"]),
        ("all-major", ["3.22.6"], ["3.23.0", "4.1.0"]),
    ],
)
def test_each_release(word: str, refused: list[str], taken: list[str]) -> None:
    def asked(version: str) -> bool | None:
        return takes(word, tuple(map(int, version.split("."))))

    assert [each for each in refused if asked(each) is not False] == []
    assert [each for each in taken if asked(each) is not True] == []


def test_half_a_version_leaves_the_family_open() -> None:
    assert [takes("120f", each) for each in ((3, 31), (4, 0), (3, 30), (4, 1))] == [None, None, False, True]
