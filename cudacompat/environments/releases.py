"""The CUDA release that an installed package was built for, as a text file of it says: read, never imported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cudacompat.domain.words.versions import ToolkitVersion

_TEXT_BYTES = 64 << 10


def release_told(locations: Iterable[str], file: str, pattern: str) -> ToolkitVersion | None:
    """Return the release that the groups of the pattern (major, minor) match in this file of the first location that
    has it; `None` where there is none, or it does not say."""
    for location in locations:
        try:
            with Path(location, file).open("rb") as stream:
                text = stream.read(_TEXT_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
        found = re.search(pattern, text, re.MULTILINE)
        return ToolkitVersion(int(found[1]), int(found[2])) if found else None
    return None
