"""Who uses the packages that compile kernels for others: torch runs without triton, but for torch.compile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.app.doctor.component_rows import required
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.tables.run_time_compilers import may_be_a_feature
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.environments.asked_for import requirers
from cudacompat.environments.own import normalised


def with_users(components: Sequence[Component], environments: Sequence[Environment]) -> tuple[Component, ...]:
    """Return the components, such compilers among them with the packages of their environment that require them. Saved
    ones keep theirs. Where no metadata says who does, as conda's are not read, the framework beside them does."""
    if not any(may_be_a_feature(normalised(each.package)) for each in components):
        return tuple(components)
    users = {
        id(each): each.users or _users(each, near, home)
        for home, near in by_environment(components, environments)
        for each in near
        if may_be_a_feature(normalised(each.package))
    }
    return tuple(replace(each, users=users[id(each)]) if id(each) in users else each for each in components)


def _users(component: Component, near: Iterable[Component], home: Environment | None) -> tuple[str, ...]:
    name = normalised(component.package)
    read = requirers(home.folders, name, home.python) if home is not None and component.code is None else ()
    beside = [normalised(each.package) for each in near if name in required(each)]
    here = {distributions().conda_packages.get(each, each) for each in (normalised(one.package) for one in near)}
    alone = (framework().name,) if framework().name in here else ()
    return tuple(dict.fromkeys((*read, *beside))) or alone
