"""The files of a project that say how it is built: found below a folder, read, never followed out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cudacompat.artifacts.buildfiles.kinds import kind_of
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.limits import MOST_OF_BUILD_FILE

_MOST_FILES = 5_000
_DEEPEST = 12
# What no build of the project itself reads: results, caches, and other people's sources below it.
RESULT_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", "target", "dist", ".venv", "venv", ".tox", ".cache",
     "site-packages"}
)  # fmt: skip
FOREIGN_FOLDERS = frozenset(
    {"third_party", "3rdparty", "thirdparty", "vendor", "external", "extern", "_deps", "submodules"}
)
_BUILT = RESULT_FOLDERS | {"build"}  # a list in there is not the project's own to change


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """What was read of a project; `skipped` are the folders of other people's sources that were not looked into."""

    files: tuple[SourceFile, ...]
    not_read: tuple[NotRead, ...]
    skipped: tuple[str, ...]


def read_project(folder: str) -> ProjectFiles:
    """Return the build files below this folder, those of languages that nothing here reads among them; `UsageError`
    where it is none."""
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"no such directory: {folder}")
    files: list[SourceFile] = []
    not_read: list[NotRead] = []
    skipped: list[str] = []
    for path in _walk(root, skipped):
        name = path.relative_to(root).as_posix()
        if kind_of(name) is None:
            continue
        if len(files) == _MOST_FILES:
            not_read.append(NotRead(folder, f"more than {_MOST_FILES} build files; those from {name} on were not read"))
            break
        try:
            data = path.read_bytes() if path.stat().st_size <= MOST_OF_BUILD_FILE else None
            if data is None:
                not_read.append(NotRead(name, f"larger than {MOST_OF_BUILD_FILE >> 20} MiB"))
            else:
                files.append(SourceFile(name, data.decode("utf-8")))
        except UnicodeDecodeError:
            not_read.append(NotRead(name, "not UTF-8"))
        except OSError as error:
            not_read.append(NotRead(name, (error.strerror or str(error)).lower()))
    return ProjectFiles(tuple(files), tuple(not_read), tuple(skipped))


def _walk(root: Path, skipped: list[str]) -> Iterator[Path]:
    for place, folders, names in os.walk(root):
        here = Path(place)
        depth = len(here.relative_to(root).parts)
        kept = []
        for name in sorted(folders):
            path = here / name
            if name in _BUILT or path.is_symlink() or (path / "CMakeCache.txt").exists():
                continue
            if name in FOREIGN_FOLDERS or (path / ".git").exists() or depth >= _DEEPEST:
                skipped.append(path.relative_to(root).as_posix())
                continue
            kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            path = here / name
            if path.is_file() and not path.is_symlink():
                yield path
