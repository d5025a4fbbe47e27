#!/usr/bin/env python3
"""Writes for which Pythons the releases of the table's packages have wheels: tools/list_pythons.py [PACKAGE…]

Asks pip for the files of each package, one after the other, and goes by the tags in their names: those for Linux with
x86-64 count. Releases whose wheels are for every Python 3 are left out, as are those without a wheel for that platform.
`sources` is among the Pythons of a release that has an sdist, which pip builds for any other.
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

from cudacompat.artifacts.requirements.base import PYTHONS  # noqa: E402
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_of  # noqa: E402
from cudacompat.domain.wheels.pythons import SOURCES  # noqa: E402
from cudacompat.domain.words.wheel_tags import Platform  # noqa: E402
from cudacompat.host.programs import pip  # noqa: E402

DATA = ROOT / "cudacompat" / "domain" / "wheels" / "data"
TABLE = DATA / "pythons.json"


def main(names: list[str]) -> int:
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {"packages": {}}
    offered = json.loads((DATA / "releases.json").read_text())["packages"]
    for name in names or sorted(offered):
        found = by_pythons(name, {Version(each) for each in offered.get(name, ())})
        table["packages"][name] = found
        print(name, len(found), flush=True)
    table["packages"] = {name: each for name, each in sorted(table["packages"].items()) if each}
    table["date"] = datetime.now(UTC).date().isoformat()
    table["source"] = "the names of the files that PyPI offers, for Linux with x86-64"
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    return 0


def by_pythons(name: str, versions: set[Version]) -> dict[str, list[str]]:
    """Return the releases, the newest first, by the Pythons that they have wheels for."""
    wheels: dict[Version, set[str]] = {}
    sources: set[Version] = set()
    for link in pip.list_files(name, Platform.parse(None, None)).links:
        if link.url.startswith("file:") or (link.why_not or "").startswith("yanked"):
            continue
        try:
            _, version, _, tags = parse_wheel_filename(link.file)
        except (InvalidWheelFilename, ValueError):
            sources |= _sdist(link.file)
            continue
        own = [tag for tag in tags if platform_of(tag.platform) in (DEFAULT_PLATFORM, "any")]
        for tag in own:
            wheels.setdefault(version, set()).update(_pythons(tag.interpreter, tag.abi))
    found: dict[str, list[str]] = {}
    for version in sorted(wheels.keys() & versions, reverse=True):
        own = sorted(wheels[version] & PYTHONS, key=Version)
        if own and set(own) != PYTHONS:
            key = " ".join([*own, *([SOURCES] if version in sources else [])])
            found.setdefault(key, []).append(str(version))
    return found


def _sdist(file: str) -> set[Version]:
    try:
        return {parse_sdist_filename(file)[1]}
    except InvalidSdistFilename:
        return set()


def _pythons(interpreter: str, abi: str) -> set[str]:
    """The Pythons that take a wheel of these tags."""
    if interpreter.startswith("py3"):
        return set(PYTHONS)
    if not interpreter.startswith("cp3") or not interpreter[3:].isdigit():
        return set()
    minor = int(interpreter[3:])
    if abi == "abi3":
        return {each for each in PYTHONS if int(each[2:]) >= minor}
    return {f"3.{minor}"} if abi in (interpreter, f"{interpreter}m") else set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
