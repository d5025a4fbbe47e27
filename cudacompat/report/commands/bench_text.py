"""A bench as text: a table of the variants, what failed, and what is odd."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cudacompat.domain.reports.bench import BenchReport
from cudacompat.domain.runs.bench import Measured, Spread, Variant
from cudacompat.domain.words.phrases import count

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_NAMES = {
    Variant.NATIVE: "native",
    Variant.JIT_COLD: "JIT, cold cache",
    Variant.JIT_WARM: "JIT, warm cache",
    Variant.CPU: "CPU",
}


def bench_text(page: Page, report: BenchReport) -> None:
    """Write the report. Ratios are to the native code; in brackets are the least and the most."""
    page.line((report.machine, "bold"))
    rows = table(report)
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        page.line("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    page.line()
    for each in report.measured:
        variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in each.environment)
        page.line(f"  {_NAMES[each.variant]}: ", (f"{variables} {shlex.join(each.command)}".strip(), "dim"))
    for each in report.measured:
        failed = [run for run in each.runs if run.failed is not None]
        if failed:
            page.line(f"  {_NAMES[each.variant]}: ", (f"{len(failed)} of {len(each.runs)} failed", "bold red"), ": ")
            page.field("why", failed[0].failed or "", 4, 6)
            if each.variant in (Variant.JIT_COLD, Variant.JIT_WARM) and each.environment:
                page.field("help", "one of its libraries contains no PTX; name a PTX-only build with --ptx", 4, 6)
        if each.note:
            page.line(f"  {_NAMES[each.variant]}: ", ("not as expected", "bold yellow"), f": {each.note}")
    page.line()
    good = sum(len(each.good) for each in report.measured)
    odd = sum(bool(each.note) for each in report.measured)
    page.line(
        f"measured {count(len(report.measured), 'variant')}: {count(good, 'run')} of {_all(report)} ended well"
        + (f", {count(odd, 'variant')} not as expected" if odd else "")
    )


def _all(report: BenchReport) -> int:
    return sum(len(each.runs) for each in report.measured)


def table(report: BenchReport) -> list[list[str]]:
    """Return the rows of the table, the head first."""
    rated = report.rate is not None
    rows = [["", "runs", f"first result (s): {report.first}", "ratio", "whole run (s)", "ratio"]]
    if rated:
        rows[0] += ["per second", "ratio"]
    native = report.of(Variant.NATIVE)
    for each in report.measured:
        row = [_NAMES[each.variant], f"{len(each.good)}/{len(each.runs)}"]
        row += _pair(each, native, lambda m: m.first)
        row += _pair(each, native, lambda m: m.total)
        if rated:
            row += _pair(each, native, lambda m: m.rate)
        rows.append(row)
    return rows


def _pair(each: Measured, native: Measured | None, of: Callable[[Measured], Spread | None]) -> list[str]:
    own = of(each)
    if own is None:
        return ["-", "-"]
    base = of(native) if native is not None else None
    ratio = "-" if base is None or base.least <= 0 or own.least <= 0 else spread(own.over(base), "x")
    return [spread(own), ratio if each is not native else "1x"]


def spread(value: Spread, unit: str = "") -> str:
    """`6.02 [5.98 - 6.10]`; one run has no spread."""
    shown = f"{_number(value.middle)}{unit}"
    return shown if value.runs < 2 else f"{shown} [{_number(value.least)} - {_number(value.most)}]"


def _number(value: float) -> str:
    digits: Sequence[tuple[float, int]] = ((100, 0), (10, 1), (0, 2))
    places = next(places for floor, places in digits if value >= floor)
    return f"{value:.{places}f}"
