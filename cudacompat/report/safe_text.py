"""Making a stranger's text safe to print: for terminals, and for the logs of CI that take commands from it.

The runner of GitHub Actions reads what a step prints, on stdout and stderr: `##[…]` anywhere in a line, and `::…` at
its start, also behind blanks, are commands to it (ActionCommand.cs of https://github.com/actions/runner). It takes a
carriage return for the end of a line, as .NET does.
"""

from __future__ import annotations

import re
import unicodedata

_OLD_COMMAND = "##["
_OLD_BROKEN = "\\x23#["  # the first # as an escape, like all else that is made visible
_LINE_COMMAND = re.compile(r"(\s*):(?=:)")
_BROKEN_COLON = "\\x3a"


def safe(text: str) -> str:
    """Return the text with everything that could move a cursor, colour, reorder or break a line made visible, and no
    `##[` in it.

    Control and format characters (terminal escapes, bidirectional overrides, zero-width marks), line separators and
    undecodable bytes come out as backslash escapes; nothing is dropped, so two names stay two names.
    """
    if text.isascii() and text.isprintable() and _OLD_COMMAND not in text:
        return text
    return visible(text).replace(_OLD_COMMAND, _OLD_BROKEN)


def visible(text: str) -> str:
    """As `safe`, with every `##[` as it is: for what must stay the same text, such as a patch."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if unicodedata.category(c) not in _HIDDEN else _escaped(c) for c in text)


def safe_line(text: str) -> str:
    """The text made safe, that is to begin a line."""
    return without_commands(safe(text))


def without_commands(line: str) -> str:
    """The line without what a CI runner would take for a command: `::` at its start, `##[` anywhere."""
    line = line.replace(_OLD_COMMAND, _OLD_BROKEN)
    return _LINE_COMMAND.sub(rf"\g<1>\{_BROKEN_COLON}", line, count=1) if _LINE_COMMAND.match(line) else line


def command_at(line: str) -> list[tuple[int, str]]:
    """Return where the characters stand that make a line a command for a CI runner, each with what breaks it."""
    if "::" not in line and _OLD_COMMAND not in line:
        return []
    match = _LINE_COMMAND.match(line)
    found = [(match.end(1), _BROKEN_COLON)] if match else []
    return found + [(each.start(), "\\x23") for each in re.finditer(re.escape(_OLD_COMMAND), line)]


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not valid UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clipped(text: str, most: int, *, lines: bool = False) -> str:
    """The text made safe and cut to about `most` characters, with the number left out said. With `lines` the ends of
    its lines stay (for prose, never for names)."""
    shown = text[:most]
    cleaned = "\n".join(map(safe, shown.split("\n"))) if lines else safe(shown)
    return cleaned if len(text) <= most else f"{cleaned}… ({len(text) - most} more characters)"


# What .NET's TrimStart takes away, in UTF-8.
_BLANK = rb"(?:[\t\v\f\x1c-\x20]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)"
_STREAM_COMMAND = re.compile(rb"((?:\A|(?<=[\r\n]))" + _BLANK + rb"*):(?=:)")
_OPEN = re.compile(
    rb"(?:(?:\A|(?<=[\r\n]))(?:" + _BLANK + rb")*(?:[\xc2\xe1\xe2\xe3]|\xe1\x9a|\xe2[\x80\x81]|\xe3\x80|:)?|##?)\Z"
)
_LINE_END = re.compile(rb"[\r\n]")
_BLANKS = re.compile(_BLANK + rb"*")
_MOST_HELD = 1 << 12


class CommandFilter:
    """Takes a program's output in pieces and gives it back without commands for a CI runner; all else stays, byte for
    byte. What may be the beginning of a command is held back until more comes."""

    def __init__(self) -> None:
        self._held = b""
        self._line_open = False  # whether the line that was given back last has begun, and not with blanks

    def feed(self, data: bytes) -> bytes:
        """Take the next piece and return what can be passed on."""
        data = self._held + data
        held = _OPEN.search(self._guard() + data)
        keep = min(len(held[0]), len(data)) if held else 0
        keep = keep if keep <= _MOST_HELD else 0
        self._held = data[len(data) - keep :]
        return self._passed(data[: len(data) - keep])

    def close(self) -> bytes:
        """There is no more: return what was held back."""
        held, self._held = self._held, b""
        return self._passed(held)

    def _guard(self) -> bytes:
        return b"." if self._line_open else b""

    def _passed(self, data: bytes) -> bytes:
        if not data:
            return b""
        guard = self._guard()
        *ended, last = _LINE_END.split(data)
        self._line_open = (self._line_open and not ended) or _BLANKS.fullmatch(last) is None
        shown = _STREAM_COMMAND.sub(rb"\g<1>\\x3a", guard + data).replace(b"##[", b"\\x23#[")
        return shown[len(guard) :]
