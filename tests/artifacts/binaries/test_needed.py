"""The CUDA runtime that a file needs, beside what pyelftools reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.artifacts.binaries.needed import Dynamic, cuda_runtime
from cudacompat.artifacts.files.loader_needs import loader_needs
from cudacompat.artifacts.reading.read import read_paths
from tests.helpers import toolchain

KERNEL = "__global__ void k(int *p) { *p = 1; }\nvoid run(int *p) { k<<<1, 1>>>(p); }\n"


def theirs(path: Path) -> int | None:
    """The release of the runtime among the libraries that pyelftools finds."""
    with path.open("rb") as file:
        found = [
            int(match[1])
            for section in ELFFile(file).iter_sections()
            if isinstance(section, DynamicSection)
            for tag in section.iter_tags("DT_NEEDED")
            if (match := re.match(r"libcudart\.so\.(\d+)", tag.needed))
        ]
    return max(found, default=None)


def library(folder: Path, runtime: str | None) -> Path:
    """A shared library with a kernel that needs a runtime of this name."""
    flags = ["-shared", "-Xcompiler", "-fPIC", "-arch=sm_80", "-cudart", "none"]
    if runtime is not None:
        (folder / "stub.c").write_text("")
        toolchain.run("gcc", "-shared", "-fPIC", "-Wl,-soname," + runtime, "stub.c", "-o", runtime, cwd=folder)
        flags += ["-Xlinker", "--no-as-needed", "-Xlinker", str(folder / runtime)]
    return toolchain.nvcc(folder, KERNEL, *flags, out="lib.so")


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ("libcudart.so.13", 13),
        ("libcudart.so.11.0", 11),
        ("libcudart.so", None),  # no release in its name
        ("libcudartx.so.12", None),
        (None, None),
    ],
)
def test_what_a_library_needs(tmp_path: Path, runtime: str | None, expected: int | None) -> None:
    path = library(tmp_path, runtime)
    (artifact,) = read_paths([str(path)], kernels=True).artifacts
    assert artifact.runtime == expected
    if runtime != "libcudart.so":
        assert theirs(path) == expected


def test_programs_of_the_system_need_none() -> None:
    for path in (Path("/bin/sh"), Path("/usr/bin/env")):
        assert cuda_runtime(path.read_bytes()) is theirs(path) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_only_bytes(tail: bytes) -> None:
    assert cuda_runtime(b"\x7fELF\x02\x01\x01" + tail) is None


def test_a_damaged_library_is_only_a_library_without(tmp_path: Path) -> None:
    data = library(tmp_path, "libcudart.so.13").read_bytes()
    for cut in range(0, len(data), max(1, len(data) // 200)):
        assert cuda_runtime(data[:cut]) in (None, 13)
        changed = bytearray(data)
        changed[cut] ^= 0xFF
        assert cuda_runtime(bytes(changed)) in (None, 13)


def test_names_and_folders_as_pyelftools_reads_them(tmp_path: Path) -> None:
    (tmp_path / "n.c").write_text("int n;")
    flags = ("-Wl,--no-as-needed", "-lm", "-Wl,-rpath,$ORIGIN/../x:/opt/y")
    for kind in ("--enable-new-dtags", "--disable-new-dtags"):  # DT_RUNPATH, DT_RPATH
        toolchain.run("gcc", "-shared", "-fPIC", "n.c", *flags, f"-Wl,{kind}", "-o", "lib.so", cwd=tmp_path)
        found = loader_needs(str(tmp_path / "lib.so"))
        with (tmp_path / "lib.so").open("rb") as file:
            (section,) = (s for s in ELFFile(file).iter_sections() if isinstance(s, DynamicSection))
            assert found.needed == tuple(tag.needed for tag in section.iter_tags("DT_NEEDED"))
        assert found.folders == ("$ORIGIN/../x", "/opt/y")


def test_what_is_no_library_asks_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for path in ("text", "gone", "."):
        assert loader_needs(str(tmp_path / path)) == Dynamic()
