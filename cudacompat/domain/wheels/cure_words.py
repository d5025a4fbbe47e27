"""The cure of a wheel in the words of the tool whose file names it: a lock is changed by the program that wrote it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence

from cudacompat.domain.wheels.conda_builds import conda_name, conda_release, cuda_version
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure, remarked
from cudacompat.domain.words.verdict import Target

_NO_RELEASE = "no CUDA release builds for all of these GPUs and runs with their drivers: one environment for each"
_PIXI = frozenset({"pixi.lock", "pixi.toml"})
_ALWAYS_INSTALLED = Requirement("", "", "", "", 0)


def command_of(cure: WheelCure | NoCure, requirement: Requirement, targets: Sequence[Target]) -> str | None:
    """Return the command that changes the pin where the requirement is; `None` where no release is known that runs, or
    no command names its index."""
    if requirement.conda:
        along = [name for name, _ in cure.companions] if isinstance(cure, WheelCure) else []
        return _of_conda(requirement, targets, [each for each in along if each in framework().companions])
    if isinstance(cure, NoCure):
        return None
    name = requirement.file.rpartition("/")[2].lower()
    if name in _PIXI:
        return f"pixi add --pypi {_pins(cure)}" if cure.index_url is None else None
    tool = _TOOLS.get(name) or _TOOLS.get(requirement.tool)
    return " && ".join(tool(cure, requirement)) if tool is not None else cure.command


def project_commands(tool: str, cure: WheelCure) -> tuple[str, ...]:
    """Return the commands, in their order, by which a project's tool (`uv add`, `poetry add`, `pdm add`) pins the
    release."""
    return _TOOLS[f"{tool.partition(' ')[0]}.lock"](cure, _ALWAYS_INSTALLED)


def sentence_of(cure: WheelCure | NoCure, command: str | None, requirement: Requirement) -> str:
    """Return the command and its conditions, for a finding's help; without a command what does instead."""
    if requirement.conda:
        return remarked(command, "a CUDA release that builds for these GPUs") if command is not None else _NO_RELEASE
    if command is None and isinstance(cure, WheelCure):
        return f"pin in the table of pypi-dependencies: {_rows(cure)} ({cure.conditions})"
    if command is None:
        return cure.sentence
    return remarked(command, cure.conditions) if isinstance(cure, WheelCure) else cure.sentence


def _of_conda(requirement: Requirement, targets: Sequence[Target], along: Sequence[str]) -> str | None:
    """The command that installs the package, with those that are released with it (`along`), for a CUDA release."""
    release = conda_release(targets)
    if release is None:
        return None
    name = conda_name(requirement.name)
    words = f"'{name}'" if "*" in name else name
    pixi = requirement.file.rpartition("/")[2].lower() in _PIXI
    tool = "pixi add" if pixi else "conda install -c conda-forge"
    return " ".join((tool, words, *along, cuda_version(release)))


def _rows(cure: WheelCure) -> str:
    """The rows of a manifest of pixi, which names the index of each package.
    https://pixi.sh/latest/python/pytorch/"""
    index = f', index = "{cure.index_url}"'
    pins = (_without_extras(pin).partition("+")[0].partition("==") for pin in cure.pins_of_index)
    rows = [f'{name} = {{ version = "=={version}"{index} }}' for name, _, version in pins]
    return "; ".join(
        [*rows, *(f'{pin.partition("==")[0]} = "=={pin.partition("==")[2]}"' for pin in cure.pins_of_pypi)]
    )


def _without_extras(pin: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", pin)


def _pins(cure: WheelCure) -> str:
    return _quoted(cure.pins)


def _quoted(pins: Iterable[str]) -> str:
    return " ".join(f'"{pin}"' for pin in pins)


def _rest(cure: WheelCure, verb: str) -> tuple[str, ...]:
    """The second command, for what PyPI alone has, of a tool that takes all of one command from one index."""
    return (f"{verb} {_quoted(cure.pins_of_pypi)}",) if cure.pins_of_pypi else ()


def _named(cure: WheelCure) -> str:
    return f"{framework().conda_channel}-{cure.index}"


def _table_option(requirement: Requirement, *, extra: str, group: str, dev: str | None = None) -> str:
    """The option of a tool that names the extra or the group in which the requirement stands; without one it adds to
    what is always installed, and leaves the pin where it is."""
    if not requirement.section:
        return ""
    if requirement.section == "group" and requirement.group == "dev" and dev is not None:
        return f" {dev}"
    return f" {extra if requirement.section == 'extra' else group} {shlex.quote(requirement.group)}"


def _uv(cure: WheelCure, requirement: Requirement) -> tuple[str, ...]:
    """`uv add` leaves the index of a package in `tool.uv.sources` unless it is given one, `uv remove` does not. The dev
    group may be in the older table `tool.uv.dev-dependencies`, which `--dev` finds."""
    table = _table_option(requirement, extra="--optional", group="--group", dev="--dev")
    add = f"uv add{table} {_pins(cure)}"
    own = requirement.is_sourced and requirement.name == cure.package
    if cure.index_url is None:
        return (f"uv remove{table} {cure.package}", add) if own else (add,)
    if own and requirement.index == cure.index and len(cure.pins_of_index) == 1:
        # the index decides which build it is; where its source has a marker, no other index has the build's own name
        return (f"uv add{table} {_quoted(pin.partition('+')[0] for pin in cure.pins)}",)
    return (f"{add} --index {_named(cure)}={cure.index_url}",)


def _poetry(cure: WheelCure, requirement: Requirement) -> tuple[str, ...]:
    verb = "poetry add" + _table_option(requirement, extra="--optional", group="--group")
    if cure.index_url is None:
        return (f"{verb} {_pins(cure)}",)
    source = f"poetry source add --priority=explicit {_named(cure)} {cure.index_url}"
    add = f"{verb} --source {_named(cure)} {_quoted(cure.pins_of_index)}"
    return (source, add, *_rest(cure, verb))


def _pdm(cure: WheelCure, requirement: Requirement) -> tuple[str, ...]:
    """A source is a table of pyproject.toml, which no command of pdm's writes."""
    add = f"pdm add{_table_option(requirement, extra='-G', group='-dG')} {_pins(cure)}"
    if cure.index_url is None:
        return (add,)
    names = ", ".join(f'"{_without_extras(pin).partition("==")[0]}"' for pin in cure.pins_of_index)
    table = rf'\n[[tool.pdm.source]]\nname = "{_named(cure)}"\nurl = "{cure.index_url}"\ninclude_packages = [{names}]\n'
    return f"printf '{table}' >> pyproject.toml", add


def _pipenv(cure: WheelCure, requirement: Requirement) -> tuple[str, ...]:
    verb = "pipenv install --dev" if requirement.group == "dev" else "pipenv install"
    index = f" --index {cure.index_url}" if cure.index_url else ""
    return (f"{verb} {_quoted(cure.pins_of_index)}{index}", *_rest(cure, verb))


_TOOLS: dict[str, Callable[[WheelCure, Requirement], tuple[str, ...]]] = {
    "uv.lock": _uv,
    "poetry.lock": _poetry,
    "pdm.lock": _pdm,
    "pipfile.lock": _pipenv,
    "pipfile": _pipenv,
}
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")  # of the tools that read a pyproject.toml
