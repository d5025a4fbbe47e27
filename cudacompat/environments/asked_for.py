"""Which packages are asked for by what is installed beside them, read from metadata alone."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from cudacompat.environments.own import LEFT_BEHIND, normalised

_BYTES = 1 << 20  # of one METADATA: torch's requirements stand within its first kilobytes
_PACKAGES = 5_000  # in one environment


def asked_for(folders: Iterable[str], libraries: Iterable[str], without: Container[str] = ()) -> frozenset[str]:
    """Return those of `libraries` (normalised names) that an installed package requires, extras included, other than
    one of them that nothing asks for itself: `cuda-toolkit` asks for cuBLAS only where something asks for it, and so
    does `nvidia-cuda-nvcc` for the runtime. What those in `without` require does not count."""
    requires = {name: needs for name, needs in _requirements(folders) if name not in without}
    known = frozenset(libraries)
    waiting = [
        need for name, needs in requires.items() if name not in known and not _is_of_toolkit(name) for need in needs
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += requires.get(name, ())
    return frozenset(found & known)


@dataclass(frozen=True, slots=True)
class Asker:
    """An installed package, and the releases of another one that it takes."""

    package: str
    version: str
    takes: SpecifierSet


def askers(folders: Iterable[str], packages: Iterable[str], python: str) -> Mapping[str, tuple[Asker, ...]]:
    """Return, by each of `packages` (normalised names), the packages installed in these folders that require it in some
    releases only, in an environment of that Python (`3.12`)."""
    found: dict[str, tuple[Asker, ...]] = dict.fromkeys(packages, ())
    for info in _every(folders) if found else ():
        for package, asker in _askers(_text(info), found, python):
            found[package] += (asker,) if str(asker.takes) else ()
    return found


def requirers(folders: Iterable[str], package: str, python: str) -> tuple[str, ...]:
    """Return the normalised names of the packages installed in these folders that require this one, in any release."""
    every = (asker for info in _every(folders) for _, asker in _askers(_text(info), (package,), python))
    return tuple(dict.fromkeys(normalised(each.package) for each in every))


def _askers(text: str, packages: Container[str], python: str) -> Iterator[tuple[str, Asker]]:
    head = text.split("\n\n", 1)[0]
    fields = dict(re.findall(r"(?m)^(Name|Version):[ \t]*(\S+)", head))
    takes: dict[str, SpecifierSet] = {}
    for need in (_parsed(each) for each in re.findall(r"(?m)^Requires-Dist:[ \t]*(\S.*)$", head)):
        if need is None or (name := normalised(need.name)) not in packages:
            continue
        if need.marker is None or need.marker.evaluate({"extra": "", "python_version": python}):
            takes[name] = takes.get(name, SpecifierSet()) & need.specifier
    for name, specifier in takes.items() if "Name" in fields else ():
        yield name, Asker(fields["Name"], fields.get("Version", ""), specifier)


def _parsed(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _is_of_toolkit(name: str) -> bool:
    """Whether the package is NVIDIA's list of its own libraries, or a compiler of its toolkit, which asks for the
    runtime: a package that needs them requires them."""
    return name == "cuda-toolkit" or name.startswith(("nvidia-cuda-", "nvidia-nvvm", "nvidia-nvjitlink"))


def _requirements(folders: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for info in _every(folders):
        head = _text(info).split("\n\n", 1)[0]
        name = re.search(r"(?m)^Name:[ \t]*(\S+)", head)
        if name is not None:
            needs = re.findall(r"(?m)^Requires-Dist:[ \t]*([A-Za-z0-9][\w.-]*)", head)
            yield normalised(name[1]), tuple(normalised(each) for each in needs)


def _every(folders: Iterable[str]) -> Iterator[Path]:
    return islice((info for folder in dict.fromkeys(folders) for info in _infos(Path(folder))), _PACKAGES)


def _infos(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.glob("*.dist-info/METADATA") if each.parent.name[:1] != LEFT_BEHIND)
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""
