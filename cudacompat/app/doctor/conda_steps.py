"""What to do about packages that conda installed: their builds for another CUDA release, from conda-forge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from cudacompat.app.doctor.reader_shell import quoted, words
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages, PlanStep
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.wheels.conda_builds import conda_name, conda_release, cuda_version
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target


def conda_step(component: Component, targets: Sequence[Target], home: Environment | None) -> PlanStep:
    """Return the step that installs the build for a CUDA release that builds for all of these GPUs and runs
    with their drivers, or says that there is none."""
    named = one_line(f"{component.package} {component.version}".strip())
    release = conda_release(targets)
    if release is None:
        return PlanStep(f"{named}: no CUDA release builds for all of these GPUs and runs with their driver")
    why = f"Install the build of {named} for CUDA {release.version} from conda-forge: this release builds for the GPUs"
    return PlanStep(
        why, conda_install((conda_name(component.package), cuda_version(release)), home), (component.package,)
    )


def conda_install(packages: Sequence[str], home: Environment | None) -> str:
    """Return the command that installs these specifications from conda-forge into the environment."""
    named = words(packages, home)
    path = PurePath(home.prefix) if home is not None else None
    if path is not None and path.parts[-3:-1] == (".pixi", "envs"):
        feature = "" if path.name == "default" else f" --feature {quoted(path.name, home)}"
        manifest = quoted(str(path.parents[2]), home)
        return f"pixi add --manifest-path {manifest}{feature} {named}"
    prefix = f" -p {quoted(home.prefix, home)}" if home is not None else ""
    return f"conda install{prefix} -c conda-forge {named}"


def one_release(
    packages: InstalledPackages, targets: Sequence[Target], environments: Sequence[Environment]
) -> tuple[list[PlanStep], InstalledPackages]:
    """Return a step for each conda environment whose packages would have to be cured for several CUDA releases, of
    which conda installs the libraries of one, and the packages that are left without those that these steps cure."""
    release = conda_release(targets)
    bad = [row for row in packages.rows if row.is_bad and row.component.manager == "conda"]
    steps: list[PlanStep] = []
    cured: set[int] = set()
    for home, near in by_environment((row.component for row in bad), environments) if release is not None else ():
        inside = {id(each) for each in near}
        rows = [row for row in bad if id(row.component) in inside and not is_vendors(row.component.package)]
        if release is None or home is None or not _wants_several(rows, release.version.major):
            continue
        names = tuple(dict.fromkeys(row.component.package for row in rows))
        specifications = tuple(dict.fromkeys(map(conda_name, names)))
        why = f"Install the builds for CUDA {release.version} from conda-forge: an environment of conda has one release"
        command = conda_install((*specifications, cuda_version(release)), home)
        steps.append(PlanStep(one_line(why), command, names))
        cured |= inside
    left = tuple(row for row in packages.rows if id(row.component) not in cured)
    return steps, replace(packages, rows=left) if cured else packages


def _wants_several(rows: Sequence[ComponentRow], other: int) -> bool:
    """Return whether the cures of these packages belong to several CUDA releases: libraries of the release that a
    package was made for, or builds for the `other` one. Where a driver alone is the cure, they do not."""
    if all(v.loaded_or_own.is_of_driver and not v.lacks for row in rows for v in row.verdicts if v.is_bad):
        return False
    moved = {other for row in rows if any(each.loaded_or_own.is_bad for each in row.verdicts)}
    lacking = {row.made_for for row in rows if all(v.loaded_or_own.is_of_driver for v in row.verdicts if v.is_bad)}
    lacking |= {row.made_for for row in rows if not any(each.loaded_or_own.is_bad for each in row.verdicts)}
    return len(lacking | moved) > 1
