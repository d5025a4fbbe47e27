"""Packages that were built beside another release of the framework than the one that is here: the release of each that
goes with this one, which is the smaller change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cudacompat.app.doctor.installing import install_cure, public_version
from cudacompat.app.doctor.release_cure import by_its_name
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.table import cuda_of_index, plain_torch_index
from cudacompat.domain.wheels.together import FrameworkRelease
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.phrases import one_line, some, verb
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.own import normalised

_BUILD = re.compile(r"\+(cu\d{3})$")


def step_beside_framework(
    others: Sequence[Component],
    main: Component,
    targets: Sequence[Target],
    *,
    home: Environment | None,
    platform: str,
) -> PlanStep | None:
    """Return the step that installs for each of `others` a release that asks for the framework which is here (`main`)
    and runs on these GPUs; `None` where there is none for one of them: the framework has to change then."""
    release = _release(main)
    if release is None or not targets:
        return None
    found = [
        cure_for(
            normalised(each.package),
            targets,
            version=public_version(each.version),
            going_with=release,
            platform=platform,
        )
        for each in others
    ]
    cures = [each for each in found if isinstance(each, WheelCure)]
    if len(cures) < len(found):
        return None
    cures.sort(key=lambda each: each.index_url is None)
    along = tuple((each.package, each.version) for each in cures[1:])
    cure = by_its_name(replace(cures[0], companions=along), others, platform)
    names = tuple(each.package for each in others)
    why = f"Install the {some(names, len(names))} {verb(len(names), 'that goes', 'that go')} with {main.package}"
    return PlanStep(one_line(f"{why} {main.version}"), install_cure(cure, home), cures=names, moves=names)


def _release(main: Component) -> FrameworkRelease | None:
    """The release of the framework as it is installed; `None` for a build of somebody's own."""
    version = public_version(main.version)
    build = _BUILD.search(main.version)
    if normalised(main.package) != framework().name or version is None or ("+" in main.version and build is None):
        return None
    index = build[1] if build is not None else plain_torch_index(version)
    return FrameworkRelease(version, cuda_of_index(index or ""), build[1] if build is not None else PYPI)
