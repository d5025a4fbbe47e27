"""Requirement files that others include by `-r` and `-c`, whatever their names are: pip's own files, and the pip
sections of conda's environments."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cudacompat.artifacts.requirements import kinds as readers
from cudacompat.artifacts.requirements.base import Include, ReadRequirements
from cudacompat.artifacts.requirements.kinds import RequirementKind, kind_in, kind_of
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.words.code import NotRead

_MOST = 200  # files that are included


INCLUDING = (RequirementKind.PIP, RequirementKind.ENVIRONMENT)


class PipFiles:
    """The files of one project that may include others, each parsed once."""

    def __init__(self) -> None:
        self._read: dict[str, ReadRequirements] = {}

    def read(self, name: str, text: str, kind: RequirementKind = RequirementKind.PIP) -> ReadRequirements:
        """Return what the file says, with no indexes but its own; `ValueError` for an environment that is none."""
        if name not in self._read:
            self._read[name] = readers.read(kind, text, name)
        return self._read[name]

    def includes(self, name: str, text: str, kind: RequirementKind | None) -> tuple[Include, ...]:
        """Return the files that this one of that kind takes in."""
        if kind not in INCLUDING:
            return ()
        try:
            return self.read(name, text, kind).includes
        except ValueError:  # said where its requirements are read
            return ()


def included(
    root: Path,
    files: Sequence[SourceFile],
    text_of: Callable[[Path], str],
    *,
    pip: PipFiles,
    lists: Sequence[str] = (),
) -> tuple[tuple[SourceFile, ...], tuple[NotRead, ...]]:
    """Return the files below `root` that requirement files among `files` include and that are not among them, and the
    includes that were not read, each with the reason. `text_of` reads one file and raises `OSError` or `ValueError`;
    `lists` are requirements files whatever their names say."""
    texts = {file.name: file.text for file in files}
    found: dict[str, SourceFile] = {}
    not_read: list[NotRead] = []
    known = {file.name: _kind(file, lists) for file in files}
    waiting = [name for name, kind in known.items() if kind in INCLUDING]
    seen = set(waiting)
    while waiting:
        name = waiting.pop(0)
        for each in pip.includes(name, texts[name], known.get(name, RequirementKind.PIP)):
            path, why = _place(root, name, each)
            if why is None and path not in texts:
                try:
                    if len(found) >= _MOST:
                        raise ValueError(f"more than {_MOST} files are included")
                    found[path] = SourceFile(path, text_of(root / path).removeprefix("\ufeff"))
                    texts[path] = found[path].text
                except OSError as error:
                    why = (error.strerror or str(error)).lower()
                except ValueError as error:
                    why = str(error)
            if why is not None:
                not_read.append(NotRead(name, f"line {each.line} includes {each.path[:80]}: {why}"))
            elif path not in seen:
                seen.add(path)
                waiting.append(path)
    return tuple(found.values()), tuple(dict.fromkeys(not_read))


def _kind(file: SourceFile, lists: Sequence[str]) -> RequirementKind | None:
    return kind_in(RequirementKind.PIP if file.name in lists else kind_of(file.name), file.text)


def _place(root: Path, file: str, include: Include) -> tuple[str, str | None]:
    """The path below the root that is included, and why it is not read: an address, or a path that leads out."""
    if "://" in include.path:
        return "", "an address, which is not fetched"
    path = beside(file, include.path)
    inside = os.path.relpath(os.path.realpath(root / path), os.path.realpath(root)).replace(os.sep, "/")
    if posixpath.isabs(path) or path.startswith("../") or inside.startswith("../"):
        return "", "outside the directory that is read"
    return path, None


def beside(file: str, path: str) -> str:
    """Return the path below the project that `path` means in this file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


def requirement_kinds(
    files: Sequence[SourceFile], lists: Sequence[str], pip: PipFiles
) -> Mapping[str, RequirementKind]:
    """Return the files of requirements, each with its kind: by their names, and those that pip's files, conda's
    environments, or `lists`, include."""
    texts = {file.name: file.text for file in files}
    kinds = {file.name: kind for file in files if (kind := _kind(file, lists)) is not None}
    waiting = [name for name, kind in kinds.items() if kind in INCLUDING]
    while waiting:
        name = waiting.pop()
        for path in (beside(name, each.path) for each in pip.includes(name, texts[name], kinds[name])):
            if path in texts and path not in kinds:
                kinds[path] = RequirementKind.PIP
                waiting.append(path)
    return kinds
