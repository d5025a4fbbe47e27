"""Needles: found where `bytes.find` finds them, in memory, in files, and next to others that are looked for at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cudacompat.artifacts.binaries import buffer as buffers
from cudacompat.artifacts.binaries.buffer import FileBuffer
from cudacompat.artifacts.binaries.needle import Needle, plain_finder
from tests.helpers.examples import at_most

FATBIN, CUBIN, TEXT = Needle(b"\x50\xed\x55\xba"), Needle(b"\x7fELF\x02\x01\x01"), Needle(b".version")
ALL = (FATBIN, CUBIN, TEXT)
PIECES = st.lists(st.sampled_from([*(each.text for each in ALL), b"\x50\xed", b"\x7fELF", b".", bytes(3)]), max_size=40)


def places(data: bytes, text: bytes) -> list[int]:
    return [at for at in range(len(data)) if data.startswith(text, at)]


@given(PIECES)
def test_every_place_is_given(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for needle in ALL:
        expected = places(data, needle.text)
        needle.places(bytes(1 << 20))  # from then on the kept library is asked
        assert list(needle.every(data)) == needle.places(data) == plain_finder(needle.text)(data) == expected
        for start in (0, len(data) // 3, len(data)):
            for end in (len(data), len(data) // 2, len(data) + 9):
                assert needle.first(data, start, end) == data.find(needle.text, start, end)


def test_without_the_kept_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    assert Needle(b"ab").places(memoryview(b"abcab" + bytes(1 << 20))) == [0, 3]


def test_zeros_reach_into_each_other_and_the_first_is_found() -> None:
    data = b"x" * 1000 + bytes(40) + b"x"
    assert Needle(bytes(24)).first(data, 0, len(data)) == 1000
    assert Needle(bytes(24)).first(data, 1017, len(data)) == -1


@settings(max_examples=at_most(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), PIECES)
def test_what_is_looked_for_at_once_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject, pieces: list[bytes]
) -> None:
    """Whatever was asked before, and wherever the stretches end that are read at a time."""
    monkeypatch.setattr(buffers, "_LARGE", data.draw(st.integers(8, 40)))
    content = b"".join(pieces)
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("rb") as file:
        buffer = FileBuffer(file.fileno(), len(content))
        for _ in range(data.draw(st.integers(1, 8))):
            needle = data.draw(st.sampled_from(ALL))
            also = tuple(
                data.draw(st.lists(st.sampled_from([each for each in ALL if each is not needle]), unique=True))
            )
            start, end = (data.draw(st.integers(0, len(content) + 3)) for _ in range(2))
            for each in (needle, *also, needle):
                found = buffer.search(each, start, end, also=() if each in also else also)
                assert found == content.find(each.text, start, end)


def test_what_was_looked_for_at_once_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 3 << 20
    path = tmp_path / "file"
    path.write_bytes(bytes(size))
    with path.open("rb") as file:
        buffer = FileBuffer(file.fileno(), size)
        assert buffer.search(FATBIN, 100, size, also=(CUBIN, TEXT)) == -1
        monkeypatch.setattr(buffers, "_pread", None)
        assert buffer.search(CUBIN, 100, size) == -1
        assert buffer.search(TEXT, 4000, size) == -1
