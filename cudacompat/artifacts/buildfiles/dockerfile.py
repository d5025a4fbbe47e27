"""Dockerfiles: instructions with their places, base images, and the values that they give to names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cudacompat.artifacts.buildfiles import shell
from cudacompat.domain.extend import Assignment, BaseImageLine, Way

_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:\$\{[^}\n]*\}|[^\s\"'\\]|\\.)*)")
_REFERENCE = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its keyword in capitals and the place of what follows it, heredocs included."""

    keyword: str
    start: int
    body: int
    end: int


def instructions(text: str) -> tuple[Instruction, ...]:
    """Return the instructions, in their order; lines that are none are passed over."""
    escape = "`" if re.match(r"\s*#\s*escape\s*=\s*`", text) else "\\"
    found = []
    at = 0
    while at < len(text):
        line_end = _line_end(text, at)
        line = text[at:line_end]
        match = _INSTRUCTION.match(line)
        if match is None or line.lstrip().startswith("#"):
            at = line_end
            continue
        end = line_end
        continues = _continues(line, escape)
        while continues and end < len(text):
            next_end = _line_end(text, end)
            part = text[end:next_end]
            end = next_end
            if part.strip() and not part.lstrip().startswith("#"):
                continues = _continues(part, escape)
        end = _past_heredocs(text, at, end)
        found.append(Instruction(match[1].upper(), at, at + match.end(), end))
        at = end
    return tuple(found)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _continues(line: str, escape: str) -> bool:
    return line.rstrip(" \t\r\n").endswith(escape)


def _past_heredocs(text: str, start: int, end: int) -> int:
    for match in list(_HEREDOC.finditer(text, start, end)):
        close = re.compile(rf"^[ \t]*{re.escape(match[2])}[ \t]*\r?$\n?", re.MULTILINE).search(text, end)
        if close is None:
            return len(text)
        end = close.end()
    return end


def assignments(text: str) -> Iterator[Assignment]:
    """Yield the values that ARG, ENV and the commands of RUN give to names."""
    for each in instructions(text):
        if each.keyword in ("ENV", "ARG"):
            yield from _pairs(text, each)
        elif each.keyword in ("RUN", "CMD", "ENTRYPOINT"):
            yield from shell.assignments(text, each.body, each.end, f"{each.keyword} in a Dockerfile")


def _pairs(text: str, each: Instruction) -> Iterator[Assignment]:
    what = f"{each.keyword} in a Dockerfile"
    way = Way.ENVIRONMENT if each.keyword == "ENV" else Way.BUILD_ARGUMENT
    body = text[each.body : each.end]
    found = False
    for match in _PAIR.finditer(body):
        found = True
        quote = match[2][:1] if match[2][:1] in ("'", '"') else ""
        start = each.body + match.start(2) + len(quote)
        end = each.body + match.end(2) - len(quote)
        yield Assignment(match[1], text[start:end], start, end, way, what, quote)
        yield from shell.arguments(text, start, end, what, quote)
    if not found and each.keyword == "ENV":
        legacy = re.match(r"([A-Za-z_]\w*)[ \t]+([^\r\n]*\S)", body)
        if legacy:
            start = each.body + legacy.start(2)
            end = start + len(legacy[2])
            yield Assignment(legacy[1], legacy[2], start, end, way, what, " ")
            yield from shell.arguments(text, start, end, what, " ")


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
