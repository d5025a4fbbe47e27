"""Requirement files whose names do not say so: those that a file of the project gives to pip or conda, and those that
are such lists by their content and their name together."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cudacompat.app.project.includes import beside
from cudacompat.artifacts.requirements.plain_lists import reads_as_list
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.wheels.list_files import PLAIN_SUFFIXES

MOST_LOOKED_AT = 2000  # files by name
_MOST_READ = 100  # of them
_MOST_NAMED = 5000  # paths that commands name
_LONGEST_README = 1 << 19
_INSTALLS = re.compile(r"\b(?:pip[\d.]*|uv|pip-compile|pip-sync|conda|mamba|micromamba)\b")
_ENDS = "|".join(re.escape(suffix) for suffix in PLAIN_SUFFIXES)
_VARIABLE = "_CONSTRAINT"  # PIP_CONSTRAINT and UV_CONSTRAINT, which are set far from the command that installs
_NAMING = ("-r", "-c", "--file", _VARIABLE)
_GIVEN = re.compile(
    r"(?<!\S)[\"']?(?:-[rc][ =]?|--(?:requirements?|constraints?|file)[ =]|(?:PIP|UV)_CONSTRAINT[ =:]\s?)[\"']?"
    rf"(?P<path>[\w./+-]{{1,200}}(?:{_ENDS}))(?![\w./-])"
)
_README = re.compile(r"(?i)(?:readme|install)[\w.-]*")
_SAYS_SO = re.compile(r"(?i)(?:^|[^a-z])(?:deps?|dependenc(?:y|ies)|packages?|pip|python|pkgs)(?:[^a-z]|$)")


def is_readme(name: str) -> bool:
    """Whether a file at the top of a project tells people how to install it."""
    return "/" not in name and _README.fullmatch(name) is not None


def other_lists(
    root: Path, files: Sequence[SourceFile], names: Sequence[str], text_of: Callable[[Path], str]
) -> tuple[SourceFile, ...]:
    """Return those of these files of plain text that are lists for pip. `text_of` reads one file, and raises `OSError`
    or `ValueError`."""
    plain = [name for name in names if not is_readme(name)]
    if not plain:
        return ()
    told = (*files, *_read(root, (name for name in names if is_readme(name)), text_of))
    given = list(_given(told, frozenset(plain)))
    likely = [name for name in plain if _SAYS_SO.search(posixpath.basename(name)) and not is_aside(name)]
    chosen = dict.fromkeys((*given, *likely))
    return tuple(each for each in _read(root, chosen, text_of) if reads_as_list(each.text))


def _read(root: Path, names: Iterable[str], text_of: Callable[[Path], str]) -> Iterator[SourceFile]:
    for count, name in enumerate(names):
        if count == _MOST_READ:
            return
        try:
            yield SourceFile(name, text_of(root / name).removeprefix("\ufeff"))
        except (OSError, ValueError):
            continue  # a file of text that may be anything


def _given(files: Iterable[SourceFile], plain: frozenset[str]) -> Iterator[str]:
    """The files that lines of pip name: below the folder of the file that holds the line, below the top, or, where an
    image has them elsewhere, the only one of that name."""
    named: dict[str, list[str]] = defaultdict(list)
    for name in plain:
        named[posixpath.basename(name)].append(name)
    count = 0
    for file in files:
        if is_readme(file.name) and len(file.text) > _LONGEST_README:
            continue
        for line in file.text.replace("\\\n", "  ").split("\n"):
            if not any(option in line for option in _NAMING):
                continue
            if _VARIABLE not in line and _INSTALLS.search(line) is None:
                continue
            for match in _GIVEN.finditer(line):
                count += 1
                if count > _MOST_NAMED:
                    return
                path = match["path"]
                same = named.get(posixpath.basename(path), [])
                near = [each for each in (beside(file.name, path), posixpath.normpath(path)) if each in plain]
                yield from near[:1] or (same if len(same) == 1 else [])
