#!/usr/bin/env python3
"""Reads published wheels into rows of the table of wheels: tools/read_wheels.py WHEEL… [--download NAME==VERSION …]

Prints one row a wheel as JSON lines, as `cudacompat/domain/wheels/data/measured.jsonl` keeps them. A row is made again
by the same command, given the wheel's name and version; what is downloaded with pip is removed after reading. With
`--write` the rows are put into the table, in place of rows of the same package, version and platform; `--rows` has
those that `cudacompat survey` wrote.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cudacompat.app.wheels.rows import row_of_file  # noqa: E402

TABLE = ROOT / "cudacompat" / "domain" / "wheels" / "data" / "measured.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", nargs="*", type=Path)
    parser.add_argument("--download", nargs="*", default=[], metavar="NAME==VERSION")
    parser.add_argument("--pip-option", action="append", default=[], help="such as --platform=win_amd64")
    parser.add_argument("--rows", type=Path, help="rows that `cudacompat survey` wrote")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = []
    for wheel in arguments.wheels:
        rows.append(_row(wheel))
    for pin in arguments.download:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-I", "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
            done = subprocess.run([*command, *arguments.pip_option, "--dest", folder, pin], check=False)
            rows += [_row(wheel) for wheel in Path(folder).glob("*.whl")] if done.returncode == 0 else []
    if arguments.rows is not None:
        rows += [_of_survey(json.loads(line)) for line in arguments.rows.read_text().splitlines()]
    if arguments.write:
        write(rows)
    return 0


def _row(wheel: Path) -> dict[str, object]:
    today = datetime.now(UTC).date().isoformat()
    row = row_of_file(str(wheel), source="the wheel, read with this package", date=today)
    print(json.dumps(row), flush=True)
    return row


def _of_survey(row: dict[str, object]) -> dict[str, object]:
    """A row without what the table does not keep."""
    return {name: value for name, value in row.items() if name != "asked"}


def key(row: dict[str, object]) -> tuple[str, ...]:
    """What a row is of."""
    return tuple(str(row[part]) for part in ("package", "version", "index", "platform"))


def write(rows: list[dict[str, object]]) -> None:
    """Put the rows into the table."""
    from packaging.version import Version

    old = [json.loads(line) for line in TABLE.read_text().splitlines()] if TABLE.exists() else []
    kept = {key(row): row for row in (*old, *rows)}
    ordered = sorted(kept.values(), key=lambda row: (row["package"], Version(str(row["version"])), row["platform"]))
    TABLE.write_text("".join(json.dumps(row, sort_keys=True) + "\n" for row in ordered))


if __name__ == "__main__":
    sys.exit(main())
