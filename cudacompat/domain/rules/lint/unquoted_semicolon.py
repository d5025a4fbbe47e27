"""A list of architectures that the shell cuts at its first semicolon.

What it finds: -DCMAKE_CUDA_ARCHITECTURES=80;90 without quotes, in RUN, in a script or in a CI job; and
`export TORCH_CUDA_ARCH_LIST=8.6;12.0` without them.

Why it matters: the shell ends the command at the semicolon. CMake gets the first architecture alone, the rest is run as
commands ("90: not found"), and unless the shell stops at errors, the build continues and seems to work.

Example: `RUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=80;90 .`

What to do: put the whole argument in quotes: `"-DCMAKE_CUDA_ARCHITECTURES=80;90"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.open_quotes import quotes_for
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_REST = re.compile(r"(?:;[ \t]*\d{2,3}[af]?(?:-real|-virtual)?)+(?![\w.-])")
_ONE = r"(?:\d{2,3}[af]?(?:-real|-virtual)?|\d{1,2}\.\d[af]?(?:\+PTX)?)"
_ASSIGNED = re.compile(_ONE)
_MORE = re.compile(rf"(?:;{_ONE})+(?![\w.-])")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list that is cut."""
    seen: set[tuple[str, int]] = set()
    for command in project.commands:
        for setting in command.defines:
            place = setting.place
            file = project.file(place.file)
            if not setting.cut or file is None or place.at in seen:
                continue
            seen.add(place.at)
            rest = _REST.match(file.text, place.end)
            if rest is None:
                continue
            head = file.text.rfind("-D", 0, place.start)
            if file.text[head + 2].isspace():  # of `-D NAME=VALUE`, the second word
                head = file.text.rfind(setting.name, head, place.start)
            whole = file.text[head : rest.end()]
            quote = quotes_for(project, place.file, head, end=rest.end())
            edit = Edit(place.file, head, rest.end(), new=f"{quote}{whole}{quote}")
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"the shell cuts {setting.name} at the first semicolon: CMake gets {setting.written}",
                path=place.file,
                line=place.line,
                span=place.span,
                found=whole,
                why=f"`;` ends a command; the shell then runs {rest[0].lstrip('; ').split(';')[0]} as a command",
                help=edit.new if quote else "quote the argument for the shell that runs it",
                fix=Fix("quote the argument", (edit,), safe=True) if quote else None,
            )
    for setting in project.settings:
        place = setting.place
        file = project.file(place.file)
        if setting.way is not AssignmentKind.ENVIRONMENT or not setting.in_shell or setting.quote or file is None:
            continue
        rest = _MORE.match(file.text, place.end) if _ASSIGNED.fullmatch(setting.written) else None
        if rest is None or not file.text.endswith(f"{setting.name}=", 0, place.start) or place.at in seen:
            continue
        seen.add(place.at)
        whole = file.text[place.start : rest.end()]
        quote = quotes_for(project, place.file, place.start, end=rest.end())
        edit = Edit(place.file, place.start, rest.end(), new=f"{quote}{whole}{quote}")
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"the shell cuts {setting.name} at the first semicolon: it is {setting.written}",
            path=place.file,
            line=place.line,
            span=place.span,
            found=f"{setting.name}={whole}",
            why=f"`;` ends a command; the shell then runs {rest[0].lstrip(';').split(';')[0]} as a command",
            help=f"{setting.name}={edit.new}" if quote else "quote the list for the shell that reads it",
            fix=Fix("quote the list", (edit,), safe=True) if quote else None,
        )


RULE = Rule("unquoted-semicolon", "Semicolon list without quotes", __doc__, check)
