"""cpio archives in the forms that GNU cpio writes, and RPM packages, which hold one."""

from __future__ import annotations

import base64
import gzip
import io
import lzma
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from cudacompat.artifacts.containers import cpios
from cudacompat.artifacts.containers.base import Budget, Source
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.each_row import each_case

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
_FILE, _FOLDER = 0o100644, 0o040755

# One file `a` with `hello`, written by GNU cpio 2.13: -H bin, odc, newc, crc, without the zeros behind the end.
GNU = {
    "bin": "x3EA/g/jpIEAAAAAAQAAAA1rO+gCAAAABQBhAGhlbGxvAMdxAAAAAAAAAAAAAAEAAAAAAAAACwAAAAAAVFJBSUxFUiEhIQA=",
    "odc": "MDcwNzA3MTc3MDAwMTYxNDE3MTAwNjQ0MDAwMDAwMDAwMDAwMDAwMDAxMDAwMDAwMTUzMDMzNjQwNzMwMDAwMDIwMDAwMDAw"
    "MDAwNWEAaGVsbG8wNzA3MDcwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDEwMDAwMDAwMDAwMDAwMDAwMDAw"
    "MDAxMzAwMDAwMDAwMDAwVFJBSUxFUiEhIQA=",
    "newc": "MDcwNzAxMDAyOEUzMEYwMDAwODFBNDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTZCMERFODNCMDAwMDAwMDUwMDAwMDBGRTAw"
    "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAyMDAwMDAwMDBhAGhlbGxvAAAAMDcwNzAxMDAwMDAwMDAwMDAwMDAwMDAw"
    "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"
    "MDAwMDBCMDAwMDAwMDBUUkFJTEVSISEhAA==",
    "crc": "MDcwNzAyMDAyOEUzMEYwMDAwODFBNDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTZCMERFODNCMDAwMDAwMDUwMDAwMDBGRTAw"
    "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAyMDAwMDAyMTRhAGhlbGxvAAAAMDcwNzAyMDAwMDAwMDAwMDAwMDAwMDAw"
    "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"
    "MDAwMDBCMDAwMDAwMDBUUkFJTEVSISEhAA==",
}


def _new(name: bytes, mode: int, data: bytes) -> bytes:
    fields = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % number for number in fields) + name + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def _odc(name: bytes, mode: int, data: bytes) -> bytes:
    numbers = b"".join(b"%06o" % number for number in (1, 1, mode, 0, 0, 1, 0))
    return b"070707" + numbers + b"%011o%06o%011o" % (0, len(name) + 1, len(data)) + name + b"\0" + data


def _old(name: bytes, mode: int, data: bytes) -> bytes:
    size = len(data)
    fields = (0o070707, 1, 1, mode, 0, 0, 1, 0, 0, 0, len(name) + 1, size >> 16, size & 0xFFFF)
    text = name + b"\0"
    return struct.pack("<13H", *fields) + text + bytes(len(text) % 2) + data + bytes(size % 2)


FORMS: dict[str, Callable[[bytes, int, bytes], bytes]] = {"newc": _new, "odc": _odc, "bin": _old}


def cpio_of(form: str, *members: tuple[str, int, bytes]) -> bytes:
    write = FORMS[form]
    return b"".join(write(name.encode(), mode, data) for name, mode, data in members) + write(b"TRAILER!!!", 0, b"")


def rpm_of(payload: bytes, signature: int = 5) -> bytes:
    def header(count: int) -> bytes:
        return b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, count) + bytes(16 + count)

    return b"\xed\xab\xee\xdb\3\0" + bytes(90) + header(signature) + bytes(-signature % 8) + header(30) + payload


def read(path: Path, data: bytes, limits: Limits | None = None) -> ReadResult:
    path.write_bytes(data)
    return read_paths([str(path)], kernels=True, limits=limits)


def found(result: ReadResult, root: Path) -> list[str]:
    return [artifact.path.removeprefix(f"{root}/") for artifact in result.artifacts]


@each_case("form", list(GNU))
def test_what_gnu_cpio_wrote(form: str) -> None:
    data = base64.b64decode(GNU[form])
    source = Source("x", len(data), io.BytesIO(data), pay=lambda _: None)
    members = [(member.name, member.open().read()) for member in cpios.members(source, Budget(Limits()))]
    assert members == [("a", b"hello")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_libraries_are_read(tmp_path: Path, form: str, pack: Callable[[bytes], bytes]) -> None:
    members = (("./lib", _FOLDER, b""), ("./lib/a.so", _FILE, FATBIN), ("./t", _FILE, b"text."), ("b", _FILE, FATBIN))
    result = read(tmp_path / "x", pack(cpio_of(form, *members) + bytes(100)))
    assert found(result, tmp_path) == ["x!/./lib/a.so", "x!/b"]
    assert (result.files, result.without_code, result.not_read) == (3, 1, ())


def test_archives_behind_one_another(tmp_path: Path) -> None:
    """As an initramfs is made: the second is compressed."""
    first, second = (cpio_of("newc", (name, _FILE, FATBIN)) for name in ("a", "b"))
    assert found(read(tmp_path / "x", first + bytes(7) + second), tmp_path) == ["x!/a", "x!/b"]
    result = read(tmp_path / "x", first + bytes(512) + gzip.compress(second))
    assert found(result, tmp_path) == ["x!/a", "x!/what follows the archive!/b"]
    assert [row.why for row in read(tmp_path / "x", first + b"7z\xbc\xaf\x27\x1c" + bytes(600)).not_read] == [
        "a 7z archive, which is not opened; 7z x unpacks it"
    ]


@pytest.mark.parametrize("form", FORMS)
def test_one_that_is_cut_at_any_byte_is_damaged(tmp_path: Path, form: str) -> None:
    whole = cpio_of(form, ("lib.so", _FILE, FATBIN), ("t", _FILE, b"text"))
    for cut in (*range(110, 150), len(FATBIN), *range(len(whole) - 130, len(whole) - 15)):
        result = read(tmp_path / "x", whole[:cut])
        assert [row.why.partition(":")[0] for row in result.not_read][-1:] == ["damaged cpio archive"], cut


def test_headers_that_lie(tmp_path: Path) -> None:
    good = cpio_of("newc", ("lib.so", _FILE, FATBIN))
    for at, text, why in (
        (94, b"00000000", "a header of an impossible length"),
        (94, b"7fffffff", "a header of an impossible length"),
        (54, b"zzzzzzzz", "a header that has no numbers where they should be"),
        (54, b"ffffffff", "truncated"),
        (54, b"-0000200", "a header of an impossible length"),
        (54, b"00000004", "no member begins where one should"),
    ):
        result = read(tmp_path / "x", good[:at] + text + good[at + 8 :])
        assert [row.why for row in result.not_read][-1:] == [f"damaged cpio archive: {why}"], text


def test_more_members_than_are_read(tmp_path: Path) -> None:
    data = cpio_of("newc", *((f"m{n}", _FILE, FATBIN) for n in range(5)))
    result = read(tmp_path / "x", data, Limits(members=3))
    assert len(result.artifacts) == 3
    assert "members" in result.not_read[0].why


@pytest.mark.parametrize("signature", [5, 8])
@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lzma.compress, lambda data: zstandard.ZstdCompressor().compress(data)]
)
def test_an_rpm_package_is_read(tmp_path: Path, signature: int, pack: Callable[[bytes], bytes]) -> None:
    payload = cpio_of("newc", ("./opt", _FOLDER, b""), ("./opt/k.so", _FILE, FATBIN))
    result = read(tmp_path / "x.rpm", rpm_of(pack(payload), signature))
    assert found(result, tmp_path) == ["x.rpm!/payload!/./opt/k.so"]
    assert result.not_read == ()


def test_an_rpm_package_in_a_tar(tmp_path: Path) -> None:
    package = rpm_of(gzip.compress(cpio_of("newc", ("k", _FILE, FATBIN))))
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        info = tarfile.TarInfo("x.rpm")
        info.size = len(package)
        archive.addfile(info, io.BytesIO(package))
    result = read_paths([str(tmp_path / "x.tar")], kernels=False)
    assert found(result, tmp_path) == ["x.tar!/x.rpm!/payload!/k"]


@each_case("cut", [97, 110, 130, 150, 180])
def test_a_package_that_is_cut_is_damaged(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.rpm"
    (row,) = read(path, rpm_of(gzip.compress(cpio_of("newc", ("k", _FILE, FATBIN))))[:cut]).not_read
    assert row.why.startswith("damaged RPM package: ")


def test_the_form_of_large_files_is_said(tmp_path: Path) -> None:
    (row,) = read(tmp_path / "x.rpm", rpm_of(gzip.compress(b"07070X00000000" + FATBIN))).not_read
    assert row.why == "damaged cpio archive: the form of rpm for files over 4 GiB; rpm2archive makes a tar of it"
