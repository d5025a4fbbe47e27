"""Builds of conda-forge: one package for several CUDA releases, among which the metapackage `cuda-version` chooses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.utils import canonicalize_name

from cudacompat.domain.judge.compat import first_branch
from cudacompat.domain.tables.drivers import RuntimeFloor, runtime_floor, takes_runtime
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.wheels.distributions import distributions, family_of
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.verdict import Target

_MAJORS = (12, 13, 11)  # in the order in which conda-forge has most builds


def conda_name(package: str) -> str:
    """Return what conda-forge calls the package, its CUDA builds alone where it has others, for a name that pip or
    conda shows."""
    name = str(canonicalize_name(package))
    names = distributions().conda_names
    return names.get(name) or names.get(family_of(name)) or name


def cuda_version(release: CudaRelease) -> str:
    """Return the specification that chooses the builds for this CUDA release."""
    return f"cuda-version={release.version}"


def conda_release(targets: Sequence[Target]) -> CudaRelease | None:
    """Return the CUDA release that builds for all of these GPUs and runs with their drivers, of the last ones of each
    major release; `None` where there is none."""
    if any(each.driver is not None and each.driver.branch < (first_branch(each.capability) or 0) for each in targets):
        return None
    newest = {row.version.major: row for row in RELEASES}
    for row in (newest[major] for major in _MAJORS):
        floor = runtime_floor(row.version.major)
        builds = all(_builds(row, each) for each in targets)
        if builds and (floor is None or all(_takes(each, floor) for each in targets)):
            return row
    return None


def _takes(target: Target, floor: RuntimeFloor) -> bool:
    return target.driver is None or takes_runtime(target.driver, floor, windows=target.on_windows)


def _builds(release: CudaRelease, target: Target) -> bool:
    """Whether the release builds code for the GPU, or for one of the same generation before it."""
    major, number = target.capability.major, target.capability.number
    plain = (int(each) for each in release.targets if re.fullmatch(r"\d+", each))
    return any(each // 10 == major and each <= number for each in plain)
