"""What a Dockerfile takes from its build context: the paths that COPY and ADD name to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cudacompat.artifacts.buildfiles.dockerfile import Instruction, instructions

_LINE_END = re.compile(r"[\\`][ \t]*$")
# a pattern, a variable, an address or a heredoc: only the build knows what these take
_NO_PATH = re.compile(r"[*?\[$]|://|^git@|^<<")


def copied_paths(text: str) -> Iterator[str]:
    """Yield the paths below the build context that COPY and ADD name, as they are written, in their order."""
    for instruction in instructions(text):
        if instruction.keyword in ("COPY", "ADD"):
            words = _words(text, instruction)
            options = [word for word in words if word.startswith("--")]
            if not any(option.startswith("--from=") for option in options):
                yield from (word for word in words[len(options) : -1] if not _NO_PATH.search(word))


def _words(text: str, instruction: Instruction) -> list[str]:
    lines = text[instruction.body : instruction.stop].splitlines()
    body = " ".join(_LINE_END.sub("", line) for line in lines if not line.lstrip().startswith("#")).strip()
    options = []
    while (match := re.match(r"--\S+\s+", body)) is not None:
        options.append(match[0].strip())
        body = body[match.end() :]
    if body.startswith("["):
        try:
            listed = json.loads(body)
        except (ValueError, RecursionError):
            return []
        return [*options, *(word for word in listed if isinstance(word, str))] if isinstance(listed, list) else []
    return [*options, *(word.strip("\"'") for word in body.split())]
