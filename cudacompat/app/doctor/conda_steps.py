"""What to do about a package that conda installed: its build for another CUDA release, from conda-forge.

conda-forge publishes one package for several CUDA releases, and the metapackage `cuda-version` chooses
among its builds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from shlex import quote

from cudacompat.domain.judge.compat import first_branch
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.tables.toolkits import RELEASES, CudaRelease
from cudacompat.domain.wheels.distributions import distributions, family_of
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.own import normalised

_OLDEST = 11  # major CUDA release of which conda-forge still has builds


def conda_step(component: Component, targets: Sequence[Target], home: Environment | None) -> PlanStep:
    """Return the step that installs the build for the newest CUDA release that builds for all of these GPUs and runs
    with their drivers, or says that there is none."""
    named = one_line(f"{component.package} {component.version}".strip())
    release = _release(targets)
    if release is None:
        return PlanStep(f"{named}: no CUDA release builds for all of these GPUs and runs with their driver")
    why = f"Install the build of {named} for CUDA {release.version} from conda-forge: this release builds for the GPUs"
    return PlanStep(why, conda_install((conda_name(component.package), _pin(release)), home), (component.package,))


def conda_name(package: str) -> str:
    """Return what conda-forge calls the package, its CUDA builds alone where it has others, for a name that pip or
    conda shows."""
    name = normalised(package)
    names = distributions().conda_names
    return names.get(name) or names.get(family_of(name)) or name


def conda_install(packages: Sequence[str], home: Environment | None) -> str:
    """Return the command that installs these specifications from conda-forge into the environment."""
    words = " ".join(map(quote, packages))
    path = PurePath(home.prefix) if home is not None else None
    if path is not None and path.parts[-3:-1] == (".pixi", "envs"):
        feature = "" if path.name == "default" else f" --feature {quote(path.name)}"
        manifest = quote(str(path.parents[2]))
        return f"pixi add --manifest-path {manifest}{feature} {words}"
    prefix = f" -p {quote(home.prefix)}" if home is not None else ""
    return f"conda install{prefix} -c conda-forge {words}"


def _pin(release: CudaRelease) -> str:
    return f"cuda-version={release.version}"


def _release(targets: Sequence[Target]) -> CudaRelease | None:
    """The newest release of a major one whose newest builds for all of them."""
    if any(each.driver is not None and each.driver.branch < (first_branch(each.capability) or 0) for each in targets):
        return None
    newest = {row.version.major: row for row in RELEASES if row.version.major >= _OLDEST}
    for row in reversed(newest.values()):
        floor = runtime_floor(row.version.major)
        drivers = [each.driver for each in targets if each.driver is not None]
        builds = all(_builds(row, each) for each in targets)
        if builds and (floor is None or all(takes_runtime(each, floor) for each in drivers)):
            return row
    return None


def _builds(release: CudaRelease, target: Target) -> bool:
    """Whether the release builds code for the GPU, or for one of the same generation before it."""
    major, number = target.capability.major, target.capability.number
    plain = (int(each) for each in release.targets if re.fullmatch(r"\d+", each))
    return any(each // 10 == major and each <= number for each in plain)
