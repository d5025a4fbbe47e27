"""Sparse files: their holes are not read, what lies between them is; and the time of a path ends a search."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cudacompat.artifacts.binaries import buffer as buffers
from cudacompat.artifacts.binaries.buffer import FileBuffer
from cudacompat.artifacts.binaries.needle import Needle
from tests.helpers.device_files import image
from tests.helpers.examples import at_most
from tests.helpers.fatbin_writer import fatbin
from tests.helpers.run import inside

_TIB = 1 << 40
_BLOCK = 4096
_FATBIN, _CUBIN = Needle(b"\x50\xed\x55\xba"), Needle(b"\x7fELF\x02\x01\x01")


def sparse(path: Path, size: int, parts: dict[int, bytes]) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
        for at, data in parts.items():
            file.seek(at)
            file.write(data)
    if 512 * path.stat().st_blocks > size // 2:
        pytest.skip("the file system has no holes")
    return path


@settings(max_examples=at_most(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_search_finds_what_it_finds_in_a_dense_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(buffers, "_LARGE", data.draw(st.sampled_from((4096, 10000, 1 << 17))))
    size = 200 * _BLOCK
    texts = st.sampled_from((_FATBIN.text, _CUBIN.text, b"\x50\xed", b"x"))
    parts = data.draw(st.dictionaries(st.integers(0, size - 20), texts, max_size=6))
    path = sparse(tmp_path / "file", size, parts)
    content = path.read_bytes()
    with path.open("rb") as file:
        buffer = FileBuffer(file.fileno(), size, sparse=True)
        for needle, also in ((_FATBIN, (_CUBIN,)), (_CUBIN, ()), (_FATBIN, ())):
            at = 0
            while (found := buffer.search(needle, at, size, also=also)) >= 0:
                assert found == content.find(needle.text, at)
                at = found + 1
            assert content.find(needle.text, at) == -1
            assert buffer.find(needle.text, 0, size) == content.find(needle.text)
        assert buffer.find(b"\0", 0, size) == content.find(b"\0")


@pytest.mark.parametrize("at", [0, 1 << 20, _TIB // 2 + 77, 4 * _TIB - (1 << 20)])
def test_code_between_holes_is_read(tmp_path: Path, at: int) -> None:
    path = sparse(tmp_path / "x.bin", 4 * _TIB, {0: b"\1\0", at: fatbin(image("sm_80"))})
    ran = inside("check", str(path), "--gpu", "8.0", "--no-config", "--max-seconds", "20")
    assert (ran.code, "1 module: 1 native" in ran.out) == (0, True), ran.out


def test_a_file_of_holes_has_no_code(tmp_path: Path) -> None:
    path = sparse(tmp_path / "x.bin", 4 * _TIB, {})
    ran = inside("check", str(path), "--gpu", "8.0", "--no-config", "--max-seconds", "20")
    assert (ran.code, "no-device-code" in ran.out) == (3, True), ran.out


def test_the_time_of_a_path_ends_the_search_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system that tells of no holes all is read, as long as there is time."""
    path = sparse(tmp_path / "x.bin", _TIB, {0: fatbin(image("sm_80"))})
    monkeypatch.setattr(buffers, "_SEEK_DATA", None)
    ran = inside("check", str(path), "--gpu", "8.0", "--no-config", "--max-seconds", "0.3")
    assert (ran.code, "--max-seconds" in ran.out) == (4, True), ran.out


def test_a_system_that_refuses_to_tell_of_holes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(bytes(1 << 20) + _FATBIN.text)

    def refused(*_: object) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "lseek", refused)
    with path.open("rb") as file:
        buffer = FileBuffer(file.fileno(), path.stat().st_size, sparse=True)
        assert buffer.search(_FATBIN, 0, path.stat().st_size) == 1 << 20


def _sparse_tar(path: Path, parts: dict[int, bytes]) -> Path:
    """A tar of 4 TiB, whose one member lies in it as it is."""
    head = tarfile.TarInfo("x.bin")
    head.size = 4 * _TIB
    after = tarfile.TarInfo("y.bin")
    code = fatbin(image("sm_75"))
    after.size = len(code)
    end = 512 + head.size
    return sparse(
        path,
        end + (1 << 20),
        {
            0: head.tobuf(tarfile.GNU_FORMAT),
            **{512 + at: data for at, data in parts.items()},
            end: after.tobuf(tarfile.GNU_FORMAT) + code,
        },
    )


def test_a_member_of_a_sparse_tar(tmp_path: Path) -> None:
    path = _sparse_tar(tmp_path / "x.tar", {0: b"\x50\xed\x55\xba", _TIB: fatbin(image("sm_80"))})
    ran = inside("inspect", str(path), "--max-seconds", "20")
    assert "y.bin" in ran.out, ran.out  # the archive is read on from where it was
    assert ("sm_80" in ran.out, "sm_75" in ran.out) == (True, True), ran.out


def test_the_time_of_a_path_ends_the_search_of_a_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _sparse_tar(tmp_path / "x.tar", {0: b"\x50\xed\x55\xba"})
    monkeypatch.setattr(buffers, "_SEEK_DATA", None)
    ran = inside("check", str(path), "--gpu", "8.0", "--no-config", "--max-seconds", "0.3")
    assert (ran.code, "--max-seconds" in ran.out) == (4, True), ran.out
