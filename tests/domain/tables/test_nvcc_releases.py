"""What nvcc of a release builds for, held to the compilers themselves."""

from __future__ import annotations

import pytest

from cudacompat.domain.tables.nvcc_releases import first_nvcc_with, nvcc_release
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.versions import ToolkitVersion

# `ptxas --help` of the packages nvidia-cuda-toolkit of Debian 11 and Ubuntu 22.04
_MEASURED = {
    "11.2": "35 37 50 52 53 60 61 62 70 72 75 80 86",
    "11.5": "35 37 50 52 53 60 61 62 70 72 75 80 86 87",
}


@pytest.mark.parametrize("version", _MEASURED)
def test_an_old_release_builds_what_its_own_ptxas_says(version: str) -> None:
    row = nvcc_release(ToolkitVersion.parse(version))
    assert row is not None
    assert row.targets == tuple(_MEASURED[version].split())


def test_a_release_of_the_table_is_as_it_was_measured() -> None:
    for release in RELEASES:
        row = nvcc_release(release.version)
        assert row is not None
        assert row.targets == release.targets


def test_what_is_not_known_is_not_guessed() -> None:
    for version in ("8.0", "11.9", "12.7", "99.1"):
        assert nvcc_release(ToolkitVersion.parse(version)) is None, version


@pytest.mark.parametrize(
    ("arch", "first"),
    [("86", "11.1"), ("87", "11.4"), ("89", "11.8"), ("120", "12.8"), ("52", None), ("999", None)],
)
def test_the_first_that_builds(arch: str, first: str | None) -> None:
    found = first_nvcc_with(arch)
    assert (str(found) if found is not None else None) == first
