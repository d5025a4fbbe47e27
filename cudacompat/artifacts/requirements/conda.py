"""Requirements of conda: environment.yml, conda-lock's and pixi's locks. A framework's packages there are builds for
one CUDA release, which a selecting package or the name of the build says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from cudacompat.artifacts.buildfiles.positions import Node, yaml_tree
from cudacompat.artifacts.requirements.base import (
    LaterFormatError,
    LineNumbers,
    Origin,
    ReadRequirements,
    all_made,
    conda_platform,
    first_lines,
    is_other_wheel,
    made,
    requirement_of,
)
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.requirement import Requirement

CONDA = "conda"
_SPEC = re.compile(
    r"^(?:[\w./:-]+::)?([\w.-]+)\s*(?:\[[^\]]*\])?\s*([=<>!~]=?\s*[^=\s]+(?:\s*,\s*[=<>!~]=?[^=\s,]+)*)?(?:=(\S+))?$"
)
_BUILD = re.compile(r"(?:cuda|cu)(\d{2})\.?(\d)")
_FILE = re.compile(r"/([^/]+)-([^-/]+)-([^-/]+)\.(?:conda|tar\.bz2)$")
_NEWEST_PIXI = 6


def environment(text: str, file: str) -> ReadRequirements:
    """Return the requirements of an environment.yml, those of its pip section included; `ValueError` for no YAML."""
    found: list[Requirement | None] = []
    wrong: list[tuple[int, str]] = []
    numbers = LineNumbers(text)
    for document in yaml_tree(text):
        channels = document.get("channels")
        dependencies = document.get("dependencies")
        specs: list[tuple[str, int]] = []
        for item in dependencies.items if dependencies is not None else ():
            line = numbers.at(item.start)
            if item.text is not None:
                specs.append((item.text, line))
            pip = item.get("pip")
            lines = "\n".join(each.text or "" for each in pip.items) if pip is not None else ""
            if pip is not None and pip.items:
                read = _of_pip(pip, lines, numbers, file=file)
                found += read.requirements
                wrong += read.not_understood
        read = of_specs(specs, channels.words() if channels is not None else (), file)
        found += read.requirements
        wrong += read.not_understood
    return ReadRequirements(all_made(found), not_understood=tuple(wrong))


def _of_pip(pip: Node, lines: str, of_file: LineNumbers, file: str) -> ReadRequirements:
    """What the pip section says, with the lines of the whole file."""
    from cudacompat.artifacts.requirements import pip_file

    numbers = [of_file.at(each.start) for each in pip.items]
    read = pip_file.read(lines, file)
    moved = [numbers[each.line - 1] if each.line <= len(numbers) else 1 for each in read.requirements]
    requirements = (replace(each, line=number) for each, number in zip(read.requirements, moved, strict=True))
    wrong = ((numbers[min(line, len(numbers)) - 1], why) for line, why in read.not_understood)
    return replace(read, requirements=tuple(requirements), not_understood=tuple(wrong))


def of_specs(specs: Sequence[tuple[str, int]], channels: Sequence[str], file: str) -> ReadRequirements:
    """Return the requirements that conda's specs name (`pytorch=2.1.0`, each with its line), with the CUDA release that
    a selecting package or a build's name says."""
    wrong = [
        (line, f"not a specification of conda: {text[:80]!r}") for text, line in specs if not _SPEC.match(text.strip())
    ]
    return ReadRequirements(tuple(_made_of(specs, channels, file)), not_understood=tuple(wrong))


def _made_of(specs: Sequence[tuple[str, int]], channels: Sequence[str], file: str) -> Iterator[Requirement]:
    parsed = [(match, text, line) for text, line in specs if (match := _SPEC.match(text.strip())) is not None]
    selectors = framework().conda_selectors
    cuda = next((_cuda(match[2]) for match, _, _ in parsed if match[1].lower() in selectors and match[2]), None)
    channel = framework().conda_channel
    from_channel = any(each.rpartition("/")[2] == channel for each in channels) or any(
        f"{channel}::" in text for text, _ in specs
    )
    for match, text, line in parsed:
        name = str(canonicalize_name(match[1]))
        build = _BUILD.search(match[3] or "")
        own = f"cu{build[1]}{build[2]}" if build is not None else cuda
        index = CONDA
        if name in framework().conda_builds and from_channel:
            index = own or framework().conda_channel
        if name in selectors or name.startswith("cuda"):
            continue
        plain = framework().conda.get(name, name)
        yield made(plain, _specifier(match[2] or ""), text, line=line, origin=Origin(file), own_index=index)


def _cuda(spec: str) -> str | None:
    match = re.search(r"(\d{2})\.(\d)", spec)
    return f"cu{match[1]}{match[2]}" if match is not None else None


def _specifier(spec: str) -> str:
    """conda's constraint as PEP 440 writes it: `=2.1` is `==2.1.*`, `==2.1.0` and `=2.1.0` are exact here."""
    spec = re.sub(r"\s+", "", spec)
    match = re.fullmatch(r"=(\d[\w.]*)(\*?)", spec)
    if match is not None:
        return f"=={match[1]}" if match[1].count(".") >= 2 else f"=={match[1].rstrip('.')}.*"
    return spec


def conda_lock(text: str, file: str) -> ReadRequirements:
    """Return what a conda-lock.yml has for the platform that is read for; `LaterFormatError` for a newer format."""
    document = _mapping(text)
    if document.get("version") not in (1, None):
        raise LaterFormatError(f"conda-lock.yml of format {document.get('version')}: formats up to 1 are read")
    found: list[Requirement | None] = []
    platform = conda_platform()
    packages = document.get("package")
    lines = first_lines(text, r"name:[ \t]*+(\S++)[ \t]*+$")
    for package in packages if isinstance(packages, list) else ():
        if not isinstance(package, dict) or package.get("platform") not in (platform, None):
            continue
        name, version = str(package.get("name")), str(package.get("version"))
        line = lines.get(name, 1)
        if package.get("manager") == "pip":
            found.append(made(str(canonicalize_name(name)), f"=={version}", f"{name}=={version}", line=line,
                              origin=Origin(file), locked=True))  # fmt: skip
        else:
            found.append(_of_file(str(package.get("url", "")), name, version, line=line, file=file))
    return ReadRequirements(all_made(found))


def pixi_lock(text: str, file: str) -> ReadRequirements:
    """Return the packages of a pixi.lock for the platform that is read for; `LaterFormatError` for a newer format."""
    document = _mapping(text)
    version = document.get("version")
    if not isinstance(version, int):
        raise ValueError("no pixi.lock: it has no version")
    if version > _NEWEST_PIXI:
        raise LaterFormatError(f"pixi.lock of format {version}: formats up to {_NEWEST_PIXI} are read")
    found: list[Requirement | None] = []
    own = f"/{conda_platform()}/"
    packages = document.get("packages")
    lines = first_lines(text, r"(?:conda|pypi|url):[ \t]*+(\S++)")
    for package in packages if isinstance(packages, list) else ():
        if not isinstance(package, dict):
            continue
        address = str(package.get("conda") or package.get("pypi") or package.get("url") or "")
        line = lines.get(address, 1)
        if "conda" in package or package.get("kind") == "conda":
            match = _FILE.search(address)
            if match is not None and (own in address or "/noarch/" in address):
                found.append(_of_file(address, match[1], match[2], line=line, file=file))
        elif address.endswith(".whl") and not is_other_wheel(address):
            try:
                found.append(requirement_of(address, line, Origin(file)))
            except ValueError:
                continue
    locked = [replace(each, locked=True) for each in found if each is not None]
    return ReadRequirements(tuple(locked))


def _of_file(address: str, name: str, version: str, line: int, *, file: str) -> Requirement | None:
    """A package of conda by its file: the build's name says the CUDA release of PyTorch's own channel."""
    build = _BUILD.search(address.rpartition("-")[2])
    index = CONDA
    if build is not None and f"/{framework().conda_channel}/" in address:
        index = f"cu{build[1]}{build[2]}"
    plain = framework().conda.get(name, name)
    found = made(
        plain, f"=={version}", f"{name}={version}", line=line, origin=Origin(file), locked=True, own_index=index
    )
    return replace(found, address=address) if found is not None and address.startswith("https://") else found


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
