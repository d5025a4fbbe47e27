"""Calls say what they give: from the fourth argument on by name."""

from __future__ import annotations

from pathlib import Path

from tools.keyword_arguments import long_calls, write


def test_from_the_fourth_on_arguments_have_names() -> None:
    assert [str(each) for each in long_calls()] == []


def test_one_that_has_none_is_found_and_written(tmp_path: Path) -> None:
    module = tmp_path / "cudacompat" / "a.py"
    module.parent.mkdir()
    module.write_text(
        "from typing import NamedTuple\n"
        "class P(NamedTuple):\n    a: int\n    b: int\n    c: int\n    d: int\n    e: int\n"
        "ROW = P(1, 2, 3, 4, 5)\n"
        "def f(a, b, c, d): return P(a, b, c, (d + 1), (d, 2))\n"
        "def g(x): return f(*x), f(1, 2, 3, 4)\n"
    )
    assert [each.names for each in long_calls(tmp_path)] == [tuple("abcde"), tuple("abcd")]
    write(long_calls(tmp_path))
    assert module.read_text().endswith(
        "ROW = P(1, 2, 3, 4, 5)\n"
        "def f(a, b, c, d): return P(a, b, c, d=(d + 1), e=(d, 2))\n"
        "def g(x): return f(*x), f(1, 2, 3, d=4)\n"
    )
    assert long_calls(tmp_path) == []
