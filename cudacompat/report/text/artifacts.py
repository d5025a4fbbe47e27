"""The files that were judged, as `check` writes them: those that are alike in one block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from cudacompat.domain.words.phrases import CAUSE, count
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, Outcome, PtxProof

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

OUTCOME_STYLE = {
    Outcome.NATIVE: "bold green",
    Outcome.COMPATIBLE: "green",
    Outcome.JIT: "yellow",
    Outcome.PARTIAL: "bold red",
    Outcome.FAILS: "bold red",
    Outcome.SPECIAL: "cyan",
    Outcome.UNCLEAR: "yellow",
    Outcome.UNDECIDED: "bold magenta",
}
_FEW = 3  # files with the same result that are shown each by itself


def artifacts_text(
    page: Page, verdicts: Iterable[ArtifactVerdict], refused: Set[tuple[str, str | None]], *, apart: bool = True
) -> None:
    """Write each file with its result on each GPU. Many files of a directory with the same results, as the libraries of
    which a loader takes one, are one block. `refused` are the files and targets that no machine starts there; with
    `apart` an empty line stands before each block."""
    by_path: dict[str, list[ArtifactVerdict]] = defaultdict(list)
    for verdict in verdicts:
        by_path[verdict.path].append(verdict)
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    blocks: dict[str, list[str]] = {}
    for path, judged in by_path.items():
        results = ((v.target.id, *_words(v, starts=(path, v.target.id) not in refused)) for v in judged)
        blocks[path] = alike[(_folder_of(path), *results)]
        blocks[path].append(path)
    for path, judged in by_path.items():
        block = blocks[path]
        if len(block) > _FEW and path != block[0]:
            continue
        if apart:
            page.line()
        if len(block) > _FEW:
            folder = _folder_of(path)
            page.line((folder, "bold"), f": {count(len(block), 'file')}, each of which")
            page.prose("  ", ", ".join(name.removeprefix(folder) for name in block), margin=2)
        else:
            page.line((path, "bold"))
        width = max(len(v.target.label) for v in judged)
        for verdict in judged:
            verdict_line(page, verdict, width, starts=(path, verdict.target.id) not in refused)


def _folder_of(path: str) -> str:
    return path[: max(path.rfind("/"), path.rfind("\\")) + 1]


def verdict_line(page: Page, verdict: ArtifactVerdict, width: int, *, starts: bool = True) -> None:
    """What becomes of an artifact on one target, its label padded to the width; `starts` is whether the machine with
    the GPU starts the file at all."""
    outcome, details = _words(verdict, starts=starts)
    style = OUTCOME_STYLE[outcome]
    head = (f"  {verdict.target.label.ljust(width)}  ", (outcome.value.ljust(10), style))
    if page.width is None or width + 16 + len(details) <= page.width:
        page.line(*head, "  ", details)
        return
    page.line(*head[:1], (outcome.value, style))
    page.prose("      ", details, margin=6)


def _words(verdict: ArtifactVerdict, *, starts: bool) -> tuple[Outcome, str]:
    details = verdict.counted if verdict.modules else ""
    if verdict.min_driver:
        details += f"; needs driver {verdict.min_driver} or newer"
    details += _assembled(verdict)
    if verdict.reason and verdict.reason in CAUSE:
        details += f"; {CAUSE[verdict.reason]}"
    if verdict.basis is Basis.MEASURED:
        details += "; measured on hardware"
    if starts:
        return verdict.outcome, details
    return Outcome.FAILS, f"for another processor or system; its device code alone: {details}"


def _assembled(verdict: ArtifactVerdict) -> str:
    """`; PTX proved by ptxas 13.5`, with numbers where not all of it is."""
    asked = verdict.assemblies
    proved = [each for each in asked if each.proof is PtxProof.PROVED]
    if not proved:
        return ""
    releases = " and ".join(str(each) for each in sorted({each.ptxas for each in proved if each.ptxas is not None}))
    of = "" if len(proved) == len(asked) else f" of {len(proved)} of {len(asked)}"
    return f"; PTX{of} proved by ptxas {releases}"
