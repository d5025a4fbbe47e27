"""A stub in the place of the driver's libcuda in an image that ships.

What it finds: .../lib64/stubs in LD_LIBRARY_PATH, in ldconfig or below /etc/ld.so.conf.d, in a stage that containers
are started from; and a stub libcuda.so put among the libraries there.

Why it matters: libcuda.so.1 has to be the one of the host's driver, which the container runtime puts there. The stub
has no code: every call ends in "CUDA driver is a stub library" (error 34).

Example: `ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH` in an image that runs a server.

What to do: set it for the build alone (`RUN LD_LIBRARY_PATH=… make`), or in the build stage; to link without a driver,
use -Wl,--allow-shlib-undefined or LIBRARY_PATH.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.model import Project, TextSpan
from cudacompat.domain.rules.lint.library_path_facts import STUBS, folder_places, running_stages, without_folder
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_STUB_FILE = re.compile(r"\S*/stubs/libcuda\.so\S*")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that puts the stub in the path, or among the libraries."""
    for met in folder_places(project, STUBS):
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message="the library path where the program runs contains the libcuda stub",
            path=met.place.file,
            line=met.place.line,
            span=met.place.span,
            found=met.found,
            why="programs then load the stub instead of the driver's library and fail (error 34)",
            help="set it only in the build stage, or in the RUN that links",
            fix=without_folder(project, met),
        )
    for place, found in _stub_files(project):
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message="a stub of libcuda is among the libraries of an image that runs",
            path=place.file,
            line=place.line,
            span=place.span,
            found=found,
            why="programs load the stub instead of the driver's library, and every CUDA call fails (error 34)",
            help="remove libcuda.so from the image; the container runtime adds the driver's library",
        )


def _stub_files(project: Project) -> Iterator[tuple[TextSpan, str]]:
    for stage in running_stages(project):
        for copy in stage.copies:
            if any(_STUB_FILE.fullmatch(source) for source in copy.sources) and "/stubs" not in copy.target:
                yield copy.place, project.text(copy.place).splitlines()[0][:160]
        commands = project.commands_of(stage)
        removed = "\n".join(each.line for each in commands if each.program in ("rm", "unlink"))
        for command in commands:
            words = [word.text for word in command.words[1:] if not word.text.startswith("-")]
            if command.program not in ("cp", "ln") or len(words) != 2 or command.conditional:
                continue
            source, target = words
            if not _STUB_FILE.fullmatch(source) or "/stubs" in target or not target.startswith(("/usr/", "/lib")):
                continue
            if target not in removed:
                yield command.place, command.line[:160]


RULE = Rule("stub-at-runtime", "libcuda stub in a runtime image", __doc__, check)
