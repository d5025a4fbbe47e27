"""Write tools/facts/gpu_names_open_kernel.json from the README of NVIDIA's open kernel modules: names by PCI device id.

python tools/fetch_gpu_names.py [--from FILE]    without a file it is fetched from GitHub
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import fact_files
from tools.fact_files import Facts

SOURCE = "https://raw.githubusercontent.com/NVIDIA/open-gpu-kernel-modules/main/README.md"

_ROW = re.compile(r"\| (\S.*?) +\| ([0-9A-F]{4})(?: ([0-9A-F]{4}) ([0-9A-F]{4}))? +\|")


def parsed(text: str) -> Facts:
    """The facts in the README's text: its driver version and the table "Compatible GPUs"."""
    version = re.search(r"^version ([\d.]+\d)\.$", text, re.M)
    rows = []
    for found in filter(None, map(_ROW.fullmatch, text.splitlines())):
        name, device, vendor, subsystem = found.groups()
        more = {"subsystem": f"{vendor}:{subsystem}".lower()} if subsystem else {}
        rows.append({"name": name, "device": device.lower(), **more})
    if version is None or not rows:
        raise SystemExit("this is not the README: it has no version or no table of GPUs")
    return {"source": f'{SOURCE}, "Compatible GPUs"', "version": version[1], "rows": rows}


def main(arguments: list[str] | None = None) -> int:
    return fact_files.refreshed("gpu_names_open_kernel", SOURCE, parsed, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
