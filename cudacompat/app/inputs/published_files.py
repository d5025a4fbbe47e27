"""Which package brought a file along: by the wheel that it lies in, or by the list of what is installed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.domain.rules.artifact.compiled_later import named_wheel, wheel_file
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.verdict import Target

if TYPE_CHECKING:
    from cudacompat.domain.wheels.published import PublishedPackage

# Findings whose help is for whoever builds the file.
_OF_BUILDERS = frozenset(
    {
        "arch-specific-only", "default-target-only", "hole", "jit-disabled", "jit-only", "low-coverage", "missing-ptx",
        "no-runnable-code", "not-native", "ptx-beyond-ascii", "ptx-invalid", "ptx-newer-than-driver", "ptx-refused",
    }
)  # fmt: skip
_PACKAGES = re.compile(r"(?:python(3\.\d{1,2})/)?(?:site|dist)-packages/([A-Za-z0-9_]+)(?:\.libs)?/")
_OF_PYTHON = re.compile(r"[/\\]python(3\.\d{1,2})[/\\](?:site|dist)-packages/?$")
_OF_TOOLS = "a tool that {} brings along for its compiler: no kernel of a program is in it"
_OF_VENDOR = "nvidia"  # the folder that NVIDIA's wheels share
_DEEPEST = 8  # folders above a file in which the lists may lie


def for_users(findings: Iterable[Finding], targets: Sequence[Target]) -> list[Finding]:
    """Return the findings, those about files of published packages with the help that their users can follow."""
    given = list(findings)
    if all(each.id not in _OF_BUILDERS for each in given):
        return given
    owners = {path: owner_of(path) for path in {each.path for each in given if each.id in _OF_BUILDERS} if path}
    if not any(owners.values()):
        return given
    from cudacompat.domain.wheels.distributions import distributions
    from cudacompat.domain.wheels.published import help_of_release  # few checks are of what others built

    found: list[Finding] = []
    for each in given:
        package = owners.get(each.path or "") if each.id in _OF_BUILDERS else None
        if package is not None and distributions().is_compiler(package.name.lower()):
            found.append(replace(each, severity=Severity.NOTE, why=_OF_TOOLS.format(package.name), help=None))
        else:
            found.append(replace(each, help=help_of_release(each, package, targets)) if package is not None else each)
    return found


def owner_of(path: str) -> PublishedPackage | None:
    """Return the package that a file is of: the wheel on its way, if its package is a known one, or the installed
    package that lists it. In an image or an archive the name of its directory among the packages tells; `None` for what
    is no part of one."""
    wheel, inside = named_wheel(path), _PACKAGES.search(path)
    if wheel is None and not ArtifactPath.parse(path).members:
        return _installed(Path(path))
    if wheel is None and inside is None:
        return None
    from packaging.utils import canonicalize_name

    from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
    from cudacompat.domain.wheels.platforms import platform_of
    from cudacompat.domain.wheels.published import PublishedPackage
    from cudacompat.domain.wheels.table import packages
    from cudacompat.domain.words.wheel_tags import python_of_wheel

    if wheel is not None:
        platform = platform_of((wheel_file(path) or "").removesuffix(".whl").rpartition("-")[2])
        known = platform if platform not in ("any", "other") else None
        name = str(canonicalize_name(wheel[0]))  # one that no table knows may be the reader's own
        python = python_of_wheel(wheel_file(path) or "")
        return (
            PublishedPackage(*wheel, platform=known, python=python)
            if name in packages() or is_vendors_wheel(name)
            else None
        )
    name = inside[2].replace("_", "-") if inside is not None else _OF_VENDOR
    python = inside[1] if inside is not None else None
    return PublishedPackage(name, python=python) if name in packages() and name != _OF_VENDOR else None


def _installed(file: Path) -> PublishedPackage | None:
    for folder in file.absolute().parents[:_DEEPEST]:
        owners = _owners(str(folder))
        if owners:
            return owners.get(str(file.absolute()))
    return None


@cache
def _owners(folder: str) -> dict[str, PublishedPackage]:
    """By library what the lists in this folder say of it: of packages that an index has."""
    if not any(Path(folder).glob("*.dist-info")):
        return {}
    from cudacompat.domain.machine.components import SiteFolder
    from cudacompat.domain.wheels.published import PublishedPackage
    from cudacompat.environments import pip

    found = pip.components((SiteFolder(folder, folder),))
    python = _OF_PYTHON.search(folder)
    return {
        library: PublishedPackage(each.package, each.version, python=python[1] if python is not None else None)
        for each in found.found
        if each.manager == "pip"
        for library in each.libraries
    }
