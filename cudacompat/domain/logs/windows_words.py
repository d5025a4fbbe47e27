"""Cures in the words of Windows: what a shell there takes, and where programs look for libraries."""

from __future__ import annotations

import re
from dataclasses import replace

from cudacompat.domain.logs.signature import Signature

_SINGLE = re.compile(r"'([^'\"]*)'")  # cmd.exe passes single quotes on
_OF_LINUX = re.compile(r"(?:^|[\s;])(?:unset|env -u|export|ldconfig|sudo|LD_\w+=)")
_WORDS = (
    (re.compile(r"\bUnset LD_LIBRARY_PATH\b"), "Take other releases out of PATH"),
    (re.compile(r"\bunset LD_LIBRARY_PATH\b"), "take other releases out of PATH"),
    (re.compile(r"\bset LD_LIBRARY_PATH\b"), "add their directories to PATH"),
    (re.compile(r"\blib directory(?= (?:to|into) LD_LIBRARY_PATH)"), "bin directory"),
    (re.compile(r"\bLD_LIBRARY_PATH\b"), "PATH"),
)


def for_windows(signature: Signature) -> Signature:
    """Return the line's meaning for a log of Windows. A command that only shells of Linux have is taken away."""
    command = signature.command
    if command is not None:
        command = None if _OF_LINUX.search(command) else _SINGLE.sub(r'"\1"', command)
    return replace(signature, cause=_said(signature.cause), fix=_said(signature.fix), command=command)


def _said(text: str) -> str:
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return text
