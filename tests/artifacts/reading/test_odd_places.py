"""Device code where a reader of sections and archives does not look at first."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tarfile
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
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


def test_the_archive_behind_an_installing_script_is_read(tmp_path: Path) -> None:
    script = b"#!/bin/sh\ntail -n +3 $0 | tar xz\nexit\n"
    path = tmp_path / "setup.run"
    path.write_bytes(script + gzip.compress(tar_of("lib/k", FATBIN)))
    assert [each.path for each in read(path).artifacts] == [f"{path}!/lib/k"]
    path.write_bytes(script)
    assert (read(path).artifacts, read(path).barren) == ((), (str(path),))


def test_what_a_run_time_compiler_kept_is_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/kernel.cubin").write_bytes(b"0123456789abcdef0123456789abcdef01234567" + CUBIN)
    (tmp_path / "in/other").write_bytes(b"text and no more")
    (artifact,) = read(tmp_path / "in").artifacts
    assert (artifact.format, artifact.modules[0].offset) == ("data", 40)
    large = os.urandom(64) + bytes(5 << 20) + CUBIN
    (tmp_path / "in/kernel.cubin").write_bytes(b"\1" + large)
    assert read(tmp_path / "in").artifacts == ()
    assert len(read(tmp_path / "in/kernel.cubin").artifacts) == 1  # named, it is searched whatever its size


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
