"""The toolkits that compile with the C library of a machine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.tables.toolkits import first_for_glibc
from cudacompat.domain.words.versions import ToolkitVersion

_GLIBC = re.compile(r"glibc (\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class GlibcLimit:
    """A C library (`glibc 2.42`) and the first CUDA release whose headers go with it."""

    libc: str
    first: ToolkitVersion

    @property
    def cure(self) -> str:
        """What to do with an older release."""
        return f"use CUDA {self.first} or newer, or build in a container with an older glibc"


def glibc_limit(facts: HostFacts) -> GlibcLimit | None:
    """Return the limit that the C library here sets, `None` where every release goes with it."""
    match = _GLIBC.search(facts.libc or "")
    first = first_for_glibc(int(match[1]), int(match[2])) if match is not None else None
    return GlibcLimit(match[0], first) if match is not None and first is not None else None
