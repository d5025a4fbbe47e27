"""What is printed is seen as it is, and is no command to a CI runner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.report.safe_text import CommandFilter, safe, safe_line, visible

OUTPUT = b"::error::a\n  ::x\r::y\rb::c ##[e] # ##[f]\n\xe3\x80\x80::z\n:\n:a::\n\t\t::t\n##\n[\n  \n ::\n::\n#"
PASSED = (
    b"\\x3a:error::a\n  \\x3a:x\r\\x3a:y\rb::c \\x23#[e] # \\x23#[f]\n\xe3\x80\x80\\x3a:z\n:\n:a::\n\t\t\\x3a:t\n"
    b"##\n[\n  \n \\x3a:\n\\x3a:\n#"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        (" \u00a0\u3000::error::x", " \u00a0\u3000\\x3a:error::x"),
        ("a ##[error]b ##[c]", "a \\x23#[error]b \\x23#[c]"),
        ("std::vector<int>", "std::vector<int>"),
        (":: alone", "\\x3a: alone"),
        ("a\n::b", "a\\x0a::b"),
        ("# ## [x]", "# ## [x]"),
    ],
)
def test_a_line_carries_no_command(text: str, shown: str) -> None:
    assert safe_line(text) == shown


def test_a_patch_keeps_its_text() -> None:
    assert visible("##[group]") == "##[group]"
    assert safe("##[group]") == "\\x23#[group]"


@given(st.lists(st.integers(1, 7), min_size=1, max_size=60))
def test_a_stream_carries_none_however_it_is_cut(cuts: list[int]) -> None:
    passed, rest, output = CommandFilter(), OUTPUT, b""
    for cut in cuts:
        output += passed.feed(rest[:cut])
        rest = rest[cut:]
    assert output + passed.feed(rest) + passed.close() == PASSED


def test_blanks_without_end_hide_no_command() -> None:
    passed = CommandFilter()
    output = b"".join(passed.feed(b" " * 1000) for _ in range(9)) + passed.feed(b"::error::x\n") + passed.close()
    assert output.strip() == b"\\x3a:error::x"


def test_what_is_shown_on_one_line_is_not_held_back() -> None:
    passed = CommandFilter()
    assert [passed.feed(piece) for piece in (b"5% ", b"\r6%", b" a::b", b"\xff\n")] == [
        b"5% ",
        b"\r6%",
        b" a::b",
        b"\xff\n",
    ]
