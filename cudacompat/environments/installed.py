"""All that package managers say is installed here."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.machine.components import Components, SiteFolder
from cudacompat.environments import conda, pip


def components(folders: Sequence[SiteFolder], prefixes: Sequence[str]) -> Components:
    """Return the Python distributions in these folders, then what conda installed in these environments and in those
    that the folders belong to. A library that two lists name is of the first."""
    found = pip.components(folders)
    for prefix in dict.fromkeys((*(folder.prefix for folder in folders), *prefixes)):
        taken = [library for component in found.found for library in component.libraries]
        more = conda.components(prefix, taken)
        found = Components((*found.found, *more.found), (*found.notes, *more.notes))
    return found
