"""The manual page: `man -l`, in the language of man(7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import cudacompat
from cudacompat.cli.pages.commands import CommandPage, OptionPage, program

_EXIT_CODES = (
    ("0", "Everything was read, and no finding fails the run."),
    ("1", "Findings."),
    ("2", "Wrong usage or configuration."),
    ("3", "No device code was found."),
    ("4", "Something could not be read, or the result is undecided."),
    ("5", "A build step or a run failed."),
    ("70", "A bug in cudacompat."),
    ("130", "Interrupted."),
)
_ENVIRONMENT = (
    ("NO_COLOR", "Any value turns colors off, unless --color always is given."),
    ("COLUMNS", "The width of text in columns."),
    ("CUDA_FORCE_PTX_JIT, CUDA_DISABLE_PTX_JIT", "Honored where the target is native, as the driver honors them."),
    ("CUDA_VISIBLE_DEVICES", "The GPUs that native stands for."),
    ("XDG_CACHE_HOME", "The directory that holds results of earlier runs, in cudacompat/files."),
)


def manual() -> str:
    """Return the page, ASCII alone."""
    whole = program()
    lines = [
        f'.TH CUDACOMPAT 1 "" "cudacompat {cudacompat.__version__}" "User Commands"',
        ".SH NAME",
        f"cudacompat \\- {_text(whole.summary[0].lower() + whole.summary[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B cudacompat\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGS\\fR]",
        ".SH OPTIONS",
        *_options(whole.options),
        ".SH COMMANDS",
        *(line for page in whole.commands for line in _command(page)),
        ".SH EXIT STATUS",
        *_list(_EXIT_CODES),
        ".SH ENVIRONMENT",
        *_list(_ENVIRONMENT),
        ".SH FILES",
        *_list([("cudacompat.toml, pyproject.toml", "The policy: the nearest one above the current directory.")]),
    ]
    return "\n".join(lines) + "\n"


def _command(page: CommandPage) -> Iterator[str]:
    yield f".SS {_text(page.usage)}"
    yield _text(page.summary)
    for paragraph in page.text:
        yield ".PP"
        yield _text(paragraph)
    yield from _list((argument.name, argument.help) for argument in page.arguments)
    yield from _options(page.options)
    if page.examples:
        yield ".PP\nExamples:\n.PP\n.nf"
        yield from (f"    {_text(example)}" for example in page.examples)
        yield ".fi"


def _options(options: Iterable[OptionPage]) -> Iterator[str]:
    for option in options:
        names = ", ".join(option.names)
        yield from _list([(f"{names} {option.value}" if option.value is not None else names, option.help)])


def _list(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield f".TP\n.B {_text(name)}\n{_text(text)}"


def _text(text: str) -> str:
    """The text as roff reads it: backslashes, hyphens that are minus signs, and lines that begin like a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    ascii_only = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", escaped)
    return re.sub(r"(?m)^(?=[.'])", r"\\&", ascii_only)
