"""What becomes of packages that compile their kernels with the assembler in their own wheel, and what cures them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI, RowBasis
from cudacompat.domain.wheels.own_compiler import assembling_rows, lacking_assembler
from cudacompat.domain.wheels.release_bounds import ReleaseBounds
from cudacompat.domain.wheels.required import asked_by_framework
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.together import FrameworkRelease
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.compiler_files import PTXAS_FOR_TRITON
from cudacompat.domain.words.verdict import Outcome, Target


def verdict_by_compiler(resolved: Resolved, target: Target) -> RequirementVerdict:
    """Return the verdict on a wheel that compiles its kernels by itself: newer releases know the GPUs that older ones
    do."""
    lacking = [each for row in resolved.rows if (each := lacking_assembler(row, target)) is not None]
    if lacking and (len(lacking) < len(resolved.rows) or resolved.known is HowKnown.NEWER):
        return RequirementVerdict(replace(resolved, known=HowKnown.UNREAD), target, Outcome.UNDECIDED)
    known = (
        replace(resolved, known=HowKnown.BETWEEN) if resolved.known in (HowKnown.NEWER, HowKnown.OLDER) else resolved
    )
    if lacking:
        return RequirementVerdict(known, target, Outcome.FAILS, verdict=lacking[0])
    return RequirementVerdict(known, target, None)


def cure_by_compiler(
    package: str,
    targets: Sequence[Target],
    bounds: ReleaseBounds,
    *,
    going_with: FrameworkRelease | None,
) -> WheelCure | NoCure:
    """Return the first release from this one on (the newest without one) whose own assembler knows every target."""
    asked = asked_by_framework(package, going_with.version) if going_with is not None else None
    version, platforms = bounds.version, bounds.platforms(targets)
    known = {row.version for row in assembling_rows(package, platforms[0])}
    for target, platform in zip(targets, platforms, strict=True):
        rows = assembling_rows(package, platform)
        known &= {row.version for row in rows if lacking_assembler(row, target) is None}
    taken = [each for each in known if asked is None or asked.contains(each, prereleases=True)]
    fitting = sorted(each for each in taken if bounds.has_wheels([(package, each)], platforms))
    if not fitting:
        labels = ", ".join(target.label for target in targets)
        beside = f" that goes with {framework().name} {going_with.version}" if going_with is not None and known else ""
        text = f"no release of {package}{beside} has an assembler that knows {labels}; {PTXAS_FOR_TRITON}"
        return NoCure(package, text)
    newer = [each for each in fitting if version is not None and each >= version]
    chosen = newer[0] if newer else fitting[-1]
    return WheelCure(package, chosen, PYPI, basis=RowBasis.MEASURED.value, native=True, min_driver=None)
