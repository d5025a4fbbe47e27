"""A list of architectures that the shell cuts at its first semicolon.

What it finds: -DCMAKE_CUDA_ARCHITECTURES=80;90 without quotes, in RUN, in a script of sh or PowerShell, or in a CI job;
and `export TORCH_CUDA_ARCH_LIST=8.6;12.0` without them, or as a prefix of a command.

Why it matters: the shell ends the command at the semicolon. CMake gets the first architecture alone, the rest is run as
commands ("90: not found"), and unless the shell stops at errors, the build continues and seems to work. PowerShell
prints the 90 and continues.

Example: `RUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=80;90 .`

What to do: put the whole argument in quotes: `"-DCMAKE_CUDA_ARCHITECTURES=80;90"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Project, TextSpan
from cudacompat.domain.project.open_quotes import quotes_for
from cudacompat.domain.tables.cmake_spellings import stands_alone
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_REST = re.compile(r"(?:;[ \t]*\d{2,3}[af]?(?:-real|-virtual|\+PTX)?)++(?![\w.+-])")
_ONE = r"(?:\d{1,2}\.\d[af]?(?:\+PTX)?|\d{2,3}[af]?(?:-real|-virtual)?)"
_ASSIGNED = re.compile(_ONE)
_FIRST = re.compile(rf"(?<![\w$])(?P<name>[A-Za-z_]\w*)=(?P<item>{_ONE})(?:;{_ONE})*;\Z")
_LONGEST = 400  # characters of a list that is looked for in front of a command
_ENDS = re.compile(r"\w=\Z|\$\{?env:\w+\}?[ \t]*=[ \t]*\Z")  # NAME=, and PowerShell's $env:NAME =
_MORE = re.compile(rf"(?:;{_ONE})++(?![\w.+-])")


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
            refused = _refused(setting.written, rest[0])
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"the shell cuts {setting.name} at the first semicolon: CMake gets {setting.written}",
                path=place.file,
                line=place.line,
                span=place.span,
                found=whole,
                why=_why(rest[0]),
                help=refused or (edit.new if quote else "quote the argument for the shell that runs it"),
                fix=Fix("quote the argument", (edit,), safe=True) if quote and not refused else None,
            )
    for name, place in (*_exported(project), *_in_front(project)):
        finding = _assigned(project, name, place) if place.at not in seen else None
        if finding is not None:
            seen.add(place.at)
            yield finding


def _refused(first: str, rest: str) -> str | None:
    """What to write where CMake would refuse the list in quotes as well; `None` where it takes it."""
    if stands_alone(first):
        return f"write {first} alone, or numbers alone in quotes"
    return "put the list in quotes, without +PTX" if "+" in rest else None


def _exported(project: Project) -> Iterator[tuple[str, TextSpan]]:
    """The values that a shell gives to its environment without quotes, each with its name."""
    for setting in project.settings:
        bare = setting.way is AssignmentKind.ENVIRONMENT and setting.in_shell and not setting.quote
        if bare and _ASSIGNED.fullmatch(setting.written):
            yield setting.name, setting.place


def _in_front(project: Project) -> Iterator[tuple[str, TextSpan]]:
    """The first items of lists in front of a command (`NAME=80;90 make`), of which the shell takes the next for the
    program."""
    for command in project.commands:
        program = command.words[0] if command.words else None
        file = project.file(command.place.file)
        if program is None or file is None or not _ASSIGNED.fullmatch(program.text):
            continue
        at = program.place.start
        before = _FIRST.search(file.text, max(at - _LONGEST, 0), at)
        if before is not None and before["name"] in project.known:
            yield before["name"], file.place(*before.span("item"))


def _assigned(project: Project, name: str, place: TextSpan) -> Finding | None:
    file = project.file(place.file)
    rest = _MORE.match(file.text, place.end) if file is not None else None
    if file is None or rest is None or not _ENDS.search(file.text[max(place.start - _LONGEST, 0) : place.start]):
        return None
    whole = file.text[place.start : rest.end()]
    quote = quotes_for(project, place.file, place.start, end=rest.end())
    edit = Edit(place.file, place.start, rest.end(), new=f"{quote}{whole}{quote}")
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"the shell cuts {name} at the first semicolon: it is {project.text(place)}",
        path=place.file,
        line=place.line,
        span=place.span,
        found=f"{name}={whole}",
        why=_why(rest[0]),
        help=f"{name}={edit.new}" if quote else "quote the list for the shell that reads it",
        fix=Fix("quote the list", (edit,), safe=True) if quote else None,
    )


def _why(rest: str) -> str:
    """What the shell does with the rest of a list; PowerShell prints a number that is a command."""
    return f"`;` ends a command; the next item, {rest.lstrip('; ').split(';')[0]}, is a separate command"


RULE = Rule("unquoted-semicolon", "Semicolon list without quotes", __doc__, check)
