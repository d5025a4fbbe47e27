"""Lines that quote errors and report none: names of tests, texts of commits, lists of changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from cudacompat.domain.logs.text import without_prefix
from cudacompat.domain.words.error_lines import quotes_errors

_MOST_BEFORE = 40  # lines of the text of a commit, or of a list of changes, above the line
_OF_A_COMMIT = ("Date: ", "AuthorDate: ", "CommitDate: ", "Author: ", "Commit: ", "Merge: ")
_ITEM = re.compile(r"\s{0,4}[-*+\u2022] \S")
_HEADING = re.compile(
    r"#{1,6} .*(?:\b\d+\.\d+|\b(?:[Ff]ix(?:es|ed)|[Bb]ug ?fixes|[Cc]hange(?:s|d|log)|[Aa]dded|[Rr]emoved|[Rr]elease|"
    r"What's new|Unreleased|[Ii]mprove(?:d|ments))\b)"
)
# `  File "/x/y.py", line 3, in f`: the next line, where it is indented deeper, is that line of the program.
_FRAME = re.compile(r"File \"[^\"\n]{1,400}\", line \d{1,7}(?:, in [^\n]{1,200})?\s*$")
# "[07/03/25 11:44:08] DEBUG    Could not load x, using y:   ", whose next lines are indented as far as the message.
_RICH_BELOW_WARNING = re.compile(r"\[\d\d/\d\d/\d\d \d\d:\d\d:\d\d\] (?:DEBUG|INFO) ")
_RICH_INDENT = " " * 24
_MOST_OF_RICH = 8  # lines of one message
_OF_A_GO_TEST = re.compile(r"\s+\w+\.go:\d+: ")
_END_OF_A_GO_TEST = re.compile(r"\s*--- (PASS|SKIP|FAIL)\b")


class Surroundings(Protocol):
    """A line and its neighbours."""

    text: str

    def before(self, most: int = 3) -> list[str]:
        """The lines before it, the nearest last."""

    def after(self) -> list[str]:
        """The lines after it."""


def is_quotation(text: str) -> bool:
    """Whether a line quotes errors, also behind a collector's time stamp."""
    return quotes_errors(text) or quotes_errors(without_prefix(text))


def is_quoted_by_its_surroundings(line: Surroundings) -> bool:
    """Whether a line belongs to the text of a commit as `git log` prints it, to a list of changes under a heading, or
    to a test of Go's that passed; or is a line of a program that a traceback of Python or Starlark shows."""
    if _is_line_of_a_frame(line) or _continues_a_message_below_a_warning(line):
        return True
    if line.text.startswith("    ") and _above(line.before(_MOST_BEFORE), re.compile(r"    ")).startswith(_OF_A_COMMIT):
        return True
    if _ITEM.match(line.text) and _HEADING.match(_above(line.before(_MOST_BEFORE), re.compile(r"\s|[-*+\u2022] "))):
        return True
    return _OF_A_GO_TEST.match(line.text) is not None and _go_test_passed(line.after())


def _continues_a_message_below_a_warning(line: Surroundings) -> bool:
    """Whether a line is the rest of a message of rich's logger that is less than a warning: it is indented as far as
    the message begins."""
    if not line.text.startswith(_RICH_INDENT):
        return False
    above = next((each for each in reversed(line.before(_MOST_OF_RICH)) if not each.startswith(_RICH_INDENT)), "")
    return _RICH_BELOW_WARNING.match(above) is not None


def _is_line_of_a_frame(line: Surroundings) -> bool:
    above = next(iter(line.before(1)), "")
    column = above.find('File "')
    if column < 0 or not line.text[column : column + 1].isspace() or line.text[:column] != above[:column]:
        return False
    return _FRAME.match(above, column) is not None


def _above(before: Sequence[str], of_the_block: re.Pattern[str]) -> str:
    """The first line above that is neither empty nor of the same block; empty if there is none."""
    return next((each for each in reversed(before) if each.strip() and not of_the_block.match(each)), "")


def _go_test_passed(after: Sequence[str]) -> bool:
    end = next((found for each in after if (found := _END_OF_A_GO_TEST.match(each))), None)
    return end is not None and end[1] != "FAIL"
