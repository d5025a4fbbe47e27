"""Paths: files, folders, links, wheels, and everything that cannot be read."""

from __future__ import annotations

import io
import os
import socket
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.containers import zips
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
CUBIN_HEAD = b"\x7fELF\x02\x01\x01\x33\x07" + bytes(7) + struct.pack("<HHI", 2, 190, 118)


def read(*paths: Path | str, limits: Limits | None = None) -> ReadResult:
    return read_paths([str(path) for path in paths], kernels=False, limits=limits)


def names(result: ReadResult, root: Path) -> list[str]:
    return [artifact.path.removeprefix(f"{root}/") for artifact in result.artifacts]


def whys(result: ReadResult, root: Path) -> dict[str, str]:
    return {one.path.removeprefix(f"{root}/"): one.why for one in result.not_read}


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def test_a_missing_path_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(FATBIN)
    seen: list[str] = []
    with pytest.raises(UsageError, match=r"no such file or directory: .*/nowhere"):
        read_paths([str(tmp_path / "here"), str(tmp_path / "nowhere")], kernels=False, on_file=seen.append)
    assert seen == []
    for odd in ("", "a\0b", str(tmp_path / "here/below")):
        with pytest.raises(UsageError):
            read(odd)


def test_a_folder_in_order_with_its_counts(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/z.so", "b/a.so", "a.bin"):
        (tmp_path / name).write_bytes(FATBIN)
    (tmp_path / "readme.so").write_text("GROUP ( libreal.so )")
    (tmp_path / "empty").touch()
    seen: list[str] = []
    result = read_paths([str(tmp_path)], kernels=False, on_file=seen.append)
    assert names(result, tmp_path) == ["a.bin", "b/a.so", "b/z.so"]
    assert (result.files, result.without_code, result.not_read, result.barren) == (5, 2, (), ())
    assert len(seen) == 5


def test_paths_that_yield_nothing(tmp_path: Path) -> None:
    (tmp_path / "lib.so").write_text("not a library")
    (tmp_path / "empty").mkdir()
    paths = [tmp_path / "lib.so", tmp_path / "empty"]
    assert read(*paths).barren == tuple(map(str, paths))


@pytest.mark.parametrize("name", [" ", "\n", "\x1b[31m", "ünï", "a'b\"c", "-rf", os.fsdecode(b"\xff\xfe"), "..x"])
def test_odd_names_are_only_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FATBIN)
    assert names(read(tmp_path), tmp_path) == [name]
    assert read(tmp_path / name).artifacts[0].path == str(tmp_path / name)


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)
        server.bind("socket")
        result = read(tmp_path)
    assert whys(result, tmp_path) == dict.fromkeys(("fifo", "socket"), "not a regular file")
    assert result.barren == ()
    result = read(tmp_path / "fifo", "/dev/null")
    assert [one.why for one in result.not_read] == ["not a regular file"] * 2


def test_links_inside_a_folder_count_once(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/libx.so.1.2").write_bytes(FATBIN)
    (tmp_path / "lib/libx.so").symlink_to("libx.so.1.2")
    (tmp_path / "lib64").symlink_to("lib")
    (tmp_path / "hard").hardlink_to(tmp_path / "lib/libx.so.1.2")
    result = read(tmp_path)
    assert names(result, tmp_path) == ["hard"]
    assert (result.not_read, result.files) == ((), 1)
    result = read(tmp_path / "lib/libx.so", tmp_path / "lib/libx.so.1.2", tmp_path / "lib64")
    assert names(result, tmp_path) == ["lib/libx.so"]
    assert result.barren == ()


def test_loops_and_broken_links_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/self").symlink_to("self")
    (tmp_path / "a/gone").symlink_to("nowhere")
    (tmp_path / "a/one").write_bytes(FATBIN)
    result = read(tmp_path)
    assert names(result, tmp_path) == ["a/one"]
    assert result.not_read == ()
    with pytest.raises(UsageError):
        read(tmp_path / "a/gone")


def test_links_that_lead_outside_are_not_followed_but_never_silent(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "lib.so").write_bytes(FATBIN)
    (outside / "text").write_text("hello")
    (inside / "text").symlink_to(outside / "text")
    (inside / "lib.so").symlink_to(outside / "lib.so")
    (inside / "folder").symlink_to(outside)
    (inside / "null").symlink_to("/dev/null")
    result = read(inside)
    assert result.artifacts == ()
    assert result.barren == ()
    said = whys(result, inside)
    assert set(said) == {"lib.so", "folder"}
    assert "outside" in said["lib.so"]
    assert "outside" in said["folder"]
    (inside / "folder").unlink()
    assert read(inside, outside).not_read == ()
    assert names(read(inside, outside), outside) == ["lib.so"]
    (inside / "lib.so").unlink()
    assert read(inside).not_read == ()
    assert read(inside).barren == (str(inside),)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "no").write_bytes(FATBIN)
    (tmp_path / "no").chmod(0)
    assert whys(read(tmp_path), tmp_path) == {"no": "permission denied"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_wheel(tmp_path: Path, method: int) -> None:
    members = [("pkg/lib.so", FATBIN), ("pkg/__init__.py", b"// x"), ("pkg/", b""), ("../../up", FATBIN)]
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(*members, method=method))
    result = read(path)
    assert [one.path for one in result.artifacts] == [f"{path}!/pkg/lib.so", f"{path}!/../../up"]
    assert (result.files, result.without_code, result.not_read) == (3, 1, ())
    assert list(tmp_path.iterdir()) == [path]


def test_a_member_without_a_name(tmp_path: Path) -> None:
    raw = zipped(("x", FATBIN), method=zipfile.ZIP_STORED)
    central = raw.rfind(b"PK\x01\x02")
    nameless = raw[:26] + bytes(2) + raw[28:30] + raw[31:central]
    directory = raw[central : central + 28] + bytes(2) + raw[central + 30 : central + 46]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(nameless), 0)
    path = tmp_path / "x.whl"
    path.write_bytes(nameless + directory + end)
    assert [one.path for one in read(path).artifacts] == [f"{path}!/"]


def test_nested_zips_to_their_limit(tmp_path: Path) -> None:
    data = zipped(("lib.so", FATBIN))
    path = tmp_path / "0.zip"
    limits = Limits(depth=4)
    for depth in range(limits.depth + 1):
        path.write_bytes(data)
        result = read(path, limits=limits)
        inner = "".join(f"!/{n}.zip" for n in range(depth - 1, -1, -1))
        if depth < limits.depth:
            assert [one.path for one in result.artifacts] == [f"{path}{inner}!/lib.so"]
        else:
            assert "nested" in result.not_read[0].why
        data = zipped((f"{depth}.zip", data), method=zipfile.ZIP_STORED)


def test_bad_members_are_said_and_the_rest_is_read(tmp_path: Path) -> None:
    good, bad = FATBIN, FATBIN[:-8] + b"DIFFERNT"
    raw = bytearray(zipped(("bad", bad), ("good", good), ("locked", good), method=zipfile.ZIP_STORED))
    raw[raw.find(b"DIFFERNT")] ^= 1
    central = raw.rfind(b"PK\x01\x02")
    raw[central + 8] |= 1  # encrypted
    path = tmp_path / "x.whl"
    path.write_bytes(raw)
    result = read(path)
    assert [one.path for one in result.artifacts] == [f"{path}!/good"]
    said = whys(result, tmp_path)
    assert set(said) == {"x.whl!/bad", "x.whl!/locked"}
    assert "CRC" in said["x.whl!/bad"]
    assert said["x.whl!/locked"] == "encrypted"


@pytest.mark.parametrize("cut", [3, 30, 200, -1, -10])
def test_a_truncated_zip_is_not_read(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(("lib.so", FATBIN))[:cut])
    result = read(path)
    assert result.artifacts == ()
    if cut != 3:
        assert "damaged zip" in result.not_read[0].why
        assert result.barren == ()


def test_bombs_stay_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_ALWAYS_ALLOWED", 1 << 20)
    path = tmp_path / "bomb.whl"
    path.write_bytes(zipped(("bomb", CUBIN_HEAD + bytes(30 << 20)), ("lib.so", FATBIN)))
    result = read(path)
    assert [one.path for one in result.artifacts] == [f"{path}!/lib.so"]
    assert "claims to inflate" in result.not_read[0].why
    raw = bytearray(path.read_bytes())  # and one that lies about its size
    central = raw.find(b"PK\x01\x02")
    raw[central + 24 : central + 28] = (100).to_bytes(4, "little")
    path.write_bytes(raw)
    result = read(path)
    assert [one.path for one in result.artifacts] == [f"{path}!/lib.so"]
    assert len(result.not_read) == 1


def test_all_members_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cudacompat.domain.words.limits._GIB", 1 << 20)
    big = CUBIN_HEAD + bytes(400 << 10)
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(*((f"m{n}", big) for n in range(9))))
    assert any("used up" in one.why for one in read(path).not_read)


def test_more_members_than_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(*((f"m{n}", FATBIN) for n in range(5))))
    result = read(path, limits=Limits(members=3))
    assert len(result.artifacts) == 3
    assert "members" in result.not_read[0].why


def test_a_table_of_members_that_fills_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_LARGEST_TABLE", 100)
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(*((f"m{n}", b"") for n in range(5))))
    assert "table of members" in read(path).not_read[0].why


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "a 7z archive, which is not opened"),
        (b"LZIP\x01\x0c" + bytes(20), "an lzip file, which is not opened"),
        (b"\x89LZO\0\r\n\x1a\n" + bytes(20), "an lzop file, which is not opened"),
        (b"MSWIM\0\0\0" + bytes(20), "a Windows image, which is not opened"),
        (b"QFI\xfb\0\0\0\3" + bytes(20), "a virtual disk of QEMU, which is not opened"),
        (b"KDMV\1\0\0\0" + bytes(20), "a virtual disk of VMware, which is not opened"),
        (b"vhdxfile" + bytes(20), "a virtual disk of Hyper-V, which is not opened"),
        (b"conectix\0\0\0\2" + bytes(20), "a virtual disk of Hyper-V, which is not opened"),
        (b"<<< Oracle VM".ljust(64) + b"\x7f\x10\xda\xbe", "a virtual disk of VirtualBox, which is not opened"),
        (b"xar!\0\x1c\0\1" + bytes(20), "a xar archive, which is not opened"),
        (b"\x0d\0\0\0\0\0\0\0nix-archive-1\0\0\0", "a Nix archive, which is not opened"),
        (b"flatpak\0\1\0\x89\xe5" + bytes(20), "a Flatpak bundle, which is not opened"),
        (
            b'\4\0\0\0\x20\0\0\0\x1c\0\0\0\x18\0\0\0{"files":{}}',
            "an archive of Electron, which is not opened",
        ),
        (b"\xff\6\0\0sNaPpY" + bytes(20), "a file of snappy, which is not opened"),
        (b"LRZI\0\6" + bytes(20), "a file of lrzip, which is not opened"),
        (b"7kSt\xa0\x31\x83\xd3" + bytes(20), "a file of zpaq, which is not opened"),
        (b"age-encryption.org/v1\n-> X25519 ", "a file of age, which is not opened"),
        (b"LUKS\xba\xbe\0\2" + bytes(20), "an encrypted disk, which is not opened"),
        (b"DWARFS\2\5" + bytes(20), "a DwarFS image, which is not opened"),
        (b"\x3a\xff\x26\xed\1\0" + bytes(20), "an Android image, which is not opened"),
        (b"XFSB\0\0\x10\0" + bytes(20), "an XFS image, which is not opened"),
        (bytes(32768) + b"\1CD001\1\0", "an ISO image, which is not opened"),
        (bytes(1080) + b"\x53\xef\1" + bytes(17), "an ext4 image, which is not opened"),
        (bytes(1024) + b"\xe2\xe1\xf5\xe0", "an EROFS image, which is not opened"),
        (
            b"\xeb\x63\x90" + b"\1" * 443 + b"\x80\1\1\0\x83" + bytes(59) + b"\x55\xaa",
            "a disk image, which is not opened",
        ),
        (b"\x1f\x9d\x90" + bytes(20), "a file of compress, which is not opened"),
        (b"\x02\x21\x4c\x18" + bytes(20), "an LZ4 file of the old form, which is not opened"),
        (b"#!/usr/bin/env run-singularity\n\0SIF_MAGIC\0", "an Apptainer image, which is not opened"),
        (b"\x1f\x8b\x08" + bytes(6), "damaged gzip file: truncated"),
        (b"\x1f\x8b\x08" + bytes(20), "damaged gzip file: corrupt compressed data"),
        (b"\xfd7zXZ\0" + bytes(20), "damaged xz file: corrupt compressed data"),
        (bytes(257) + b"ustar" + bytes(300), "damaged tar archive: no member begins where one should"),
    ],
)
def test_containers_that_cannot_be_opened_are_said_wherever_they_stand(tmp_path: Path, data: bytes, what: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x").write_bytes(data)
    (why,) = (one.why for one in read(tmp_path / "in/x").not_read)
    assert why.partition("; ")[0] == what
    (tmp_path / "in/lib").write_bytes(FATBIN)
    (tmp_path / "in/x.whl").write_bytes(zipped(("sub/x", data), ("lib", FATBIN)))
    result = read(tmp_path / "in")
    assert whys(result, tmp_path) == {"in/x": why, "in/x.whl!/sub/x": why}
    assert names(result, tmp_path) == ["in/lib", "in/x.whl!/lib"]
    assert result.barren == ()


@pytest.mark.parametrize(
    "data",
    [
        bytes(40000),
        b"\1" * 510 + b"\x55\xaa",  # no table of partitions
        b"\1" * 446 + bytes(64) + b"\x55\xaa",  # an empty one
        b"\4\0\0\0" * 100,
    ],
)
def test_data_that_look_like_a_disk(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x").write_bytes(data)
    (tmp_path / "in/lib").write_bytes(FATBIN)
    result = read(tmp_path / "in")
    assert (result.not_read, result.without_code) == ((), 1)


def test_a_large_file_system_in_a_folder_is_said(tmp_path: Path) -> None:
    """Larger than the data that are searched there."""
    (tmp_path / "in").mkdir()
    with (tmp_path / "in/x").open("wb") as file:
        file.write(bytes(32768) + b"\1CD001\1\0")
        file.truncate(80 << 20)
    assert [one.why for one in read(tmp_path / "in").not_read] == ["an ISO image, which is not opened; 7z x unpacks it"]


def test_thin_archives_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.a").write_bytes(b"!<thin>\n")
    assert "thin archive" in read(tmp_path / "x.a").not_read[0].why


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(("lib.so", FATBIN)))
    path.chmod(stat.S_IRUSR)
    before = path.stat()
    read(path)
    after = path.stat()
    assert (before.st_mtime_ns, before.st_mode) == (after.st_mtime_ns, after.st_mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.whl"]


def test_a_zip_without_its_end_is_called_truncated(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as made:
        made.writestr("a.so", bytes(5000))
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "whole.zip").read_bytes()[:4000])
    (left,) = read_paths([str(cut)], kernels=True).not_read
    assert left.why == "damaged zip: truncated: the table of its members, which ends a zip, is missing"
