"""The C library is newer than the toolkit's headers accept.

What it finds: a glibc whose headers declare math functions that CUDA's headers declare otherwise: from 2.41 on with
CUDA 12.9 and older (cospi, sinpi and their kin), from 2.42 on with CUDA 13.0 and 13.1, too (rsqrt).

Why it matters: every CUDA file stops with "exception specification is incompatible with that of previous function",
whatever its code; another host compiler makes no difference.

Example: Ubuntu 25.10 (glibc 2.42) with CUDA 12.8.

What to do: use CUDA 13.0 for glibc 2.41 and CUDA 13.2 for newer ones, or build in a container with an older glibc.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import ToolkitFacts
from cudacompat.domain.rules.machine.builder_facts import used_toolkits
from cudacompat.domain.rules.machine.glibc_facts import GlibcLimit, glibc_limit
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.rules.machine.release_facts import ReleaseCure, release_cure
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each toolkit that builds here use and that this C library excludes."""
    limit = glibc_limit(machine.facts)
    for toolkit in used_toolkits(machine.facts) if limit is not None else ():
        if limit is not None and toolkit.version is not None and toolkit.version < limit.first:
            cure = release_cure(machine, toolkit)
            yield _finding(machine, toolkit, limit, cure=cure or ReleaseCure(limit.cure))


def _finding(machine: Machine, toolkit: ToolkitFacts, limit: GlibcLimit, cure: ReleaseCure) -> Finding:
    libc = limit.libc
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=toolkit.path,
        message=f"CUDA {toolkit.version} does not compile with {libc}: its headers clash with the C library's",
        found=f"{libc} on {machine.facts.platform.split(',')[0]}" if machine.facts.platform else libc,
        why="both declare cospi, sinpi or rsqrt, with different exception specifications",
        help=cure.help,
        command=cure.command,
    )


RULE = Rule("glibc-too-new", "C library too new for the toolkit", __doc__, check)
