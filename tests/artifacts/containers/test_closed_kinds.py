"""Kinds of containers that are told and not opened, by heads that their own programs wrote; and what only looks so."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from cudacompat.artifacts.containers.closed_kinds import CLOSED_KINDS
from cudacompat.artifacts.containers.openers import OPENERS, opener_of
from cudacompat.artifacts.reading.first_look import not_opened
from cudacompat.artifacts.reading.read import read_paths
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.each_row import each_case

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))

# The first bytes of files that hold one library, written by the programs of Debian 12 that are named.
WRITTEN = {
    "arj 3.10": (
        "60ea2900220b01021000024f96e10d6b96e10d6b000000000000000000000000000000000000782e61726a0000c0706fa3000060ea",
        "ARJ archive",
    ),
    "jlha 0.1 -co5": (
        "29002d6c68642d000000000000000074e10d6b20020000000500006e500300010700026c6962ff0000",
        "LHA archive",
    ),
    "arc 5.21": ("1a086b2e736f000000000000000000d21800007e5d44a67f67585600000c7f8a3031222040000090", "ARC archive"),
    "cpio 2.13 -H bin, bytes swapped": (
        "71c7fe00e3b841ed00000000000300006b0de174000200000000002e",
        "cpio archive of another order of bytes",
    ),
    "dar 2.7": ("0000007b81e10d6b000000005e3d5454800000000100038000", "archive of dar"),
    "rzip 2.1": ("525a4950020100005658000000000000", "file of rzip"),
    "bzip3 1.2": ("425a33763100000001dd1b000000a000", "bzip3 file"),
    "lrzip 0.65": ("4c525a49000600a00000000000000000", "file of lrzip"),
    "qemu-img 7.2, parallels": ("576974686f75467265537061634578740200000010000000", "virtual disk of Parallels"),
    "qemu-img 7.2, qed": ("51454400000001000400000001000000", "virtual disk of QEMU"),
    "ubinize 2.1": ("55424923010000000000000000000000", "UBI image"),
    "mkfs.ubifs 2.1": ("311810068b931f182000000000000000", "UBIFS image"),
    "mkfs.jffs2 2.1": ("851903200c000000b1b01ee4851901e0", "JFFS2 image"),
    "genromfs 0.5": ("2d726f6d3166732d00008de0e1389899", "romfs image"),
    "openssl 3.0 enc": ("53616c7465645f5fe0b41fba9465a5fa", "file that OpenSSL encrypted"),
    "wimcapture 1.13 --solid": ("4d5357494d000000d0000000000e0000", "Windows image"),
    "img2simg 29": ("3aff26ed010000001c000c0000100000", "Android image"),
    "compress 4.2": ("1f9d907f8a3031222040000090120c00", "file of compress"),
}


@pytest.mark.parametrize("program", WRITTEN)
def test_what_a_program_wrote_is_not_read_and_said(tmp_path: Path, program: str) -> None:
    head, called = WRITTEN[program]
    (tmp_path / "x").write_bytes(bytes.fromhex(head) + b"\x91\x07" * 300)
    (tmp_path / "lib").write_bytes(FATBIN)
    result = read_paths([str(tmp_path)], kernels=False)
    opener = opener_of(bytes.fromhex(head) + b"\x91\x07" * 300)
    assert opener is not None
    assert opener.called == called
    assert [row.why for row in result.not_read] == [not_opened(opener)]
    assert [artifact.path for artifact in result.artifacts] == [str(tmp_path / "lib")]


def test_each_kind_that_is_not_opened_has_a_cure() -> None:
    assert [opener.called for opener in OPENERS if (opener.open is None) != bool(opener.cure)] == []
    assert len({opener.magic for opener in OPENERS}) == len(OPENERS)
    assert all(kind.cure for kind in CLOSED_KINDS)


@each_case(
    "head",
    [
        bytes.fromhex("1a012a0026000f009d0103") + b"xterm|terminal\0" + bytes(400),  # terminfo(5)
        b"\x1a\x05hello\x12\x03abc\0" + bytes(range(60)),  # a message of protobuf
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01" + bytes(80),  # Matroska
        zlib.compress(b"blob 70\0" + bytes(70)),  # an object of git
        b"\x78\x9c" + bytes(range(200)),
        b"\x60\xea" + bytes(range(90)),
        b"\xc7\x71" + b"\x5a" * 90,
        b"\x71\xc7" + b"\x5a" * 90,
        b"A -lh5- is a method of LHA, which is told in this text.",
        bytes(1080) + b"\x53\xef" + b"\x77" * 60,  # numbers behind zeros
    ],
)
def test_what_only_looks_like_one(head: bytes) -> None:
    assert opener_of(head) is None


def test_a_zlib_stream_is_read_and_what_follows_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "k.z"
    path.write_bytes(zlib.compress(FATBIN))
    result = read_paths([str(path)], kernels=False)
    assert ([artifact.path for artifact in result.artifacts], result.not_read) == ([f"{path}!/k.z"], ())
    for packed, kind in ((zlib.compress(FATBIN), "zlib"), (gzip.compress(FATBIN), "gzip")):
        path.write_bytes(packed + b"more")
        (row,) = read_paths([str(path)], kernels=False).not_read
        assert row.why == f"damaged {kind} file: other bytes follow its end, which are not read"
