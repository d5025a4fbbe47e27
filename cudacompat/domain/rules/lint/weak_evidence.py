"""A test that takes `use gpu = 1` for a proof.

What it finds: a script, a job or an image that looks for `use gpu = 1` in the output of whisper.cpp.

Why it matters: that line repeats the parameter. With no driver at all whisper.cpp prints it, then "no GPU found", and
computes on the CPU: the test is green on a machine without a GPU.

Example: `./whisper-cli -m model.bin -f a.wav 2>&1 | grep -q "use gpu.*= 1"`.

What to do: look for "using CUDA0 backend", which is printed for a device that is used; or run `cudacompat verify`,
which checks the architectures, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.model import Command, Project
from cudacompat.domain.project.walks import on_command
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_PATTERN = re.compile(r"use[ _]gpu\W.{0,12}?1|use[ _]gpu\W*$", re.IGNORECASE)
_SEARCH = frozenset({"grep", "egrep", "fgrep", "rg", "ack"})


@on_command
def check(_project: Project, command: Command) -> Iterable[Finding]:
    """One finding for each search."""
    if command.program not in _SEARCH or command.has("-v"):
        return
    pattern = next((word for word in command.words[1:] if _PATTERN.search(word.text)), None)
    if pattern is None:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message="`use gpu = 1` does not prove GPU use: whisper.cpp prints it without a driver too",
        path=command.place.file,
        line=pattern.place.line,
        span=pattern.place.span,
        found=command.line[:160],
        why="the line repeats the parameter; `no GPU found` may follow, and then the CPU does the work",
        help="look for `using CUDA0 backend`, or run `cudacompat verify`",
    )


RULE = Rule("weak-evidence", "`use gpu = 1` treated as proof of GPU use", __doc__, check)
