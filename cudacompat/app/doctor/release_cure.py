"""The release of an installed package that runs in its place, as pip takes it in this environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from packaging.version import Version

from cudacompat.app.doctor.installing import public_version
from cudacompat.app.doctor.release_pins import taken
from cudacompat.domain.machine.components import Component
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import ComponentRow
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.published import runs_as_published
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.domain.wheels.table import plain_torch_index, torch_rows
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.platforms import platform_of_system
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.asked_for import Asker
from cudacompat.environments.own import normalised


def release_cure(
    row: ComponentRow,
    near: Sequence[Component],
    *,
    targets: Sequence[Target],
    facts: HostFacts,
    others: Mapping[str, Sequence[Asker]],
    python: str | None = None,
) -> WheelCure | NoCure | None:
    """Return the published wheel that runs in its place, of those that the others here (`near`) take, if there is one,
    for the Python there (`3.12`); or why there is none. `None` for what is no wheel."""
    component = row.component
    if component.manager != "pip":
        return None
    name = normalised(component.package)
    platform = platform_of_system(facts.platform)
    version = public_version(component.version)
    there = version is not None and "+" not in component.version
    if version is not None and there and runs_as_published(name, version, targets, platform=platform):
        return None
    beside = {f"{normalised(each.package)}=={public_version(each.version) or ''}" for each in near}
    for allowed in dict.fromkeys((taken(others.get(name, ())), None)):
        found = cure_for(
            name,
            targets,
            version=version,
            beside=tuple(sorted(beside)),
            native=is_vendors(name),  # of which any release of its CUDA does
            platform=platform,
            allowed=allowed,
            python=python,
        )
        if isinstance(found, WheelCure):
            return by_its_name(found, near, platform)
    return found


def by_its_name(cure: WheelCure, near: Sequence[Component], platform: str) -> WheelCure:
    """Return the cure with the build of the framework's own index in place of PyPI's, which is the same, where another
    build of the release is here: pip takes an installed 2.9.1+cu130 for 2.9.1, and does nothing."""
    main, family = framework().name, (framework().name, *framework().built_with_it)
    pinned = {cure.package: cure.version, **dict(cure.companions)}
    same = {
        name
        for each in near
        if (name := normalised(each.package)) in family and "+" in each.version and name in pinned
        if public_version(each.version) == pinned[name]
    }
    release = pinned.get(main) or _asked(cure)
    index = plain_torch_index(release) if same and cure.index_url is None and release is not None else None
    there = any(row.index == index and row.platform == platform for row in torch_rows())
    return replace(cure, index=index) if index is not None and there else cure


def _asked(cure: WheelCure) -> Version | None:
    """The release of the framework that the package asks for."""
    asked = asked_of_framework(cure.package, cure.version) or ()
    return next((public_version(each.version) for each in asked if each.operator == "=="), None)
