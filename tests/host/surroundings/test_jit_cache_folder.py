"""Where the driver keeps what it compiles, on systems that a test makes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import JitCacheFacts
from cudacompat.host.surroundings.jit_cache_folder import jit_cache
from cudacompat.places.roots import Roots

MOUNTS = """\
21 1 0:19 / / rw,relatime - overlay overlay rw,lowerdir=/a
22 21 0:20 / {root}/data rw - ext4 /dev/sda1 rw
23 21 0:21 / {root}/a\\040b rw - nfs4 host:/export rw
24 21 0:22 / {root}/shm rw - tmpfs tmpfs rw
"""


def asked(root: Path, **environ: str) -> JitCacheFacts:
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/mountinfo").write_text(MOUNTS.format(root=root))
    return jit_cache(Roots.under(root, environ))


def test_its_bytes_and_that_it_is_not_there_yet(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    before = asked(tmp_path, HOME=str(home))
    assert before == JitCacheFacts(str(home / ".nv/ComputeCache"), None, writable=True, mounted=False)
    (home / ".nv/ComputeCache/0/1").mkdir(parents=True)
    (home / ".nv/ComputeCache/0/1/entry").write_bytes(bytes(1000))
    (home / ".nv/ComputeCache/index").write_bytes(bytes(24))
    assert asked(tmp_path, HOME=str(home)).size == 1024
    assert not list((home / ".nv/ComputeCache").glob("*cudacompat*"))


@pytest.mark.parametrize(
    ("place", "mounted"), [("data/cache", True), ("a b", True), ("shm/cache", False), ("x", False)]
)
def test_what_was_mounted_outlasts_a_container(tmp_path: Path, place: str, mounted: bool) -> None:
    assert asked(tmp_path, CUDA_CACHE_PATH=str(tmp_path / place), HOME="/nowhere").mounted is mounted


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not asked(tmp_path, CUDA_CACHE_PATH=str(tmp_path / "file")).writable
    assert not asked(tmp_path, CUDA_CACHE_PATH=str(tmp_path / "file/below")).writable
    if os.geteuid() == 0:
        assert not asked(tmp_path, HOME="/proc/sys").writable  # root may write wherever files can be made
    else:
        (tmp_path / "closed").mkdir(mode=0o500)
        assert not asked(tmp_path, HOME=str(tmp_path / "closed")).writable


@pytest.mark.parametrize("environ", [{}, {"CUDA_CACHE_PATH": "relative"}])
def test_without_a_place_for_it(tmp_path: Path, environ: dict[str, str]) -> None:
    found = asked(tmp_path, **environ)
    assert (found.path, found.size, found.writable) == (environ.get("CUDA_CACHE_PATH"), None, False)
