"""The components of a machine as rows of a table: what text and Markdown show of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.judge.component_words import outcome_word, why
from cudacompat.domain.machine.component_verdicts import ComponentVerdict
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.reports.doctor import ComponentRow, DoctorReport, InstalledPackages, PlanStep
from cudacompat.domain.rules.artifact import gap_unclear, undecided
from cudacompat.domain.rules.component import library_not_found
from cudacompat.domain.rules.machine import toolkit_cannot_build
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.verdict import Outcome

MOST_ROWS = 12  # of one environment, for a screen; what fails comes first
_MOST_VENDORS = 2  # that a step names beside others which it cures
_OF_BUILDER = toolkit_cannot_build.RULE.id
# What the row of a package tells; and what proves nothing of a library that runs, on which nobody can act.
_LEFT_TO_JSON = frozenset({library_not_found.RULE.id, undecided.RULE.id, gap_unclear.RULE.id})
_RUN = (Outcome.NATIVE, Outcome.COMPATIBLE, Outcome.JIT)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table: component, version, `cu12`, outcome word, why, and the outcome that colours it."""

    name: str
    version: str
    made_for: str
    word: str
    why: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class TableSection:
    """The rows of one environment, under its title."""

    title: str
    rows: tuple[TableRow, ...]


def cured(step: PlanStep) -> tuple[str, ...]:
    """Return the packages that the step cures, in words: of several others, those of NVIDIA's are counted."""
    vendors = [each for each in step.cures if is_vendors(each)]
    own = [each for each in step.cures if not is_vendors(each)]
    if not own or len(vendors) <= _MOST_VENDORS:
        return (*own, *vendors)
    return (*own, f"{len(vendors)} NVIDIA libraries")


def sections(
    packages: InstalledPackages, environments: Sequence[Environment], most: int = MOST_ROWS
) -> list[TableSection]:
    """Return the rows of each environment: what fails first, then the rest by name, NVIDIA's own libraries behind the
    others. Those of NVIDIA's that run, or that only the driver stands in the way of, are told in one row. An
    environment without device code has no rows."""
    rows = {id(row.component): row for row in packages.rows}
    groups = by_environment((row.component for row in packages.rows), environments)
    found = [
        TableSection(_title(home, near[0]), tuple(_rows_of([rows[id(each)] for each in near], most)))
        for home, near in groups
    ]
    full = {home.prefix for home, _ in groups if home is not None}
    empty = [TableSection(_title(each, None), ()) for each in environments if each.prefix not in full]
    return [*found, *empty]


def _title(environment: Environment | None, component: Component | None) -> str:
    if environment is not None:
        python = f" ({environment.python})" if environment.python else ""
        via = f", {environment.found_via}" if environment.found_via != environment.label else ""
        return f"{environment.label}{python}{via}"
    if component is None:
        return ""
    return "packages of the system (dpkg)" if component.manager == "dpkg" else component.location


def _rows_of(rows: Sequence[ComponentRow], most: int) -> Iterable[TableRow]:
    own = [row for row in rows if not is_vendors(row.component.package)]
    vendors = [row for row in rows if is_vendors(row.component.package)]
    told = any(row.is_bad for row in own)
    listed = [*own, *(row for row in vendors if row.is_bad and not (told and _by_driver(row)))]
    folded = [row for row in vendors if row not in listed]
    first = next((v for row in rows for v in row.verdicts if v.is_first), None)
    lines = [line for row in sorted(listed, key=_rank) for line in _lines(row, first)]
    yield from lines[:most]
    if len(lines) > most:
        yield TableRow(
            f"{len(lines) - most} more", "", "", word="", why="not shown: --format json has all", outcome=None
        )
    if folded:
        yield _folded(folded)


def _by_driver(row: ComponentRow) -> bool:
    return all(each.is_of_driver for each in row.verdicts if each.is_bad)


def _rank(row: ComponentRow) -> tuple[bool, bool, bool, bool, str]:
    open_ = any(each.outcome is Outcome.UNDECIDED for each in row.verdicts)
    return (
        not any(each.is_first for each in row.verdicts),
        not row.is_bad,
        is_vendors(row.component.package),
        not open_,
        row.component.package.lower(),
    )


def _lines(row: ComponentRow, first: ComponentVerdict | None) -> Iterable[TableRow]:
    """One line where all GPUs have the same answer, else one for each GPU."""
    needed = f"; needed by {some(row.needed_by)}" if row.needed_by and is_vendors(row.component.package) else ""
    told = ((each, _told(each, first)) for each in row.verdicts)
    answers = [(outcome_word(each), f"{reason}{needed}" if each.is_bad else reason) for each, reason in told]
    made = f"cu{row.made_for}" if row.made_for is not None else ""
    if len({word for word, _ in answers}) == 1:
        yield TableRow(
            row.component.package,
            row.component.version,
            made,
            word=answers[0][0],
            why=f"on each GPU: {answers[0][1]}" if len(answers) > 1 and answers[0][1] else answers[0][1],
            outcome=row.verdicts[0].outcome,
        )
        return
    for number, (verdict, (word, reason)) in enumerate(zip(row.verdicts, answers, strict=True)):
        name, version, cuda = (row.component.package, row.component.version, made) if number == 0 else ("", "", "")
        on = f"on {verdict.target.label}"
        yield TableRow(name, version, cuda, word=word, why=f"{on}: {reason}" if reason else on, outcome=verdict.outcome)


def plain_lines(row: ComponentRow) -> list[str]:
    """Return the lines of one component as text, for whoever shows it before the table is there."""
    cells = ((each.name, each.version, each.made_for, each.word, each.why) for each in _lines(row, None))
    return ["  ".join(filter(None, each)) for each in cells]


def _told(verdict: ComponentVerdict, first: ComponentVerdict | None) -> str:
    """Why; of what fails for the very reason of the first one, only that."""
    if first is not None and verdict is not first and verdict.is_bad and verdict.target == first.target:
        own, others = why(verdict), why(first)
        if own == others:
            return f"as {first.component.package}"
    return why(verdict)


def _folded(rows: Sequence[ComponentRow]) -> TableRow:
    """One row for NVIDIA's libraries."""
    majors = sorted({row.made_for for row in rows if row.made_for is not None})
    bad = [row for row in rows if row.is_bad]
    jit = [row for row in rows if any(each.outcome is Outcome.JIT for each in row.verdicts)]
    name = count(len(rows), "NVIDIA library", "NVIDIA libraries")
    made = "+".join(f"cu{each}" for each in majors)
    if bad:  # what lacks code has a row of its own
        return TableRow(name, "", made, word="fails", why=f"{len(bad)} of them, by the driver", outcome=Outcome.FAILS)
    open_ = [row for row in rows if any(each.outcome is Outcome.UNDECIDED for each in row.verdicts)]
    if open_:
        which = some([row.component.package for row in open_])
        return TableRow(name, "", made, word="undecided", why=which, outcome=Outcome.UNDECIDED)
    note = f"{len(jit)} of them by JIT" if jit else ""
    return TableRow(name, "", made, word="run", why=note, outcome=Outcome.COMPATIBLE)


def machine_findings(report: DoctorReport, told: Iterable[Finding]) -> list[Finding]:
    """Return the errors and warnings among what is told that no row of the table tells: they are about no library of a
    component. With them goes the note on a toolkit that cannot build for a GPU of another machine."""
    libraries = _libraries(report)
    return [f for f in told if (f.severity is not Severity.NOTE or f.id == _OF_BUILDER) and f.path not in libraries]


def library_warnings(report: DoctorReport, told: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Return by the id of a rule the libraries of components that it warns of; the row of a component says no more of
    them than that it runs."""
    libraries = _libraries(report)
    found: dict[str, dict[str, None]] = {}
    for each in told:
        if each.severity is Severity.WARNING and each.path in libraries and each.id not in _LEFT_TO_JSON:
            found.setdefault(each.id, {})[each.path or ""] = None
    return {id_: tuple(paths) for id_, paths in found.items()}


def _libraries(report: DoctorReport) -> set[str]:
    packages = report.packages
    return {path for each in packages.with_code for path in each.libraries} if packages is not None else set()
