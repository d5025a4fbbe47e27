"""Write tools/facts/gpu_names_official.json from NVIDIA's two pages of compute capabilities: names by capability.

    python tools/fetch_compute_capabilities.py [--from FILE]    without a file both pages are fetched

A FILE holds one page or both, one after the other.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import fact_files
from tools.fact_files import Facts
from tools.html_tables import rows_of

SOURCES = ("https://developer.nvidia.com/cuda-gpus", "https://developer.nvidia.com/cuda-legacy-gpus")


def parsed(pages: str) -> Facts:
    """The facts in the pages' text: their rows are a capability, then cells with a name on each line."""
    by_cc: dict[str, list[str]] = {}
    for row in rows_of(pages):
        if row and row[0] and re.fullmatch(r"\d+\.\d", row[0][0]):
            names = [name for cell in row[1:] for name in cell]
            by_cc.setdefault(row[0][0], []).extend(names)
    if not by_cc:
        raise SystemExit("no row of these pages begins with a compute capability")
    newest_first = sorted(by_cc, key=lambda text: [-int(part) for part in text.split(".")])
    return {"by_cc": {capability: list(dict.fromkeys(by_cc[capability])) for capability in newest_first}}


def main(arguments: list[str] | None = None) -> int:
    return fact_files.refreshed("gpu_names_official", SOURCES, parsed, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
