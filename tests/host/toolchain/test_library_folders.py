"""The folders that LD_LIBRARY_PATH names, as far as what lies in them is a program's own."""

from __future__ import annotations

import os
from pathlib import Path

from cudacompat.host.places.roots import Roots
from cudacompat.host.toolchain.library_folders import library_folders


def folders(root: Path, *entries: str) -> list[str]:
    named = os.pathsep.join(entry if not entry.startswith("/") else f"{root}{entry}" for entry in entries)
    found = library_folders(Roots.under(root, {"LD_LIBRARY_PATH": named}))
    return [each.removeprefix(str(root)) for each in found]


def make(root: Path, *files: str) -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_folders_of_programs_in_order_and_once(tmp_path: Path) -> None:
    make(tmp_path, "opt/a/liba.so", "opt/b/libb.so")
    (tmp_path / "opt/same").symlink_to(tmp_path / "opt/a")
    assert folders(tmp_path, "/opt/b", "", "opt/a", "/opt/a", "/opt/same", "/opt/nowhere") == ["/opt/b", "/opt/a"]
    assert library_folders(Roots.under(tmp_path, {})) == ()


def test_those_of_the_system_the_driver_and_toolkits_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "usr/lib/x86_64-linux-gnu/libz.so", "usr/local/nvidia/lib64/libcuda.so.1")
    make(tmp_path, "usr/local/cuda-12.8/bin/nvcc", "usr/local/cuda-12.8/targets/x86_64-linux/lib/libcublas.so.12")
    (tmp_path / "usr/local/cuda-12.8/lib64").symlink_to("targets/x86_64-linux/lib")
    entries = ("/usr/lib/x86_64-linux-gnu", "/usr/local/nvidia/lib64", "/usr/local/cuda-12.8/lib64")
    assert folders(tmp_path, *entries) == []
