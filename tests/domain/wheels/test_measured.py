"""The CUDA release of a row, out of the releases that built its images."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cudacompat.domain.wheels.measured import measured
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.build import artifact, module


def cuda(*built: tuple[str, int]) -> str | None:
    """The release of a library with so many modules from each of these."""
    modules = []
    for release, number in built:
        each = module("sm_80")
        entries = tuple(replace(entry, toolkit=ToolkitVersion.parse(release)) for entry in each.entries)
        modules += [replace(each, entries=entries)] * number
    found: str | None = measured("demo", [artifact(modules)])["toolkit"]
    return found


@pytest.mark.parametrize(
    ("built", "release"),
    [
        ([("12.4", 30), ("12.1", 20)], "12.4"),
        ([("11.5", 12), ("11.8", 8), ("13.0", 10), ("13.4", 4)], "13.0"),  # cuFFT 12.5 for CUDA 13
        ([("12.8", 50), ("13.0", 2)], "12.8"),  # two strangers
        ([("12.1", 5), ("12.4", 5)], "12.4"),
    ],
)
def test_it_is_that_of_the_newest_major_release_with_a_share(built: list[tuple[str, int]], release: str) -> None:
    assert cuda(*built) == release
