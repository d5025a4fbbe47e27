"""Large members of a zip: parts of them are inflated again, and what is read of them is the same."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers import zip_replay, zips
from cudacompat.artifacts.containers.base import BudgetSpentError
from cudacompat.artifacts.containers.zip_replay import ReplayedMember
from cudacompat.artifacts.reading.read import read_paths
from tests.helpers.device_files import library
from tests.helpers.each_row import each_case

WHOLE = {
    "noise": random.Random(1).randbytes(100_000),
    "one byte": b"a" * 100_000,  # of 100 stored bytes thousands come at once
    "both": (bytes(20_000) + random.Random(2).randbytes(11_111)) * 3,
    "a part and no more": bytes(1000),
    "a byte": b"x",
}


def zipped(data: bytes) -> tuple[io.BytesIO, zipfile.ZipInfo]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("before", b"other")
        archive.writestr("m", data)
    return stream, zipfile.ZipFile(stream).getinfo("m")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a thousand bytes: three are held, and one of the others."""
    for name, value in (("_PART", 1000), ("_HELD", 3), ("_RECENT", 1), ("_STEP", 100)):
        monkeypatch.setattr(zip_replay, name, value)


@pytest.mark.usefixtures("small")
@each_case("name", list(WHOLE))
def test_every_stretch_is_the_same(name: str) -> None:
    whole = WHOLE[name]
    paid: list[int] = []
    member = ReplayedMember(*zipped(whole), pay=paid.append)
    assert (len(member), sum(paid)) == (len(whole), len(whole))
    places = random.Random(3)
    for _ in range(200):
        start = places.randrange(len(whole))
        end = min(len(whole), start + places.choice((1, 10, 900, 3000, len(whole))))
        assert member[start:end] == whole[start:end]
    assert member[0 : 2 * len(whole)] == whole
    assert sum(paid) == len(whole)


@pytest.mark.usefixtures("small")
def test_what_is_not_as_the_zip_says_is_not_read() -> None:
    stream, info = zipped(WHOLE["noise"])
    info.CRC += 1
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        ReplayedMember(stream, info, pay=all_is_paid)
    stream, info = zipped(WHOLE["noise"])
    info.file_size += 1
    with pytest.raises(UnreadableError, match="does not inflate to the 100001 bytes"):
        ReplayedMember(stream, info, pay=all_is_paid)
    stream, info = zipped(WHOLE["noise"])
    info.compress_size -= 200
    with pytest.raises(UnreadableError, match="does not inflate"):
        ReplayedMember(stream, info, pay=all_is_paid)


@pytest.mark.usefixtures("small")
def test_the_limit_of_time_holds_while_parts_are_inflated_again() -> None:
    member = ReplayedMember(*zipped(WHOLE["noise"]), pay=spent_when_done_again)
    assert member[0:10] == WHOLE["noise"][:10]
    with pytest.raises(BudgetSpentError):
        member.piece(50_000, 2000)


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what is held, and 60 kB for the state at the begin of each part."""
    monkeypatch.setattr(zip_replay, "_PART", 1 << 19)
    monkeypatch.setattr(zip_replay, "_HELD", 4)
    stream, info = zipped(bytes(32 << 20))
    tracemalloc.start()
    try:
        member = ReplayedMember(stream, info, pay=all_is_paid)
        assert all(not any(member.piece(at, 100)) for at in range(0, 32 << 20, 1 << 19))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 12 << 20


@pytest.mark.usefixtures("small")
def test_a_library_is_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/lib.so", library("sm_80 sm_90", "sm_90 compute_90", needed=("libcudart.so.13",)))
    held = read_paths([str(path)], kernels=True)
    monkeypatch.setattr(zips, "_SMALLEST_REPLAYED", 1)
    replayed = read_paths([str(path)], kernels=True)
    assert held.artifacts[0].runtime is not None
    assert replayed == held


def all_is_paid(_: int) -> None:
    """What is read costs nothing here."""


def spent_when_done_again(count: int) -> None:
    if not count:
        raise BudgetSpentError("no time is left")
