"""What has to be installed with another release of a package: the libraries that it opens, in its own CUDA release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from packaging.specifiers import SpecifierSet

from cudacompat.app.doctor.here import Here
from cudacompat.app.doctor.installing import install_holding
from cudacompat.app.doctor.library_paths import all_paths
from cudacompat.app.doctor.library_steps import looks, pinned
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.tables.cuda_libraries import is_vendors, requirement_in
from cudacompat.domain.wheels.cure_beside import pin_of_last
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.verdict import Target
from cudacompat.engines import cuda_libraries
from cudacompat.environments.asked_for import Asker, askers
from cudacompat.environments.own import normalised


def others_take(components: Iterable[Component], home: Environment | None) -> Mapping[str, tuple[Asker, ...]]:
    """Return, by the normalised name of each of these components, the packages of the environment that take some
    releases of it only, but for those that are released with it and change with it, while they take the one that is
    here. None for a machine whose facts were saved."""
    versions = {normalised(each.package): each.version for each in components if _is_installed(each)}
    every = askers(home.folders, list(versions), home.python) if home is not None else {}
    return {
        name: tuple(
            one for one in found if not is_vendors(normalised(one.package)) and not _follows(one, versions[name])
        )
        for name, found in every.items()
    }


def _is_installed(component: Component) -> bool:
    return component.manager == "pip" and component.code is None


def _follows(asker: Asker, version: str) -> bool:
    along = normalised(asker.package) in framework().companions
    return along and asker.takes.contains(version, prereleases=True)


def taken(others: Iterable[Asker]) -> SpecifierSet:
    """Return the releases that all of them take."""
    found = SpecifierSet()
    for each in others:
        found &= each.takes
    return found


def installed_with(
    component: Component, cure: WheelCure, lacks: Sequence[str], here: Here, *, targets: Sequence[Target], platform: str
) -> tuple[str, str]:
    """Return the command that installs the release that cures, with the libraries in place of those that the component
    `lacks`, and the command after which the loader looks where they lie; empty where it does anyhow."""
    use = cuda_libraries(normalised(component.package))
    if use is None or not lacks or cure.cuda is None:
        return install_holding(cure.pins, (), here.home), ""
    cuda = int(cure.cuda.partition(".")[0])
    extras = use.brings(str(cure.version)) if not here.holds(framework().name) else ()
    names = (*lacks, *(f"lib{each}.so.9" for each in extras if each == "cudnn"))
    wheels = list(dict.fromkeys(found for each in names if (found := requirement_in(each, cuda)) is not None))
    older = [pin for each in wheels if (pin := pin_of_last(each, targets, platform)) is not None]
    if extras:
        return install_holding((f"{cure.package}[{','.join(extras)}]=={cure.version}",), older, here.home), ""
    last = {each.partition("==")[0] for each in older}
    rest = [pinned(each, here) for each in wheels if each.partition("==")[0] not in last]
    where = "" if looks(use, str(cure.version), here) else all_paths(here)
    return install_holding((*cure.pins, *rest, *older), (), here.home), where
