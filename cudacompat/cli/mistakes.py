"""A mistyped command line in one line: what is wrong, and what was probably meant.

The parser's own messages name the mistake alone. Words of other programs (`--json`, `--arch`, `scan`) are no typing
errors, so that a likeness of letters finds nothing for them: they have a table.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_COMMANDS: Mapping[str, str] = {
    **dict.fromkeys(("scan", "list", "ls", "dump", "show", "info", "cuobjdump", "read", "analyze"), "inspect"),
    **dict.fromkeys(("test", "validate", "audit", "compat", "runs", "can-run", "gate"), "check"),
    **dict.fromkeys(("diagnose", "status", "env", "fix", "doctor-env", "heal", "repair"), "doctor"),
    **dict.fromkeys(("compare", "delta"), "diff"),
    **dict.fromkeys(("plan", "dockerfile", "flags", "init", "new"), "generate"),
    **dict.fromkeys(("build", "compile", "make"), "rebuild"),
    **dict.fromkeys(("run", "prove", "exec"), "verify"),
    **dict.fromkeys(("benchmark", "speed", "perf"), "bench"),
    **dict.fromkeys(("gpu", "devices", "cards", "capability", "cc"), "gpus"),
    **dict.fromkeys(("cuda", "toolkit", "releases", "nvcc"), "toolkits"),
    **dict.fromkeys(("wheel", "pip", "package", "packages", "install"), "wheels"),
    **dict.fromkeys(("error", "log", "why", "what"), "explain"),
    "version": "--version",
    "completion": "--completion bash",
    "man": "--man",
}
_OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(
        ("--arch", "--archs", "--sm", "--cc", "--compute", "--compute-capability", "--target", "--device"), "--gpu"
    ),
    **dict.fromkeys(("--json", "--sarif", "--junit", "--markdown", "--html", "--badge"), "--format"),
    **dict.fromkeys(("--no-color", "--no-colour", "--plain"), "--color never"),
    **dict.fromkeys(("--out", "--outfile", "-o"), "--output"),
    **dict.fromkeys(("--silent", "-q"), "--quiet"),
    **dict.fromkeys(("--threads", "--workers", "-j"), "--jobs"),
    **dict.fromkeys(("--venv", "--env", "--environment", "--prefix"), "--python"),
    **dict.fromkeys(("--dry-run", "-n"), "--diff"),
    **dict.fromkeys(("--driver-version",), "--driver"),
    "-V": "--version",
}
_UNKNOWN_COMMAND = re.compile(r"No such command '(.*?)'\.")
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL)
_LIKE = 0.75  # of letters; below that a suggestion sends people to something else
_LONGEST = 60


def in_words(error: Exception) -> str:
    """Return the line for an error of the parser; its own message where there is nothing better."""
    message = str(error.format_message() if hasattr(error, "format_message") else error)
    context: Any = getattr(error, "ctx", None)
    if context is None:
        return message
    kind = type(error).__name__
    if (unknown := _UNKNOWN_COMMAND.match(message)) is not None:
        return _command(unknown[1], context)
    if kind == "NoSuchOption":
        return _option(str(getattr(error, "option_name", "")), context)
    if kind == "MissingParameter" and getattr(error, "param", None) is not None:
        return _missing(error, context)
    if (extra := _EXTRA.match(message)) is not None:
        return f"unexpected argument: {extra[1]} (quote a value that has blanks; help: {_help(context)})"
    return message


def _command(typed: str, context: Any) -> str:
    known = [*context.command.commands]
    if typed == "help":
        return "unknown command: help; use: cudacompat --help, or cudacompat COMMAND --help"
    meant = _COMMANDS.get(typed.lower()) or next(iter(_near(typed, known)), None)
    similar = f"; similar: {meant}" if meant else ""
    return f"unknown command: {_cut(typed)}{similar} (all commands: cudacompat --help)"


def _option(typed: str, context: Any) -> str:
    known = [name for each in context.command.params for name in (*each.opts, *each.secondary_opts) if name[:1] == "-"]
    meant = _OPTIONS.get(typed, "")
    if meant == "--format" and typed != "--format":
        meant = f"--format {typed.removeprefix('--')}"
    if meant.partition(" ")[0] not in known and meant != "--version":
        meant = ""
    similar = meant or ", ".join(_near(typed, known)) or _elsewhere(typed, context)
    return f"unknown option: {_cut(typed)}{f'; similar: {similar}' if similar else ''} (help: {_help(context)})"


def _elsewhere(typed: str, context: Any) -> str:
    """The commands that have the option, where this one has not."""
    group = context.parent.command.commands if context.parent is not None else {}
    owners = [name for name, each in group.items() if any(typed in param.opts for param in each.params)]
    return ", ".join(f"cudacompat {name} {typed}" for name in owners[:3])


def _missing(error: Exception, context: Any) -> str:
    param: Any = getattr(error, "param", None)
    name = str(param.metavar or param.name or "").strip("{}.")
    what = str(getattr(param, "help", None) or "").rstrip(".").partition(";")[0]
    name = name.upper() if name.islower() else name
    return f"missing argument: {name}{f' ({what})' if what else ''}; help: {_help(context)}"


def _near(typed: str, known: Iterable[str]) -> Sequence[str]:
    return difflib.get_close_matches(typed[:_LONGEST], list(known), n=2, cutoff=_LIKE)


def _help(context: Any) -> str:
    return f"{context.command_path} --help"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
