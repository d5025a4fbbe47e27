"""The words of the shell in which a person runs a step: PowerShell for an environment that Python laid out in Windows,
else a POSIX shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from cudacompat.domain.machine.components import Environment
from cudacompat.domain.words.command_words import variables_before

# What PowerShell reads as it is written: a comma makes a list of words, `@` and `$` stand for variables.
_PLAIN = re.compile(r"[A-Za-z0-9_%+=:./\\-]+")
# Each of these ends a string of PowerShell's, unless it is doubled.
_QUOTES = re.compile("(['\N{LEFT SINGLE QUOTATION MARK}-\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}])")


def quoted(text: str, home: Environment | None) -> str:
    """Return the text as one word of the shell."""
    if home is None or not home.is_of_windows:
        return shlex.quote(text)
    return text if _PLAIN.fullmatch(text) else powershell_string(text)


def words(texts: Iterable[str], home: Environment | None) -> str:
    """Return each text as a word of the shell, with spaces between them."""
    return " ".join(quoted(each, home) for each in texts)


def program(path: str, home: Environment | None) -> str:
    """Return the path of a program as the first word of a command, which PowerShell takes for a string if it is
    quoted."""
    word = quoted(path, home)
    return f"& {word}" if word.startswith("'") and home is not None and home.is_of_windows else word


def in_order(commands: Iterable[str], home: Environment | None) -> str:
    """Return one line that runs each command if the one before it ended well; PowerShell 5 has no `&&`."""
    if home is None or not home.is_of_windows:
        return " && ".join(commands)
    *before, last = commands
    line = last
    for command in reversed(before):
        line = f"{command}; if ($?) {{ {line} }}"
    return line


def in_folder(folder: str, command: str, home: Environment | None) -> str:
    """Return the command, run in another directory; the shell stays where it is."""
    if home is None or not home.is_of_windows:
        return f"(cd {quoted(folder, home)} && {command})"
    return f"Push-Location {quoted(folder, home)}; {command}; Pop-Location"


def with_variables(variables: Iterable[tuple[str, str]], command: str, home: Environment | None) -> str:
    """Return the command with these variables in its environment; in PowerShell the session keeps them."""
    if home is None or not home.is_of_windows:
        return f"{variables_before(variables)} {command}".strip()
    return "; ".join((*(f"$env:{name} = {powershell_string(value)}" for name, value in variables), command))


def powershell_string(text: str) -> str:
    """Return a string of PowerShell's in which no character means anything else."""
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"
