"""Dockerfiles that a script of the shell writes: `cat > Dockerfile <<EOF`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.domain.project.model import SourceFile

_NAME = r"[\"']?[\w./${}-]{0,200}ockerfile[\w.-]{0,100}[\"']?"
_BEGIN = re.compile(
    rf"(?m)^[ \t]*cat[ \t]+(?:>[ \t]*{_NAME}[ \t]*<<-?[ \t]*[\"']?(?P<one>\w{{1,60}})[\"']?"
    rf"|<<-?[ \t]*[\"']?(?P<two>\w{{1,60}})[\"']?[ \t]*>[ \t]*{_NAME})[ \t]*\r?\n"
)
_MOST = 20  # of one script


def dockerfiles_in(file: SourceFile) -> Iterator[SourceFile]:
    """Yield each, as a file of the same name and length in which all else is blank."""
    at = 0
    for _ in range(_MOST):
        begin = _BEGIN.search(file.text, at)
        if begin is None:
            return
        word = begin["one"] or begin["two"]
        end = re.compile(rf"(?m)^\t*{word}[ \t]*\r?$").search(file.text, begin.end())
        stop = end.start() if end is not None else len(file.text)
        body = file.text[begin.end() : stop]
        if re.match(r"(?i)\s*(?:#[^\n]*\n\s*)*(?:FROM|ARG)\s", body):
            yield SourceFile(file.name, _blank(file.text[: begin.end()]) + body + _blank(file.text[stop:]))
        at = stop


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
