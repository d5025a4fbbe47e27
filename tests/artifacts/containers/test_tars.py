"""Tar archives and compressed files, held against the standard library's own writers and readers."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.artifacts.containers import tars
from cudacompat.artifacts.containers.base import Budget, Source
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.examples import at_most

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
TARGET = "compute_80"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
    ".lz4": lz4.frame.compress,
}


def tar_of(*members: tuple[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def read(path: Path, limits: Limits | None = None) -> ReadResult:
    return read_paths([str(path)], kernels=True, limits=limits)


def found(result: ReadResult, root: Path) -> list[str]:
    return [artifact.path.removeprefix(f"{root}/") for artifact in result.artifacts]


@pytest.mark.parametrize("suffix", PACKED)
def test_a_library_in_an_archive_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.tar{suffix}"
    path.write_bytes(PACKED[suffix](tar_of(("readme", b"hello"), ("lib/a.fatbin", FATBIN), ("b", FATBIN))))
    before = sorted(tmp_path.rglob("*"))
    result = read(path)
    assert found(result, tmp_path) == [f"x.tar{suffix}!/lib/a.fatbin", f"x.tar{suffix}!/b"]
    assert [str(each.modules[0].entries[0].target) for each in result.artifacts] == [TARGET] * 2
    assert (result.files, result.without_code, result.not_read) == (3, 1, ())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("suffix", [each for each in PACKED if each])
def test_a_compressed_file_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"k.fatbin{suffix}"
    path.write_bytes(PACKED[suffix](FATBIN))
    assert found(read(path), tmp_path) == [f"k.fatbin{suffix}!/k.fatbin"]
    path.write_bytes(PACKED[suffix](b"text " * 1000))
    assert (read(path).not_read, read(path).barren) == ((), (str(path),))
    path.write_bytes(PACKED[suffix](FATBIN + os.urandom(1 << 17)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert ["damaged" in each.why for each in read(path).not_read] == [True]


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2", ".zst", ".lz4"])
def test_streams_behind_one_another_are_one_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.tar{suffix}"
    archive = tar_of(("a", FATBIN), ("b", FATBIN))
    path.write_bytes(PACKED[suffix](archive[:700]) + PACKED[suffix](archive[700:]))
    assert found(read(path), tmp_path) == [f"x.tar{suffix}!/a", f"x.tar{suffix}!/b"]


def test_containers_lie_in_containers(tmp_path: Path) -> None:
    inner = gzip.compress(tar_of(("lib", FATBIN)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("pkg.tar.gz", inner)
    path = tmp_path / "image.tar"
    path.write_bytes(tar_of(("layer.tar", tar_of(("x.whl", stream.getvalue()))), ("last", FATBIN)))
    assert found(read(path), tmp_path) == ["image.tar!/layer.tar!/x.whl!/pkg.tar.gz!/lib", "image.tar!/last"]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_member_that_claims_gigabytes_costs_no_memory(tmp_path: Path, suffix: str) -> None:
    info = tarfile.TarInfo("lib")
    info.size = 3 << 30
    path = tmp_path / f"x.tar{suffix}"
    path.write_bytes(PACKED[suffix](info.tobuf(tarfile.GNU_FORMAT) + FATBIN))
    tracemalloc.start()
    try:
        result = read(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 160 << 20
    assert [row.why for row in result.not_read] == ["truncated", "damaged tar archive: truncated"]


def test_a_debian_package_is_read(tmp_path: Path) -> None:
    def part(name: bytes, data: bytes) -> bytes:
        return (
            name.ljust(16)
            + b"0".ljust(32)
            + str(len(data)).encode().ljust(10)
            + b"`\n"
            + data
            + b"\n" * (len(data) % 2)
        )

    data = lzma.compress(tar_of(("./usr/lib/k.fatbin", FATBIN)))
    path = tmp_path / "x.deb"
    path.write_bytes(b"!<arch>\n" + part(b"debian-binary", b"2.0\n") + part(b"data.tar.xz", data))
    assert found(read(path), tmp_path) == ["x.deb!/data.tar.xz!/./usr/lib/k.fatbin"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@settings(max_examples=at_most(40), deadline=None)
@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0/\n"), min_size=1, max_size=90),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    sizes=st.lists(st.integers(0, 1500), min_size=4, max_size=4),
    deep=st.booleans(),
)
def test_members_are_those_that_the_standard_library_reads(
    form: int, names: list[str], sizes: list[int], deep: bool
) -> None:
    folder = "d" * 80 + "/" if deep else ""
    if form == tarfile.USTAR_FORMAT:
        names = [name for name in names if len(name.encode()) <= 90]
    packed = [(folder + name, bytes([n + 1]) * size) for n, (name, size) in enumerate(zip(names, sizes, strict=False))]
    data = tar_of(*packed, form=form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = [(each.name, archive.extractfile(each).read()) for each in archive if each.isreg()]  # type: ignore[union-attr]
    source = Source("x", len(data), io.BytesIO(data), lambda count: None)
    ours = [(each.name, each.open().read(-1)) for each in tars.members(source, Budget(Limits()))]
    assert ours == expected


def test_links_and_devices_hold_nothing(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("x")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("lib")
        info.size = len(FATBIN)
        archive.addfile(info, io.BytesIO(FATBIN))
    path = tmp_path / "x.tar"
    path.write_bytes(stream.getvalue())
    result = read(path)
    assert (found(result, tmp_path), result.files, result.not_read) == (["x.tar!/lib"], 1, ())


def test_an_old_tar_without_magic_is_one(tmp_path: Path) -> None:
    data = bytearray(tar_of(("lib", FATBIN)))
    data[257:265] = bytes(8)
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 256 + sum(data[156:512]))
    (tmp_path / "x").write_bytes(data)
    assert found(read(tmp_path / "x"), tmp_path) == ["x!/lib"]


def test_a_truncated_tar_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    end = 512 + len(FATBIN) + -len(FATBIN) % 512
    whole = tar_of(("lib", FATBIN))[: end + 512]
    path.write_bytes(whole)
    assert read(path).not_read == ()
    for cut in (512 + len(FATBIN) // 2, end - 1, end, end + 100):
        path.write_bytes(whole[:cut])
        assert read(path).not_read, cut
        assert all("truncated" in each.why for each in read(path).not_read), cut


def test_a_sparse_file_is_not_put_together(tmp_path: Path) -> None:
    data = bytearray(tar_of(("hole", bytes(512)), ("lib", FATBIN)))
    data[156:157] = b"S"
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 256 + sum(data[156:512]))
    path = tmp_path / "x.tar"
    path.write_bytes(data)
    result = read(path)
    assert [(each.path, each.why) for each in result.not_read] == [
        (f"{path}!/hole", "a sparse file, which is not put together")
    ]
    assert found(result, tmp_path) == ["x.tar!/lib"]


def test_what_a_header_claims_costs_nothing(tmp_path: Path) -> None:
    def claiming(size: int, kind: bytes) -> bytes:
        block = bytearray(tar_of(("lib", b"x"))[:512])
        block[124:136] = b"\x80" + size.to_bytes(11, "big")
        block[156:157] = kind
        block[148:156] = b"%06o\0 " % (sum(block[:148]) + 256 + sum(block[156:512]))
        return bytes(block)

    path = tmp_path / "x.tar.gz"
    for size, kind in ((1 << 60, b"x"), (1 << 40, b"L"), (1 << 50, b"0"), (1 << 61, b"3"), (1 << 61, b"Z")):
        path.write_bytes(gzip.compress(claiming(size, kind) + FATBIN))
        assert read(path).not_read, (size, kind)
