"""What is sure of a build of conda that nobody read, by the CUDA release that it was built with."""

from __future__ import annotations

from dataclasses import replace

from packaging.version import Version

from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.wheels.model import RowBasis, WheelRow
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.verdict import WheelVerdict
from cudacompat.domain.words.verdict import Outcome, Reason, Target


def verdict_by_release(resolved: Resolved, target: Target) -> RequirementVerdict:
    """Return that the build fails where its CUDA release has no compiler for the GPU any more, or asks for a newer
    driver; else it is undecided."""
    release = resolved.requirement.cuda or ""
    head = release.partition(".")[0]
    found = _fails(int(head), target) if head.isdigit() else None
    if found is None:
        return RequirementVerdict(resolved, target, Outcome.UNDECIDED)
    reason, driver = found
    row = WheelRow(
        resolved.requirement.name, resolved.version or Version("0"), resolved.build, platform=target.platform or "any",
        basis=RowBasis.DOCUMENTED, source="the name of its build", date="", cuda=release,
    )  # fmt: skip
    verdict = WheelVerdict(row, target, Outcome.FAILS, reason=reason, min_driver=driver)
    return RequirementVerdict(replace(resolved, known=HowKnown.DOCUMENTED), target, Outcome.FAILS, verdict=verdict)


def _fails(major: int, target: Target) -> tuple[Reason, int | None] | None:
    """Why no build of this major release runs on the target, with the driver branch that it needs."""
    built = [int(each.rstrip("af")) for row in RELEASES if row.version.major == major for each in row.targets]
    if built and target.capability.number < min(built):
        return Reason.NO_IMAGE, None
    floor = runtime_floor(major)
    if floor is None or target.driver is None or takes_runtime(target.driver, floor, windows=target.on_windows):
        return None
    return Reason.RUNTIME_NEEDS_DRIVER, floor.oldest(windows=target.on_windows).parts[0]
