"""Where generated files go: a folder, without overwriting what somebody changed."""

from __future__ import annotations

import contextlib
import difflib
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from cudacompat.cli.echo import takes_commands
from cudacompat.cli.output import say
from cudacompat.domain.project.edited_file import EditedFile
from cudacompat.domain.project.list_places import PlaceState
from cudacompat.domain.reports.generate import GeneratedBinary, GeneratedFile
from cudacompat.domain.reports.generate_add import ExtendReport
from cudacompat.domain.words.command_words import gpu_words
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.host.written import make_folder, save_all
from cudacompat.report.safe_text import safe, safe_line, visible, without_commands

_KEPT = ("\t", "\ufeff")  # of what is not printed elsewhere: a patch without them is another one
_KEPT_APART = re.compile("([\t\ufeff])")


def place(
    given: Sequence[GeneratedFile | GeneratedBinary],
    folder: str,
    *,
    write: bool,
    diff: bool,
    check: bool,
    exit_zero: bool,
    quiet: bool,
) -> int:
    """Write the files into the folder, or say what would change, and return the exit code.

    A file that is there and differs is left alone without `write`; with it, what was not generated stays in it, and
    `UsageError` says where that cannot be. `diff` prints a unified diff (of a binary file only that it differs) and
    `check` only compares; both write nothing, and `check` gives 1 for a difference.
    """
    there = {file.name: _there(file, Path(folder) / file.name) for file in given}
    wanted = {file.name: _kept(file, there[file.name], folder, merely_shown=diff or check) for file in given}
    changed = [name for name in wanted if there[name] != wanted[name]]
    if diff:
        for name in changed:
            _show(Path(folder) / name, there[name], wanted[name])
    if check or diff:
        for name in changed if check else ():
            say(f"{Path(folder) / name}: {'differs' if there[name] is not None else 'missing'}")
        return ExitCode.FINDINGS if check and changed and not exit_zero else ExitCode.OK
    foreign = [name for name in changed if there[name] is not None and not write]
    if foreign:
        raise UsageError(
            f"{Path(folder) / foreign[0]} exists and differs: use --diff to see how, --write to replace it"
        )
    for parent in dict.fromkeys((Path(folder) / name).parent for name in wanted):
        make_folder(parent)
    data = {name: each.encode() if isinstance(each, str) else each for name, each in wanted.items()}
    save_all([(Path(folder) / name, data[name]) for name in changed])
    for name in wanted:
        say(f"wrote {Path(folder) / name}", quiet=quiet)
    return ExitCode.OK


def _kept(
    file: GeneratedFile | GeneratedBinary, there: str | bytes | None, folder: str, *, merely_shown: bool
) -> str | bytes:
    """What is to be in the file: what was generated, beside what somebody else wrote there."""
    from cudacompat.generate.keep import kept

    if isinstance(file, GeneratedBinary):
        return file.data
    try:
        return kept(file.name, there, file.text) if isinstance(there, str) else file.text
    except UsageError as error:
        if merely_shown:
            return file.text
        raise UsageError(f"{Path(folder) / file.name} {error}") from None


def edit(report: ExtendReport, *, write: bool, diff: bool, check: bool, exit_zero: bool, quiet: bool = False) -> int:
    """Show or make the edits of a project, and return the exit code: 1 with `check` where something would change, else
    the report's own. All files are written, or none."""
    root = Path(report.folder)
    if diff:
        edit_files(report.files, report.folder, diff=True)
    for place in report.places:
        if place.state is PlaceState.CANNOT:
            say(f"{place.file}:{place.line}: change by hand: {place.why}")
    for item in report.not_read:
        say(f"{item.path}: not read: {item.why}")
    if check:
        for file in report.files:
            say(f"{root / file.name}: would change")
        if report.files:
            return ExitCode.OK if exit_zero else ExitCode.FINDINGS
    elif write and not diff:
        edit_files(report.files, report.folder, diff=False, quiet=quiet)
        for command in report.after if report.files else ():
            say(f"then remove old results that would hide the change: {command}")
    if report.places and not any(place.state in _COUNT for place in report.places):
        for place in report.places:
            say(f"{place.file}:{place.line}: {place.name or place.what}: {place.why or place.state.value}")
        specs = gpu_words(f"sm_{arch}" for arch in report.archs)
        cure = shlex.join(["cudacompat", "lint", report.folder, *specs, "--fix", "--unsafe-fixes"])
        say(f"this build reads none of these lists; to put one where it is read: {cure}")
    if not report.places:
        say("no architecture list found")
    elif PlaceState.THERE in {place.state for place in report.places} <= _NO_CHANGE:
        say("nothing to change: the lists already contain the target")
    return report.exit_code


_NO_CHANGE = frozenset({PlaceState.THERE, PlaceState.UNREAD})
_COUNT = frozenset({PlaceState.CHANGES, PlaceState.THERE, PlaceState.CANNOT, PlaceState.OTHER_CASE})


def edit_files(files: Sequence[EditedFile], folder: str, *, diff: bool, quiet: bool = False) -> None:
    """Show the edits as a patch that `git apply` takes, or write them: all files or none."""
    root = Path(folder)
    if diff:
        for file in files:
            _patch(root / file.name, file.before, file.after)
        return
    for file in files:
        if _bytes(root / file.name) != file.before.encode():
            raise UsageError(f"{root / file.name} changed during this run; run the command again")
    save_all([(root / file.name, file.after.encode()) for file in files])
    for file in files:
        say(f"wrote {root / file.name}", quiet=quiet)


def _there(file: GeneratedFile | GeneratedBinary, path: Path) -> str | bytes | None:
    return _read(path) if isinstance(file, GeneratedFile) else _bytes(path)


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


def _show(path: Path, old: str | bytes | None, new: str | bytes) -> None:
    if isinstance(old, bytes) or isinstance(new, bytes):
        before = "/dev/null" if old is None else str(path)
        sys.stdout.write(safe(f"Binary files {before} and {path} differ") + "\n")
        return
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
