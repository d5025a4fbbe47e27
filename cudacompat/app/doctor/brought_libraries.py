"""NVIDIA's libraries that a step brings along with another release of a package: no other step is wanted for them, and
none may put another release in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from cudacompat.app.doctor.installing import installer
from cudacompat.domain.machine.components import Environment
from cudacompat.domain.reports.doctor import ComponentRow, PlanStep
from cudacompat.domain.tables.cuda_libraries import (
    is_vendors_wheel,
    release_of_wheel,
    requirement,
    toolkit_wheel,
    wheels_of_toolkit,
)
from cudacompat.domain.wheels.distributions import family_of, framework
from cudacompat.domain.wheels.table import rows_of
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.environments.own import normalised

_OF_RELEASE = frozenset({"nvidia-cuda-nvrtc", "nvidia-cuda-runtime"})  # whose versions begin with the toolkit's


def brings_of(cure: WheelCure, platform: str) -> tuple[str, ...]:
    """Return what the release requires of NVIDIA's libraries. Where that build's metadata was not read, what the same
    release requires as it is built for another CUDA release, in its own one."""
    rows = [row for row in rows_of(cure.package, platform, None) if row.version == cure.version and row.requires]
    own = next((row for row in rows if row.index == cure.index), None)
    needs = [_parsed(each) for text in (own or rows[0]).requires for each in _wheels(text)] if rows else []
    vendors = [each for each in needs if each is not None and is_vendors_wheel(normalised(each.name))]
    if own is not None:
        return tuple(f"{normalised(each.name)}{each.specifier}" for each in vendors)
    major = (cure.cuda or "").partition(".")[0]
    return tuple(_in(each, int(major), cure.cuda or "") for each in vendors) if major.isdigit() else ()


def builds_of(cure: WheelCure) -> tuple[tuple[str, int], ...]:
    """Return the release, and those that are built with it and move along, with the major CUDA release of these
    builds; nothing where that is not known."""
    major = (cure.cuda or "").partition(".")[0]
    built = (cure.package, *(name for name, _ in cure.companions if name in framework().built_with_it))
    return tuple((name, int(major)) for name in built) if major.isdigit() else ()


def is_of(step: PlanStep, home: Environment | None) -> bool:
    """Return whether the step installs something into the environment."""
    return step.command is not None and installer(home) in step.command


def _wheels(text: str) -> Iterator[str]:
    """The requirement, or in its place those of the toolkit's wheels that it asks for together."""
    found = wheels_of_toolkit(text)
    yield from ((f"{name}=={cuda}.*" if family_of(name) in _OF_RELEASE else name) for name, cuda in found)
    if not found:
        yield text


def _parsed(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _in(need: Requirement, major: int, cuda: str) -> str:
    """The requirement as a build for that CUDA release has it."""
    name = normalised(need.name)
    family = family_of(name)
    if release_of_wheel(family) is None:  # one that is released beside the toolkit, whose wheels have the suffix always
        return f"{family}-cu{major}{need.specifier}"
    wheel = toolkit_wheel(family, major)
    return f"{wheel}=={cuda}.*" if family in _OF_RELEASE and "." in cuda else wheel


def brought(steps: Iterable[PlanStep], home: Environment | None) -> dict[str, str]:
    """Return by the name of each library that these steps bring into the environment its release: `12.8`, empty where
    that is not known."""
    needs = (
        found for step in steps if is_of(step, home) for each in step.brings if (found := _parsed(each)) is not None
    )
    return {need.name: _release(need.specifier) for need in needs}


def _release(specifier: SpecifierSet) -> str:
    return next((each.version.removesuffix(".*") for each in specifier if each.operator == "=="), "")


def serves(asked: str, there: Mapping[str, str]) -> bool | None:
    """Return whether what is brought serves who asks for that (`nvidia-cudnn-cu12==9.*`); `None` where nothing of that
    name is."""
    need = _parsed(asked)
    if need is None or need.name not in there:
        return None
    release = there[need.name]
    try:
        return need.specifier.contains(Version(release), prereleases=True) if release else True
    except InvalidVersion:
        return True


def credited(
    steps: Sequence[PlanStep], rows: Iterable[ComponentRow], others: Iterable[PlanStep], home: Environment | None
) -> list[PlanStep]:
    """Return these steps, the one that brings libraries with what it cures besides: the components that lack one of
    them, or compile with it, and have no step of their own."""
    cured = {name for step in (*steps, *others) for name in step.cures}
    found = list(steps)
    for number, step in enumerate(found):
        names = brought([step], home)
        besides = [
            row.component.package
            for row in rows
            if names and row.is_bad and row.component.package not in cured and _is_served(row, names)
        ]
        found[number] = replace(step, cures=(*step.cures, *besides))
        cured.update(besides)
    return found


def _is_served(row: ComponentRow, there: Mapping[str, str]) -> bool:
    """Whether all that keeps the component from running is among what is brought."""
    majors = {major for name in there if (major := release_of_wheel(name)) is not None}
    bad = [verdict for verdict in row.verdicts if verdict.is_bad]
    wanted = [verdict.lacks or _compiler(verdict.compiler) for verdict in bad]
    if not all(wanted) or any(verdict.lacks and verdict.loaded_or_own.is_bad for verdict in bad):
        return False
    return all(
        any(serves(asked, there) for major in majors if (asked := requirement(name, major)) is not None)
        for names in wanted
        for name in names
    )


def _compiler(words: str) -> tuple[str, ...]:
    """`libnvrtc.so.12` of `NVRTC 12.4 ends at sm_90a`; empty for another compiler."""
    major = words.removeprefix("NVRTC ").partition(".")[0] if words.startswith("NVRTC ") else ""
    return (f"libnvrtc.so.{major}",) if major else ()
