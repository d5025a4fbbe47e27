#!/usr/bin/env python3
"""Writes for which Pythons the releases of the table's packages have wheels: tools/list_pythons.py [PACKAGE…]

Asks pip for the files of each package, one after the other, and goes by the tags in their names, for each platform of
the table. Where the wheels of all releases are for every Python 3, the package is left out there, else `every` stands
in the row of such a release. One that has no wheel for the platform has no Python in its row. `sources` stands in the
row of a release with an sdist, which pip builds for any other Python. Of a release with some yanked files the others
count; one that was yanked whole is left out.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from packaging.utils import (  # noqa: E402
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version  # noqa: E402

from cudacompat.domain.wheels.platforms import (  # noqa: E402
    ARM_PLATFORM,
    DEFAULT_PLATFORM,
    WINDOWS_PLATFORM,
    platform_of,
)
from cudacompat.domain.wheels.pythons import EVERY, SOURCES  # noqa: E402
from cudacompat.domain.words.wheel_tags import Platform  # noqa: E402
from cudacompat.host.programs import pip  # noqa: E402

DATA = ROOT / "cudacompat" / "domain" / "wheels" / "data"
TABLE = DATA / "pythons.json"


PLATFORMS = (DEFAULT_PLATFORM, ARM_PLATFORM, WINDOWS_PLATFORM)
_MINORS = range(5, 16)  # of the Pythons whose wheels are looked at
_EVERY = frozenset(f"3.{minor}" for minor in _MINORS)
_STABLE = 8  # wheels for the stable ABI of this Python 3 or of an older one are for all that are asked about


def main(names: list[str]) -> int:
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {"platforms": {}}
    offered = json.loads((DATA / "releases.json").read_text())["packages"]
    for name in names or sorted(offered):
        files = files_of(name)
        for platform in PLATFORMS:
            table["platforms"].setdefault(platform, {})[name] = by_pythons(files, platform)
        print(name, len(files), flush=True)
    for platform, packages in table["platforms"].items():
        table["platforms"][platform] = {name: each for name, each in sorted(packages.items()) if each}
    table["date"] = datetime.now(UTC).date().isoformat()
    table["source"] = "the names of the files that PyPI offers"
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    return 0


def files_of(name: str) -> list[str]:
    """Return the names of the files of a package that its publisher did not withdraw."""
    links = pip.list_files(name, Platform.parse(None, None)).links
    own = (link for link in links if not link.url.startswith("file:"))
    return [link.file for link in own if not (link.why_not or "").startswith("yanked")]


def by_pythons(files: list[str], platform: str) -> dict[str, list[str]]:
    """Return the releases, the newest first, by the Pythons that they have wheels for on the platform."""
    wheels: dict[Version, set[str]] = {}
    sources: set[Version] = set()
    for file in files:
        try:
            _, version, _, tags = parse_wheel_filename(file)
        except (InvalidWheelFilename, ValueError):
            sources |= _sdist(file)
            continue
        pythons = wheels.setdefault(version, set())
        for tag in tags:
            if platform_of(tag.platform) in (platform, "any"):
                pythons |= _pythons(tag.interpreter, tag.abi)
    found: dict[str, list[str]] = {}
    for version in sorted(wheels, reverse=True):
        if not version.is_devrelease:
            pythons = [EVERY] if wheels[version] >= _EVERY else sorted(wheels[version], key=Version)
            key = " ".join([*pythons, *([SOURCES] if version in sources else [])])
            found.setdefault(key, []).append(str(version))
    return found if any(not key.startswith(EVERY) for key in found) else {}


def _sdist(file: str) -> set[Version]:
    try:
        return {parse_sdist_filename(file)[1]}
    except InvalidSdistFilename:
        return set()


def _pythons(interpreter: str, abi: str) -> set[str]:
    """The Pythons that take a wheel of these tags."""
    if interpreter.startswith("py3"):
        return set(_EVERY)
    if not interpreter.startswith("cp3") or not interpreter[3:].isdigit():
        return set()
    minor = int(interpreter[3:])
    if abi == "abi3":
        return set(_EVERY) if minor <= _STABLE else {f"3.{each}" for each in _MINORS if each >= minor}
    return {f"3.{minor}"} & _EVERY if abi in (interpreter, f"{interpreter}m") else set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
