"""The commands of a Makefile's recipes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.blanking import unknown
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.project.model import SourceFile

_MAKE_LINE = re.compile(r"(?m)(?<!\\\n)(?<!\\\r\n)^\t(?:[^\n]*\\\r?\n)*[^\n]*")
_MAKE_VARIABLE = re.compile(r"\$(?:\([^()\n]*\)|\{[^{}\n]*\}|[$@<^?*+|%])")  # $@ and its like become $_


def recipes_of(file: SourceFile) -> Iterator[ShellCommand]:
    """Yield the commands of each line that make hands to the shell; what only make knows is left unknown."""
    for match in _MAKE_LINE.finditer(file.text):
        text = re.sub(r"^\t[@-]*", lambda m: " " * len(m[0]), match[0])
        masked = unknown(_MAKE_VARIABLE, text)
        yield from shell.commands(file, match.start(), match.end(), environment={}, masked=masked)
