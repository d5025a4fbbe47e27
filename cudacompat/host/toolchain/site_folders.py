"""Where this machine's Python packages are installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cudacompat.domain.machine.components import SiteFolder
from cudacompat.places.roots import Roots


def site_folders(roots: Roots | None = None) -> tuple[SiteFolder, ...]:
    """Return where the running Python finds packages, then the folders of an active VIRTUAL_ENV and CONDA_PREFIX."""
    found = [(Path(entry), sys.prefix) for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = Path((roots or Roots.real()).environ.get(name) or ".")
        if prefix.is_absolute():
            found += [(path, str(prefix)) for path in _inside(prefix)]
    distinct: dict[Path, SiteFolder] = {}
    for path, prefix_of in found:
        try:
            if path.is_dir():
                distinct.setdefault(path.resolve(), SiteFolder(str(path), prefix_of))
        except OSError:
            continue
    return tuple(distinct.values())


def _inside(prefix: Path) -> list[Path]:
    try:
        return sorted([*prefix.glob("lib/python3*/site-packages"), *prefix.glob("Lib/site-packages")])
    except OSError:
        return []
