"""For which Pythons the releases of packages have wheels, by the names of their files (`data/pythons.json`, which
tools/list_pythons.py writes): on Linux with x86-64."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from packaging.version import Version

from cudacompat.domain.wheels.distributions import table_text

SOURCES = "sources"  # among the Pythons of a release with an sdist


@cache
def _table() -> Mapping[str, Mapping[Version, tuple[str, ...]]]:
    raw = json.loads(table_text("pythons.json"))["packages"]
    return {
        name: {Version(each): tuple(pythons.split()) for pythons, versions in found.items() for each in versions}
        for name, found in raw.items()
    }


def pythons_with_wheel(package: str, version: Version) -> tuple[str, ...]:
    """Return the Pythons (`3.12`) that this release has wheels for, the oldest first; none where every Python 3 is
    served, or it is not known."""
    return tuple(each for each in _table().get(package, {}).get(version, ()) if each != SOURCES)


def pythons_in_words(package: str, version: Version) -> str:
    """Return the Pythons that a release has wheels for (`3.9 to 3.13`); empty as for `pythons_with_wheel`."""
    found = pythons_with_wheel(package, version)
    return " to ".join(dict.fromkeys((found[0], found[-1]))) if found else ""


def has_wheel(package: str, version: Version, python: str) -> bool:
    """Return False for a release that is known to have no wheel for this Python."""
    found = pythons_with_wheel(package, version)
    return not found or python in found


def has_sources(package: str, version: Version) -> bool:
    """Return True for a release that pip builds from its sdist for a Python that it has no wheel for."""
    return SOURCES in _table().get(package, {}).get(version, ())
