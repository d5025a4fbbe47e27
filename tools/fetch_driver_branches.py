"""Write tools/facts/ptx_isa.json from the PTX ISA's release history: the CUDA release and driver of each version.

python tools/fetch_driver_branches.py [--from FILE]    without a file NVIDIA's page is fetched
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import fact_files
from tools.fact_files import Facts, arch_order
from tools.html_tables import Row, rows_of

SOURCE = "https://docs.nvidia.com/cuda/parallel-thread-execution/index.html"
OLDEST = (6, 0)

_RELEASE = re.compile(r"CUDA (\d+\.\d+)(?:, driver (r\d+))?")
_TARGETS = re.compile(r"sm_(?:\{([^}]*)\}|(\w+))")


def parsed(page: str) -> Facts:
    """The facts in the page's text: the history's rows from PTX ISA 6.0 on, with the targets that are new in each."""
    seen: set[str] = set()
    rows: list[dict[str, Any]] = []
    isa = ""
    for row in rows_of(page):
        words = [" ".join(cell) for cell in row]
        version = re.fullmatch(r"PTX ISA (\d+\.\d+)", words[0]) if words else None
        isa = version[1] if version else isa
        at = 1 if version else 0
        release = _RELEASE.fullmatch(words[at]) if len(words) > at else None
        # a row that goes on with the version above it names a driver; other tables have rows that begin with a release
        if not isa or release is None or not (version or release[2]):
            continue
        new = sorted(targets(row) - seen, key=arch_order)
        seen.update(new)
        if tuple(int(part) for part in isa.split(".")) >= OLDEST:
            fact = {"ptx_isa": isa, "cuda": release[1], "driver_branch": release[2], "targets_introduced": new}
            rows.append(fact)
    if not rows:
        raise SystemExit("this page has no release history of the PTX ISA")
    return {"rows": rows}


def targets(row: Row) -> set[str]:
    """The targets that a row names: `sm_{90,90a}` are two. A row that continues the one above names none."""
    found = _TARGETS.findall(" ".join(line for cell in row for line in cell))
    return {arch for several, one in found for arch in (several or one).split(",")}


def main(arguments: list[str] | None = None) -> int:
    return fact_files.refreshed("ptx_isa", SOURCE, parsed, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
