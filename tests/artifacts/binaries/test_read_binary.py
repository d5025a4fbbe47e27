"""Host binaries: ELF of real compilers, PE and COFF written here, archives."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from cudacompat.artifacts.binaries import elf
from cudacompat.artifacts.files.sniff import LARGEST_DATA
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import BinaryArtifact, Registration
from tests.artifacts.binaries.test_read_fatbin import SOURCE, as_cuobjdump, cuobjdump_says
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain

MAIN = SOURCE + "int main() { scale<<<1, 1>>>(nullptr); return 0; }\n"
FLAGS = ("-gencode=arch=compute_80,code=sm_80", "-gencode=arch=compute_100f,code=[sm_100f,compute_100f]")
FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))


def read(path: Path, *, kernels: bool = False) -> BinaryArtifact:
    result = read_paths([str(path)], kernels=kernels)
    assert result.not_read == ()
    (artifact,) = result.artifacts
    return artifact


def places(artifact: BinaryArtifact) -> Counter[tuple[str | None, Registration]]:
    return Counter((module.section, module.registration) for module in artifact.modules)


def with_section(folder: Path, name: str, data: bytes, *objcopy: str) -> Path:
    """A shared library that carries these bytes in a section of this name."""
    compiler = toolchain.require_host_compiler()
    (folder / "blob").write_bytes(data)
    asm = f'.section {name},"a",@progbits\n.globl blob\nblob: .incbin "blob"\n.section .note.GNU-stack,"",@progbits\n'
    (folder / "blob.s").write_text(asm)
    toolchain.run(compiler, "-shared", "-nostdlib", "blob.s", "-o", "lib.so", cwd=folder)
    if objcopy:
        toolchain.run("objcopy", *objcopy, "lib.so", cwd=folder)
    return folder / "lib.so"


@pytest.mark.parametrize(
    "flags", [("-c",), ("-shared", "-Xcompiler=-fPIC"), ("-shared", "-Xcompiler=-fPIC", "-rdc=true")]
)
def test_what_nvcc_makes_equals_cuobjdump(tmp_path: Path, flags: tuple[str, ...]) -> None:
    path = toolchain.nvcc(tmp_path, MAIN, *FLAGS, *flags, out="made")
    artifact = read(path)
    found = [entry for module in artifact.modules for entry in module.entries]
    assert Counter(as_cuobjdump(found)) == Counter(cuobjdump_says(path))
    assert (artifact.format, artifact.linked, artifact.size) == (
        "elf",
        "-shared" in flags,
        path.stat().st_size,
    )
    assert Registration.STRAY not in {module.registration for module in artifact.modules}


def test_an_executable_with_separate_compilation_holds_its_code_twice(tmp_path: Path) -> None:
    artifact = read(toolchain.nvcc(tmp_path, MAIN, *FLAGS, "-rdc=true", out="prog"), kernels=True)
    assert artifact.linked
    found = places(artifact)
    assert found[".nv_fatbin", Registration.REGISTERED] >= 1
    assert found["__nv_relfatbin", Registration.RELOCATABLE] >= 1
    linked = [m for m in artifact.modules if m.registration is Registration.REGISTERED]
    assert {k for m in linked for e in m.entries for k in e.kernels or ()} >= {"scale"}


def test_a_static_library(tmp_path: Path) -> None:
    path = toolchain.nvcc(tmp_path, SOURCE, *FLAGS, "-lib", out="lib.a")
    artifact = read(path)
    (module,) = artifact.modules
    assert (artifact.format, artifact.linked, module.registration) == ("ar", False, Registration.REGISTERED)
    assert module.section is not None
    assert module.section.endswith("unit.o:.nv_fatbin")
    assert path.read_bytes()[module.offset :][:4] == b"\x50\xed\x55\xba"
    path = toolchain.nvcc(tmp_path, SOURCE, *FLAGS, "-rdc=true", "-lib", out="rdc.a")
    assert {m.registration for m in read(path).modules} == {Registration.RELOCATABLE}


def test_names_of_any_length_in_archives(tmp_path: Path) -> None:
    ar = shutil.which("ar")
    if ar is None:
        toolchain.missing("no ar")
    names = ["a.fatbin", "a-name-much-longer-than-sixteen-characters.fatbin", "sp ace.fatbin"]
    for name in names:
        (tmp_path / name).write_bytes(FATBIN)
    (tmp_path / "text").write_bytes(b"odd")
    toolchain.run(ar, "rcs", "lib.a", "text", *names, cwd=tmp_path)
    assert [module.section for module in read(tmp_path / "lib.a").modules] == names


def test_a_fatbin_elsewhere_is_a_stray(tmp_path: Path) -> None:
    noise = b"\x50\xed\x55\xba\x01\0\x10\0" + b"x" * 300
    path = with_section(tmp_path, ".odd", b"xyz" + noise + FATBIN + b"zz" + FATBIN + noise)
    artifact = read(path, kernels=True)
    assert places(artifact) == {(".odd", Registration.STRAY): 2}
    assert all(m.entries[0].kernels == ("k1", "k2") for m in artifact.modules)


def test_a_cubin_elsewhere_is_a_stray(tmp_path: Path) -> None:
    one = toolchain.ptxas(tmp_path, "12.8", toolchain.ptx_text("8.0", "90a"), "90a")
    two = toolchain.ptxas(tmp_path, "12.8", toolchain.ptx_text("8.0", "80"), "80", "-c")
    artifact = read(with_section(tmp_path, ".cubins", b"x" + one + b"yy" + two + FATBIN), kernels=True)
    assert places(artifact) == {
        (".cubins", Registration.STRAY): 2,
        (".cubins", Registration.RELOCATABLE): 1,
    }
    targets = [str(m.entries[0].target) for m in artifact.modules]
    assert targets == ["sm_90a", "sm_80", "compute_80"]
    assert artifact.modules[0].entries[0].size == len(one)


def test_host_instructions_are_not_searched(tmp_path: Path) -> None:
    path = with_section(tmp_path, ".text", FATBIN)
    result = read_paths([str(path)], kernels=False)
    assert (result.artifacts, result.not_read, result.barren) == ((), (), (str(path),))


def test_padding_between_fatbins_may_be_zero_and_nothing_else(tmp_path: Path) -> None:
    path = with_section(tmp_path, ".nv_fatbin", FATBIN + bytes(248) + FATBIN + bytes(8))
    assert len(read(path).modules) == 2
    path = with_section(tmp_path, ".nv_fatbin", FATBIN + b"junkjunk" + FATBIN)
    result = read_paths([str(path)], kernels=False)
    assert len(result.artifacts[0].modules) == 2
    assert "no fatbin at byte" in result.not_read[0].why


@pytest.mark.parametrize(("name", "expected"), [(".nv_fatbin", "REGISTERED"), ("__nv_relfatbin", "RELOCATABLE")])
def test_debug_files_name_code_that_lies_elsewhere(tmp_path: Path, name: str, expected: str) -> None:
    path = with_section(tmp_path, name, FATBIN)
    assert places(read(path)) == {(name, Registration[expected]): 1}
    toolchain.run("objcopy", "--only-keep-debug", "lib.so", "lib.debug", cwd=tmp_path)
    result = read_paths([str(tmp_path / "lib.debug")], kernels=False)
    assert (result.artifacts, result.barren) == ((), ())
    assert [one.why for one in result.not_read] == ["device code stripped to another file"]


def test_amd_code_is_not_ours(tmp_path: Path) -> None:
    path = with_section(tmp_path, ".hip_fatbin", b"__CLANG_OFFLOAD_BUNDLE__" + bytes(200))
    assert read_paths([str(path)], kernels=False).barren == (str(path),)


def test_a_stripped_section_table_means_a_search_of_the_whole_file(tmp_path: Path) -> None:
    path = with_section(tmp_path, ".nv_fatbin", FATBIN)
    data = bytearray(path.read_bytes())
    data[40:48] = bytes(8)  # e_shoff
    data[60:64] = bytes(4)
    path.write_bytes(data)
    assert places(read(path)) == {(None, Registration.STRAY): 1}


def test_a_truncated_library_keeps_what_is_there_and_says_so(tmp_path: Path) -> None:
    path = with_section(tmp_path, ".nv_fatbin", FATBIN + FATBIN)
    data = path.read_bytes()
    path.write_bytes(data[: data.rfind(FATBIN) + len(FATBIN) - 8])
    result = read_paths([str(path)], kernels=False)
    assert len(result.artifacts[0].modules) == 2
    assert result.artifacts[0].modules[1].damage
    assert any("truncated" in one.why for one in result.not_read)


def test_the_section_table_is_read_as_pyelftools_reads_it(tmp_path: Path) -> None:
    compiler = toolchain.require_host_compiler()
    paths = [
        toolchain.nvcc(tmp_path, MAIN, "-arch=sm_80", out="prog"),
        Path(compiler).resolve(),
        Path("/bin/sh").resolve(),
    ]
    paths.append(with_section(tmp_path, ".a-long-section-name", b"x"))
    for path in paths:
        data = path.read_bytes()
        image = elf.read_image(data, 0, len(data))
        with path.open("rb") as file:
            theirs = [
                (s.name, s["sh_offset"], s["sh_offset"] + s["sh_size"], s["sh_type"] != "SHT_NOBITS")
                for s in ELFFile(file).iter_sections()
            ]
        assert [tuple(section[:4]) for section in image.sections or ()] == theirs[1:]
        assert image.linked


def test_a_32_bit_library(tmp_path: Path) -> None:
    data = bytearray(b"\x7fELF\x01\x01\x01" + bytes(9))
    strings = b"\0.nv_fatbin\0.shstrtab\0"
    at = 52
    table = at + len(FATBIN) + len(strings)
    data += struct.pack("<HHIIIIIHHHHHH", 3, 3, 1, 0, 0, table, 0, 52, 32, 0, 40, 3, 2)
    data += FATBIN + strings + bytes(40)
    data += struct.pack("<10I", 1, 1, 2, 0, at, len(FATBIN), 0, 0, 8, 0)
    data += struct.pack("<10I", 12, 3, 0, 0, at + len(FATBIN), len(strings), 0, 0, 1, 0)
    (tmp_path / "lib").write_bytes(data)
    assert places(read(tmp_path / "lib")) == {(".nv_fatbin", Registration.REGISTERED): 1}


def pe_image(*sections: tuple[bytes, bytes, int]) -> bytes:
    """A PE image of these sections: (name, bytes, characteristics); raw sizes are padded as linkers do."""
    optional = bytes(240)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
    head += struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, len(optional), 0x2022) + optional
    at = -(-(len(head) + 40 * len(sections)) // 512) * 512
    table, body = b"", b""
    for name, data, bits in sections:
        padded = data + bytes(-len(data) % 512)
        table += struct.pack("<8sIIIIIIHHI", name, len(data), 0x1000, len(padded), at + len(body), 0, 0, 0, 0, bits)
        body += padded
    return (head + table).ljust(at, b"\0") + body


DATA, CODE = 0x40000040, 0x60000020


def test_windows_images_cut_their_section_names(tmp_path: Path) -> None:
    path = tmp_path / "any"
    path.write_bytes(
        pe_image(
            (b".text", FATBIN, CODE),
            (b".nv_fatb", FATBIN + bytes(8) + FATBIN, DATA),
            (b"__nv_rel", FATBIN, DATA),
            (b".rdata", b"odd" + FATBIN, DATA),
        )
    )
    artifact = read(path)
    assert (artifact.format, artifact.linked, artifact.processor) == ("pe", True, "x86_64")
    assert places(artifact) == {
        (".nv_fatb", Registration.REGISTERED): 2,
        ("__nv_rel", Registration.RELOCATABLE): 1,
        (".rdata", Registration.STRAY): 1,
    }


def test_windows_objects_keep_them_in_a_table(tmp_path: Path) -> None:
    strings = struct.pack("<I", 20) + b"__nv_relfatbin\0"
    at = 20 + 40
    head = struct.pack("<HHIIIHH", 0x8664, 1, 0, at + len(FATBIN), 0, 0, 0)
    head += struct.pack("<8sIIIIIIHHI", b"/4", 0, 0, len(FATBIN), at, 0, 0, 0, 0, DATA)
    data = head + FATBIN + strings
    (tmp_path / "unit.obj").write_bytes(data)
    artifact = read(tmp_path / "unit.obj")
    assert (artifact.format, artifact.linked) == ("coff", False)
    assert places(artifact) == {("__nv_relfatbin", Registration.RELOCATABLE): 1}
    member = b"unit.obj/       0           0     0     0       %-10d`\n" % len(data)
    (tmp_path / "unit.lib").write_bytes(b"!<arch>\n" + member + data)
    assert places(read(tmp_path / "unit.lib")) == {("unit.obj:__nv_relfatbin", Registration.RELOCATABLE): 1}


@pytest.mark.parametrize("data", [b"MZ", b"MZ" + bytes(62), b"MZ" + bytes(58) + b"\xff\xff\xff\x7f" + bytes(99)])
def test_odd_windows_files(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.dll").write_bytes(data)
    assert read_paths([str(tmp_path)], kernels=False).artifacts == ()


def test_a_file_of_no_known_kind_is_searched_when_named(tmp_path: Path) -> None:
    (tmp_path / "odd").write_bytes(bytes(8) + FATBIN)
    artifact = read(tmp_path / "odd")
    assert (artifact.format, places(artifact)) == ("data", {(None, Registration.STRAY): 1})
    assert read_paths([str(tmp_path)], kernels=False).without_code == 0  # it is small, so it is searched unnamed too
    (tmp_path / "odd").write_bytes(bytes(LARGEST_DATA) + FATBIN)
    assert places(read(tmp_path / "odd")) == {(None, Registration.STRAY): 1}
    assert read_paths([str(tmp_path)], kernels=False).without_code == 1


def test_stripping_changes_nothing(tmp_path: Path) -> None:
    path = toolchain.nvcc(tmp_path, SOURCE, *FLAGS, "-shared", "-Xcompiler=-fPIC", out="lib.so")
    before = [m.entries for m in read(path).modules]
    subprocess.run(["strip", path], check=True)
    assert [m.entries for m in read(path).modules] == before
