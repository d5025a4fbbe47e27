"""The line that a finding is about: what of it is marked, and what is never shown."""

from __future__ import annotations

import pytest

from cudacompat.domain.project.excerpts import excerpt_of
from cudacompat.domain.project.source_file import SourceFile
from cudacompat.domain.words.finding import Finding, Severity, SourceExcerpt


def excerpt(text: str, marked: str | None, *, line: int = 1, message: str = "a fault") -> SourceExcerpt | None:
    """The excerpt of a finding on this line, about the first `marked` piece of the file."""
    span = None if marked is None else (text.index(marked), text.index(marked) + len(marked))
    return excerpt_of(Finding("x", Severity.ERROR, message, "f", line=line, span=span), SourceFile("f", text))


def shown(text: str, marked: str | None, *, line: int = 1, message: str = "a fault") -> str:
    """The piece of the line that is marked in the excerpt."""
    found = excerpt(text, marked, line=line, message=message)
    assert found is not None
    return found.text[found.start : found.end]


def test_the_piece_is_marked_and_its_columns_are_those_of_the_file() -> None:
    found = excerpt("a\n  set(X 86 90)\n", "86 90", line=2)
    assert found == SourceExcerpt("  set(X 86 90)", 8, 13, column=9, end_column=14)


@pytest.mark.parametrize("text", ['ENV LIST="86"', "LIST=86", "LIST: 86", "set(LIST 86)", "LIST := 86"])
def test_a_message_about_the_name_marks_the_name_with_its_value(text: str) -> None:
    assert shown(text, "86", message="nothing reads LIST").startswith("LIST")
    assert shown(text, "86", message="86 is missing") == "86"


def test_without_characters_the_line_is_marked_without_its_indent() -> None:
    assert shown("   RUN make  \n", None) == "RUN make"


def test_a_piece_of_several_lines_ends_with_the_line() -> None:
    assert shown("RUN a && \\\n  b\n", "RUN a && \\\n  b") == "RUN a && \\"


def test_a_span_of_another_line_is_not_believed() -> None:
    assert shown("one\ntwo\n", "one", line=2) == "two"


@pytest.mark.parametrize(("text", "line"), [("a\n", 3), ("\n", 1), ("  \t\n", 1), ("x" * 9000, 1)])
def test_there_is_no_excerpt_of_what_is_not_there_or_no_line_of_a_person(text: str, line: int) -> None:
    assert excerpt(text, None, line=line) is None


def test_of_a_long_line_there_is_the_part_with_the_mark() -> None:
    found = excerpt("x" * 3000 + " ARCH " + "y" * 3000, "ARCH")
    assert found is not None
    assert len(found.text) <= 400
    assert found.text[found.start : found.end] == "ARCH"
    assert found.column == 3002


SECRET = "Zk3vB9qLm2Xw7Rt"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"RUN API_PASSWORD={SECRET} make LIST=86", 1),
        (f"RUN make LIST=86 --token={SECRET}", 1),
        (f"RUN pip install -i https://me:{SECRET}@host/simple LIST=86", 1),
        (f"RUN x --password \\\n  {SECRET} LIST=86", 2),
        (f"x --password ^\n{SECRET} LIST=86", 2),
    ],
)
def test_a_secret_is_hidden_and_the_mark_stays_where_it_was(text: str, line: int) -> None:
    found = excerpt(text, "LIST=86", line=line)
    assert found is not None
    assert SECRET not in found.text
    assert found.text[found.start : found.end] == "LIST=86"


def test_a_mark_on_a_secret_becomes_a_mark_on_the_line() -> None:
    assert shown(f"ENV API_KEY={SECRET}", SECRET) == "ENV API_KEY=***"
