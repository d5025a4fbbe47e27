"""For which Pythons the releases of packages have wheels, by platform and by the names of their files
(`data/pythons.json`, which tools/list_pythons.py writes)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from packaging.version import Version

from cudacompat.domain.wheels.distributions import table_text
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM

OWN = ("3.11", "3.12", "3.13", "3.14")  # that this program runs with: what it fetches is for its own, if none is named
EVERY = "every"  # in place of the Pythons of a release whose wheel is for every Python 3
SOURCES = "sources"  # among the Pythons of a release with an sdist


@cache
def _platforms() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = json.loads(table_text("pythons.json"))["platforms"]
    return found


@cache
def _of_package(package: str, platform: str) -> Mapping[Version, tuple[str, ...]]:
    rows = _platforms().get(platform, {}).get(package, {})
    return {Version(each): tuple(pythons.split()) for pythons, versions in rows.items() for each in versions}


def pythons_with_wheel(package: str, version: Version, platform: str = DEFAULT_PLATFORM) -> tuple[str, ...]:
    """Return the Pythons (`3.12`) that this release has wheels for on the platform, the oldest first; none where every
    Python 3 is served, the platform is not, or it is not known."""
    return tuple(each for each in _of_package(package, platform).get(version, ()) if each not in (EVERY, SOURCES))


def pythons_in_words(package: str, version: Version, platform: str = DEFAULT_PLATFORM) -> str:
    """Return the Pythons that a release has wheels for (`3.9 to 3.13`); empty as for `pythons_with_wheel`."""
    return _in_words(pythons_with_wheel(package, version, platform))


def common_pythons(pins: Iterable[tuple[str, Version]], platforms: Iterable[str]) -> str | None:
    """Return the Pythons for which all of these releases have wheels on the platforms (`3.9 to 3.11`): empty where each
    Python 3 is served, as far as it is known, and `None` where none is."""
    common: tuple[str, ...] | None = None
    every = list(platforms)
    for package, version in pins:
        for platform in every:
            if not is_on(package, version, platform):
                return None
            own = pythons_with_wheel(package, version, platform)
            common = common if not own else own if common is None else tuple(each for each in common if each in own)
    return "" if common is None else _in_words(common) or None


def is_on(package: str, version: Version, platform: str) -> bool:
    """Return False for a release that is known to have no wheel for the platform, for whatever Python."""
    found = _of_package(package, platform).get(version)
    return found is None or any(each != SOURCES for each in found)


def is_served(package: str, platform: str) -> bool:
    """Return True for a package of which some release has a wheel for the platform."""
    return any(is_on(package, version, platform) for version in _of_package(package, platform))


def is_foreign_to(package: str, platform: str) -> bool:
    """Return True for a package that is known to have no wheel for the platform in any release."""
    return bool(_of_package(package, platform)) and not is_served(package, platform)


def has_wheel(package: str, version: Version, python: str | None, platform: str = DEFAULT_PLATFORM) -> bool:
    """Return False for a release that is known to have no wheel for this Python (`None`: for any) on the platform."""
    if not is_on(package, version, platform):
        return False
    found = pythons_with_wheel(package, version, platform)
    return python is None or not found or python in found


def why_no_wheel(package: str, version: Version, python: str | None, platform: str) -> str | None:
    """Return that a release is known to have no wheel for this Python (`None`: for any) on the platform, in words;
    `None` for others."""
    if has_wheel(package, version, python, platform=platform):
        return None
    if not is_on(package, version, platform):
        return f"PyPI has no wheel of {package} {version} for {platform}"
    pythons = pythons_in_words(package, version, platform)
    return f"PyPI has no wheel of {package} {version} for Python {python}, but for Python {pythons}"


def option_of_python(package: str, version: Version, platform: str, python: str | None = None) -> list[str]:
    """Return the option of a command that names the Python whose wheel of a release it fetches: `python`, which was
    named, or else one that has a wheel, where this program's own may have none."""
    own = pythons_with_wheel(package, version, platform)
    if python is not None and (not own or python in own):
        return ["--python", python]
    return ["--python", own[-1]] if own and not set(OWN) <= set(own) else []


def has_sources(package: str, version: Version, platform: str = DEFAULT_PLATFORM) -> bool:
    """Return True for a release that pip builds from its sdist for a Python that it has no wheel for."""
    return SOURCES in _of_package(package, platform).get(version, ())


def _in_words(pythons: tuple[str, ...]) -> str:
    return " to ".join(dict.fromkeys((pythons[0], pythons[-1]))) if pythons else ""
