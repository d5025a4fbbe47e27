"""The newest that the tables know, and what lies beyond it: tests name neither, so that a release changes no test."""

from __future__ import annotations

from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.tables.ptx import PTX_ISAS
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion

NEWEST_TOOLKIT = max(row.version for row in RELEASES)
NEXT_TOOLKIT = ToolkitVersion(NEWEST_TOOLKIT.major, NEWEST_TOOLKIT.minor + 1)

NEWEST_ISA = max(row.isa for row in PTX_ISAS)
NEXT_ISA = PtxIsa(NEWEST_ISA.major, NEWEST_ISA.minor + 1)

NEWEST_CAPABILITY = max(row.capability for row in ARCHITECTURES)
UNKNOWN_CAPABILITY = ComputeCapability(NEWEST_CAPABILITY.major + 1, 0)
UNKNOWN_ARCH = str(UNKNOWN_CAPABILITY.number)
