"""LD_LIBRARY_PATH with older libraries of CUDA's than packages bring, in folders that the test makes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cudacompat.app.doctor.shadowing_path import shadowed_facts
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.rules.component.library_shadowed import check
from cudacompat.places.roots import Roots
from tests.helpers.device_files import library

JITLINK = "libnvJitLink.so.12"


def in_folder(folder: Path, name: str, release: str) -> None:
    """A library as a toolkit has it: the name that programs ask for is a link to the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = f"{name.partition('.so.')[0]}.so.{release}"
    (folder / file).write_bytes(library())
    (folder / name).symlink_to(file)


def told(
    tmp_path: Path, *folders: Path, asks: str = JITLINK, rpath: bool = False, version: str = "12.4.127"
) -> list[str]:
    site = tmp_path / "env/site-packages"
    user = site / "cusparse/libcusparse.so.12"
    own = site / "nvjitlink" / JITLINK
    for path, data in ((user, library("sm_80", needed=(asks,), folders="$ORIGIN/../nvjitlink")), (own, library())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.replace(b"\x1d" + bytes(7), b"\x0f" + bytes(7)) if rpath else data)
    components = (
        Component("nvidia-cusparse-cu12", "12.3.1.170", str(site), (str(user),)),
        Component("nvidia-nvjitlink-cu12", "12.4.127", str(site), (str(own),)),
    )
    home = Environment(str(tmp_path / "env"), "./env", "3.12", "--python", folders=(str(site),))
    missing = Missing("GPU", ())
    facts = HostFacts(missing, missing, packages=components, environments=(home,))
    roots = Roots.under(tmp_path, {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))})
    return [each.message for one in shadowed_facts(components, facts, roots) for each in check(one)]


def test_an_older_library_is_said_with_both_releases(tmp_path: Path) -> None:
    in_folder(tmp_path / "cuda/lib64", JITLINK, "12.1.105")
    assert told(tmp_path, tmp_path / "nowhere", tmp_path / "cuda/lib64") == [
        f"LD_LIBRARY_PATH gives {JITLINK} 12.1.105, older than nvidia-nvjitlink-cu12 12.4.127"
    ]


@pytest.mark.parametrize("release", ["12.4.127", "12.8.93", "12.4"])
def test_a_library_that_is_not_older_is_none(tmp_path: Path, release: str) -> None:
    in_folder(tmp_path / "cuda/lib64", JITLINK, release)
    assert told(tmp_path, tmp_path / "cuda/lib64") == []


def test_the_first_folder_that_has_it_counts(tmp_path: Path) -> None:
    in_folder(tmp_path / "new", JITLINK, "12.9.86")
    in_folder(tmp_path / "old", JITLINK, "12.1.105")
    assert told(tmp_path, tmp_path / "new", tmp_path / "old") == []
    assert len(told(tmp_path, tmp_path / "old", tmp_path / "new")) == 1


def test_what_nothing_asks_for_is_none(tmp_path: Path) -> None:
    in_folder(tmp_path / "cuda/lib64", JITLINK, "12.1.105")
    assert told(tmp_path, tmp_path / "cuda/lib64", asks="libc.so.6") == []


def test_what_looks_into_its_own_folders_first_is_none(tmp_path: Path) -> None:
    """DT_RPATH comes before LD_LIBRARY_PATH, DT_RUNPATH after it."""
    in_folder(tmp_path / "cuda/lib64", JITLINK, "12.1.105")
    assert told(tmp_path, tmp_path / "cuda/lib64", rpath=True) == []


def test_the_packages_own_folder_on_the_path_is_none(tmp_path: Path) -> None:
    assert told(tmp_path, tmp_path / "env/site-packages/nvjitlink") == []


def test_a_file_whose_name_says_no_release_is_none(tmp_path: Path) -> None:
    (tmp_path / "cuda").mkdir()
    (tmp_path / "cuda" / JITLINK).write_bytes(library())
    assert told(tmp_path, tmp_path / "cuda") == []
