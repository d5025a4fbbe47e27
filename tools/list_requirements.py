#!/usr/bin/env python3
"""Writes which release of torch each release of a package requires: tools/list_requirements.py [PACKAGE…]

Asks pip for the metadata alone (`pip install --dry-run --report`), for every version of data/releases.json that the
file does not have; without names for the packages that the file already has. Of torch itself it keeps which triton it
asks for. Releases that ask for none are kept with an empty text, those that pip finds no wheel of are left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

DATA = Path(__file__).resolve().parents[1] / "cudacompat" / "domain" / "wheels" / "data"
TABLE = DATA / "required_torch.json"
PYTHONS = ("3.12", "3.9")  # of a release that has no wheel for the first the next one
_AT_ONCE = 6


def main(names: list[str]) -> int:
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {"packages": {}}
    offered = json.loads((DATA / "releases.json").read_text())["packages"]
    for name in names or sorted(table["packages"]):
        known = table["packages"].get(name, {})
        missing = [each for each in offered[name] if each not in known]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                found = list(threads.map(lambda version, name=name: required(name, version), some))
            known |= {version: text for version, text in zip(some, found, strict=True) if text is not None}
            if all(text is None for text in found):
                break  # nor has any older release a wheel for these
        table["packages"][name] = dict(sorted(known.items(), key=lambda item: Version(item[0])))
        _write(table)
    return 0


def _write(table: dict[str, Any]) -> None:
    table["about"] = "Which torch each release of a package requires, by its metadata; of torch itself, which triton."
    table["date"] = datetime.now(UTC).date().isoformat()
    table["source"] = "METADATA on the package index, read by tools/list_requirements.py (pip install --report)"
    table["packages"] = dict(sorted(table["packages"].items()))
    ordered = {key: table[key] for key in ("about", "source", "date", "packages")}
    TABLE.write_text(json.dumps(ordered, indent=1) + "\n")


def required(name: str, version: str) -> str | None:
    """Return what this release asks of torch (of triton, for torch): empty for nothing, None where it has no wheel."""
    of = "triton" if name == "torch" else "torch"
    for python in PYTHONS:
        found = metadata(f"{name}=={version}", python)
        if found is None:
            continue
        for each in map(Requirement, found.get("requires_dist", [])):
            if each.name == of and "extra" not in str(each.marker):
                return f"{each.name}{each.specifier}"
        return ""
    return None


def metadata(pin: str, python: str) -> dict[str, list[str]] | None:
    """Return the metadata of a release, or None where pip finds no wheel of it for this Python."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        # fmt: off
        command = [sys.executable, "-I", "-m", "pip", "install", "-q", "--dry-run", "--no-deps", "--ignore-installed",
                   "--only-binary=:all:", "--python-version", python, "--target", folder, "--report", str(report), pin]
        # fmt: on
        subprocess.run(command, capture_output=True, check=False)
        if not report.exists():
            return None
        found: dict[str, list[str]] = json.loads(report.read_text())["install"][0]["metadata"]
        return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
