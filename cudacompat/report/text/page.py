"""Lines of text for a terminal; the only place that knows its width."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from cudacompat.domain.words.finding import Finding, Severity, SourceExcerpt
from cudacompat.report.safe_text import command_at, safe

SEVERITY_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_NARROWEST = 20  # columns of prose, however narrow the terminal is
_EXCERPT_WIDTH = 160  # columns of a line of source, where nothing else limits it

# What is quoted, an option with its value, a pin, a path, an address, or a word in capitals, behind a command's name.
_WORD = r"""(?:"[^"]{0,200}"|'[^']{0,200}'|[A-Z][A-Z_]{2,40}(?![\w:])|[^\s()"';,]{0,200}[=/.][^\s()"';,]{1,200})"""
_OPTION = rf"--?[a-zA-Z][\w-]{{0,40}}(?:[= ](?:{_WORD}|[^\s()\"';,-][^\s()\"';,]{{0,100}}))?"
_TOOLS = r"(?:uv )?pip install|uv add|pdm add|poetry (?:source )?add|pixi add|conda install|cudacompat [a-z]{3,12}"
_COMMAND = re.compile(rf"\b(?:{_TOOLS})(?: (?:{_OPTION}|{_WORD})){{1,40}}")
_BOUND = "\0"  # a blank at which no line is broken; no text that is safe to print has one


class Page:
    """Prints lines; the only place that knows the width. `width` is `None` where lines are not to be wrapped."""

    def __init__(self, console: Console, width: int | None) -> None:
        self._console = console
        self._width = width
        self._styled = console.color_system is not None or console.legacy_windows

    @property
    def width(self) -> int | None:
        """The columns that there are; `None` where lines are not to be wrapped."""
        return self._width

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line of plain and (text, style) parts."""
        if self._styled or not self._bare(parts):
            self._rich(parts)

    def prose(self, *parts: str | tuple[str, str], margin: int = 4) -> None:
        """One line as `line` has it, which goes on below, from the margin, where the terminal is narrower. It is broken
        between words only; a word that is wider stays whole. Commands and texts of files are not prose."""
        width = self._width
        if width is None or sum(len(part if isinstance(part, str) else part[0]) for part in parts) <= width:
            self.line(*parts)
            return
        text = _text(parts)
        margin = margin if width > margin + 20 else 4
        for number, (start, end) in enumerate(_breaks(text.plain, width, margin)):
            if number:
                self._console.print(Text(" " * margin), end="")
            self._console.print(text[start:end])

    def _bare(self, parts: Sequence[str | tuple[str, str]]) -> bool:
        """Write a line where styles are not shown, as the console would in thirty times the time; False, and nothing
        written, where it ends in blanks, of which the console knows which to leave out."""
        line = "".join(safe(part if isinstance(part, str) else part[0]) for part in parts)
        if line[-1:].isspace():
            return False
        for at, broken in reversed(command_at(line)):
            line = f"{line[:at]}{broken}{line[at + 1 :]}"
        self._console.file.write(f"{line}\n")
        return True

    def _rich(self, parts: Sequence[str | tuple[str, str]]) -> None:
        self._console.print(_text(parts))

    def finding(self, finding: Finding) -> None:
        """A finding with what was found, why it matters and what cures it."""
        _finding(self, finding)

    def excerpt(self, number: int, excerpt: SourceExcerpt, style: str) -> None:
        """The line of a file that a finding is about, and below it marks under what it is about."""
        from cudacompat.report.text.excerpt import fitted

        room = (self._width or _EXCERPT_WIDTH) - len(f"{number:>5} | ")
        text, at, length = fitted(excerpt, max(20, room))
        self.line((f"{number:>5} | ", "dim"), text)
        self.line(("      | ", "dim"), " " * at, ("^" * length, style))

    def hanging(self, head: tuple[str | tuple[str, str], ...], text: str, margin: int) -> None:
        """Parts and a text behind them, whose further lines begin at the margin where there is room for them."""
        lines = [text]
        if self._width is not None:
            margin = margin if self._width > margin + 20 else 4
            used = sum(len(part if isinstance(part, str) else part[0]) for part in head)
            filled = textwrap.wrap(
                "x" * used + safe(text), self._width, subsequent_indent="", break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
            first = filled[0][used:] if filled and len(filled[0]) >= used else safe(text)
            rest = safe(text)[len(first) :].strip()
            lines = [first, *textwrap.wrap(rest, max(20, self._width - margin), break_long_words=False)]
        self.line(*head, lines[0])
        for each in lines[1:]:
            self.line(" " * margin, each)

    def field(self, label: str, value: str, indent: int = 2, label_width: int = 7) -> None:
        """A labelled value, its further lines aligned under its first; newlines in it are kept."""
        margin = indent + label_width
        head = " " * indent + label.ljust(label_width)
        for paragraph in value.split("\n"):
            lines = [paragraph]
            if self._width is not None and self._width > margin + 20:
                lines = _wrapped(safe(paragraph), self._width - margin) or [""]
            for each in lines:
                self.line((head, "dim"), each)
                head = " " * margin


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, broken between words; commands in it stay whole, so that they can be copied."""
    whole = _COMMAND.sub(lambda command: command[0].replace(" ", _BOUND), text)
    lines = textwrap.wrap(whole, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_BOUND, " ") for line in lines]


def _text(parts: Sequence[str | tuple[str, str]]) -> Text:
    text = Text()
    for part in parts:
        if isinstance(part, str):
            text.append(safe(part))
        else:
            text.append(safe(part[0]), style=part[1])
    for at, broken in reversed(command_at(text.plain)):
        text = text[:at] + Text(broken) + text[at + 1 :]
    return text


def _breaks(text: str, width: int, margin: int) -> Iterator[tuple[int, int]]:
    """The slices of a line: the first as wide as the page, the others without the margin."""
    start, room = 0, max(width, _NARROWEST)
    head = len(text) - len(text.lstrip(" "))
    while len(text) - start > room:
        at = text.rfind(" ", start + head + 1, start + room + 1)
        at = at if at >= 0 else text.find(" ", start + room)
        if at < 0:
            break
        yield start, len(text[:at].rstrip(" "))
        head, start, room = 0, at + 1, max(width - margin, _NARROWEST)
        while text[start : start + 1] == " ":
            start += 1
    yield start, len(text)


def _finding(page: Page, finding: Finding) -> None:
    severity = finding.severity
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path or "this machine"
    page.prose(
        (where, "bold"), ": ", (f"{severity.value}[{finding.id}]", SEVERITY_STYLE[severity]), ": ", finding.message
    )
    if finding.excerpt is not None:
        page.excerpt(finding.line or 1, finding.excerpt, SEVERITY_STYLE[severity])
    for label, value in (("found", finding.found), ("why", finding.why), ("help", finding.help)):
        if value:
            page.field(label, value)
    if severity is not Severity.NOTE or finding.excerpt is not None:
        page.field("docs", finding.docs)
