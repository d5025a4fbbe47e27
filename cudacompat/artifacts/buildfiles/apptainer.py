"""Definition files of Apptainer and Singularity: an image, and the script that builds in it."""

from __future__ import annotations

import re

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.shell_variables import Sources
from cudacompat.artifacts.buildfiles.stages import Dockerfile, RunCommand
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.model import SourceFile, Stage

_BOOTSTRAP = re.compile(r"(?mi)^[ \t]*Bootstrap[ \t]*:[ \t]*(\S+)")
_HEAD = re.compile(r"(?mi)^[ \t]*(From|Stage)[ \t]*:[ \t]*(\S+)")
_SECTION = re.compile(r"(?m)^%(\w+)[^\n]*(?:\n|\Z)")
_MOST_STAGES = 500
_IMAGES = ("docker", "docker-daemon", "docker-archive", "oras", "library")


def is_definition(text: str) -> bool:
    """Whether it is one; other files called .def list what a Windows library exports."""
    return _BOOTSTRAP.search(text) is not None


def definition(file: SourceFile, sources: Sources | None) -> Dockerfile:
    """Return the stages of a definition file, with the commands of %post."""
    text = file.text
    begins = [match.start() for match in _BOOTSTRAP.finditer(text)]
    if len(begins) > _MOST_STAGES:
        raise ValueError(f"more than {_MOST_STAGES} stages")
    stages: list[Stage] = []
    found: list[RunCommand] = []
    for number, (start, end) in enumerate(zip(begins, [*begins[1:], len(text)], strict=True)):
        head = {match[1].lower(): match for match in _HEAD.finditer(text, start, end)}
        named = head.get("from")
        bootstrap = _BOOTSTRAP.match(text, start)
        docker = bootstrap is not None and bootstrap[1].lower() in _IMAGES
        place = file.place(named.start(), named.end()) if named is not None else file.place(start, start)
        stage = Stage(
            file=file.name,
            number=number,
            name=head["stage"][2] if "stage" in head else None,
            place=place,
            base=base_of(named[2]) if named is not None and docker else None,
            parent=None,
            settings=(),
            environment={},
            copies=(),
            last=end == len(text),
        )
        stages.append(stage)
        sections = list(_SECTION.finditer(text, start, end))
        for section, after in zip(sections, [*(each.start() for each in sections[1:]), end], strict=True):
            if section[1] == "post":
                for command in shell.commands(file, section.end(), after, environment={}, sources=sources):
                    found.append(RunCommand(command, number, (), keyword="RUN"))
    return Dockerfile(tuple(stages), tuple(found), ())
