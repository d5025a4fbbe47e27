"""What an assembler says about the PTX that a verdict rests on, and which assembler is to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cudacompat.domain.tables.drivers import first_branch_taking
from cudacompat.domain.tables.ptx import BEYOND_ASCII
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import FatbinEntry
from cudacompat.domain.words.target import ArchSuffix, CodeKind
from cudacompat.domain.words.verdict import Assembly, ModuleVerdict, Outcome, PtxProof, Reason, Target
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion

Proofs = Mapping[tuple[str, ComputeCapability, DriverRelease | None], Assembly]  # by the sha256 of the text


def rests_on(verdict: ModuleVerdict) -> FatbinEntry | None:
    """Return the PTX that a verdict rests on; `None` where it rests on none."""
    picked = verdict.picked
    if verdict.outcome not in (Outcome.JIT, Outcome.PARTIAL) or picked is None or picked.kind is not CodeKind.PTX:
        return None
    return picked


def assembled(verdict: ModuleVerdict, target: Target, proofs: Proofs) -> ModuleVerdict:
    """Return the verdict with what the assembler said; a text that it refuses fails, as it does in the driver."""
    if verdict.relinked and verdict.outcome is Outcome.JIT:
        why = "the driver links its relocatable code again, which is not assembled here"
        return replace(verdict, assembly=Assembly(PtxProof.OPEN, None, f"sm_{target.capability.number}", said=why))
    picked = rests_on(verdict)
    if picked is None:
        return verdict
    known = proofs.get((picked.text, target.capability, target.driver)) if picked.text is not None else None
    if known is None:
        known = Assembly(PtxProof.OPEN, None, f"sm_{target.capability.number}", said="the text is too large to be kept")
    if known.proof is not PtxProof.REFUSED:
        return replace(verdict, assembly=known)
    return replace(
        verdict, outcome=Outcome.FAILS, reason=Reason.PTX_REFUSED, missing=(), min_driver=None, assembly=known
    )


def assembler_target(
    text: FatbinEntry, capability: ComputeCapability, releases: Sequence[ToolkitVersion]
) -> tuple[ToolkitVersion, str] | str:
    """Return the newest of these releases whose ptxas compiles such a text for such a GPU, and what to build for; or
    why none does. A release that is newer than the tables is tried."""
    number = str(capability.number)
    suffix = text.target.suffix if text.target is not None else ArchSuffix.NONE
    refusals: list[str] = []
    for each in sorted(releases, reverse=True):
        row = release(each)
        if suffix is ArchSuffix.ARCH_SPECIFIC:
            wanted = f"{number}a"
        else:
            family = suffix is ArchSuffix.FAMILY and (row is None or f"{number}f" in row.targets)
            wanted = f"{number}f" if family else number
        if row is None:
            return each, f"sm_{wanted}"
        if wanted not in row.targets:
            refusals.append(f"ptxas {each} does not build for sm_{wanted}")
        elif text.ptx_isa is not None and text.ptx_isa > row.ptx_isa:
            refusals.append(f"ptxas {each} reads PTX up to {row.ptx_isa}, the text is {text.ptx_isa}")
        else:
            return each, f"sm_{wanted}"
    return refusals[0] if refusals else "there is no ptxas"


def as_the_driver_says(answer: Assembly, driver: DriverRelease | None, *, ascii_only: bool) -> Assembly:
    """Return the answer without what the compiler of an older driver does not take: a text with other characters than
    ASCII is proved only for drivers that have a compiler which takes them."""
    if answer.proof is not PtxProof.PROVED or ascii_only:
        return answer
    first = first_branch_taking(BEYOND_ASCII)
    if first is not None and driver is not None and driver.branch >= first.branch:
        return answer
    since = f"driver {first.branch}" if first is not None else "CUDA 13.1"
    said = f"it has characters beyond ASCII, which compilers before {since} refuse, even in comments"
    return replace(answer, proof=PtxProof.OPEN, said=said)
