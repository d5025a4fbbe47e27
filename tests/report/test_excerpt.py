"""A line of somebody's file in a number of columns."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cudacompat.domain.words.finding import Finding, Severity, SourceExcerpt
from cudacompat.report.safe_text import visible
from cudacompat.report.text.excerpt import fitted
from cudacompat.report.text.page import Page


def excerpt(text: str, marked: str) -> SourceExcerpt:
    """The excerpt that marks the first such piece."""
    at = text.index(marked)
    return SourceExcerpt(text, at, at + len(marked))


LINE = "    RUN cmake -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=86;120 -DCMAKE_BUILD_TYPE=Release -G Ninja ."


@pytest.mark.parametrize("columns", [20, 52, 72, 192])
@pytest.mark.parametrize("marked", ["RUN", "86;120", "Ninja .", LINE.strip()])
def test_the_mark_stands_under_its_piece(columns: int, marked: str) -> None:
    text, at, length = fitted(excerpt(LINE, marked), columns)
    assert cell_len(text) <= columns
    assert at + length <= columns
    piece = text[at : at + length]
    assert piece == marked or (piece.endswith("...") and marked.startswith(piece[:-3]))
    if columns == 192:
        assert text == LINE.strip()


def test_what_was_cut_off_is_said_at_both_ends() -> None:
    text, _, _ = fitted(excerpt(LINE, "86;120"), 40)
    assert text.startswith("...")
    assert text.endswith("...")


def test_wide_characters_take_two_columns() -> None:
    assert fitted(excerpt("説明 LIST=86", "LIST=86"), 80) == ("説明 LIST=86", 5, 7)


def test_tabs_and_controls_are_visible_and_the_mark_knows_their_width() -> None:
    text, at, length = fitted(excerpt("a\tb\x1b[31mLIST\u202e", "LIST"), 80)
    assert text == "a    b\\x1b[31mLIST\\u202e"
    assert text[at : at + length] == "LIST"


@given(st.text(max_size=300), st.data(), st.integers(20, 200))
def test_any_line_fits(text: str, data: st.DataObject, columns: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown, at, length = fitted(SourceExcerpt(text, start, end), columns)
    assert cell_len(shown) <= columns
    assert at + length <= columns
    assert length >= 1
    assert visible(shown) == shown


@pytest.mark.parametrize("width", [60, 80, 200, None])
@pytest.mark.parametrize("text", ["::error::x LIST", "##[group] LIST", LINE.replace("86;120", "LIST")])
def test_a_page_prints_two_lines_within_its_width_and_no_command(text: str, width: int | None) -> None:
    stream = io.StringIO()
    page = Page(Console(file=stream, soft_wrap=True, highlight=False, markup=False, no_color=True), width)
    finding = Finding("x", Severity.ERROR, "a fault", "f", line=12345, excerpt=excerpt(text, "LIST"))
    page.finding(finding)
    lines = stream.getvalue().splitlines()
    marks = next(line for line in lines if "^" in line)
    source = lines[lines.index(marks) - 1]
    assert source.startswith("12345 | ")
    at = marks.index("^")
    assert source[at : at + 4] == "LIST"
    assert all(len(line) <= (width or 160) for line in (source, marks))
    assert "##[" not in stream.getvalue()
    assert "docs   cudacompat explain x" in stream.getvalue()


def test_a_mark_at_the_end_of_the_columns_leaves_room_for_what_says_the_cut() -> None:
    shown, at, length = fitted(SourceExcerpt("0000\x1f\U0001b2fc\x1f", 6, 6), 20)
    assert "..." in shown
    assert (cell_len(shown) <= 20, at + length <= 20) == (True, True)
    _, at, length = fitted(SourceExcerpt("000\U00018cd6\U00018d09", 5, 5), 23)
    assert at + length <= 23
