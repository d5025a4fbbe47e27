"""What installs packages into an environment, and what those packages require."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from cudacompat.domain.machine.components import Component, Environment


def installer(home: Environment | None) -> str:
    """Return the command that installs packages into this environment, up to their names."""
    if home is None:
        return "python -m pip install"
    if home.installer == "uv":
        return f"uv pip install --python {quote(home.label)}"
    if home.installer == "pip --target":
        return f"python -m pip install --upgrade --target {quote(home.label)}"
    if home.installer == "pip --break-system-packages":  # its packages came that way, or another Python serves better
        return (
            f"{home.program or f'{quote(home.prefix)}/bin/python{home.python}'} -m pip install --break-system-packages"
        )
    return f"{home.program or f'{quote(home.label)}/bin/python'} -m pip install"


def remover(home: Environment | None) -> str | None:
    """Return the command that removes packages from this environment, up to their names; `None` where none does."""
    if home is not None and home.installer == "pip --target":
        return None
    command = installer(home).replace(" install", " uninstall", 1)
    return command if home is not None and home.installer == "uv" else f"{command} -y"


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
