"""What makes the loader look into folders of libraries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PureWindowsPath
from shlex import quote

from cudacompat.app.doctor.here import Here
from cudacompat.app.doctor.reader_shell import powershell_string, quoted
from cudacompat.domain.machine.components import Environment


def all_paths(here: Here) -> str:
    """Return the command that puts the folders of NVIDIA's packages into LD_LIBRARY_PATH (on Windows into PATH, in
    PowerShell), as a shell finds them once they are installed."""
    every = here.home.folders if here.home is not None else ()
    own = (each for each in every if here.home is not None and each.startswith(here.home.prefix))
    top = next(own, every[0] if every else "")
    top = top or next((each.location for each in here.near if each.manager == "pip"), "")
    if here.home is not None and here.home.is_of_windows:
        folders = quoted(str(PureWindowsPath(top, "nvidia", "*", "bin")), here.home)
        return f"$env:PATH = ((Get-Item {folders}).FullName -join ';') + ';' + $env:PATH"
    found = f"$(printf '%s\\n' {quote(top)}/nvidia/*/lib | paste -sd:)"
    return f'export LD_LIBRARY_PATH="{found}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"'


def path_of(folders: Sequence[str], home: Environment | None) -> str:
    """Return the command that puts folders in front of LD_LIBRARY_PATH (on Windows of PATH), in this shell."""
    if home is not None and home.is_of_windows:
        return f"$env:PATH = {powershell_string(';'.join(folders))} + ';' + $env:PATH"
    return f'export LD_LIBRARY_PATH={quote(":".join(folders))}"${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"'
