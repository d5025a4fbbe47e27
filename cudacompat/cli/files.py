"""Where generated files go: a folder, without overwriting what somebody changed."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cudacompat.cli.echo import takes_commands
from cudacompat.domain.project.edited_file import EditedFile
from cudacompat.domain.project.list_places import PlaceState
from cudacompat.domain.reports.generate import GeneratedFile
from cudacompat.domain.reports.generate_add import ExtendReport
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.exit_codes import EXIT_FINDINGS, EXIT_OK
from cudacompat.report.safe_text import safe_line, visible, without_commands

_KEPT = ("\t", "\ufeff")  # of what is not printed elsewhere: a patch without them is another one
_KEPT_APART = re.compile("([\t\ufeff])")


def place(files: Sequence[GeneratedFile], folder: str, *, write: bool, diff: bool, check: bool, exit_zero: bool) -> int:
    """Write the files into the folder, or say what would change, and return the exit code.

    A file that is there and differs is left alone without `write`. `diff` prints a unified diff and `check` only
    compares; both write nothing, and `check` gives 1 for a difference.
    """
    there = {file.name: _read(Path(folder) / file.name) for file in files}
    changed = [file for file in files if there[file.name] != file.text]
    if diff:
        for file in changed:
            _show(Path(folder) / file.name, there[file.name], file.text)
    if check or diff:
        for file in changed if check else ():
            _say(f"{Path(folder) / file.name}: {'differs' if there[file.name] is not None else 'missing'}")
        return EXIT_FINDINGS if check and changed and not exit_zero else EXIT_OK
    foreign = [file.name for file in changed if there[file.name] is not None and not write]
    if foreign:
        raise UsageError(f"{Path(folder) / foreign[0]} is there and differs; --diff shows how, --write replaces it")
    for parent in dict.fromkeys((Path(folder) / file.name).parent for file in files):
        _make(parent)
    _write_all([(Path(folder) / file.name, file.text) for file in files])
    for file in files:
        _say(f"wrote {Path(folder) / file.name}")
    return EXIT_OK


def edit(report: ExtendReport, *, write: bool, diff: bool, check: bool, exit_zero: bool) -> int:
    """Show or make the edits of a project, and return the exit code: 1 with `check` where something would change, else
    the report's own. All files are written, or none."""
    root = Path(report.folder)
    if diff:
        edit_files(report.files, report.folder, diff=True)
    for place in report.places:
        if place.state is PlaceState.CANNOT:
            _say(f"{place.file}:{place.line}: to be changed by hand: {place.why}")
    for item in report.not_read:
        _say(f"{item.path}: not read: {item.why}")
    if check:
        for file in report.files:
            _say(f"{root / file.name}: would change")
        if report.files:
            return EXIT_OK if exit_zero else EXIT_FINDINGS
    elif write and not diff:
        edit_files(report.files, report.folder, diff=False)
        for command in report.after if report.files else ():
            _say(f"then, as old results hide the change: {command}")
    if not report.places:
        _say("no list of architectures found")
    return report.exit_code


def edit_files(files: Sequence[EditedFile], folder: str, *, diff: bool) -> None:
    """Show the edits as a patch that `git apply` takes, or write them: all files or none."""
    root = Path(folder)
    if diff:
        for file in files:
            _patch(root / file.name, file.before, file.after)
        return
    for file in files:
        if _bytes(root / file.name) != file.before.encode():
            raise UsageError(f"{root / file.name} changed while it was looked at; run this again")
    _write_all([(root / file.name, file.after) for file in files])
    for file in files:
        _say(f"wrote {root / file.name}")


def _write_all(files: Sequence[tuple[Path, str]]) -> None:
    """Write all of the files beside their places first, then put each in its place: all or none. The modes of those
    that are there stay."""
    umask = os.umask(0)
    os.umask(umask)
    made: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, text in files:
            if path.exists() and not os.access(path, os.W_OK):
                raise UsageError(f"cannot write {path}: it is read-only")
            with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=".cudacompat-", delete=False) as file:
                made.append((Path(file.name), path))
                file.write(text.encode())
            mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~umask  # temporary files are 0600
            made[-1][0].chmod(mode)
        for temporary, path in made:
            temporary.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
    finally:
        for temporary, _ in made:
            temporary.unlink(missing_ok=True)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder}: {error.strerror or error}") from error


def _show(path: Path, old: str | None, new: str) -> None:
    lines = difflib.unified_diff(
        (old or "").splitlines(),
        new.splitlines(),
        str(path) if old is not None else "/dev/null",
        str(path),
        lineterm="",
    )
    for line in lines:
        sys.stdout.write((safe_line(line) if takes_commands() else visible(line)) + "\n")


def _patch(path: Path, old: str, new: str) -> None:
    """Write what git takes for a patch: names as they are from here, line ends and a missing last one kept."""
    with contextlib.suppress(ValueError):  # elsewhere: git will not take it, people can read it
        path = path.resolve().relative_to(Path.cwd().resolve()) if path.is_absolute() else path
    name = path.as_posix()
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (old, new))
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="\n"):
        body = line.removesuffix("\n")
        ending = "\r\n" if body.endswith("\r") else "\n"
        shown = "".join(each if each in _KEPT else visible(each) for each in _KEPT_APART.split(body.removesuffix("\r")))
        shown = without_commands(shown) if takes_commands() else shown
        sys.stdout.write(shown + ending)
        if not line.endswith("\n"):
            sys.stdout.write("\\ No newline at end of file\n")


def _say(text: str) -> None:
    sys.stderr.write(safe_line(text) + "\n")
