"""What the last stage of a Dockerfile adds to its image, in a few words each: what a new file lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.artifacts.buildfiles import shell
from cudacompat.artifacts.buildfiles.copied import copied_paths
from cudacompat.artifacts.buildfiles.dockerfile import Instruction, assignments, instructions
from cudacompat.domain.words.programs import SYSTEM_PACKAGERS

_WHOLE = frozenset({"EXPOSE", "CMD", "ENTRYPOINT", "HEALTHCHECK", "VOLUME", "USER", "ONBUILD", "STOPSIGNAL"})
_LONGEST = 40  # characters of one instruction


def last_stage_adds(text: str) -> tuple[str, ...]:
    """Return packages, copied files, variables and instructions of the last stage, in their order, each once. What it
    copies from other stages and what its other commands do is not among them."""
    stage: list[Instruction] = []
    for each in instructions(text):
        stage = [] if each.keyword == "FROM" else [*stage, each]
    return tuple(dict.fromkeys(found for each in stage for found in _added(text, each)))


def _added(text: str, instruction: Instruction) -> Iterator[str]:
    own = text[instruction.start : instruction.end]
    if instruction.keyword == "RUN":
        yield from _packages(text, instruction)
    elif instruction.keyword in ("COPY", "ADD"):
        yield from (f"COPY {path}" for path in copied_paths(own))
    elif instruction.keyword == "ENV":
        yield from (f"ENV {each.name}" for each in assignments(own))
    elif instruction.keyword in _WHOLE:
        line = " ".join(own.split())
        yield line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _packages(text: str, instruction: Instruction) -> Iterator[str]:
    """The packages of the system that a RUN installs."""
    command: list[str] = []
    for word in shell.words(text, instruction.body, instruction.stop):
        if isinstance(word, str):
            command = []
            continue
        command.append(word.raw)
        packager = any(each.rpartition("/")[2] in SYSTEM_PACKAGERS for each in command[:2])  # after sudo, too
        if packager and "install" in command[:-1] and re.fullmatch(r"[a-z0-9][\w.+:~=-]*", word.raw):
            yield word.raw
