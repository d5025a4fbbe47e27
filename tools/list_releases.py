#!/usr/bin/env python3
"""Writes which versions of the table's packages PyPI offers today: tools/list_releases.py [PACKAGE…]

Asks pip (`pip index versions`), one package after the other; without names those that the file already has. Versions
are those that have a wheel or an sdist for the Python that runs this; those of which every file was yanked are apart,
each with the reason, and so are those that have files for other Pythons or platforms alone (`others`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from cudacompat.domain.words.wheel_tags import Platform
from cudacompat.host.programs import pip

TABLE = Path(__file__).resolve().parents[1] / "cudacompat" / "domain" / "wheels" / "data" / "releases.json"


def main(names: list[str]) -> int:
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {"packages": {}, "yanked": {}}
    for name in names or sorted(table["packages"]):
        versions = offered(name)
        if versions:
            table["packages"][name] = versions
            links = pip.list_files(name, Platform.parse(None, None)).links
            table["yanked"][name] = yanked_whole(links, versions)
            table.setdefault("others", {})[name] = others(links, {*versions, *table["yanked"][name]})
    table["date"] = table["yanked_date"] = datetime.now(UTC).date().isoformat()
    table["source"] = f"pip index versions, Python {sys.version_info.major}.{sys.version_info.minor}, PyPI"
    table["packages"] = dict(sorted(table["packages"].items()))
    for group in ("yanked", "others"):
        table[group] = {name: each for name, each in sorted(table[group].items()) if each}
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    return 0


def offered(name: str) -> list[str]:
    """Return the versions that pip names, the newest first; none where it finds no such package."""
    command = [sys.executable, "-I", "-m", "pip", "index", "versions", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = next((each for each in done.stdout.splitlines() if each.startswith("Available versions:")), "")
    return [each.strip() for each in line.partition(":")[2].split(",") if each.strip() and "+" not in each]


def yanked_whole(links: Iterable[pip.Link], versions: Collection[str]) -> dict[str, str]:
    """Return the releases of which each of these files is yanked, and that are none of `versions`, with the reason: of
    one with others, pip takes those."""
    found: dict[str, str] = {}
    standing = set(versions)
    for link in links:
        why, version = link.why_not or "", _version_of(link.file)
        if version is None:
            continue
        if why.startswith("yanked"):
            found[str(version)] = why.removeprefix("yanked for reason: ").replace("<none given>", "no reason given")
        else:
            standing.add(str(version))
    return {version: why for version, why in found.items() if version not in standing}


def others(links: Iterable[pip.Link], versions: Collection[str]) -> list[str]:
    """Return the releases of these files that are none of `versions`, without those of a nightly build, the newest
    first."""
    found = {version for link in links if (version := _version_of(link.file)) is not None}
    return [str(each) for each in sorted(found, reverse=True) if not each.is_devrelease and str(each) not in versions]


def _version_of(file: str) -> Version | None:
    try:
        return parse_wheel_filename(file)[1] if file.endswith(".whl") else parse_sdist_filename(file)[1]
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
