"""What to do about a package that conda installed: its build for another CUDA release, from conda-forge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from shlex import quote

from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
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
    words = " ".join(map(quote, packages))
    path = PurePath(home.prefix) if home is not None else None
    if path is not None and path.parts[-3:-1] == (".pixi", "envs"):
        feature = "" if path.name == "default" else f" --feature {quote(path.name)}"
        manifest = quote(str(path.parents[2]))
        return f"pixi add --manifest-path {manifest}{feature} {words}"
    prefix = f" -p {quote(home.prefix)}" if home is not None else ""
    return f"conda install{prefix} -c conda-forge {words}"
