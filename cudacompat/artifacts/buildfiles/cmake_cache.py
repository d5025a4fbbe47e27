"""CMake's cache: what a configured folder was given."""

from __future__ import annotations

import re

_ENTRY = re.compile(r"(?m)^([\w.+-]+):[A-Z]+=([^\r\n]*)")


def entries(text: str) -> dict[str, str]:
    """Return the values of a CMakeCache.txt by their names."""
    return dict(_ENTRY.findall(text))
