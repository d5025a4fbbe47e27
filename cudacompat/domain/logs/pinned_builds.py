"""The index that a pin names by its own local version (`2.5.1+cu124`), which no other index has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.version import InvalidVersion, Version

from cudacompat.domain.logs.reading import Occurrence
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.one_wheel import chosen, wheel_for
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.requirement import Requirement, split_local
from cudacompat.domain.wheels.resolved import HowKnown, Resolved
from cudacompat.domain.wheels.table import cuda_of_index
from cudacompat.domain.words.verdict import Outcome, Target


def with_own_index(signature: Signature, occurrence: Occurrence, target: Target | None) -> Signature:
    """Return the signature of a pin that was not found with the command that takes it from its own index; as it is
    where that index never had the release or was asked for it. Where the build does not run on the GPU, the wheel for
    that is wanted in its place."""
    name, version = occurrence.value("package") or "", occurrence.value("version") or ""
    platform = platform_for(target) if target is not None else DEFAULT_PLATFORM
    build = _build(name, version, platform)
    if build is None or f"+{build.build}" in occurrence.text.partition("(from versions:")[2]:
        return signature
    main = framework().name
    if target is not None and _fails(build, target, platform):
        fix = f"{name} {version} does not run on {target.label}: choose a build that does."
        return replace(signature, fix=fix, wheel=main)
    index = f"{framework().index}/{build.build}"
    return replace(
        signature,
        fix=f"Name the index of its local version: {build.build}. If that finds none, the Python is not one that the "
        "release has wheels for.",
        command=f"pip install {name}=={version} --index-url {index}",
    )


def _build(name: str, written: str, platform: str) -> Resolved | None:
    """The build that a pin with a local version stands for; `None` where its index is not known to have had it."""
    public, local = split_local(written)
    if local is None or cuda_of_index(local) is None or written != f"{public}+{local}":
        return None
    try:
        version = Version(public)
    except InvalidVersion:
        return None
    requirement = Requirement(
        name, f"=={version}", written, file="", line=0, local=local, index=local, local_version=local
    )
    found = wheel_for(requirement, "", platform=platform)
    return found if _is_there(found, requirement, platform) else None


def _fails(build: Resolved, target: Target, platform: str) -> bool:
    """Whether the build does not run on the GPU; what is released with the framework runs where that does: its newest
    of the same index stands for the one that goes with it."""
    main = framework().name
    if build.requirement.name != main:
        newest = Requirement(main, "", "", file="", line=0, local=build.build, index=build.build)
        build = wheel_for(newest, "", platform=platform)
    return verdict_of(build, target).outcome is Outcome.FAILS


def _is_there(found: Resolved, requirement: Requirement, platform: str) -> bool:
    known: Sequence[HowKnown] = (HowKnown.READ, HowKnown.DOCUMENTED)
    return found.known in known or chosen(requirement, platform)[0] is not None
