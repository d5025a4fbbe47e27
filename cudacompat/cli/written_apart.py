"""What must not be written over: what the command reads, and what is no text that this program could have written."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from cudacompat.domain.words.errors import UsageError

STDOUT = "-"
_HEAD = 1 << 17  # bytes of a file that are looked at
_POLICIES = ("cudacompat.toml", "pyproject.toml")


def require_apart(written: Mapping[str, str], read: Sequence[str], project: str | None = None) -> None:
    """`UsageError` where a file to be written (by its option) is one that is read, by whatever name; where two are the
    same; where it is a folder, has none, or holds a binary or device code. `project` is a folder whose build files are
    read."""
    seen: dict[tuple[int, int] | str, str] = {}
    for option, path in written.items():
        if path == STDOUT and option == "--output":
            continue
        found = _stat(path) or _stat(os.path.realpath(path))  # `none/../a` is no file, and what is written is `a`
        same = seen.setdefault((found.st_dev, found.st_ino) if found else os.path.realpath(path), option)
        if same != option and (found is None or stat.S_ISREG(found.st_mode)):
            raise UsageError(f"{same} and {option} are the same file: {path}")
        if found is None:
            _require_folder(path)
        elif stat.S_ISDIR(found.st_mode):
            raise UsageError(f"cannot write {path}: it is a directory")
        elif stat.S_ISREG(found.st_mode):
            _require_replaceable(option, path, found, read=read, project=project)


def _require_folder(path: str) -> None:
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise UsageError(f"cannot write {path}: no such directory: {folder}")


def _require_replaceable(
    option: str, path: str, found: os.stat_result, read: Sequence[str], project: str | None
) -> None:
    for each in read:
        other = _stat(each)
        if other is not None and os.path.samestat(found, other):
            raise UsageError(f"{option} {path} would replace {each}, which is read")
    if project is not None and _is_build_file(path, project):
        raise UsageError(f"{option} {path} would replace a build file that is read")
    if Path(os.path.realpath(path)).name in _POLICIES:
        raise UsageError(f"{option} {path} would replace a policy file")
    what = _what_is_kept(path) if option != "--baseline" else None  # only a baseline is replaced there
    if what is not None:
        raise UsageError(f"{option} {path} would replace {what}: is a file name missing after {option}?")


def _is_build_file(path: str, project: str) -> bool:
    """Whether `lint` reads that file of the project."""
    from cudacompat.app.project.files import is_build_file, wanted

    root, file = os.path.realpath(project), os.path.realpath(path)
    if file == root:
        return True
    inside = os.path.relpath(file, root).replace(os.sep, "/")
    return not inside.startswith("../") and wanted(inside) and is_build_file(inside)


def _what_is_kept(path: str) -> str | None:
    """What a file is that no report replaces; `None` for text. One that cannot be read cannot be told apart."""
    from cudacompat.artifacts.binaries.ptx import is_ptx
    from cudacompat.artifacts.files.sniff import Kind, sniff

    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(_HEAD)
    except OSError as error:
        raise UsageError(f"cannot tell what {path} is: {(error.strerror or str(error)).lower()}") from error
    kind = sniff(head, size)
    if kind is Kind.MAYBE_PTX:
        return "device code" if is_ptx(head) else None
    return "a binary file" if kind is not Kind.OTHER or b"\0" in head else None


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116  a path may also be a release or a URL
    except (OSError, ValueError):
        return None
