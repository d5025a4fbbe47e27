"""Device code where a reader of sections and archives does not look at first."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import struct
import tarfile
import zlib
from pathlib import Path

import pytest

from cudacompat.artifacts.files.sniff import LARGEST_DATA
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from tests.artifacts.binaries.test_read_binary import pe_image
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.device_files import library
from tests.whole.test_hostile import cubin_of

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
CUBIN = cubin_of(b"", b"\0")


def read(path: Path) -> ReadResult:
    return read_paths([str(path)], kernels=False)


def tar_of(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def program() -> bytes:
    """A program of the system, which has sections and nothing behind them."""
    return Path("/bin/true").read_bytes()


def test_code_behind_a_program_is_found(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(program())
    assert read(tmp_path / "plain").artifacts == ()
    assert read(tmp_path / "plain").not_read == ()
    (tmp_path / "tool").write_bytes(program() + FATBIN)
    (artifact,) = read(tmp_path / "tool").artifacts
    assert artifact.modules[0].offset == len(program())


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (gzip.compress(FATBIN), "after the program follows another file (gzip file), which is not opened"),
        (
            bytes(100) + b"MEI\014\013\012\013\016" + bytes(80),
            "after the program follows an archive of PyInstaller, which is not opened",
        ),
    ],
)
def test_an_archive_behind_a_program_is_said(tmp_path: Path, behind: bytes, said: str) -> None:
    (tmp_path / "tool").write_bytes(program() + behind)
    assert [each.why for each in read(tmp_path / "tool").not_read] == [said]


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "after the program follows another file (7z archive), which is not opened"),
        (
            bytes(4) + b"\xef\xbe\xad\xdeNullsoftInst",
            "after the program follows an archive of NSIS, which is not opened",
        ),
        (
            b"\1" * 9000 + b"Inno Setup Setup Data (6.2.0)",
            "after the program follows an archive of Inno Setup, which is not opened",
        ),
        (b";!@Install@!UTF-8!\n", "after the program follows an archive of 7-Zip, which is not opened"),
    ],
)
def test_an_archive_behind_a_program_for_windows_is_said(tmp_path: Path, behind: bytes, said: str) -> None:
    """Its last section ends behind the zeros that fill it up."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/lib").write_bytes(FATBIN)
    (tmp_path / "in/setup.exe").write_bytes(pe_image((b".text", b"\xcc" * 600, 0x60000020)))
    assert read(tmp_path / "in").not_read == ()
    (tmp_path / "in/setup.exe").write_bytes(pe_image((b".text", b"\xcc" * 600, 0x60000020)) + behind)
    assert [each.why for each in read(tmp_path / "in").not_read] == [said]


def test_the_archive_behind_an_installing_script_is_read(tmp_path: Path) -> None:
    script = b"#!/bin/sh\ntail -n +3 $0 | tar xz\nexit\n"
    path = tmp_path / "setup.run"
    path.write_bytes(script + gzip.compress(tar_of("lib/k", FATBIN)))
    assert [each.path for each in read(path).artifacts] == [f"{path}!/lib/k"]
    path.write_bytes(script)
    assert (read(path).artifacts, read(path).barren) == ((), (str(path),))


@pytest.mark.parametrize("longest", [100, 5000])
@pytest.mark.parametrize("inside", ["tar", "library"])
def test_what_lies_behind_a_script_as_it_is_is_found(tmp_path: Path, inside: str, longest: int) -> None:
    """A tar that is not compressed, or a program: the script may be longer than what is looked at first."""
    (tmp_path / "in").mkdir()
    script = b"#!/bin/sh\n" + b"# text\n" * (longest // 7)
    (tmp_path / "in/setup.run").write_bytes(script + (tar_of("lib/k", FATBIN) if inside == "tar" else library("sm_86")))
    assert len(read(tmp_path / "in").artifacts) == 1
    (tmp_path / "in/setup.run").write_bytes(script)
    assert read(tmp_path / "in").without_code == 1


def test_what_a_run_time_compiler_kept_is_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/kernel.cubin").write_bytes(b"0123456789abcdef0123456789abcdef01234567" + CUBIN)
    (tmp_path / "in/other").write_bytes(b"text and no more")
    (artifact,) = read(tmp_path / "in").artifacts
    assert (artifact.format, artifact.modules[0].offset) == ("data", 40)
    large = os.urandom(64) + bytes(LARGEST_DATA) + CUBIN
    (tmp_path / "in/kernel.cubin").write_bytes(b"\1" + large)
    assert read(tmp_path / "in").artifacts == ()
    assert len(read(tmp_path / "in/kernel.cubin").artifacts) == 1  # named, it is searched whatever its size


def test_an_engine_is_searched_whatever_its_size_and_never_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in/model.plan"
    with path.open("wb") as file:
        file.write(b"ftrt\0\0\0\0" + b"\1" * 100)
        file.seek(LARGEST_DATA + 1)
        file.write(CUBIN)
    assert [each.path for each in read(tmp_path / "in").artifacts] == [str(path)]
    path.write_bytes(b"ptrt" + bytes(1000))
    assert [each.why for each in read(tmp_path / "in").not_read] == [
        "a TensorRT engine, made for one model of GPU: which one is not to be seen"
    ]


PTX = toolchain.ptx_text("8.0", "80")


def test_a_text_of_two_bytes_a_character_is_said(tmp_path: Path) -> None:
    for name, coding in (("marked", "utf-16"), ("little", "utf-16-le"), ("big", "utf-16-be")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "k.ptx").write_bytes(PTX.encode(coding))
        why = [each.why for each in read(tmp_path / name).not_read]
        assert why == ["a PTX text in UTF-16, which the driver does not take"], name
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_bytes(". a list\n. of points".encode("utf-16"))
    assert read(tmp_path / "other").not_read == ()


def test_a_text_among_data_is_found_where_there_is_nothing_else(tmp_path: Path) -> None:
    kept = b"\0\1\2\3 kept by a compiler \0" + PTX.encode() + b"\0"
    (tmp_path / "kept").write_bytes(kept)
    (artifact,) = read(tmp_path).artifacts
    assert [(module.offset, str(module.entries[0].target)) for module in artifact.modules] == [
        (kept.index(b".version"), "compute_80")
    ]
    (tmp_path / "kept").write_bytes(kept + CUBIN)
    (artifact,) = read(tmp_path).artifacts
    assert [module.offset for module in artifact.modules] == [len(kept)]


def test_data_in_a_compressed_file_are_searched(tmp_path: Path) -> None:
    (tmp_path / "kept.gz").write_bytes(gzip.compress(b"0123456789abcdef0123456789abcdef01234567" + CUBIN))
    assert [each.path for each in read(tmp_path).artifacts] == [f"{tmp_path}/kept.gz!/kept"]


def test_a_cubin_whose_symbols_are_lost_is_damaged(tmp_path: Path) -> None:
    """Databases store a value in pieces: the head of the cubin is whole then, the rest is not where it should be."""
    whole = cubin_of(b"", b"\0")
    (at,) = struct.unpack_from("<Q", whole, 40)
    broken = bytearray(whole)
    broken[at:] = bytes(len(whole) - at)
    (tmp_path / "cache.db").write_bytes(b"\0" * 8 + broken)
    result = read_paths([str(tmp_path)], kernels=True)
    assert "it has no table of symbols" in result.not_read[0].why


def frame(data: bytes) -> bytes:
    import zstandard

    return zstandard.compress(data)


def test_frames_of_zstd_that_hold_nothing_are_stepped_over(tmp_path: Path) -> None:
    nothing = struct.pack("<II", 0x184D2A50, 4) + b"\0\1\0\0"  # as pzstd writes one before each frame
    whole = tar_of("lib/k", FATBIN)
    for name, data in {
        "first": nothing + frame(whole),
        "between": nothing + frame(whole[:600]) + nothing + frame(whole[600:]) + nothing,
    }.items():
        path = tmp_path / f"{name}.tar.zst"
        path.write_bytes(data)
        result = read(path)
        assert ([each.path for each in result.artifacts], result.not_read) == ([f"{path}!/lib/k"], ()), name


def test_what_was_compressed_before_xz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.tar.lzma"
    path.write_bytes(lzma.compress(tar_of("lib/k", FATBIN), format=lzma.FORMAT_ALONE))
    assert [each.path for each in read(path).artifacts] == [f"{path}!/lib/k"]
    path.write_bytes(path.read_bytes()[:60])
    assert [each.why for each in read(path).not_read] == ["damaged LZMA file: truncated"]
    path.write_bytes(b"]\0\0\0 no such file, but text that begins as one")
    assert read(tmp_path).not_read == ()


def zip_by_zstd(data: bytes, checksum: int) -> bytes:
    """A zip with one member, compressed by method 93: Python's own writer has it from 3.14 on."""
    stored, name = frame(data), b"k.fatbin"
    fields = struct.pack("<HHHHIIIHH", 0, 93, 0, 33, checksum, len(stored), len(data), len(name), 0)
    local = b"PK\3\4" + struct.pack("<H", 63) + fields + name + stored
    table = b"PK\1\2" + struct.pack("<HH", 63, 63) + fields + bytes(14) + name
    return local + table + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(table), len(local), 0)


def test_members_that_zstd_compressed(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zip_by_zstd(FATBIN, zlib.crc32(FATBIN)))
    assert [each.path for each in read(path).artifacts] == [f"{path}!/k.fatbin"]
    path.write_bytes(zip_by_zstd(FATBIN, 1))
    result = read(path)
    assert (result.artifacts, [each.why for each in result.not_read]) == ((), ["its checksum is another"])


def test_members_of_methods_that_are_not_read_say_so(tmp_path: Path) -> None:
    for method, why in (
        (9, "compressed by Deflate64, which is not read in a zip; 7z x unpacks it"),
        (95, "compressed by xz, which is not read in a zip; 7z x unpacks it"),
        (98, "compressed by PPMd, which is not read in a zip; 7z x unpacks it"),
        (200, "compressed by method 200, which is not read in a zip; 7z x unpacks it"),
        (99, "encrypted"),
    ):
        data = bytearray(zip_by_zstd(FATBIN, 0))
        for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            data[data.rindex(mark) + at] = method
        (tmp_path / "x.zip").write_bytes(data)
        assert [each.why for each in read(tmp_path).not_read] == [why], method


def test_an_object_with_many_sections_is_one(tmp_path: Path) -> None:
    head = struct.pack("<HHHHI", 0, 0xFFFF, 2, 0x8664, 0) + bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
    head += struct.pack("<16xIII", 1, 0, 0)
    section = struct.pack("<8sIIIIIIHHI", b".nv_fatb", 0, 0, len(FATBIN), 56 + 40, 0, 0, 0, 0, 0x40000040)
    (tmp_path / "k.obj").write_bytes(head + section + FATBIN)
    (artifact,) = read(tmp_path).artifacts
    assert (artifact.format, artifact.linked, artifact.modules[0].section) == ("coff", False, ".nv_fatb")


def thin(*names: str) -> bytes:
    """A thin archive, as `ar rcT` writes it."""
    table = "".join(f"{name}/\n" for name in names).encode()
    parts = [
        b"!<thin>\n",
        b"//".ljust(48) + str(len(table)).encode().ljust(10) + b"`\n" + table + b"\n" * (len(table) % 2),
    ]
    at = 0
    for name in names:
        parts.append(f"/{at}".encode().ljust(48) + b"1234".ljust(10) + b"`\n")
        at += len(name) + 2
    return b"".join(parts)


def test_a_thin_archive_whose_members_lie_beside_it_is_no_gap(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    (root / "k.o").write_bytes(FATBIN)
    (root / "sub/m.o").write_bytes(FATBIN)
    (root / "lib.a").write_bytes(thin("k.o", "sub/m.o"))
    result = read(root)
    assert (len(result.artifacts), result.not_read) == (2, ())
    assert len(read(root / "lib.a").not_read) == 1  # named alone, its members are not read
    for names in (("k.o", "gone.o"), ("../outside.o",), (str(root / "k.o"),)):
        (tmp_path / "outside.o").write_bytes(FATBIN)
        (root / "lib.a").write_bytes(thin(*names))
        assert ["thin archive" in each.why for each in read(root).not_read] == [True], names
