"""What installs packages into an environment, and what those packages require."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath, PureWindowsPath
from shlex import quote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.wheels.cure_words import project_command
from cudacompat.domain.wheels.wheel_cure import WheelCure

# How each tool of a project is told where that is.
_FOLDERS = {"uv add": "--project", "poetry add": "--directory", "pdm add": "--project"}


def installer(home: Environment | None) -> str:
    """Return the command that installs packages into this environment, up to their names: of the tool that keeps its
    lock, where it is that of a project."""
    if home is not None and is_of_project(home):
        folder = _project(home)
        return f"{home.installer} {_FOLDERS[home.installer]} {quote(folder)}" if folder else home.installer
    return in_place(home)


def is_of_project(home: Environment) -> bool:
    """Return True if a lock of a project says what the environment holds."""
    return home.installer in _FOLDERS


def _project(home: Environment) -> str:
    """The folder of the project; empty for the current one."""
    path = PurePath(home.label)
    return "" if path.name != ".venv" or str(path.parent) == "." else str(path.parent)


def install_cure(cure: WheelCure, home: Environment | None, *, named: bool = False) -> str:
    """Return the command that installs the release; `named` with the build's own name (`+cu118`), where the release
    alone is there already, and pip would do nothing."""
    if home is not None and is_of_project(home) and cure.index_url is not None:
        command, folder = project_command(home.installer, cure), _project(home)
        return f"(cd {quote(folder)} && {command})" if folder else command
    build = re.search(r"/whl/(cu\d+)/?$", cure.index_url or "") if named else None
    local = build is not None and not cure.pins_of_pypi  # which names the build itself
    pins = [f"{pin}+{build[1]}" if build is not None and local else pin for pin in cure.pins]
    index = f" {cure.index_option}" if cure.index_option else ""
    return f"{installer(home)} {' '.join(map(quote, pins))}{index}"


def upgrader(home: Environment | None) -> str:
    """Return the command that brings the newest release of packages that are here, up to their names."""
    if home is not None and home.installer in ("poetry add", "pdm add"):
        return installer(home).replace(" add", " update", 1)
    return f"{installer(home)} --upgrade"


def in_place(home: Environment | None) -> str:
    """Return the command that installs packages into the environment itself, whatever a lock says, up to their
    names."""
    if home is None:
        return "python -m pip install"
    if home.installer == "uv add":
        return f"uv pip install --python {quote(home.label)}"
    if home.installer == "uv":
        return f"uv pip install --python {quote(home.label)}"
    if home.installer == "pip --target":
        return f"python -m pip install --upgrade --target {quote(home.label)}"
    if home.installer == "pip --break-system-packages":  # its packages came that way, or another Python serves better
        return (
            f"{home.program or f'{quote(home.prefix)}/bin/python{home.python}'} -m pip install --break-system-packages"
        )
    if home.is_of_windows:
        program = str(PureWindowsPath(home.label, "Scripts", "python.exe"))
        return f"{program if ' ' not in program else f'& {quote(program)}'} -m pip install"  # as PowerShell calls it
    return f"{home.program or f'{quote(home.label)}/bin/python'} -m pip install"


def remover(home: Environment | None) -> str | None:
    """Return the command that removes packages from this environment, up to their names; `None` where none does."""
    if home is not None and home.installer == "pip --target":
        return None
    if home is not None and is_of_project(home):
        return installer(home).replace(" add", " remove", 1)
    command = in_place(home).replace(" install", " uninstall", 1)
    return command if home is not None and home.installer == "uv" else f"{command} -y"


def in_place_remover(home: Environment | None, names: Iterable[str]) -> str:
    """Return the command that removes these packages from the environment itself, whatever a lock says."""
    command = in_place(home)
    yes = "" if command.startswith("uv ") else " -y"
    return f"{command.replace(' install', ' uninstall')}{yes} {' '.join(map(quote, names))}"


def from_sources(home: Environment | None, name: str, version: str) -> str:
    """Return the command that builds this release of a package from the index's sources, and nothing beside it, into
    the environment itself."""
    command = in_place(home)
    uv = command.startswith("uv ")
    again = "--reinstall --no-deps --no-cache" if uv else "--force-reinstall --no-deps --no-cache-dir"
    return f"{command} {again} --no-binary {quote(name)} {quote(f'{name}=={version}')}"


def needs(component: Component, home: Environment | None) -> Iterator[Requirement]:
    """Return what the component requires in this environment, extras left out."""
    for text in component.requires:
        try:
            need = Requirement(text)
            python = {"python_version": home.python} if home is not None and home.python else {}
            if need.marker is None or need.marker.evaluate({"extra": "", **python}):
                yield need
        except (InvalidRequirement, ValueError):
            continue


def public_version(text: str) -> Version | None:
    """Return the version without its local part, `None` for what is no version."""
    try:
        return Version(Version(text).public)
    except InvalidVersion:
        return None
