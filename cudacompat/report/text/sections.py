"""Reports as text for people: paths first so that editors can jump, one counting line last."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.lookup import GpusReport
from cudacompat.domain.words.code import (
    BundledCompiler,
    ContainerImage,
    NotRead,
)
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of, suppressing_files
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.report.text.page import Page

if TYPE_CHECKING:
    from cudacompat.domain.words.policy_value import PolicyValue

PROGRAM_NAME = {"nvrtc": "NVRTC"}


def page_on(stream: TextIO, color: str = "auto") -> Page:
    """Return a page that writes to the stream, wrapped to the terminal; where it is none, lines are left whole."""
    console = Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        no_color=True if color == "never" else None,
        force_terminal={"always": True, "never": False}.get(color),
    )
    return Page(console, console.width if stream.isatty() else None)


def not_read_lines(page: Page, items: Sequence[NotRead]) -> None:
    """What could not be read, a line each."""
    for item in items:
        page.prose((item.path, "bold"), ": ", ("not read", "bold magenta"), ": ", item.why)


def images(page: Page, found: Sequence[ContainerImage]) -> None:
    """The container images among what was read, a line each."""
    for image in found:
        known = [image.name] if image.name and image.name not in image.path else []
        known += [image.platform] if image.platform else []
        others = f"; other platforms: {', '.join(image.others)} (use --platform)" if image.others else ""
        page.prose((image.path, "bold"), f": image {', '.join([*known, count(image.layers, 'layer')])}{others}")


def compilers(page: Page, found: Sequence[BundledCompiler]) -> None:
    """NVIDIA's compilers among the files, each with the newest target that it knows."""
    if not found:
        return
    from cudacompat.domain.judge.bundled_compilers import newest_target

    for each in found:
        newest = newest_target(each.release)
        knows = f"knows up to {newest}" if newest is not None else "newer than the tables"
        page.prose(
            (each.path, "bold"), f": {PROGRAM_NAME.get(each.program, each.program)} of CUDA {each.release}, {knows}"
        )


def columns(page: Page, rows: Sequence[Sequence[str]], indent: int, spare: Sequence[int] = ()) -> None:
    """Rows whose cells stand under each other; a column that is empty takes no room. Where a row is wider than the
    page, the `spare` columns are left out, one after the other; then it goes on below."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for column in spare:
        if page.width is None or indent + sum(width + 2 for width in widths if width) - 2 <= page.width:
            break
        widths[column] = 0
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        page.prose(" " * indent + "  ".join(cells).rstrip(), margin=indent + 4)


# -- check


def check_text(page: Page, report: CheckReport) -> None:
    """What `check` writes."""
    judged_for(page, report.targets)
    images(page, report.images)
    _held_to(page, report.given)
    from cudacompat.report.text.artifacts import artifacts_text  # few commands judge

    artifacts_text(page, report.verdicts, not_started(report))
    if report.compilers:
        page.line()
        compilers(page, report.compilers)
    if report.packages:
        from cudacompat.report.text.packages import packages_text

        packages_text(page, report)
    if report.fleet:
        _pools(page, report)
    if report.findings or report.not_read:
        page.line()
    told: Sequence[Finding] = ()
    if report.findings:
        from cudacompat.report.text.condensed import write_findings

        told = write_findings(page, report.findings, report.targets)
    not_read_lines(page, report.not_read)
    if report.show_suppressed:
        _suppressed(page, report.suppressed)
    page.line()
    suppressing(page, report.suppressed)
    _compared(page, report)
    for path in report.environments:
        page.line(f"whether the libraries that these packages need are there: cudacompat doctor {shlex.quote(path)}")
    count_line(page, report, told)


def not_started(report: CheckReport) -> Set[tuple[str, str | None]]:
    """Return the files, each with a GPU, that the machine with this GPU does not start."""
    if all(each.severity is not Severity.ERROR for each in report.findings):
        return frozenset()
    from cudacompat.domain.rules.artifact.other_processor import errors_by_file

    return errors_by_file(report.findings, (each.path for each in report.verdicts)).keys()


def _compared(page: Page, report: CheckReport) -> None:
    """What the comparison with a baseline came to, which is silent where nothing was lost."""
    if report.compared:
        lost = sum(finding.id == "lost-since-baseline" for finding in report.findings)
        page.prose(f"compared with the baseline: {count(lost, 'loss', 'losses') if lost else 'nothing lost'}")


def _pools(page: Page, report: CheckReport) -> None:
    from cudacompat.report.text.pools import pool_rows

    rows = pool_rows(report)
    if rows:
        page.line()
        page.line(("by node pool", "bold"))
        columns(page, rows, indent=2)


def _held_to(page: Page, values: Sequence[PolicyValue]) -> None:
    """Where the policy comes from that is not on the command line, a line for each file and variable."""
    from cudacompat.domain.policy.keys import held_to

    for origin, said in held_to(values):
        page.prose("policy: ", (origin, "bold"), said)


def _suppressed(page: Page, items: Sequence[Suppressed]) -> None:
    for item in items:
        finding = item.finding
        page.prose(
            (finding.path or "this machine", "bold"), ": ", (f"suppressed[{finding.id}]", "dim"), ": ", finding.message
        )
        page.field(item.by, item.reason)


def suppressing(page: Page, items: Sequence[Suppressed]) -> None:
    """The policy files that let findings pass, with their numbers."""
    for file, number in suppressing_files(items):
        page.prose((file, "bold"), f" suppresses {count(number, 'finding')}")


def count_line(page: Page, report: CheckReport, told: Sequence[Finding]) -> None:
    """The last line of what was judged: counts, of the findings as they were written."""
    page.prose(
        f"{report.scope}: {tally(told)}, "
        f"{len(report.not_read)} not read, {report.without_code} without device code"
        + (f", {len(report.suppressed)} suppressed" if report.suppressed else "")
    )


def tally(told: Sequence[Finding]) -> str:
    """`1 error, 0 warnings, 2 notes` of findings as they are shown."""
    return ", ".join(count(count_of(told, each), each.value) for each in Severity)


def judged_for(page: Page, targets: Iterable[Target]) -> None:
    """What the targets are checked with, a line for those that have it in common."""
    by_conditions: dict[str, list[str]] = defaultdict(list)
    for target in targets:
        driver = target.driver_label or "with the oldest driver that can run the code (--driver names another)"
        jit = "" if target.jit is JitPolicy.NORMAL else f", JIT {target.jit.value}"
        by_conditions[f"{driver}{jit}"].append(target.label)
    for conditions, labels in by_conditions.items():
        page.prose("checked for ", (", ".join(labels), "bold"), f", {conditions}")


# -- gpus


def gpus_text(page: Page, report: GpusReport) -> None:
    """What `gpus` writes."""
    from cudacompat.domain.gpus.lookup import is_of_another_maker

    rows = [(str(gpu.capability), gpu.name, gpu.chip or "", " ".join(gpu.pci_ids[:4])) for gpu in report.gpus]
    if rows:
        columns(page, rows, indent=0)
    page.line(f"{count(len(rows), 'GPU')} found" + (f" for {report.query}" if report.query else ""))
    if report.similar:
        page.line(f"similar: {', '.join(report.similar)}")
    if not rows and report.query and is_of_another_maker(report.query):
        page.line("CUDA code runs on NVIDIA GPUs only")
