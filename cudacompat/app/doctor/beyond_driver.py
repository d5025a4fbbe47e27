"""A driver that does not know a GPU hides all else: what is left of that with one that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.rules.machine import gpu_outside_driver
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Outcome, Reason, Target

_SAME = frozenset({Reason.DRIVER_TOO_OLD_FOR_GPU.value, Reason.DRIVER_DROPPED_GPU.value})


def with_driver_that_knows(targets: Sequence[Target], findings: Sequence[Finding]) -> tuple[Target, ...]:
    """Return the GPUs, those without a driver that theirs does not know."""
    outside = {each.target for each in findings if each.id == gpu_outside_driver.RULE.id}
    return tuple(replace(each, driver=None) if each.id in outside else each for each in targets)


def is_of_outside_driver(finding: Finding) -> bool:
    """Return whether it says of a file what the finding of the machine says of the GPU."""
    return finding.id in _SAME


def beyond_driver(findings: Sequence[Finding], checked: CheckReport, anyhow: CheckReport) -> list[Finding]:
    """Return the findings of the machine with what still fails once a driver knows the GPUs, and where nothing does,
    with that. `checked` was judged with the driver here, `anyhow` with one that knows them."""
    told = {(each.id, each.path, each.target, each.line) for each in checked.findings}
    left = [
        each
        for each in anyhow.findings
        if each.severity is Severity.ERROR and (each.id, each.path, each.target, each.line) not in told
    ]
    runs = not any(each.severity is Severity.ERROR for each in anyhow.findings) and bool(anyhow.verdicts)
    words = _runs(anyhow) if runs else ""
    return [*(_with(each, words) for each in findings), *left]


def _runs(anyhow: CheckReport) -> str:
    undecided = any(each.outcome is Outcome.UNDECIDED for each in anyhow.verdicts)
    paths = list(dict.fromkeys(one_line(str(each.path)) for each in anyhow.verdicts))
    if undecided or anyhow.not_read:
        return ""
    needed = max((each.min_driver or 0 for each in anyhow.verdicts), default=0)
    than = f" of branch {needed} or newer" if needed else ""
    what = f"{paths[0]} runs" if len(paths) == 1 else f"all {len(paths)} files run"
    return f"; {what} with such a driver{than}"


def _with(finding: Finding, words: str) -> Finding:
    if finding.id != gpu_outside_driver.RULE.id or not finding.help:
        return finding
    return replace(finding, help=f"{finding.help}{words}")
