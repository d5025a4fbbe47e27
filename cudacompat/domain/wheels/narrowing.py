"""Requirements narrowed to what one environment takes, and which wheel of PyPI is that of another index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.platforms import DEFAULT_PYTHON
from cudacompat.domain.wheels.pythons import has_sources, has_wheel
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.table import cuda_of_index, plain_torch_index, rows_of

_ANY_LATER = Version("9999")  # above every release: only a specifier without an upper bound allows it


def of_one_python(requirements: Sequence[Requirement]) -> Iterator[Requirement]:
    """Yield the requirements as one Python installs them: of a package that stands there several times with markers of
    Python, those for the usual one, if there are any."""
    usual = {(each.name, each.group) for each in requirements if DEFAULT_PYTHON in each.pythons}
    for each in requirements:
        if not each.pythons or DEFAULT_PYTHON in each.pythons or (each.name, each.group) not in usual:
            yield each


def is_bounded(requirement: Requirement) -> bool:
    """Return whether it is the framework, in some releases up to one."""
    return requirement.name == framework().name and requirement.pinned is None and ends(requirement.specifier)


def ends(specifier: str) -> bool:
    """Return whether a specifier has an upper bound."""
    try:
        return _ANY_LATER not in SpecifierSet(specifier)
    except InvalidSpecifier:
        return False


def narrowed(requirement: Requirement, specifier: str) -> Requirement:
    """Return the requirement held to this specifier, too, if it leaves a choice."""
    if not specifier or requirement.pinned is not None:
        return requirement
    return replace(requirement, specifier=",".join(filter(None, (requirement.specifier, specifier))))


def held_to_python(requirement: Requirement, python: str) -> Requirement:
    """Return the requirement held to the newest release that was read and that this Python takes (`3.8`), where it
    leaves a choice and a newer one does not take it."""
    if requirement.pinned is not None or requirement.conda or requirement.locked:
        return requirement
    read = rows_of(requirement.name, index=None)
    taking = [row.version for row in read if _takes(row, python)]
    if not taking or len(taking) == len(read) or max(row.version for row in read) == max(taking):
        return requirement
    return narrowed(requirement, f"<={max(taking)}")


def _takes(row: WheelRow, python: str) -> bool:
    """Whether a release is for a Python, by what it says (torch 2.5: 3.8) and by the wheels that it has (from 3.9)."""
    try:
        said = not row.python or f"{python}.99" in SpecifierSet(row.python)
    except InvalidSpecifier:
        said = True
    return said and (has_wheel(row.package, row.version, python) or has_sources(row.package, row.version))


def is_same_build(row: WheelRow, build: str) -> bool:
    """Return whether PyPI's wheel is the build of that index: torch, or a package that is published on both for one
    release of CUDA each (xformers, torchao). Those that go with torch are judged with the torch of their index."""
    if row.package == framework().name:
        return row.has_code and plain_torch_index(row.version) == build
    both = row.package in framework().on_its_index and row.package not in framework().built_with_it
    return both and row.cuda is not None and row.cuda == cuda_of_index(build)
