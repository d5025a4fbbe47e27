"""Completions for shells: scripts that hold all names themselves. A key press runs no program and reads no file but the
names that the shell itself lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cudacompat.cli.pages import bash, fish, powershell, zsh
from cudacompat.cli.pages.commands import Program
from cudacompat.domain.words.errors import UsageError

SHELLS: Mapping[str, Callable[[Program, str], str]] = {
    "bash": bash.script,
    "zsh": zsh.script,
    "fish": fish.script,
    "powershell": powershell.script,
}


def script_for(shell: str) -> str:
    """Return the script of completions for a shell; `UsageError` for one that has none."""
    import cudacompat
    from cudacompat.cli.pages.commands import program

    make = SHELLS.get(shell)
    if make is None:
        raise UsageError(f"no completions for the shell {shell[:40]!r} (use {', '.join(SHELLS)})")
    return make(program(), cudacompat.__version__)
