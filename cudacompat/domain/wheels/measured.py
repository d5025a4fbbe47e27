"""A row of the table out of what was read of a wheel."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.wheels.distributions import distributions, family_of
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, Registration
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import Target

# GPUs that a row has an answer for: each generation, and what in it differs.
CAPABILITIES = ("5.2", "6.0", "6.1", "7.0", "7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "10.3", "11.0", "12.0", "12.1")
_MOST_LISTS = 8
_MOST_LIBRARIES = 6
_SHARE_OF_MAJOR = 10  # of so many images at least one
_BUNDLED = re.compile(r"(?:^|[!/])[\w.-]+\.libs/[^/]+$")  # where auditwheel puts the libraries of others


def measured(package: str, artifacts: Sequence[BinaryArtifact]) -> dict[str, Any]:
    """Return what the libraries of a wheel give for its row, as the table keeps it: `main`, `lists`, `ptx_isa`,
    `libraries`, `answers`, `by_cuda` and `toolkit`; empty where no library holds kernels, and `libraries` alone where
    they hold single features. The kernels must have been read for all of `CAPABILITIES`."""
    held = [each for each in artifacts if _modules(each)]
    if held and family_of(package) in distributions().single_features:
        return {"libraries": [_library(each) for each in _largest(held)]}
    if not held or distributions().runs_without_own(package):
        return {}
    main = _deciding(package, held)
    modules = _modules(main)
    found: dict[str, Any] = {
        "main": _inner(main),
        "toolkit": _toolkit(modules),
        "runtime": main.runtime,
        "lists": [list(each) for each in _lists(modules)[:_MOST_LISTS]],
        "ptx_isa": _isas(modules),
        "libraries": [_library(each) for each in _largest(held)],
        "answers": _answers(main),
    }
    by_cuda = distributions().library_for_each_cuda.get(package)
    if by_cuda is not None:
        named = {match[1]: each for each in held if (match := by_cuda.search(each.path))}
        older = _answers_of_older(package, held)
        found["by_cuda"] = {
            cuda: {**_answers(each), **older.get(cuda, {})}
            for cuda, each in sorted(named.items(), key=lambda it: int(it[0]))
        }
        found["answers"] = next(
            (found["by_cuda"][cuda] for cuda, each in named.items() if each is main), found["answers"]
        )
    return {key: value for key, value in found.items() if value is not None}


def _answers_of_older(package: str, held: Sequence[BinaryArtifact]) -> dict[str, dict[str, str]]:
    """By CUDA release the outcomes on the GPUs that load another library for it than newer ones do."""
    below, pattern = distributions().library_for_older.get(package, ("", None))
    named = [(match[1], each) for each in held if pattern is not None and (match := pattern.search(each.path))]
    return {
        cuda: {
            text: outcome
            for text, outcome in _answers(each).items()
            if ComputeCapability.parse(text) < ComputeCapability.parse(below)
        }
        for cuda, each in named
    }


def _inner(artifact: BinaryArtifact) -> str:
    path = ArtifactPath.parse(artifact.path)
    return path.members[-1] if path.members else path.outer


def _modules(artifact: BinaryArtifact) -> list[DeviceModule]:
    """The modules that hold kernels and are loaded as they are; those of other sections where no other is there, or
    where their headers promise what their texts cannot do (`judge_artifact` counts these, too)."""
    holding = [m for m in artifact.modules if m.kernels and m.registration is not Registration.RELOCATABLE]
    return [m for m in holding if m.registration is Registration.REGISTERED or _promises(m)] or holding


def _promises(module: DeviceModule) -> bool:
    return any(entry.header_target is not None for entry in module.entries)


def _deciding(package: str, held: Sequence[BinaryArtifact]) -> BinaryArtifact:
    pattern = distributions().deciding_library.get(family_of(package))
    named = [each for each in held if pattern is not None and pattern.search(each.path)]
    by_cuda = distributions().library_for_each_cuda.get(package)
    if by_cuda is not None:
        numbered = [(int(match[1]), each) for each in held if (match := by_cuda.search(each.path))]
        if numbered:
            return max(numbered, key=lambda it: it[0])[1]
    own = [each for each in held if _BUNDLED.search(each.path) is None]
    return max(named or own or held, key=lambda each: (len(_modules(each)), each.size, each.path))


def _largest(held: Iterable[BinaryArtifact]) -> list[BinaryArtifact]:
    return sorted(held, key=lambda each: (-len(_modules(each)), each.path))[:_MOST_LIBRARIES]


def _lists(modules: Iterable[DeviceModule]) -> list[tuple[str, int]]:
    counted = Counter(_list(module) for module in modules)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _list(module: DeviceModule) -> str:
    sass = _targets(module, CodeKind.SASS)
    ptx = _targets(module, CodeKind.PTX)
    return " ".join([*sass, *(["+PTX", *ptx] if ptx else [])])


def _targets(module: DeviceModule, kind: CodeKind) -> list[str]:
    """The targets of the images with kernels: an empty one serves nothing."""
    held = {e.target for e in module.entries if e.kind is kind and e.target is not None and e.kernels != ()}
    return [each.arch for each in sorted(held, key=lambda target: (target.number, target.suffix.value))]


def _isas(modules: Iterable[DeviceModule]) -> dict[str, str]:
    """By target of PTX the ISA version of most of it."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in (entry for module in modules for entry in module.entries):
        if entry.kind is CodeKind.PTX and entry.target is not None and entry.ptx_isa is not None:
            counted[entry.target.arch][str(entry.ptx_isa)] += 1
    return {target: max(isas, key=lambda isa: (isas[isa], isa)) for target, isas in sorted(counted.items())}


def _toolkit(modules: Sequence[DeviceModule]) -> str | None:
    """The CUDA release that most images of the newest major release are from, if a tenth of all are: cuFFT for CUDA 13
    still has what CUDA 11 built for older GPUs. Where no image says it, that of the newest PTX, or its major release
    where several wrote that PTX."""
    entries = [entry for module in modules for entry in module.entries]
    counted = Counter(entry.toolkit for entry in entries if entry.toolkit is not None)
    if counted:
        shares = Counter(toolkit.major for toolkit in counted.elements())
        major = max(each for each in shares if shares[each] * _SHARE_OF_MAJOR >= counted.total())
        own = [toolkit for toolkit in counted if toolkit.major == major]
        return str(max(own, key=lambda toolkit: (counted[toolkit], toolkit)))
    newest = max((entry.ptx_isa for entry in entries if entry.ptx_isa is not None), default=None)
    wrote = [release.version for release in RELEASES if release.ptx_isa == newest]
    majors = {version.major for version in wrote}
    if len(wrote) == 1:
        return str(wrote[0])
    return str(majors.pop()) if len(majors) == 1 else None


def _library(artifact: BinaryArtifact) -> dict[str, Any]:
    modules = _modules(artifact)
    shares: dict[CodeKind, Counter[str]] = {CodeKind.SASS: Counter(), CodeKind.PTX: Counter()}
    for module in modules:
        for kind, counter in shares.items():
            counter.update(_targets(module, kind))
    return {
        "name": _inner(artifact),
        "modules": len(modules),
        "sass": _share(shares[CodeKind.SASS], len(modules)),
        "ptx": _share(shares[CodeKind.PTX], len(modules)),
        "ptx_isa": _isas(modules),
    }


def _share(counter: Counter[str], modules: int) -> dict[str, float]:
    order = sorted(counter, key=lambda arch: (int(arch.rstrip("af?")), arch))
    return {arch: round(counter[arch] / modules, 3) for arch in order}


def _answers(artifact: BinaryArtifact) -> dict[str, str]:
    """The outcome on each GPU, with the oldest driver that can run the code."""
    found = {}
    for text in CAPABILITIES:
        verdict = judge_artifact(artifact, Target(text, None, ComputeCapability.parse(text)))
        if verdict is not None:
            found[text] = verdict.outcome.value
    return found
