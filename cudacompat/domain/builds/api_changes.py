"""Calls that a version of an engine no longer has, found in sources before the compiler stumbles over them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version

    from cudacompat.domain.builds.setting_facts import Window


@dataclass(frozen=True, slots=True)
class ApiChange:
    """A call that does not exist in the versions of `window`, and what to write instead.

    `pattern` is a regular expression over Rust code without comments and strings; `fix` says the replacement.
    """

    name: str
    pattern: str
    window: Window
    why: str
    fix: str
    source: str


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """A cargo feature that does not exist in the versions of `window`; `now` is the one that takes its place there,
    `None` where none does."""

    name: str
    window: Window
    why: str
    now: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Api:
    """The calls and features of an engine that came and went, and the crate by which sources name it (`whisper_rs`)."""

    crate: str
    changes: tuple[ApiChange, ...]
    features: tuple[FeatureChange, ...] = ()


# Comments, then strings and characters, raw strings among them; a lifetime ('a) is neither.
_NOT_CODE = re.compile(
    r"""(?P<line>//[^\n]*)|(?P<block>/\*)|b?r(?P<raw>#{0,255}")|(?P<text>b?"(?:\\.|[^"\\])*+"?)"""
    r"""|(?P<char>'(?:\\[^\n]{1,10}?|[^'\\\n])')""",
    re.DOTALL,
)
_NO_LINE_END = re.compile(r"[^\n]")


def code_only(text: str) -> str:
    """Return Rust source with comments and strings blanked, every character still at its place."""
    parts: list[str] = []
    done = at = 0
    endless: set[str] = set()  # ends that stand nowhere further down: not to be looked for again
    while (match := _NOT_CODE.search(text, at)) is not None:
        stop = match.end()
        end = "*/" if match["block"] else '"' + match["raw"][:-1] if match["raw"] else ""
        if end:
            found = text.find(end, stop) if end not in endless else -1
            if found < 0:
                endless.add(end)
                at = match.start() + 1
                continue
            stop = found + len(end)
        parts += (text[done : match.start()], _NO_LINE_END.sub(" ", text[match.start() : stop]))
        done = at = stop
    return "".join((*parts, text[done:]))


@dataclass(frozen=True, slots=True)
class CallingSources:
    """Sources (path and text) that call an engine, its version (`None`: the newest), and what came and went in it."""

    changes: tuple[ApiChange, ...]
    version: Version | None
    sources: tuple[tuple[str, str], ...]
