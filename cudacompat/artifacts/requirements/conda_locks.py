"""Locks of conda's packages: conda-lock.yml and pixi.lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from cudacompat.artifacts.requirements.base import (
    LaterFormatError,
    Origin,
    ReadRequirements,
    conda_platform,
    first_lines,
    is_other_wheel,
    made,
    requirement_of,
)
from cudacompat.artifacts.requirements.conda import CondaPackage, Written, in_environment, package_file
from cudacompat.artifacts.requirements.conda_lists import each_once, is_for
from cudacompat.domain.wheels.requirement import Requirement

_NEWEST_PIXI = 6


def conda_lock(text: str, file: str) -> ReadRequirements:
    """Return what a conda-lock.yml has for the platform that is read for; `LaterFormatError` for a newer format."""
    document = _mapping(text)
    if document.get("version") not in (1, None):
        raise LaterFormatError(f"conda-lock.yml of format {document.get('version')}: formats up to 1 are read")
    platform = conda_platform()
    lines = first_lines(text, r"name:[ \t]*+(\S++)[ \t]*+$")
    wheels: list[Requirement | None] = []
    packages: list[Written] = []
    for package in _rows(document, "package"):
        if package.get("platform") not in (platform, None):
            continue
        name, version = str(package.get("name")), str(package.get("version"))
        line = lines.get(name, 1)
        if package.get("manager") == "pip":
            wheels.append(_of_pip(name, version, line, file=file, address=package.get("url")))
        else:
            there = package_file(str(package.get("url", ""))) or CondaPackage(name, f"=={version}", locked=True)
            packages.append((there, f"{name}={version}", line))
    return ReadRequirements(each_once([*in_environment(packages, file), *wheels]))


def pixi_lock(text: str, file: str) -> ReadRequirements:
    """Return the packages of a pixi.lock for the platform that is read for; `LaterFormatError` for a newer format."""
    document = _mapping(text)
    version = document.get("version")
    if not isinstance(version, int):
        raise ValueError("no pixi.lock: it has no version")
    if version > _NEWEST_PIXI:
        raise LaterFormatError(f"pixi.lock of format {version}: formats up to {_NEWEST_PIXI} are read")
    lines = first_lines(text, r"(?:conda|pypi|url):[ \t]*+(\S++)")
    wheels: list[Requirement | None] = []
    packages: list[Written] = []
    for package in _rows(document, "packages"):
        address = str(package.get("conda") or package.get("pypi") or package.get("url") or "")
        line = lines.get(address, 1)
        if "conda" not in package and package.get("kind") != "conda":
            wheels.append(_of_pixi(package, address, line, file=file))
            continue
        there = package_file(address)
        if there is not None and is_for(address):
            packages.append((there, f"{there.name}{there.specifier[1:]}", line))
    return ReadRequirements(each_once([*in_environment(packages, file), *wheels]))


def _of_pixi(package: dict[str, Any], address: str, line: int, *, file: str) -> Requirement | None:
    """A wheel of a pixi.lock, if it is for the platform that is read for."""
    if address.endswith(".whl"):
        try:
            wheel = requirement_of(address, line, Origin(file)) if not is_other_wheel(address) else None
        except ValueError:
            return None
        return replace(wheel, locked=True) if wheel is not None else None
    name, version = package.get("name"), package.get("version")
    if isinstance(name, str) and isinstance(version, str):
        return _of_pip(name, version, line, file=file)
    return None


def _of_pip(name: str, version: str, line: int, *, file: str, address: object = None) -> Requirement | None:
    """A wheel that a lock of conda pins: by its address where that says its index, else by its version."""
    if isinstance(address, str) and address.partition("#")[0].endswith(".whl"):
        try:
            found = requirement_of(address, line, Origin(file))
        except ValueError:
            found = None
        if found is not None:
            return replace(found, locked=True, written=f"{name}=={version}")
    return made(
        str(canonicalize_name(name)), f"=={version}", f"{name}=={version}", line=line, origin=Origin(file), locked=True
    )


def _rows(document: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    rows = document.get(key)
    yield from (each for each in (rows if isinstance(rows, list) else ()) if isinstance(each, dict))


def _mapping(text: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(text, loader)  # noqa: S506  a safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError(f"no YAML: {str(error).splitlines()[0][:80]}") from None
    if not isinstance(found, dict):
        raise ValueError("no mapping")
    return found
