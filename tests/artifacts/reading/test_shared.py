"""Which files the processes get, in which order; and that a first glance at a file says what reading it would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from cudacompat.artifacts.containers.base import Budget
from cudacompat.artifacts.files.sniff import LARGEST_DATA
from cudacompat.artifacts.reading import shared as module
from cudacompat.artifacts.reading.glance import is_plain
from cudacompat.artifacts.reading.one_file import read_one
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.artifacts.reading.work import SMALLEST_KEPT, FileResult, list_work
from cudacompat.domain.words.executor import Lost
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
TEXT = toolchain.ptx_text("8.0", "90").encode()


class Watched:
    """Works here, and keeps the names of the files it was given together; those `deadly` end it."""

    def __init__(self, deadly: frozenset[str] = frozenset()) -> None:
        self.given: list[list[str]] = []
        self._deadly = deadly

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Give each item and its answer."""
        for item in items:
            names = [Path(task.work.path).name for task in item.tasks]
            self.given.append(names)
            yield item, Lost("it died") if self._deadly & set(names) else function(item)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    for name, size in (("small1", 0), ("large1", 2), ("plain", 0), ("large2", 4), ("small2", 0), ("small3", 0)):
        data = b"text\n" if name == "plain" else FATBIN
        (root / name).write_bytes(data + bytes(size * SMALLEST_KEPT))
    return root


def test_the_largest_are_begun_first_and_small_ones_are_taken_together(folder: Path) -> None:
    watched = Watched()
    shared = read_paths([str(folder)], kernels=True, executor=watched)
    assert watched.given == [["large2"], ["large1"], ["small1", "small2", "small3"]]
    assert shared == read_paths([str(folder)], kernels=True)
    assert (shared.files, shared.without_code, len(shared.artifacts)) == (6, 1, 5)


@pytest.fixture
def tail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With two very large files at the end of the list."""
    monkeypatch.setattr(module, "_AT_ONCE", 2 * SMALLEST_KEPT)
    (folder / "tail1").write_bytes(FATBIN + bytes(2 * SMALLEST_KEPT))
    (folder / "tail2").write_bytes(FATBIN + bytes(3 * SMALLEST_KEPT))
    return folder


ALL_OF_IT = [["large2"], ["tail2"], ["large1"], ["tail1"], ["small1", "small2", "small3"]]


def test_very_large_ones_are_begun_before_anything_is_looked_at(tail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched, told = Watched(), []
    monkeypatch.setattr(module, "kept_before", lambda task: None)
    found = read_paths([str(tail)], kernels=True, executor=watched, worth=5 << 20, on_file=told.append)
    assert watched.given == ALL_OF_IT
    assert [Path(each).name for each in told][:5] == ["large2", "tail2", "large1", "tail1", "plain"]
    assert found == read_paths([str(tail)], kernels=True)


def test_very_large_ones_that_are_listed_later_do_not_wait_for_the_list(
    tail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are found when the processes are at work are begun when they are found, whatever comes after."""
    monkeypatch.setattr("cudacompat.artifacts.reading.read._TOGETHER", 3)
    watched, told = Watched(), []
    found = read_paths([str(tail)], kernels=True, executor=watched, worth=5 << 20, on_file=told.append)
    assert watched.given == [["large2"], ["large1"], ["tail1"], ["tail2"], ["small1", "small2", "small3"]]
    assert found == read_paths([str(tail)], kernels=True)


def test_of_two_names_of_a_very_large_one_the_first_is_read_alone(tail: Path) -> None:
    (tail / "large0").hardlink_to(tail / "tail1")
    watched = Watched()
    found = read_paths([str(tail)], kernels=True, executor=watched)
    assert watched.given == [["large2"], ["tail2"], ["large0"], ["large1"], ["small1", "small2", "small3"]]
    assert found == read_paths([str(tail)], kernels=True)


def test_what_was_begun_early_is_read_anew_where_less_is_left(tail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget of a path is spent in the order of its files, whichever was begun first."""
    monkeypatch.setattr(module, "_WINDOW", 2)  # so that the others are taken before its turn comes
    with ZipFile(tail / "a.zip", "w") as archive:
        for number in range(4):
            archive.writestr(f"member{number}", FATBIN)
    with ZipFile(tail / "tail3.zip", "w") as archive:
        archive.writestr("large", FATBIN + bytes(2 * SMALLEST_KEPT))
        archive.writestr("other", FATBIN)
    for members in (4, 5, 6):
        alone = read_paths([str(tail)], kernels=True, limits=Limits(members=members))
        assert read_paths([str(tail)], kernels=True, limits=Limits(members=members), executor=Watched()) == alone
        assert bool(alone.not_read) == (members < 6)


@pytest.mark.parametrize("worth", [5 << 20, 8 << 20])
def test_processes_are_used_where_there_is_much_to_read(folder: Path, worth: int) -> None:
    watched = Watched()
    read_paths([str(folder)], kernels=True, executor=watched, worth=worth)
    assert bool(watched.given) == (worth < 6 << 20)


def test_one_file_is_read_by_one_process(folder: Path) -> None:
    watched = Watched()
    assert read_paths([str(folder / "large2")], kernels=True, executor=watched).artifacts
    assert not watched.given


def test_what_was_kept_needs_no_process(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cudacompat.artifacts.reading.cache._SETTLED_S", -1.0)
    paths, cache = [str(folder)], tmp_path / "cache" / "files"
    first = read_paths(paths, kernels=True, executor=Watched(), cache=cache)
    watched = Watched()
    assert read_paths(paths, kernels=True, executor=watched, cache=cache) == first
    assert watched.given == [["small1", "small2", "small3"]]


def test_of_small_files_only_the_deadly_one_is_lost(folder: Path) -> None:
    watched = Watched(frozenset(("small2",)))
    found = read_paths([str(folder)], kernels=True, executor=watched)
    assert [Path(each.path).name for each in found.not_read] == ["small2"]
    assert len(found.artifacts) == 4
    assert watched.given[-3:] == [["small1"], ["small2"], ["small3"]]


FIRST_BYTES = {
    "empty": b"",
    "text": b"hello\n",
    "comment": b"// a comment\n" * 90,
    "ptx": TEXT,
    "ptx-behind-comments": b"// a comment\n" * 90 + TEXT,
    "ptx-too-far": b"// a comment\n" * 9000 + TEXT,
    "blank": b" " * 600,
    "script": b"#!/bin/sh\nexit\n",
    "installer": b"#!/bin/sh\nexit\n\x1f\x8b\x08" + bytes(20),
    "pyc": b"\xa7\r\r\n" + bytes(500),
    "data": b"data\0" + bytes(500) + FATBIN,
    "large-data": b"data\0" + bytes(LARGEST_DATA),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
    "zip": b"PK\x03\x04" + bytes(60),
    "fatbin": FATBIN,
    "seven": b"7z\xbc\xaf\x27\x1c",
    "tar": bytes(257) + b"ustar" + bytes(250),
}


@pytest.mark.parametrize("name", FIRST_BYTES)
def test_a_glance_says_what_reading_says(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FIRST_BYTES[name])
    (work,) = list_work([str(tmp_path)])
    read = read_one(work, Budget(Limits()), kernels=True)
    assert is_plain(work) == (read == FileResult(files=1, without_code=1) and name not in UNSURE)


UNSURE = ("data", "elf", "script", "installer")  # nothing may lie in them: the reading finds that out


def test_a_file_that_is_named_is_read_whatever_it_is(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"hello\n")
    (work,) = list_work([str(tmp_path / "text")])
    assert not is_plain(work)


def test_a_file_that_became_shorter_is_left_to_the_reading(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"hello\n" * 200)
    (work,) = list_work([str(tmp_path)])
    (tmp_path / "text").write_bytes(b"hello\n")
    assert not is_plain(work)
