"""The packages that lists name, as `check` writes them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict
from cudacompat.domain.words.verdict import Outcome

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_WORDS = {Outcome.JIT: "runs by JIT", Outcome.PARTIAL: "lacks kernels", Outcome.UNDECIDED: "not known"}
_STYLE = {
    Outcome.NATIVE: "green",
    Outcome.COMPATIBLE: "green",
    Outcome.JIT: "yellow",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILS: "red",
}


def packages_text(page: Page, report: CheckReport) -> None:
    """Write each list with its packages, and the result of each on each GPU."""
    by_file: dict[str, dict[str, list[RequirementVerdict]]] = defaultdict(lambda: defaultdict(list))
    for verdict in report.packages:
        requirement = verdict.resolved.requirement
        by_file[requirement.file][f"{requirement.line}: {verdict.resolved.label}"].append(verdict)
    for file, packages in by_file.items():
        page.line()
        page.line((file, "bold"))
        width = max(map(len, packages))
        gpus = max(len(verdict.target.label) for verdicts in packages.values() for verdict in verdicts)
        for label, verdicts in packages.items():
            for number, verdict in enumerate(verdicts):
                head = label if number == 0 else ""
                word, style = _word(verdict)
                page.line(f"  {head:{width}}  {verdict.target.label:{gpus}}  ", (word, style))


def outcome_word(outcome: Outcome) -> str:
    """What an outcome is called for a package: `runs by JIT`."""
    return _WORDS.get(outcome, outcome.value)


def _word(verdict: RequirementVerdict) -> tuple[str, str]:
    outcome = verdict.outcome
    if outcome is None and verdict.resolved.known is HowKnown.WITH_FRAMEWORK:
        return f"goes with {framework().name}", "dim"
    if verdict.resolved.known is HowKnown.BUILT_HERE:
        return "built where it is installed", "magenta"
    if verdict.compiles_with is not None:
        return f"compiles with {verdict.compiles_with}", "green"
    if outcome is None:
        return "single features" if verdict.of_features else "no device code", "dim"
    found = verdict.verdict
    driver = f", driver {found.min_driver}" if outcome.runs and found is not None and found.min_driver else ""
    return f"{outcome_word(outcome)}{driver}", _STYLE.get(outcome, "magenta")
