"""Reading a log in pieces: whatever the pieces, the line lengths and the bytes, the same is found at the same lines."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.artifacts import logs
from cudacompat.artifacts.logs import LogScanner, finder, pattern_finder, pieces, refuse_binary
from cudacompat.domain.logs.reading import LogReading
from cudacompat.domain.words.errors import UsageError
from tests.domain.logs.test_catalogue import FIND, PRINTED, reader
from tests.helpers.examples import at_most

FATAL = b"nvcc fatal   : Unsupported gpu architecture 'compute_120'"
LINES = (
    FATAL,
    b"RuntimeError: CUDA error: no kernel image is available for execution on the device",
    b"  Device 0: NVIDIA GeForce RTX 5070 Ti, compute capability 12.0, VMM: yes",
    b"-- Configuring incomplete, errors occurred!",
    b"ERROR worker: nobody knows this one",
    b"",
    b"INFO all is well",
    b"\xff\xfe\x00 not text",
    b"x" * 5000,
    b'{"log":"Aborted (core dumped)\\n","stream":"stderr"}',
    b"\r 10%|#   | 1/9\r 20%|##  | 2/9\r",
)


def scan(parts: list[bytes], find: logs.Finder = FIND) -> tuple[LogReading, LogScanner]:
    reading = reader()
    scanner = LogScanner(reading, find)
    for part in parts:
        scanner.feed(part)
    scanner.close()
    return reading, scanner


def found(parts: list[bytes], find: logs.Finder = FIND) -> tuple[object, ...]:
    reading, scanner = scan(parts, find)
    return (
        [(each.signature.id, each.line, each.text, each.count) for each in reading.occurrences],
        [(each.line, each.text, each.count) for each in reading.unknown],
        reading.facts.devices,
        scanner.lines,
        scanner.size,
    )


@settings(max_examples=at_most(60), deadline=None)
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=12),
    cuts=st.lists(st.integers(0, 20_000), max_size=8),
    last_newline=st.booleans(),
)
def test_where_the_pieces_end_does_not_matter(lines: list[bytes], cuts: list[int], last_newline: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if last_newline else b"")
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    parts = [text[a:b] for a, b in itertools.pairwise(edges)]
    assert found(parts) == found([text])


@pytest.mark.parametrize("size", [1, 1 << 14, (1 << 15) + 1, 1 << 20])
def test_long_logs_in_pieces_of_any_size(size: int) -> None:
    filler = b"INFO all is well, 200 OK\n" * (3 if size == 1 else 9000)
    text = filler + FATAL + b"\n" + filler + b"Aborted (core dumped)\n" + filler
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    reading, scanner = scan(parts)
    before = filler.count(b"\n")
    assert [(each.signature.id, each.line) for each in reading.occurrences] == [
        ("nvcc-unsupported-arch", before + 1),
        ("process-aborted", 2 * before + 2),
    ]
    assert (scanner.lines, scanner.size) == (3 * before + 2, len(text))


def test_the_automaton_and_the_expressions_find_the_same() -> None:
    slow = pattern_finder(reader().needles)
    for signature in PRINTED:
        text = ("INFO before\n" + signature.sample + "\nINFO after\n").encode()
        assert found([text], slow) == found([text])


def test_without_the_library_the_expressions_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    reading, _ = scan([FATAL], finder(reader().needles))
    assert [each.signature.id for each in reading.occurrences] == ["nvcc-unsupported-arch"]


class TestHostileInput:
    def test_a_line_of_50_megabytes(self) -> None:
        """The message is found in it, and no more than a few pieces are kept."""
        part = b"x" * (1 << 20)
        tracemalloc.start()
        reading, scanner = scan([*[part] * 25, FATAL, *[part] * 25])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [(each.signature.id, each.line) for each in reading.occurrences] == [("nvcc-unsupported-arch", 1)]
        assert len(reading.occurrences[0].text) < 1000
        assert scanner.lines == 1
        assert peak < 8 << 20

    def test_a_megabyte_of_matches_in_one_line(self) -> None:
        reading, _ = scan([FATAL * 20_000])
        assert [each.signature.id for each in reading.occurrences] == ["nvcc-unsupported-arch"]

    def test_different_unknown_errors_without_end(self) -> None:
        words = [f"ERROR {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)} broke\n" for n in range(3000)]
        reading, _ = scan(["".join(words).encode()])
        assert len(reading.unknown) == 50
        assert reading.skipped == 2950
        reading, _ = scan(["".join(words).encode() + FATAL])
        assert [each.signature.id for each in reading.occurrences] == ["nvcc-unsupported-arch"]

    def test_different_known_errors_without_end(self) -> None:
        lines = (b"nvcc fatal   : Unsupported gpu architecture 'compute_%d'\n" % n for n in range(10_000, 15_000))
        reading, _ = scan([b"".join(lines)])
        assert len(reading.occurrences) <= 401

    def test_nul_bytes_and_control_characters(self) -> None:
        reading, _ = scan([b"\x00\x01\x02\n" + FATAL + b"\x00\x07\n"])
        assert [(each.signature.id, each.line) for each in reading.occurrences] == [("nvcc-unsupported-arch", 2)]

    def test_json_nested_without_end(self) -> None:
        reading, _ = scan([b'{"log":' * 5000 + b'"' + FATAL + b'"' + b"}" * 5000])
        assert [each.signature.id for each in reading.occurrences] == ["nvcc-unsupported-arch"]


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
    def test_a_byte_order_mark(self, encoding: str) -> None:
        """As PowerShell's redirection writes it."""
        data = ("INFO Übung\r\n" + FATAL.decode() + "\r\n").encode(encoding)
        for parts in ([data], [data[i : i + 4097] for i in range(0, len(data), 4097)]):
            reading, _ = scan(parts)
            assert [(each.signature.id, each.line) for each in reading.occurrences] == [("nvcc-unsupported-arch", 2)]

    @pytest.mark.parametrize("cut", [1, 2, 3, 200])
    @pytest.mark.parametrize("data", [b"\xff\xfe\x00 no text\n" + FATAL, ("INFO\n" + FATAL.decode()).encode("utf-16")])
    def test_what_a_mark_is_does_not_hang_on_the_first_piece(self, data: bytes, cut: int) -> None:
        assert found([data[:cut], data[cut:]]) == found([data])

    def test_latin_1(self) -> None:
        reading, _ = scan(["C:\\Übung\\日\\x.cu: ".encode() + b"\xdcbung " + FATAL])
        assert [each.signature.id for each in reading.occurrences] == ["nvcc-unsupported-arch"]


class TestWhatIsNoLog:
    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"\x7fELF\x02\x01\x01", "an ELF file"),
            (gzip.compress(b"log", mtime=0), "a gzip file"),
            (b"PK\x03\x04....", "a zip archive"),
            (b"\x28\xb5\x2f\xfd....", "a zstd file"),
            (b"\x00\x01" * 400, "a binary file"),
            (hashlib.sha512(b"no text").digest() * 8, "a binary file"),
            (b"LPKSHHRH" + b"MESSAGE=CUDA error: out of memory\n" * 90, "a journal of systemd, .* journalctl --file"),
            (b"<!DOCTYPE html>\n<title>404 Not Found</title>\n", "a web page"),
        ],
    )
    def test_is_refused_with_its_kind(self, content: bytes, what: str) -> None:
        with pytest.raises(UsageError, match=what):
            refuse_binary(content, "x.log")

    def test_some_nul_bytes_do_not_make_a_binary_file(self) -> None:
        refuse_binary(b"a line of a log\x00\n" * 100, "x.log")

    def test_colors_and_progress_do_not_either(self) -> None:
        refuse_binary(b"\x1b[1m\x1b[31m-\x1b[0m\r\b\b" * 100, "x.log")


def test_pieces_come_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(b"a\n" * 3_000_000)
    with file.open("rb") as stream:
        assert b"".join(pieces(stream)) == file.read_bytes()
    assert list(pieces(io.BytesIO(b""))) == []


class TestShortTexts:
    NEEDLES = (b"ab", b"b", b"bab", b"error", b"rror:", b"zz")

    @given(st.lists(st.sampled_from([b"a", b"b", b"error: ", b"\n", b"zzz"]), max_size=60).map(b"".join))
    def test_have_the_places_that_the_automaton_finds(self, text: bytes) -> None:
        long = text + b"." * (logs._SHORT + 1)
        assert len(text) <= logs._SHORT < len(long)
        find = finder(self.NEEDLES)
        assert sorted(find(memoryview(text))) == sorted(find(memoryview(long)))
