"""What a CI job gives to cibuildwheel: the environment of the builds that it starts, in one variable of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, TextSpan, Word

ACTION = "pypa/cibuildwheel"
# those of macOS reach no build with CUDA
_CARRIERS = ("CIBW_ENVIRONMENT", "CIBW_ENVIRONMENT_LINUX", "CIBW_ENVIRONMENT_WINDOWS")
_GIVEN = re.compile(
    r"(?<!\S)(?P<name>[A-Za-z_]\w{0,99})="
    r"(?:\"(?P<double>[^\"\\]{0,2000})\"|'(?P<single>[^'\\]{0,2000})'|(?P<plain>[^\s\"'\\]{0,2000}))(?!\S)"
)
_QUOTES = {"double": '"', "single": "'", "plain": ""}


def with_given(file: SourceFile, found: dict[str, Setting]) -> dict[str, Setting]:
    """Return the variables of a step or job, with those that cibuildwheel sets for its builds."""
    for name in _CARRIERS:
        if name in found:
            found = {**dict(_given(file, found[name])), **found}
    return found


def started(place: TextSpan, environment: Mapping[str, Setting], *, conditional: bool) -> ShellCommand:
    """Return what its action runs."""
    words = (Word("cibuildwheel", True, place),)
    return ShellCommand(words, place.start, place.end, environment=environment, defines=(), conditional=conditional)


def _given(file: SourceFile, carrier: Setting) -> Iterator[tuple[str, Setting]]:
    begin = carrier.place.start
    for match in _GIVEN.finditer(file.text[begin : carrier.place.end]):
        group = next(name for name in ("double", "single", "plain") if match[name] is not None)
        value = match[group]
        setting = Setting(
            match["name"],
            None if "$" in value else value,
            file.place(begin + match.start(group), begin + match.end(group)),
            way=AssignmentKind.ENVIRONMENT,
            written=value,
            quote=_QUOTES[group] or carrier.quote,
            in_shell=True,
        )
        yield setting.name, setting
