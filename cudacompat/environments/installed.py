"""All that package managers say is installed here, and what lies apart."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.machine.components import Components, SiteFolder
from cudacompat.environments import apart, conda, debian, pip
from cudacompat.environments.own import normalised, own_packages


def components(
    folders: Sequence[SiteFolder],
    prefixes: Sequence[str],
    library_folders: Sequence[str] = (),
    root: str | None = None,
) -> Components:
    """Return the Python distributions in these folders, then what conda installed in these environments and in those
    that the folders belong to, what dpkg did in the system under `root`, and what lies apart in the folders of
    libraries. A library that two lists name is of the first. This program and what it requires are left out."""
    found = pip.components(folders)
    own = {folder.path: own_packages(folder.path) for folder in folders}
    others = (each for each in found.found if normalised(each.package) not in own[each.location])
    found = Components(tuple(others), found.notes)
    for prefix in dict.fromkeys((*(folder.prefix for folder in folders), *prefixes)):
        found = _with(found, conda.components(prefix, _libraries(found)))
    if root is not None:
        found = _with(found, debian.components(root, _libraries(found)))
    return _with(found, apart.components(library_folders, _libraries(found)))


def _libraries(components: Components) -> list[str]:
    return [library for component in components.found for library in component.libraries]


def _with(found: Components, more: Components) -> Components:
    return Components((*found.found, *more.found), (*found.notes, *more.notes))
