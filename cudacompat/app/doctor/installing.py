"""What installs packages into an environment, and what those packages require."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath, PureWindowsPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from cudacompat.app.doctor.reader_shell import in_folder, in_order, powershell_string, program, quoted, words
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.wheels.cure_words import project_commands
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.required import asked_by_framework
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.phrases import some, verb
from cudacompat.environments.asked_for import requirers
from cudacompat.environments.own import normalised
from cudacompat.environments.projects import names_in_project

# How each tool of a project is told where that is, and its words where they differ.
_FOLDERS = {"uv": "--project", "poetry": "--directory", "pdm": "--project"}
# What installs all of a lock, and the setting by which the lock leaves a package out: run with uv 0.13.9; release notes
# of pdm 2.12.0; poetry 2 has none.
_KEPT_OUT = {
    "uv add": (
        "uv sync",
        "write override-dependencies = [\"{}; sys_platform == 'never'\"] below [tool.uv] in pyproject.toml",
    ),
    "pdm add": ("pdm install", 'write excludes = ["{}"] below [tool.pdm.resolution] in pyproject.toml'),
    "poetry add": ("poetry install", ""),
}
_ADDS = tuple(f"{tool} add" for tool in _FOLDERS)


def installer(home: Environment | None) -> str:
    """Return the command that installs packages into this environment, up to their names: of the tool that keeps its
    lock, where it is that of a project."""
    return _of_project(home, "add") if home is not None and is_of_project(home) else in_place(home)


def is_of_project(home: Environment) -> bool:
    """Return True if a lock of a project says what the environment holds."""
    return home.installer in _ADDS


def is_named_by_project(package: str, home: Environment) -> bool:
    """Return whether the environment is a project's whose file names the package, or was not read."""
    named = names_in_project(home.prefix) if is_of_project(home) else frozenset()
    return named is None or normalised(package) in named


def _of_project(home: Environment, verb: str) -> str:
    tool, folder = home.installer.removesuffix(" add"), _project(home)
    return f"{tool} {verb} {_FOLDERS[tool]} {quoted(folder, home)}" if folder else f"{tool} {verb}"


def _project(home: Environment) -> str:
    """The folder of the project; empty for the current one."""
    path = PureWindowsPath(home.label) if home.is_of_windows else PurePath(home.label)
    return "" if path.name != ".venv" or str(path.parent) == "." else str(path.parent)


def install_cure(cure: WheelCure, home: Environment | None) -> str:
    """Return the command that installs the release."""
    if home is not None and is_of_project(home):
        cure = _without_brought(cure, home)
    if home is not None and is_of_project(home) and cure.index_url is not None:
        command, folder = in_order(project_commands(home.installer, cure), home), _project(home)
        return in_folder(folder, command, home) if folder else command
    index = f" {cure.index_option}" if cure.index_option else ""
    return f"{installer(home)} {words(cure.pins, home)}{index}"


def install_holding(asked: Iterable[str], held: Sequence[str], home: Environment | None) -> str:
    """Return the command that installs what is asked for, while what that brings along is `held` at these releases: by
    uv's project as constraints of this resolution, which make no dependencies of it."""
    if not held or home is None or home.installer != "uv add":
        return f"{installer(home)} {words((*asked, *held), home)}"
    listed = (
        f"{', '.join(map(powershell_string, held))}" if home.is_of_windows else f"printf '%s\\n' {words(held, home)}"
    )
    return f"{listed} | {installer(home)} --constraints - {words(asked, home)}"


def held_in_words(held: Sequence[str], home: Environment | None) -> str:
    """Return how long the project keeps these releases, to be put behind what a step says; empty of an environment that
    is no project's."""
    if not held or home is None or not is_of_project(home):
        return ""
    if home.installer != "uv add":
        return f"; {some(held)} {verb(len(held), 'becomes a dependency', 'become dependencies')} of the project"
    keeps = verb(len(held), "is", "are")
    return f"; {some(held)} {keeps} kept by uv.lock alone: an upgrade needs constraint-dependencies in [tool.uv]"


def returning_words(package: str, home: Environment | None) -> str:
    """Return who installs a removed package again, and what keeps it out, to be put behind what a step says; empty
    where nothing that is installed in the environment asks for it."""
    asking = requirers(home.folders, normalised(package), home.python) if home is not None else ()
    if home is None or not asking:
        return ""
    for_whom = f"for {some(asking)}"
    if not is_of_project(home):
        return f"; an upgrade installs {package} again {for_whom}"
    command, setting = _KEPT_OUT[home.installer]
    against = setting.format(package) if setting else "no setting of it prevents that"
    return f"; {command} installs {package} again {for_whom}: {against}"


def _without_brought(cure: WheelCure, home: Environment) -> WheelCure:
    """The cure without the pins of what the framework brings itself: the project would ask for it from then on. Those
    that the project names stay, and all where its file was not read."""
    if cure.package != framework().name:
        return cure
    named = names_in_project(home.prefix)
    kept = tuple(
        (name, version)
        for name, version in cure.companions
        if named is None or name in named or asked_by_framework(name, cure.version) is None
    )
    return replace(cure, companions=kept)


def upgrader(home: Environment | None) -> str:
    """Return the command that brings the newest release of packages that are here, up to their names."""
    if home is not None and home.installer in ("poetry add", "pdm add"):
        return _of_project(home, "update")
    return f"{installer(home)} --upgrade"


def in_place(home: Environment | None) -> str:
    """Return the command that installs packages into the environment itself, whatever a lock says, up to their
    names."""
    if home is not None and home.installer == "pip --target":
        return f"python -m pip install --upgrade --target {quoted(home.label, home)}"
    return _in_place(home, "install")


def _in_place(home: Environment | None, verb: str) -> str:
    """The command of pip or uv that works on the environment itself."""
    if home is None:
        return f"python -m pip {verb}"
    if home.installer in ("uv add", "uv"):
        return f"uv pip {verb} --python {quoted(home.label, home)}"
    if home.installer == "pip --break-system-packages":  # its packages came that way, or another Python serves better
        python = home.program or f"{quoted(home.prefix, home)}/bin/python{home.python}"
        return f"{python} -m pip {verb} --break-system-packages"
    if home.is_of_windows:
        return f"{program(str(PureWindowsPath(home.label, 'Scripts', 'python.exe')), home)} -m pip {verb}"
    return f"{home.program or f'{quoted(home.label, home)}/bin/python'} -m pip {verb}"


def remover(home: Environment | None, names: Iterable[str], *, locked: bool = True) -> str | None:
    """Return the command that removes these packages from this environment, `None` where none does; with `locked` by
    the tool of the project that it belongs to, else from the environment itself, whatever a lock says."""
    if home is not None and home.installer == "pip --target":
        return None
    if locked and home is not None and is_of_project(home):
        return f"{_of_project(home, 'remove')} {words(names, home)}"
    command = _in_place(home, "uninstall")
    yes = "" if command.startswith("uv ") else " -y"
    return f"{command}{yes} {words(names, home)}"


def after_removing(names: Iterable[str], command: str, home: Environment | None, *, locked: bool = True) -> str | None:
    """Return the command that removes these packages, as `remover` does, and then runs this one; `None` where nothing
    removes them."""
    removal = remover(home, names, locked=locked)
    return in_order((removal, command), home) if removal is not None else None


def from_sources(home: Environment | None, name: str, version: str) -> str:
    """Return the command that builds this release of a package from the index's sources, and nothing beside it, into
    the environment itself."""
    cache = "--no-cache" if in_place(home).startswith("uv ") else "--no-cache-dir"
    return f"{again(home)} {cache} --no-binary {quoted(name, home)} {quoted(f'{name}=={version}', home)}"


def again(home: Environment | None) -> str:
    """Return the command that installs releases into the environment itself, and nothing beside them, also where they
    are there already, up to their names."""
    command = in_place(home)
    return f"{command} {'--reinstall' if command.startswith('uv ') else '--force-reinstall'} --no-deps"


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
