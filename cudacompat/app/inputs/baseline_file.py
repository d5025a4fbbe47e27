"""The lock file of a baseline: read, compared with, written anew."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from cudacompat.app.inputs.text_files import quoting, read_whole
from cudacompat.artifacts.containers.folders import EntryKind, walk
from cudacompat.domain.compare.baseline import Baseline, compare, lock, of_document, to_toml
from cudacompat.domain.compare.identity import both_names, identities
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.paths import ArtifactPath

FILE = "cudacompat.lock"
_LARGEST = 64 << 20


def load(file: str, *, quoted: bool = True) -> Baseline:
    """Return the baseline that a file holds; `UsageError` in one line where it cannot be read or is none, which quotes
    the file only where `quoted` allows it."""
    hint = "; create it with check --write-baseline"
    data = read_whole(
        file, _LARGEST, "is not a baseline file", named=f"the baseline {file}", hint=hint, regular=not quoted
    )
    from cudacompat.artifacts.buildfiles.toml import toml_document

    with quoting(file, "is not a baseline file", allowed=quoted):
        try:
            document = toml_document(data.decode("utf-8"))
        except ValueError as error:
            raise UsageError(f"{file} is not a baseline: {error}") from None
        return of_document(document, file)


def compared_with(baseline: Baseline, read: ReadResult, paths: Sequence[str]) -> tuple[BaselineChange, ...]:
    """Return what the artifacts that were read lost and gained since the baseline."""
    names = _names(read, paths)
    now = {artifact.path: lock(artifact, names[artifact.path]) for artifact in read.artifacts}
    roots = [path.replace(os.sep, "/") for path in paths]
    files = [*_files(paths), *(file.label for file in read.fetched)]
    looked_into = {name for file in files for name in both_names(file.replace(os.sep, "/"), roots)}
    return compare(baseline, now, {names[item.path] for item in read.not_read}, containers=looked_into)


def text_of(read: ReadResult, paths: Sequence[str]) -> tuple[str, int]:
    """Return the text of the lock file for what was read, and how many artifacts it holds."""
    names = _names(read, paths)
    locked = [lock(artifact, names[artifact.path]) for artifact in read.artifacts]
    locked = [each for each in locked if each.whole.modules]
    return to_toml(locked), len(locked)


def refuse_to_overwrite(file: str) -> None:
    """`UsageError` if the file is there and is no baseline: it is somebody's, perhaps the very wheel to be checked."""
    path = Path(file)
    if path.is_dir():
        raise UsageError(f"{file} is a directory")
    if path.is_file() and path.stat().st_size:
        try:
            load(file)
        except UsageError:
            raise UsageError(f"{file} exists and is not a baseline; it was not overwritten") from None


def _names(read: ReadResult, paths: Sequence[str]) -> dict[str, str]:
    """What is called how: the artifacts, and what was not read."""
    met = dict.fromkeys([artifact.path for artifact in read.artifacts] + [item.path for item in read.not_read])
    return called(list(met), paths)


def called(paths: Sequence[str], roots: Sequence[str], *, inside: bool = False) -> dict[str, str]:
    """Return what each path is called from release to release, on every system with the same slashes."""
    slashed: dict[str, str] = {}
    for path in map(ArtifactPath.parse, paths):
        slashed[path] = path.with_outer(path.outer.replace(os.sep, "/"))
    names = identities(list(slashed.values()), [root.replace(os.sep, "/") for root in roots], inside=inside)
    return {path: names[slashed[path]] for path in paths}


def _files(paths: Sequence[str]) -> Iterator[str]:
    """The files that the paths are or hold, whatever is in them."""
    for path in paths:
        yield from (place.path for place in walk(path) if place.step in (EntryKind.FILE, EntryKind.IMAGE))
