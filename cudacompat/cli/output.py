"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from cudacompat.cli.options import Color, Format
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.exit_codes import EXIT_FINDINGS, EXIT_OK


class HasExitCode(Protocol):
    """A report that knows its exit code."""

    @property
    def exit_code(self) -> int:
        """The contract's exit code."""


def emit(
    report: HasExitCode, format_: Format, color: Color, output: str | None, *, quiet: bool, exit_zero: bool
) -> int:
    """Write the report and return the exit code."""
    from cudacompat.report.formats import write

    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a stream that is not UTF-8 still takes every name
        write(report, format_.value, sys.stdout, color.value, quiet=quiet)
        sys.stdout.flush()
    else:
        buffer = io.StringIO()
        write(report, format_.value, buffer, "never" if color is Color.AUTO else color.value, quiet=quiet)
        save(output, buffer.getvalue())
    if format_ is Format.GITHUB:
        _append_summary(report, os.environ.get("GITHUB_STEP_SUMMARY"))
    code = report.exit_code
    return EXIT_OK if exit_zero and code == EXIT_FINDINGS else code


def _append_summary(report: object, path: str | None) -> None:
    """Append the whole report to the job summary that GitHub Actions shows, if there is one. That it cannot be written
    is said and changes no exit code."""
    if not path:
        return
    from cudacompat.report.markdown import summary

    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(summary(report) + "\n")
    except OSError as error:
        print(f"cudacompat: cannot write the job summary: {error.strerror or error}", file=sys.stderr)  # noqa: T201


def save(path: str, text: str) -> None:
    """Write the file whole or not at all; `UsageError` if it cannot be written."""
    target = Path(path)
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="surrogateescape", dir=target.parent, prefix=".cudacompat-", delete=False
        ) as file:
            temporary = file.name
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # as open() would have made it; temporary files are 0600
        Path(temporary).replace(target)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
