"""The quotes in which a place of a file stands, and those that may be written there."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import Project

_PARSED = (".yml", ".yaml", ".json")  # whose values have quotes of their own, which put no variable in
_EXEC_FORM = re.compile(r"[ \t]*(?:RUN|CMD|ENTRYPOINT)[ \t]+(?:--\S+[ \t]+)*\[", re.IGNORECASE)


def quotes_for(project: Project, file: str, start: int, end: int) -> str | None:
    """Return the quote that may be put around `text[start:end]` of a command, so that the shell still gets one word of
    the same letters: `'` within `bash -c "…"`. `None` where none may.
    """
    source = project.file(file)
    if source is None:
        return None
    text = source.text[start:end]
    if any(char in text for char in "\\'\""):
        return None
    around = _words_around(project, file, start, end=end)
    plain = {source.text[first] for first in around} & {"'", '"'}
    parsed = {source.text[first - 1] for first in around if source.text[first] not in "'\""}  # of the exec form
    line = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    if file.endswith(_PARSED) or _EXEC_FORM.match(line):
        parsed.add(_open_in(line))
    if '"' not in plain | parsed:
        return '"'
    if "'" in plain | parsed or ("$" in text and '"' not in plain):
        return None  # within '…' a shell puts no variable in
    return "'"


def _open_in(line: str) -> str:
    """The quote that is open where this part of a line ends; empty if none is."""
    quote = ""
    for char in line:
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
    return quote


def _words_around(project: Project, file: str, start: int, end: int) -> tuple[int, ...]:
    """Where the words begin that hold this place and more: the script of a shell within a command. Of the exec form,
    the place of a word is within its quotes."""
    source = project.file(file)
    text = source.text if source is not None else ""
    spans = project.once(
        ("quoted_words", file),
        lambda: tuple(
            word.place.span
            for command in project.commands
            if command.place.file == file
            for word in command.words
            if text[word.place.start : word.place.start + 1] in ("'", '"')
            or text[word.place.start - 1 : word.place.start] == '"' == text[word.place.end : word.place.end + 1]
        ),
    )
    return tuple(first for first, last in spans if first < start and end < last)
