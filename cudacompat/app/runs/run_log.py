"""The output of an engine, live or saved: the signs in it, the GPUs that it names, its last lines. Constant memory."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from cudacompat.artifacts.files.opened import opened
from cudacompat.artifacts.logs import Excerpt, LogScanner, pieces, refuse_binary
from cudacompat.domain.gpus.lookup import capability_of_cut_name
from cudacompat.domain.logs.facts import FACT_NEEDLES, LogFacts
from cudacompat.domain.logs.text import sublines, without_prefix
from cudacompat.domain.runs.observation import LogView
from cudacompat.domain.runs.signs import RunSign, SeenSign
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.secrets import masked

_TAIL_BYTES = 8192
_TAIL_LINES = 12
_LONGEST = 300


@dataclass(slots=True)
class _Found:
    sign: RunSign
    line: int
    text: str
    count: int = 0


class _Signs:
    """Looks at the lines that hold one of the literals."""

    def __init__(self, signs: Sequence[RunSign], names: tuple[tuple[str, re.Pattern[str]], ...]) -> None:
        self._signs = tuple(signs)
        self.needles = (*dict.fromkeys(sign.needle.encode() for sign in signs), *FACT_NEEDLES)
        self.facts = LogFacts(capability_of_cut_name, names=names)
        self.found: dict[str, _Found] = {}

    def is_general(self, hits: Iterable[int]) -> bool:  # noqa: ARG002
        """No: the numbers in a line are what it is looked at for."""
        return False

    def visit(self, excerpt: Excerpt) -> object | None:
        meanings: list[_Found] = []
        for text in sublines(excerpt.text):
            self.facts.read(text, excerpt.line)
            for sign in self._signs:
                if sign.needle in text and sign.pattern.search(text):
                    meanings.append(self._count(sign, excerpt.line, text))
        return tuple(meanings) or None

    def again(self, meaning: object) -> None:
        for found in meaning if isinstance(meaning, tuple) else ():
            found.count += 1

    def _count(self, sign: RunSign, line: int, text: str) -> _Found:
        found = self.found.get(sign.id)
        if found is None:  # masked before it is cut: what is left of a token would not be known for one
            shown = masked(" ".join(without_prefix(text).split()))[:_LONGEST]
            found = self.found[sign.id] = _Found(sign, line, shown)
        found.count += 1
        return found


class RunLog:
    """Takes the output in pieces of any size."""

    def __init__(self) -> None:
        from cudacompat import engines
        from cudacompat.domain.runs.sign_table import SIGNS

        self._signs = _Signs((*engines.run_signs(), *SIGNS), engines.log_names())
        self._scanner = LogScanner(self._signs)
        self._tail = b""
        self.first_at: float | None = None  # time.monotonic() of the first byte

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        if self.first_at is None and data:
            self.first_at = time.monotonic()
        self._scanner.feed(data)
        self._tail = (self._tail + data)[-_TAIL_BYTES:]

    def close(self) -> LogView:
        """The output has ended: return what was in it."""
        self._scanner.close()
        facts = self._signs.facts
        signs = [SeenSign(each.sign, each.line, each.text, count=each.count) for each in self._signs.found.values()]
        return LogView(
            lines=self._scanner.lines,
            size=self._scanner.size,
            signs=tuple(sorted(signs, key=lambda each: each.line)),
            devices=tuple((device.name, device.capability) for device in facts.devices),
            archs=facts.archs.numbers if facts.archs is not None else (),
            tail=_last_lines(self._tail),
        )


def _last_lines(data: bytes) -> tuple[str, ...]:
    texts = [line for raw in data.decode("utf-8", "replace").split("\n") for line in sublines(raw)]
    shown = [each for text in texts if (each := " ".join(text.split()))]
    kept = masked("\n".join(shown)).split("\n")[-_TAIL_LINES:]  # before it is cut, and a key with its first line
    return tuple(text[:_LONGEST] for text in kept if text)


def read_log(path: str, beside: LogScanner) -> LogView:
    """Return what is in a saved log, `-` for standard input, of which `beside` is shown every piece; `UsageError` where
    it cannot be read."""
    log = RunLog()
    try:
        with nullcontext(sys.stdin.buffer) if path == "-" else opened(path) as file:
            for piece in pieces(file):
                if log.first_at is None:
                    refuse_binary(piece, path)
                log.feed(piece)
                beside.feed(piece)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    beside.close()
    return log.close()
