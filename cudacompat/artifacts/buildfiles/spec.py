"""Spec files of RPM packages: the scripts of their sections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.blanking import unknown
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.project.model import SourceFile

_SECTION = re.compile(
    r"(?m)^%(?P<name>prep|build|install|check|description|package|files|changelog|conf|pre|post|preun|postun|clean)\b[^\n]*"
)
_MACRO = re.compile(r"%\{[^{}\n]*\}")
_CMAKE = re.compile(r"(?m)%cmake(?:3|_kf\d)?(?=[ \t\\\n]|$)")  # not %cmake_build


def spec_commands(file: SourceFile) -> Iterator[ShellCommand]:
    """Yield the commands that build; RPM's %cmake is CMake with options of the distribution."""
    sections = list(_SECTION.finditer(file.text))
    if not sections:
        return  # of another program: PyInstaller's are Python
    ends = [*(match.start() for match in sections[1:]), len(file.text)]
    for section, end in zip(sections, ends, strict=True):
        if section["name"] not in ("build", "conf", "install"):
            continue
        text = file.text[section.end() : end]
        masked = unknown(_MACRO, text)
        masked = _CMAKE.sub(lambda match: "cmake" + " " * (len(match[0]) - 5), masked)
        yield from shell.commands(file, section.end(), end, environment={}, masked=masked)
