"""PTX that a program keeps among its strings: programs that compile when they run have no other device code."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cudacompat.artifacts.binaries import ptx
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import DeviceModule, ReadResult, Registration
from tests.helpers import toolchain

KERNEL = "// made by hand\n.version 7.8\n.target sm_{n}\n.address_size 64\n\n.visible .entry {name}()\n{{\n\tret;\n}}\n"


def text(name: str, number: int = 75) -> bytes:
    return KERNEL.format(name=name, n=number).encode()


def compiled(folder: Path, data: bytes, *more: str) -> Path:
    """A library of the host that has these bytes among its constants."""
    import subprocess

    listed = ",".join(map(str, data))
    source = folder / "lib.c"
    source.write_text(f"const unsigned char text[] = {{{listed}}};\nint use(int at) {{ return text[at]; }}\n")
    out = folder / "lib.so"
    compiler = toolchain.require_host_compiler()
    subprocess.run([str(compiler), "-shared", "-fPIC", "-xc", *more, "-o", str(out), str(source)], check=True)
    return out


def read(path: Path) -> ReadResult:
    return read_paths([str(path)], kernels=True)


def modules(path: Path) -> list[DeviceModule]:
    return [module for artifact in read(path).artifacts for module in artifact.modules]


def test_a_text_among_strings_is_a_module_outside_the_registered_sections(tmp_path: Path) -> None:
    path = compiled(tmp_path, b"usage: %s\0" + text("scale") + b"\0other\0")
    (module,) = modules(path)
    (entry,) = module.entries
    assert (module.registration, module.section) == (Registration.STRAY, ".rodata")
    assert (str(entry.target), str(entry.ptx_isa), entry.kernels) == ("compute_75", "7.8", ("scale",))
    assert path.read_bytes()[module.offset :].startswith(b".version 7.8")
    assert read(path).not_read == ()


def test_strings_of_rust_have_no_end(tmp_path: Path) -> None:
    path = compiled(tmp_path, b"libcuda.so" + text("a", 70) + text("b", 90) + b"called {} with {")
    found = modules(path)
    assert [(str(m.entries[0].target), m.entries[0].kernels, m.damage) for m in found] == [
        ("compute_70", ("a",), None),
        ("compute_90", ("b",), None),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b".version 7.0\n.target sm_70\n.address_size 64\n\0",  # the head that a compiler puts before what it makes
        b".version %d.%d\n.target sm_%d\n.entry k(){ret;}\0",
        b".version 7.0\n.entry k(){ret;}\0",
        b"see .version 7.0 of the manual, .target sm_70\0",
        b".version\0.target\0.entry\0",
    ],
)
def test_pieces_and_talk_of_ptx_are_no_code(tmp_path: Path, data: bytes) -> None:
    result = read(compiled(tmp_path, data))
    assert (result.artifacts, result.not_read) == ((), ())


def test_one_that_is_cut_short_is_said(tmp_path: Path) -> None:
    path = compiled(tmp_path, b".version 7.0\n.target sm_70\n.entry a()\n{\n}\n.entry b()\n{ mov.u32 %r1, {\n}\0")
    assert ["ends within a body" in each.why for each in read(path).not_read] == [True]


def test_code_that_is_registered_is_what_counts(tmp_path: Path) -> None:
    source = 'const char *text = ".version 7.8\\n.target sm_75\\n.entry k(){\\nret;\\n}";\n__global__ void own() {}\n'
    path = toolchain.nvcc(tmp_path, source, "-arch=sm_90", "-shared", "-Xcompiler", "-fPIC", out="lib.so")
    assert {module.registration for module in modules(path)} == {Registration.REGISTERED}


def test_a_large_program_is_searched_in_a_bounded_time() -> None:
    """Many beginnings without an end must not cost their square."""
    data = b".version 7.8\n.target sm_70\n.entry \n" * 60_000 + b"\0"
    began = time.process_time()
    at = 0
    while (found := ptx.find_text(data, at, len(data))) is not None:
        at = found[0] + 1
    assert time.process_time() - began < 10
