"""Earthfiles: targets that are written like Dockerfiles, each of which begins with an image or with another target."""

from __future__ import annotations

import re

from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.artifacts.buildfiles.stages import Dockerfile, read
from cudacompat.domain.project.model import SourceFile

_TARGET = re.compile(r"(?m)^([A-Za-z][\w.-]*):[ \t]*(?:#[^\n]*)?\r?$")


def earthfile(file: SourceFile, sources: Sources | None) -> Dockerfile:
    """Return the targets as stages (`+name`), with their commands."""
    targets = tuple((match.start(), f"+{match[1]}") for match in _TARGET.finditer(file.text))
    text = _TARGET.sub(_as_comment, file.text)
    return read(SourceFile(file.name, text), sources, targets)


def _as_comment(match: re.Match[str]) -> str:
    line = match[0].rstrip("\r")
    return "#" * len(line) + match[0][len(line) :]
