"""The folders that LD_LIBRARY_PATH names, and where the loader of a system looks."""

from __future__ import annotations

import os
from pathlib import Path

from cudacompat.host.toolchain.library_folders import library_folders, system_loader
from cudacompat.places.roots import Roots
from tests.helpers import toolchain


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


class TestTheSystemsLoader:
    def test_variables_first_then_the_configuration_and_the_systems_folders(self, tmp_path: Path) -> None:
        make(
            tmp_path, "opt/a/libcublas.so.12", "opt/cuda/lib64/libcudart.so.12", "usr/lib/x86_64-linux-gnu/libnccl.so.2"
        )
        make(tmp_path, "opt/b/libcufft.so.11")
        (tmp_path / "etc/ld.so.conf.d").mkdir(parents=True)
        (tmp_path / "etc/ld.so.conf").write_text("include ld.so.conf.d/*.conf\n")
        (tmp_path / "etc/ld.so.conf.d/a.conf").write_text("# CUDA\n/opt/cuda/lib64 # here\n")
        found = system_loader(Roots.under(tmp_path, {"LD_LIBRARY_PATH": f"{tmp_path}/opt/a:relative:"}))
        names = ("libcublas.so.12", "libcudart.so.12", "libnccl.so.2", "libcufft.so.11")
        assert [found.finds(name) for name in names] == [True, True, True, False]

    def test_what_ldconfig_wrote_down_stands_in_for_its_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "n.c").write_text("int n;")
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/ld.so.conf").write_text("/opt/cuda/lib64\n")
        make(tmp_path, "opt/cuda/lib64/libcudart.so.13")
        for name in ("libcublas.so.13", "libcufft.so.12"):
            out = f"opt/cuda/lib64/{name}"
            toolchain.run("gcc", "-shared", "-fPIC", "n.c", f"-Wl,-soname,{name}", "-o", out, cwd=tmp_path)
        toolchain.run("ldconfig", "-r", str(tmp_path), "-X", cwd=tmp_path)
        (tmp_path / "opt/cuda/lib64/libcufft.so.12").unlink()
        found = system_loader(Roots.under(tmp_path, {}))
        assert found.finds("libcublas.so.13")
        assert not found.finds("libcufft.so.12")  # in its list, and gone
        assert not found.finds("libcudart.so.13")  # there, and no library: the loader does not know it

    def test_a_configuration_that_includes_itself_ends(self, tmp_path: Path) -> None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/ld.so.conf").write_text("include /etc/ld.so.conf\n/opt\n")
        assert str(tmp_path / "opt") in system_loader(Roots.under(tmp_path, {})).folders
