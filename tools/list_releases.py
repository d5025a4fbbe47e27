#!/usr/bin/env python3
"""Writes which versions of the table's packages PyPI offers today: tools/list_releases.py [PACKAGE…]

Asks pip (`pip index versions`), one package after the other; without names those that the file already has. Versions
are those that have a wheel or an sdist for the Python that runs this; those of which every file was yanked are apart,
each with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from cudacompat.domain.words.wheel_tags import Platform
from cudacompat.host.programs import pip

TABLE = Path(__file__).resolve().parents[1] / "cudacompat" / "domain" / "wheels" / "data" / "releases.json"


def main(names: list[str]) -> int:
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {"packages": {}, "yanked": {}}
    for name in names or sorted(table["packages"]):
        versions = offered(name)
        if versions:
            table["packages"][name] = versions
            table["yanked"][name] = yanked(name, versions)
    table["date"] = table["yanked_date"] = datetime.now(UTC).date().isoformat()
    table["source"] = f"pip index versions, Python {sys.version_info.major}.{sys.version_info.minor}, PyPI"
    table["packages"] = dict(sorted(table["packages"].items()))
    table["yanked"] = {name: each for name, each in sorted(table["yanked"].items()) if each}
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    return 0


def offered(name: str) -> list[str]:
    """Return the versions that pip names, the newest first; none where it finds no such package."""
    command = [sys.executable, "-I", "-m", "pip", "index", "versions", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = next((each for each in done.stdout.splitlines() if each.startswith("Available versions:")), "")
    return [each.strip() for each in line.partition(":")[2].split(",") if each.strip() and "+" not in each]


def yanked(name: str, versions: list[str]) -> dict[str, str]:
    """Return the reasons of the releases that are none of these and of which pip passes over a file as yanked."""
    found: dict[str, str] = {}
    for link in pip.list_files(name, Platform.parse(None, None)).links:
        why = link.why_not or ""
        if not why.startswith("yanked"):
            continue
        try:
            wheel = link.file.endswith(".whl")
            version = parse_wheel_filename(link.file)[1] if wheel else parse_sdist_filename(link.file)[1]
        except (InvalidWheelFilename, InvalidSdistFilename):
            continue
        if str(version) not in versions:
            found[str(version)] = why.removeprefix("yanked for reason: ").replace("<none given>", "no reason given")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
