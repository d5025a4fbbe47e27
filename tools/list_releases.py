#!/usr/bin/env python3
"""Writes which versions of the table's packages PyPI offers today: tools/list_releases.py [PACKAGE…]

Asks pip (`pip index versions`), one package after the other; without names those that the file already has. Versions
are those that have a wheel or an sdist for the Python that runs this.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "cudacompat" / "domain" / "wheels" / "data" / "releases.json"


def main(names: list[str]) -> int:
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {"packages": {}}
    for name in names or sorted(table["packages"]):
        versions = offered(name)
        if versions:
            table["packages"][name] = versions
    table["date"] = datetime.now(UTC).date().isoformat()
    table["source"] = f"pip index versions, Python {sys.version_info.major}.{sys.version_info.minor}, PyPI"
    table["packages"] = dict(sorted(table["packages"].items()))
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    return 0


def offered(name: str) -> list[str]:
    """Return the versions that pip names, the newest first; none where it finds no such package."""
    command = [sys.executable, "-I", "-m", "pip", "index", "versions", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = next((each for each in done.stdout.splitlines() if each.startswith("Available versions:")), "")
    return [each.strip() for each in line.partition(":")[2].split(",") if each.strip() and "+" not in each]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
