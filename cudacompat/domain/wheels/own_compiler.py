"""Packages that compile their kernels with the assembler in their own wheel, and whether it knows a GPU."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudacompat.domain.judge.bundled_compilers import assembler_for
from cudacompat.domain.tables.run_time_compilers import begins_above
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.table import rows_of
from cudacompat.domain.wheels.verdict import WheelVerdict
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.domain.words.versions import ToolkitVersion

_ASSEMBLER = "ptxas"
_RELEASE = re.compile(r" (\d+\.\d+)")
_PATCH = re.compile(r"(?<=\d\.\d)\.\d+$")  # the tables of compilers have releases without it


def brings_assembler(row: WheelRow) -> bool:
    """Return True for a wheel without device code whose package compiles its kernels with an assembler in it."""
    later = distributions().compiled_later(row.package) is not None
    return later and not row.has_code and any(each.startswith(_ASSEMBLER) for each in row.compilers)


def compile_alone(rows: Sequence[WheelRow]) -> bool:
    """Return True for the rows of such wheels alone, one at least."""
    return bool(rows) and all(map(brings_assembler, rows))


def assembling_rows(package: str, platform: str) -> tuple[WheelRow, ...]:
    """Return the rows of such a package, the oldest first; of a release that was not read for the platform that for
    the usual one, as a release brings the same assembler for each."""
    found = {row.version: row for row in rows_of(package, DEFAULT_PLATFORM)}
    found |= {row.version: row for row in rows_of(package, platform)}
    return tuple(found[version] for version in sorted(found) if brings_assembler(found[version]))


def assembler_of(row: WheelRow, target: Target) -> tuple[str, bool] | None:
    """Return the assembler that the package runs for the target, in words with the newest target that it knows
    (`ptxas 12.4 ends at sm_90a`), and whether it builds for it; `None` where nothing is known of it. A package that
    does not support the GPU is told in its place (`triton begins at sm_70`)."""
    below = begins_above(row.package, target.capability)
    if below is not None:
        return below, False
    return assembler_for([_PATCH.sub("", each) for each in row.compilers], target.capability)


def lacking_assembler(row: WheelRow, target: Target) -> WheelVerdict | None:
    """Return the verdict on a wheel whose assembler does not build for the target; `None` for one whose does, or of
    which nothing is known."""
    found = assembler_of(row, target)
    if found is None or found[1]:
        return None
    return WheelVerdict(row, target, Outcome.FAILS, reason=None, min_driver=None, compiler=found[0])


def compiler_in(row: WheelRow, target: Target) -> str | None:
    """Return the compiler in a wheel that builds machine code for the target (`ptxas 12.8`): the assembler that its
    package runs there, else the first of them; `None` if it has none that does."""
    if brings_assembler(row):
        found = assembler_of(row, target)
        return " ".join(found[0].split()[:2]) if found is not None and found[1] else None
    for compiler in row.compilers:
        release = _RELEASE.search(compiler)
        if release is not None and _builds_for(release[1], target.capability):
            return compiler
    return None


def _builds_for(release: str, capability: ComputeCapability) -> bool:
    """Return True if the compilers of this CUDA release (`12.8`) build machine code for the GPU; the newest known
    release speaks for newer ones."""
    version = min(ToolkitVersion.parse(release), RELEASES[-1].version)
    row = next((each for each in RELEASES if each.version == version), None)
    return row is not None and str(capability.number) in row.targets
