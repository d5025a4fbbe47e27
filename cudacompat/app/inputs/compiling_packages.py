"""Which package runs a compiler that was read for all its kernels, and which packages beside it use that one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from packaging.utils import canonicalize_name

from cudacompat.domain.judge.bundled_compilers import CompilingPackage
from cudacompat.domain.rules.artifact.compiled_later import named_wheel
from cudacompat.domain.wheels.brought import needs_of_release
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.words.code import BinaryArtifact, BundledCompiler
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.environments import pip
from cudacompat.environments.asked_for import requirers

_INSTALLED = re.compile(r"(?P<folder>.*(?:site|dist)-packages/)(?P<name>[A-Za-z0-9_]+)/")
_PYTHON = re.compile(r"python(\d+\.\d+)")
_WHEELS = 2000  # beside one of them


def compiling_packages(
    compilers: Iterable[BundledCompiler], artifacts: Sequence[BinaryArtifact]
) -> dict[str, CompilingPackage]:
    """Return by the path of a compiler the package that runs it, of packages without kernels of their own."""
    found = ((each.path, _package(each.path, artifacts)) for each in compilers)
    return {path: package for path, package in found if package is not None}


def _package(path: str, artifacts: Sequence[BinaryArtifact]) -> CompilingPackage | None:
    wheel, place = named_wheel(path), _INSTALLED.match(path)
    name = wheel[0] if wheel is not None else place["name"] if place is not None else ""
    name = str(canonicalize_name(name))
    if not distributions().is_compiler(name):
        return None
    if wheel is not None:
        return CompilingPackage(name, wheel[1], _among(name, _wheels(path, artifacts)))
    folder = place["folder"] if place is not None else ""
    if ArtifactPath.parse(path).members:
        inside = f"{folder}{framework().name}/"
        there = any(str(each.path).startswith(inside) for each in artifacts)
        return CompilingPackage(name, "", _among(name, (framework().name,) if there else ()))
    python = _PYTHON.search(folder)
    users = requirers((folder,), name, python[1] if python is not None else "")
    own = (framework().name,) if Path(folder, framework().name).is_dir() else ()
    return CompilingPackage(name, pip.version_of(name, (folder,)) or "", users or _among(name, own))


def _wheels(path: str, artifacts: Sequence[BinaryArtifact]) -> list[str]:
    """The packages whose wheels were read with it, and those that lie in the same folder. The framework, which makes
    little of what is missing, has to be among the first: a name alone may make it worse, and nothing better."""
    outer = Path(ArtifactPath.parse(path).outer)
    beside = islice(outer.parent.glob("*.whl"), _WHEELS) if outer.suffix == ".whl" else ()
    read = _names(str(each.path) for each in artifacts if ".whl" in str(each.path))
    return [*read, *(name for name in _names(map(str, beside)) if name != framework().name)]


def _names(paths: Iterable[str]) -> list[str]:
    return [str(canonicalize_name(found[0])) for each in paths if (found := named_wheel(each)) is not None]


def _among(name: str, packages: Iterable[str]) -> tuple[str, ...]:
    """Those of these packages that use this one, as far as that is known."""
    every = dict.fromkeys(packages)
    return tuple(
        each
        for each in every
        if each == framework().name or any(_is_of(name, need) for need in needs_of_release(each, None))
    )


def _is_of(name: str, need: str) -> bool:
    return re.match(rf"{re.escape(name)}(?![\w.-])", need) is not None
