"""Dockerfiles: instructions with their places, base images, and the values that they give to names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cudacompat.artifacts.buildfiles import shell
from cudacompat.domain.project.assignments import Assignment, AssignmentKind, BaseImageLine

_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?![^\s\\`])[ \t]*")
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S.*?)[ \t\r]*\n?")
_COMMENT = re.compile(r"[ \t]*#")
_WORD = re.compile(r"(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')+", re.DOTALL)
_HEREDOC = re.compile(r"\d*<<(-?)([^<]+)")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD", "ONBUILD"})
_PAIR = re.compile(r"(?<!\w)([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:\$\{[^}\n]{0,2000}\}|[^\s\"'\\]|\\.)*)")
_REFERENCE = re.compile(r"\$(?:\{(\w+)(?::-([^}]{0,2000}))?\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Heredoc:
    """The lines of one heredoc, without the one that ends it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its keyword in capitals and the place of what follows it, heredocs included.

    `stop` is where its own lines end and those of its heredocs begin.
    """

    keyword: str
    start: int
    body: int
    end: int
    stop: int
    heredocs: tuple[Heredoc, ...] = ()


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return the instructions, in their order; lines that are none are passed over.

    The rules are those of BuildKit's parser (frontend/dockerfile/parser): directives stand before all else; comments
    and empty lines within a continued instruction are dropped; a line end behind an escaped escape character continues
    nothing; a heredoc is a word of RUN, COPY or ADD. No parser from the package index keeps to them: dockerfile-parse
    2.0.1 knows no heredoc, ends an instruction at an empty line and reads a keyword with what continues it;
    tree-sitter-dockerfile 0.2.0 fails at a comment within ENV. On what it does know, dockerfile-parse says the same:
    the tests hold this to it.
    """
    escape = _escape_of(text)
    found = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        line_end = _line_end(text, at)
        match = _INSTRUCTION.match(text, at, line_end)
        if match is None:
            at = line_end
            continue
        end = line_end
        parts = [text[match.end() : end]]
        continues = _continues(text[at:end], escape)
        while continues and end < len(text):
            part = text[end : (next_end := _line_end(text, end))]
            end = next_end
            if part.strip() and _COMMENT.match(part) is None:
                continues = _continues(part, escape)
                parts.append(part)
        keyword, stop = match[1].upper(), end
        heredocs: tuple[Heredoc, ...] = ()
        if keyword in _WITH_HEREDOC and any("<<" in part for part in parts):
            heredocs, end = _heredocs(text, "".join(parts), end)
        found.append(Instruction(keyword, at, match.end(), end=end, stop=stop, heredocs=heredocs))
        at = end
    return tuple(found)


def _escape_of(text: str) -> str:
    at = 1 if text.startswith("\ufeff") else 0
    while (match := _DIRECTIVE.match(text, at)) is not None:
        if match[1].lower() == "escape":
            return "`" if match[2] == "`" else "\\"
        at = match.end()
    return "\\"


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _continues(line: str, escape: str) -> bool:
    bare = line.rstrip(" \t\r\n")
    return bare.endswith(escape) and not bare[:-1].endswith(escape)


def _heredocs(text: str, line: str, at: int) -> tuple[tuple[Heredoc, ...], int]:
    """The heredocs that the words of a line begin, and where the last one ends."""
    found = []
    for word in _WORD.finditer(line) if not line.lstrip().startswith("[") else ():
        match = _HEREDOC.fullmatch(word[0])
        name = re.sub(r"[\"'\\]", "", match[2]) if match is not None else ""
        if match is None or not name:
            continue
        tabs = r"\t*" if match[1] else ""
        close = re.compile(rf"^{tabs}{re.escape(name)}\r?$\n?", re.MULTILINE).search(text, at)
        found.append(Heredoc(name, at, close.start() if close is not None else len(text)))
        at = close.end() if close is not None else len(text)
    return tuple(found), at


def assignments(text: str) -> Iterator[Assignment]:
    """Yield the values that ARG, ENV and the commands of RUN give to names."""
    for each in instructions(text):
        if each.keyword in ("ENV", "ARG"):
            yield from _pairs(text, each)
        elif each.keyword in ("RUN", "CMD", "ENTRYPOINT"):
            yield from shell.assignments(text, each.body, each.end, what=f"{each.keyword} in a Dockerfile")


def _pairs(text: str, each: Instruction) -> Iterator[Assignment]:
    what = f"{each.keyword} in a Dockerfile"
    way = AssignmentKind.ENVIRONMENT if each.keyword == "ENV" else AssignmentKind.BUILD_ARGUMENT
    body = text[each.body : each.end]
    found = False
    for match in _PAIR.finditer(body):
        found = True
        quote = match[2][:1] if match[2][:1] in ("'", '"') else ""
        start = each.body + match.start(2) + len(quote)
        end = each.body + match.end(2) - len(quote)
        yield Assignment(match[1], text[start:end], start, end=end, way=way, what=what, quote=quote)
        yield from shell.arguments(text, start, end, what=what, quote=quote)
    if not found and each.keyword == "ENV":
        legacy = re.match(r"([A-Za-z_]\w*)[ \t]+([^\r\n]*\S)", body)
        if legacy:
            start = each.body + legacy.start(2)
            end = start + len(legacy[2])
            yield Assignment(legacy[1], legacy[2], start, end=end, way=way, what=what, quote=" ")
            yield from shell.arguments(text, start, end, what=what, quote=" ")


def _with(arguments: Mapping[str, str], image: str) -> str:
    def value(match: re.Match[str]) -> str:
        return arguments.get(match[1] or match[3], match[2] or "")

    return _REFERENCE.sub(value, image)


def base_images(text: str) -> Iterator[BaseImageLine]:
    """Yield the base images, with the build arguments before the first FROM put in."""
    arguments: dict[str, str] = {}
    stages: set[str] = set()
    for each in instructions(text):
        if each.keyword == "ARG" and not stages:
            arguments |= {found.name: found.value for found in _pairs(text, each)}
        elif each.keyword == "FROM":
            words = [word for word in text[each.body : each.end].split() if not word.startswith("--")]
            if not words:
                continue
            image = _with(arguments, words[0])
            if image.lower() not in stages:
                yield BaseImageLine(image, each.start)
            stages.add(words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else "")
