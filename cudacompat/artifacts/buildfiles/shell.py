"""Shell text: its words with their places, and the values that they give to names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cudacompat.domain.builds.lists.nvcc_flags import PAIR_OPTION, PAIR_OPTIONS
from cudacompat.domain.project.assignments import Assignment, AssignmentKind

_ENDS = frozenset(";&|()<>\n")  # what ends a word of a shell beside spaces
_LINE = frozenset("\n")  # and of a list of arguments that no shell reads
_DEFINE = re.compile(r"-D\s?([A-Za-z_]\w*)(?::[A-Za-z]+)?=")
_NAME = re.compile(r"(['\"]?)(?:--build-arg=|--env=|-e)?([A-Za-z_]\w*)\+?=")
_GENCODE = re.compile(rf"{PAIR_OPTION}(?:=|\s+)arch=compute_\d{{2,3}}[af]?,code=")
_COMMENT_LINE = re.compile(r"[ \t]*#[^\n]*\n")
_NEXT_DEFINE = re.compile(r"(?<!\s)\s++-D")
_MOST_LOOKS = 16  # at each character of a word: of a list of arguments in one word, each is looked at once or twice
_PARTS = re.compile(r"['\"]?\d{2,3}[af]?(?:-real|-virtual)?(?![\w.-])")


@dataclass(frozen=True, slots=True)
class ShellWord:
    """One word with its quotes: `text[start:end]`."""

    start: int
    end: int
    raw: str


def words(text: str, start: int, end: int, ends: frozenset[str] = _ENDS) -> Iterator[ShellWord | str]:
    """Yield the words, and the operators and line ends (`ends`) between them, of `text[start:end]`.

    A backslash at a line's end goes on; comment lines behind one are passed over, as in a Dockerfile.
    """
    at = start
    while at < end:
        char = text[at]
        if char == "\\" and (after := _line_end(text, at + 1, end)) is not None:
            at = _past_comments(text, after, end)
        elif char in " \t\r":
            at += 1
        elif char == "#":
            while at < end and text[at] != "\n":
                at += 1
        elif char in ends:
            yield char
            at += 1
        else:
            stop = _word_end(text, at, end, ends=ends)
            yield ShellWord(at, stop, text[at:stop])
            at = stop


def _line_end(text: str, at: int, end: int) -> int | None:
    while at < end and text[at] in " \t\r":
        at += 1
    return at + 1 if at < end and text[at] == "\n" else None


def _past_comments(text: str, at: int, end: int) -> int:
    while at < end and (match := _COMMENT_LINE.match(text, at, end)):
        at = match.end()
    return at


def _word_end(text: str, at: int, end: int, ends: frozenset[str]) -> int:
    quote = ""
    depth = 0
    while at < end:
        char = text[at]
        if char == "\\" and quote != "'":
            if not quote and _line_end(text, at + 1, end) is not None:
                return at
            at += 2
            continue
        if quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif text.startswith(("${", "$("), at):
            depth += 1
            at += 1
        elif depth and char in "{(":
            depth += 1
        elif depth and char in "})":
            depth -= 1
        elif not depth and (char in ends or char in " \t\r"):
            return at
        at += 1
    return min(at, end)


def arguments(text: str, start: int, end: int, what: str, quote: str) -> Iterator[Assignment]:
    """Yield the -DNAME=VALUE in a list of arguments that no shell reads: a value of CMAKE_ARGS, an item of JSON.

    `quote` is what stands around the list.
    """
    for each in assignments(text, start, end, what=what, ends=_LINE):
        if each.way is AssignmentKind.DEFINE:
            yield replace(each, quote=each.quote or quote or " ", in_shell=False, cut=False)


def assignments(text: str, start: int, end: int, what: str, ends: frozenset[str] = _ENDS) -> Iterator[Assignment]:
    """Yield the values that a shell text gives to names: -DNAME=VALUE, NAME=VALUE, and nvcc's -gencode flags."""
    before = ""
    flags: list[ShellWord] = []
    for word in words(text, start, end, ends=ends):
        if isinstance(word, str):
            yield from _flags(text, flags, what)
            flags, before = [], word
            continue
        if _is_gencode(word, before):
            flags.append(word)
        elif flags and word.raw.startswith("-") and not word.raw.startswith(PAIR_OPTIONS):
            yield from _flags(text, flags, what)
            flags = []
        elif word.raw in PAIR_OPTIONS:
            flags.append(word)
        values = _Values(text, word)
        for match in _DEFINE.finditer(word.raw):
            yield values.of(match.start(), match.end(), match[1], AssignmentKind.DEFINE, what)
        plain = _NAME.match(word.raw)
        if plain is not None and not word.raw.lstrip("'\"").startswith("-D"):
            way = AssignmentKind.ENVIRONMENT
            if before == "-D":
                way = AssignmentKind.DEFINE
            elif before == "--build-arg" or "--build-arg=" in plain[0]:
                way = AssignmentKind.BUILD_ARGUMENT
            yield values.of(plain.start(2), plain.end(), plain[2], way, what)
        before = word.raw
    yield from _flags(text, flags, what)


def _is_gencode(word: ShellWord, before: str) -> bool:
    if before in PAIR_OPTIONS:
        return "arch=compute_" in word.raw
    return _GENCODE.match(word.raw.strip("'\"")) is not None


def _flags(text: str, flags: list[ShellWord], what: str) -> Iterator[Assignment]:
    if any("arch=compute_" in word.raw for word in flags):
        start, end = flags[0].start, flags[-1].end
        yield Assignment("", text[start:end], start, end=end, way=AssignmentKind.FLAGS, what=what, in_shell=True)


class _Values:
    """The values in one word, one after the other."""

    def __init__(self, text: str, word: ShellWord) -> None:
        self._text = text
        self._word = word
        self._looked = 0
        self._quoted: dict[str, tuple[int, int]] = {}  # the last piece in such quotes: from where, and where it ends
        self._at, self._quote = 0, ""  # how far the word was gone through for what encloses a place

    def of(self, begin: int, after: int, name: str, way: AssignmentKind, what: str) -> Assignment:
        """The value of the name that begins at `begin`; it begins itself at `after`. `ValueError` for a word that
        would have to be gone through again and again."""
        raw, word = self._word.raw, self._word
        quote = raw[begin - 1] if begin and raw[begin - 1] in "'\"" else ""
        start = after
        if quote:
            stop = self._end(quote, after)
            more = _NEXT_DEFINE.search(raw, after, stop)  # CMAKE_ARGS="-DA=1 -DB=2"
            stop = more.start() if more else stop
        elif raw[after : after + 1] in ("'", '"'):
            quote, start = raw[after], after + 1
            stop = self._end(quote, start)
        elif raw.startswith('\\"', after):
            quote, start = '\\"', after + 2
            found = raw.find('\\"', start)
            stop = found if found >= 0 else len(raw)
        else:
            quote = self._enclosing(after)
            stop = start
            while stop < len(raw) and raw[stop] not in "'\" \t\n":
                stop = _past_reference(raw, stop) if raw[stop] == "$" else stop + (2 if raw[stop] == "\\" else 1)
            stop = min(stop, len(raw))
        self._looked += stop - start
        if self._looked > _MOST_LOOKS * len(raw):
            raise ValueError("a word in which too many values overlap")
        from_, to = word.start + start, word.start + stop
        cut = not quote and self._text.startswith(";", word.end) and _PARTS.match(self._text, word.end + 1) is not None
        return Assignment(
            name, self._text[from_:to], from_, end=to, way=way, what=what, quote=quote, in_shell=True, cut=cut
        )

    def _end(self, quote: str, at: int) -> int:
        """Where a piece in these quotes ends whose inside begins here."""
        first, last = self._quoted.get(quote, (0, -1))
        if not first <= at <= last:
            last = _find(self._word.raw, quote, at)
            self._quoted[quote] = (at, last)
        return last

    def _enclosing(self, at: int) -> str:
        """The quote in which a place stands; places are asked for in their order."""
        raw, quote, index = self._word.raw, self._quote, self._at
        if index > at:
            quote, index = "", 0
        while index < at:
            char = raw[index]
            if char == "\\" and quote != "'":
                index += 2
                continue
            if quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            index += 1
        self._at, self._quote = index, quote
        return quote


def _past_reference(raw: str, at: int) -> int:
    """The end of `$NAME`, `${NAME:-x y}`, `$(command)` or `${{ expression }}` that begins there."""
    if raw[at + 1 : at + 2] not in ("{", "("):
        return at + 1
    depth = 0
    for index in range(at + 1, len(raw)):
        if raw[index] in "{(":
            depth += 1
        elif raw[index] in "})":
            depth -= 1
        if depth == 0:
            return index + 1
    return len(raw)


def _find(raw: str, quote: str, at: int) -> int:
    while at < len(raw) and raw[at] != quote:
        at += 2 if raw[at] == "\\" and quote == '"' else 1
    return min(at, len(raw))
