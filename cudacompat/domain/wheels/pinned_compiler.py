"""The release of a framework that asks for a compiler which knows a GPU: triton comes with torch."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.candidates import candidates
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.own_compiler import assembling_rows, lacking_assembler
from cudacompat.domain.wheels.required import asked_by_framework
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.verdict import Target


def framework_with(
    package: str, targets: Sequence[Target], version: Version, beside: Sequence[str], *, platform: str
) -> tuple[WheelCure, Version] | None:
    """Return the nearest newer release of the framework than `version` that runs on all of these GPUs and asks for a
    release of `package` whose assembler knows them, and that release; `None` where there is none. `beside` are packages
    that have to go along, as `cure_for` takes them."""
    knowing = [
        row.version
        for row in assembling_rows(package, platform)
        if all(lacking_assembler(row, target) is None for target in targets)
    ]
    newer = {each.version for each in candidates(framework().name, platform) if each.version > version}
    for release in sorted(newer):
        asked = asked_by_framework(package, release)
        taken = [each for each in knowing if asked is not None and asked.contains(each, prereleases=True)]
        if not taken:
            continue
        only = SpecifierSet(f"=={release}")
        found = cure_for(framework().name, targets, version=version, beside=beside, allowed=only, platform=platform)
        if isinstance(found, WheelCure) and not found.stuck:
            return found, max(taken)
    return None
