"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from cudacompat.cli.options import Color, Format
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.exit_codes import ExitCode

if TYPE_CHECKING:
    from cudacompat.domain.words.report import Report

_STDOUT = "-"
_READ_BY_PEOPLE = (Format.TEXT, Format.GITHUB)  # of which the exit code stays, whatever became of them
_DOCS_URL = "CUDACOMPAT_DOCS_URL"


def emit(
    report: Report, format_: Format, color: Color, output: str | None, *, exit_zero: bool, kept: bool = False
) -> int:
    """Write the report, to the files of `--format FORMAT=FILE` as well, and return the exit code. `kept` is for what is
    made to be kept, as a document is that a program reads: a disk that did not take it is an error."""
    address = os.environ.get(_DOCS_URL)
    if not address:
        return _emit(report, format_, color, output=output, exit_zero=exit_zero, kept=kept)
    from cudacompat.report.ci.uris import documented_at

    with documented_at(address, _DOCS_URL):
        return _emit(report, format_, color, output=output, exit_zero=exit_zero, kept=kept)


def _emit(report: Report, format_: Format, color: Color, output: str | None, *, exit_zero: bool, kept: bool) -> int:
    from cudacompat.cli.also import asked_also
    from cudacompat.report.formats import write

    for each in asked_also():
        save(each.file, _text(report, each.format, "never"))
    if to_stdout(output):
        if isinstance(sys.stdout, io.TextIOWrapper):
            from cudacompat.cli.streams import ENCODABLE

            sys.stdout.reconfigure(errors=ENCODABLE)  # a stream that is not UTF-8 still takes every name
        write(report, format_.value, sys.stdout, color=color.value)
        sys.stdout.flush()
        if kept or format_ not in _READ_BY_PEOPLE:
            require_kept()
    else:
        save(output or "", _text(report, format_.value, "never" if color is Color.AUTO else color.value))
    if format_ is Format.GITHUB:
        _append_summary(report, os.environ.get("GITHUB_STEP_SUMMARY"))
    code = report.exit_code
    return ExitCode.OK if exit_zero and code == ExitCode.FINDINGS else code


def _text(report: Report, format_: str, color: str) -> str:
    from cudacompat.report.formats import write

    buffer = io.StringIO()
    write(report, format_, buffer, color=color)
    return buffer.getvalue()


def to_stdout(output: str | None) -> bool:
    """Whether `--output` leaves the result on stdout."""
    return output is None or output == _STDOUT


def require_kept() -> None:
    """`UsageError` where a disk did not take what was written to stdout."""
    from cudacompat.cli import streams

    why = streams.failure(of_disk=True)
    if why is not None:
        streams.forget()
        from cudacompat.host.written import refusal

        raise UsageError(refusal("standard output", why))


def _append_summary(report: Report, path: str | None) -> None:
    """Append the whole report to the job summary that GitHub Actions shows, if there is one. That it cannot be written
    is said and changes no exit code."""
    if not path:
        return
    from cudacompat.host.written import append, refusal
    from cudacompat.report.formats import parts_of
    from cudacompat.report.markdown import summary

    try:
        append(path, f"{summary(parts_of(report))}\n".encode("utf-8", "backslashreplace"))
    except OSError as error:
        print(f"cudacompat: {refusal('the job summary', error)}", file=sys.stderr)  # noqa: T201


def save(path: str, text: str) -> None:
    """Write the file whole or not at all; `UsageError` if it cannot be written."""
    from cudacompat.host.written import save as write_file

    write_file(path, text.encode("utf-8", "surrogateescape"))


def say(text: str, *, quiet: bool = False) -> None:
    """Say on stderr what is no result; with `quiet`, nothing."""
    from cudacompat.report.safe_text import safe_line  # it may begin with the name of a file

    if not quiet:
        sys.stderr.write(f"{safe_line(text)}\n")
