from __future__ import annotations

import contextlib
import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.domain.words.shell_words import shell_words
from tests.helpers.examples import at_most


def of_python(line: str) -> list[str] | None:
    try:
        return shlex.split(line)
    except ValueError:
        return None


@settings(max_examples=at_most(2000))
@given(st.text(alphabet="ab \t\n\r'\"\\#$é\x0b\xa0", max_size=14))
def test_as_the_standard_library_has_it(line: str) -> None:
    expected = of_python(line)
    if expected is None:
        with pytest.raises(ValueError, match=r"quote|backslash"):
            shell_words(line)
    else:
        assert shell_words(line) == expected


@pytest.mark.parametrize("text", ["a", "=", "'a'", '"a"', '"\\""', "\\a", "''", "a ", '"a '])
def test_in_time_that_grows_with_the_line(text: str) -> None:
    line = text * ((1 << 20) // len(text))
    start = time.process_time()
    with contextlib.suppress(ValueError):
        shell_words(line)
    assert time.process_time() - start < 6  # a second on a slow machine; shlex takes minutes
