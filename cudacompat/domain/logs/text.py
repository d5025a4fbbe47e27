"""From a line as it lies in a log to what the program wrote: escapes, JSON and what collectors put before it.

Whoever carries a log wraps it: terminals colour it, Docker and Kubernetes put it into JSON or behind a time stamp,
systemd and BuildKit number it. All of that is taken off here, without ever needing to be complete: messages are
looked for anywhere in a line, so an unknown prefix costs nothing but the joining of lines broken behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|[@-_])|[\x00-\x08\x0b\x0e-\x1a\x7f]"
)
# escapes as a serializer writes them: \u001b[31m, \x1b[0m, \033[1m
_WRITTEN_ESCAPES = re.compile(r"\\+(?:u001[bB]|x1[bB]|033|e)\[[0-9;]{0,20}[A-Za-z]")
_WRITTEN_BREAK = re.compile(r"\\+r?\\*n|\\+u000[aA]")
_WRITTEN_QUOTE = re.compile(r"\\+([\"'/])|\\+u00(?:22|27)|\\+u20(?:18|19|1c|1d)|\\+xe2\\+x80\\+x9[89cd]")
_WRITTEN_TAB = re.compile(r"\\+t(?=\W|$)")
_LOOKS_SERIALIZED = re.compile(r"\{\s*\\*\"|^\s*b['\"]|\\+\"|\\+u001[bB]|\\+n\s*[\"']")
# A path of Windows, its separators written once or doubled all along: the n of `C:\\bin\\nvcc.exe` ends no line.
_WINDOWS_PATH = re.compile(
    r"(?<![A-Za-z])[A-Za-z]:(\\{1,4})(?!\\)[^\\/:*?\"'<>|\r\n]{1,100}(?:\1(?!\\)[^\\/:*?\"'<>|\r\n]{1,100}){0,40}"
)
_SEPARATOR = "\x1f"  # stands for a backslash of such a path meanwhile
# An exception of several texts, which Python prints as a tuple: "RuntimeError: ('it is not ', 'supported')".
_TUPLE = re.compile(r"(?<=(?:Error|ption): \()(['\"])(?:(?!\1, \1).){1,400}\1, \1")
_MOST_STRINGS = 60
_DEEPEST = 4

_STAMP = r"\d{4}[-/]\d\d[-/]\d\d[T _]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_PREFIX = re.compile(
    "|".join(
        (
            rf"\[?{_STAMP}\]?(?:\s+(?:stdout|stderr)\s+[FP])?(?:[:,]?\s+[|-])?\s*",  # and what containerd adds
            r"\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?\s+",
            r"[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d(?:\.\d+)?\s\S{1,80}\s[^\s\[\]:]{1,60}(?:\[\d+\])?:\s?",  # syslog
            r"[IWEFD]\d{4}\s\d\d:\d\d:\d\d\.\d+\s+\d+\s+\S{1,120}\]\s?",  # glog and klog
            r"[\w.-]{1,60}\s*\|\s",  # docker compose
            r"#\d{1,4}\s+(?:\d+\.\d+\s+)?",  # BuildKit
            r"\[[\w./-]+ \d[\w.+-]*\]\s",  # cargo -vv
            r"cargo:warning=",
            r"warning: [\w-]+@[\w.+-]+: ",
            r"(?:\[(?:default|rank)\d+\]:?)\s?",  # torchrun
            r"\((?:\w+ )?pid=\d+(?:, [^)]{1,60})?\)\s?",
            r"\[\d+(?:[/.]\d+)?\]\s+",
            r"[>│┃|]\s",
        )
    )
)
_LEVEL = re.compile(r"\[?(?:INFO|DEBUG|NOTICE|TRACE|info|debug|notice|trace)\]?\s*[:|-]?\s+")
_MOST_PREFIXES = 8
_SHORTEST_BROKEN = 48  # a line shorter than this was not broken at a margin


def sublines(raw: str) -> list[str]:
    """Return the lines that the program wrote in one line of the log, at least one; without terminal escapes."""
    if (texts := _TUPLE.search(raw)) is not None:
        quote = texts[1]
        raw = raw[: texts.start()] + raw[texts.start() :].replace(f"{quote}, {quote}", "")
    if _LOOKS_SERIALIZED.search(raw):
        return [line for line in _unserialized(raw, 0) if line] or [""]
    return [_plain(part) for part in raw.split("\r")] if "\r" in raw else [_plain(raw)]


def _plain(text: str) -> str:
    return _ESCAPES.sub("", text) if not text.isprintable() else text


def _unserialized(raw: str, depth: int) -> Iterator[str]:
    start = raw.find("{")
    if start >= 0 and depth < _DEEPEST:
        try:
            value, end = json.JSONDecoder().raw_decode(raw, start)
        except (ValueError, RecursionError):
            pass
        else:
            yield _plain(raw[:start])
            for text in _strings(value):
                for line in text.splitlines():
                    if _LOOKS_SERIALIZED.search(line):
                        yield from _unserialized(line, depth + 1)
                    else:
                        yield _plain(line)
            yield _plain(raw[end:])
            return
    # a piece of something serialized: cut off, or not JSON
    text = _WRITTEN_ESCAPES.sub("", _WINDOWS_PATH.sub(lambda m: m[0].replace(m[1], _SEPARATOR), raw))
    for part in _WRITTEN_BREAK.split(text):
        bare = _WRITTEN_TAB.sub(" ", _WRITTEN_QUOTE.sub(lambda m: m[1] or "'", part))
        yield _plain(bare.replace(_SEPARATOR, "\\"))


def _strings(value: object) -> list[str]:
    """The strings in a JSON value, the first sixty, breadth first."""
    found: list[str] = []
    queue = [value]
    while queue and len(found) < _MOST_STRINGS:
        each = queue.pop(0)
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict):
            queue += list(each.values())[:_MOST_STRINGS]
        elif isinstance(each, list):
            queue += each[:_MOST_STRINGS]
    return found


def without_prefix(line: str) -> str:
    """Return the line without time stamps, collectors' prefixes and harmless levels before it."""
    position = 0
    for _ in range(_MOST_PREFIXES):
        found = _PREFIX.match(line, position) or _LEVEL.match(line, position)
        if found is None or found.end() == position:
            break
        position = found.end()
    return line[position:]


def blocks(lines: list[str], hit: int, count: int) -> Iterator[tuple[str, int, int]]:
    """Yield texts made of some lines, each with where the `count` lines from `hit` on begin and end in it.

    First with line ends between them. Then with nothing between two lines of which the first is long enough to have
    been broken at a margin, as that may lie within a word; also without the lines before, as a message may begin there.
    """
    plain = [_plain(line) for line in lines]
    bare = [without_prefix(line).strip() for line in plain]
    ends = ["" if len(line) >= _SHORTEST_BROKEN else "\n" for line in plain]
    for first, between in ((0, None), (0, ends), (hit - 1, ends), (hit, ends)):
        if first < 0 or (first == 0 and between is ends and hit > 0 and "" not in ends):
            continue
        text, begins, stops = "", 0, 0
        for index in range(first, len(bare)):
            if index == hit:
                begins = len(text)
            text += bare[index]
            if index == hit + count - 1:
                stops = len(text)
            text += between[index] if between is not None else "\n"
        yield text, begins, stops
