"""Libraries of CUDA's that LD_LIBRARY_PATH puts in the place of newer ones, which packages bring: files are named and
linked to, none is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from cudacompat.artifacts.files.loader_needs import loader_needs
from cudacompat.domain.machine.components import Component, by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.rules.component.component_facts import ComponentFacts, ShadowedLibrary
from cudacompat.domain.tables.cuda_libraries import is_vendors, library_named
from cudacompat.places.roots import Roots
from cudacompat.places.there import is_file

_RELEASE = re.compile(r"\.so\.(\d{1,6}(?:\.\d{1,6}){1,4})")
_MOST_FOLDERS = 64


def shadowed_facts(
    components: Iterable[Component], facts: HostFacts, roots: Roots | None = None
) -> Iterator[ComponentFacts]:
    """Yield each package of NVIDIA's of which LD_LIBRARY_PATH has an older library, that something in its environment
    asks the loader for."""
    value = (roots or Roots.real()).environ.get("LD_LIBRARY_PATH", "")
    folders = list(islice((each for each in value.split(":") if each.startswith("/")), _MOST_FOLDERS))
    for _, near in by_environment(components, facts.environments) if folders else ():
        found = {each.key: (each, _older(each, folders)) for each in near if is_vendors(each.package)}
        names = {library.name for _, libraries in found.values() for library in libraries}
        asked = _asked(near, names) if names else set()
        for component, libraries in found.values():
            used = tuple(each for each in libraries if each.name in asked)
            if used:
                yield ComponentFacts(component, shadowed=used)


def _older(component: Component, folders: Sequence[str]) -> list[ShadowedLibrary]:
    """Its libraries that the first folder which has them has in an older release."""
    found = []
    for path in component.libraries:
        name = path.rpartition("/")[2]
        if library_named(name) is None:
            continue
        folder = next((each for each in folders if is_file(Path(each, name))), None)
        release = _release(f"{folder}/{name}") if folder is not None else None
        if folder is not None and release is not None and _is_older(release, component.version):
            found.append(ShadowedLibrary(name, folder, release, package=component.package, version=component.version))
    return found


def _release(path: str) -> str | None:
    """The release that the name of the file says which the path leads to."""
    match = _RELEASE.search(os.path.realpath(path).rpartition("/")[2])
    return match[1] if match is not None else None


def _is_older(release: str, version: str) -> bool:
    own, other = ([int(part) for part in re.findall(r"\d{1,6}", text)[:5]] for text in (version, release))
    length = min(len(own), len(other))
    return length > 1 and other[:length] < own[:length]


def _asked(near: Iterable[Component], names: set[str]) -> set[str]:
    """Those of these names that files ask for whose own folders the loader looks into after LD_LIBRARY_PATH."""
    asked: set[str] = set()
    for path in (path for each in near for path in each.libraries):
        needs = loader_needs(path)
        if not needs.is_rpath:
            asked |= names.intersection(needs.needed)
    return asked
