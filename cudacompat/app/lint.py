"""`lint`: read, put together, judge; and, where asked for, fix and judge again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

from cudacompat.app.project.files import ProjectRead, read
from cudacompat.app.project.fixes import chosen, edited
from cudacompat.app.project.model import project_of
from cudacompat.app.project.time_limit import RULE_SECONDS, Clock, TimeSpentError
from cudacompat.domain.builds.api_changes import CallingSources
from cudacompat.domain.builds.engine import ALWAYS
from cudacompat.domain.policy.policy import Ignore
from cudacompat.domain.project.edited_file import EditedFile
from cudacompat.domain.project.excerpts import excerpt_of
from cudacompat.domain.project.inline_ignores import apply
from cudacompat.domain.project.model import Project
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.rules.ignores import IGNORE_RULES
from cudacompat.domain.rules.ignores.suppress import suppress
from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES
from cudacompat.domain.rules.lint.wheel_facts import groups_of
from cudacompat.domain.rules.lint_selection import NOT_READ, every_rule
from cudacompat.domain.rules.source import SOURCE_RULES
from cudacompat.domain.wheels.package_set import deciding
from cudacompat.domain.wheels.resolved import RequirementVerdict
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, worst_first
from cudacompat.domain.words.rule_selection import RuleSelection
from cudacompat.domain.words.secrets import masked
from cudacompat.domain.words.verdict import Target

_MOST_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a project is held to: the GPUs, the ignores of the policy, the rules that run."""

    targets: tuple[Target, ...]
    ignores: Sequence[Ignore]
    rules: RuleSelection


def lint(
    folder: str,
    targets: tuple[Target, ...] = (),
    ignores: Sequence[Ignore] = (),
    *,
    fix: bool = False,
    unsafe: bool = False,
    shown: bool = False,
    rules: RuleSelection | None = None,
) -> LintReport:
    """Return what `rules` (all, if `None`) find in a project, judged for these targets.

    With `fix` (or `unsafe`) the report holds the edited files, which are not written here, and the findings that are
    left with them; or, where the edits are only to be `shown`, those that there are now. `UsageError` where there is no
    such folder.
    """
    asked = _Asked(targets, ignores, rules or every_rule())
    made = _lint(folder, asked, rounds=_MOST_ROUNDS if fix or unsafe else 0, unsafe=unsafe)
    return replace(made.now, edited=made.mended.edited) if shown else made.mended


def lint_and_mend(folder: str, targets: tuple[Target, ...]) -> Linted:
    """Return what all rules find in a project, and what is left of it when every fix is made, in one reading of it."""
    return _lint(folder, _Asked(targets, (), every_rule()), rounds=_MOST_ROUNDS, unsafe=True)


class Linted(NamedTuple):
    """A project as it is, and as it would be with the fixes, whose edited files the second holds."""

    now: LintReport
    mended: LintReport


def _lint(folder: str, asked: _Asked, *, rounds: int, unsafe: bool) -> Linted:
    collecting = gc.isenabled()
    gc.disable()  # all that is made here is kept to the end; looking for garbage in it takes a quarter of the time
    try:
        return _fixed(folder, asked, rounds=rounds, unsafe=unsafe)
    finally:
        if collecting:
            gc.enable()


def _fixed(folder: str, asked: _Asked, *, rounds: int, unsafe: bool) -> Linted:
    clock = Clock()
    found = read(folder)
    before = {file.name: file.text for file in found.files}
    report, findings = _judged(found, asked, clock)
    now = report
    fixed: list[Finding] = []
    for _ in range(rounds):
        making = chosen(findings, unsafe=unsafe)
        texts = edited({file.name: file.text for file in found.files}, making)
        if not texts:
            break
        fixed += making
        files = tuple(replace(file, text=texts.get(file.name, file.text)) for file in found.files)
        found = replace(found, files=files)
        report, findings = _judged(found, asked, clock)
    marks = dict.fromkeys(found.marked, "\ufeff")
    changed = tuple(
        EditedFile(file.name, marks.get(file.name, "") + before[file.name], marks.get(file.name, "") + file.text)
        for file in found.files
        if file.text != before[file.name]
    )
    ended = _Shown(replace(found, files=(), rust=()))  # their lines are no longer there
    return Linted(now, replace(report, edited=changed, fixed=tuple(ended.finding(each) for each in fixed)))


def findings_of(project: Project) -> tuple[Finding, ...]:
    """Return what the rules find, by file and line."""
    return findings_within(project, Clock(), every_rule().run)[0]


def findings_within(
    project: Project, clock: Clock, rules: Sequence[str]
) -> tuple[tuple[Finding, ...], tuple[NotRead, ...]]:
    """Return what the `rules` (ids) find, by file and line, and which of them did not end within the time that the
    clock gives."""
    found: list[Finding] = []
    spent: list[NotRead] = []
    for rule, check in _checks(project):
        if rule not in rules:
            continue
        try:
            found += clock.within(RULE_SECONDS, partial(_all_of, check))
        except TimeSpentError as error:
            spent.append(NotRead(".", f"the rule {rule} {error}: what it would find is missing"))
    unique = list(dict.fromkeys(found))
    ordered = sorted(unique, key=lambda each: (each.path or "", each.line or 0, each.severity.rank))
    return tuple(ordered), tuple(spent)


def _all_of(check: Callable[[], Iterable[Finding]]) -> tuple[Finding, ...]:
    return tuple(check())


def _checks(project: Project) -> Iterator[tuple[str, Callable[[], Iterable[Finding]]]]:
    """The rules by their ids, each with what it has to look at."""
    for rule in LINT_RULES:
        yield rule.id, partial(rule.check, project)
    for calling in _callings(project):
        for each in SOURCE_RULES:
            yield each.id, partial(each.check, calling)


def _callings(project: Project) -> Iterator[CallingSources]:
    """The sources that call an engine, with the version of it that the project builds. Where that is not said, only
    what no version has counts."""
    for use in project.uses:
        api = use.engine.api
        sources = tuple((file.name, file.text) for file in project.rust if api is not None and api.crate in file.text)
        if api is not None and sources:
            changes = api.changes if use.parsed else tuple(each for each in api.changes if each.window == ALWAYS)
            yield CallingSources(changes, use.parsed, sources)


def _judged(found: ProjectRead, asked: _Asked, clock: Clock) -> tuple[LintReport, tuple[Finding, ...]]:
    targets, run = asked.targets, frozenset(asked.rules.run)
    project = project_of(found, targets, clock)
    raw, spent = findings_within(project, clock, asked.rules.run)
    ignorable = frozenset((*(rule.id for rule in LINT_RULES), *(rule.id for rule in SOURCE_RULES)))
    kept, inline, uses = apply(raw, project.files, known=ignorable, run=run)
    own = [ignore for ignore in asked.ignores if ignore.rule in ignorable & run or ignore.rule == NOT_READ]
    left = suppress(kept, (*project.not_read, *spent), own, targets=targets, today=date.today())
    about_ignores = [
        *(finding for use in uses for rule in INLINE_RULES if rule.id in run for finding in rule.check(use)),
        *(
            finding
            for use in left.uses
            if use.ignore.rule in ignorable
            for rule in IGNORE_RULES
            if rule.id in run
            for finding in rule.check(use)
        ),
    ]
    findings = worst_first((*left.findings, *about_ignores))
    shown = _Shown(found)
    bases = (*(stage.base for stage in project.stages), *(job.base for job in project.jobs))
    report = LintReport(
        root=str(found.root),
        targets=targets,
        uses=project.uses,
        units=project.units,
        findings=tuple(shown.finding(each) for each in findings),
        suppressed=tuple(
            replace(each, finding=shown.finding(each.finding), reason=masked(each.reason))
            for each in (*inline, *left.suppressed)
        ),
        not_read=tuple(replace(each, path=_named(found, each.path) or each.path) for each in left.not_read),
        of_cuda=any(base is not None and base.cuda is not None for base in bases),
        files=found.seen,
        skipped=found.skipped,
        lookalikes=tuple(_named(found, name) or name for name in found.lookalikes),
        rules=asked.rules,
        packages=tuple(_placed(found, deciding(group)) for _, group in groups_of(project)),
    )
    return report, left.findings


class _Shown:
    """Findings as the user gets them: paths as they would write them, the line that each is about, no secrets."""

    def __init__(self, found: ProjectRead) -> None:
        self._found = found
        self._files = {file.name: file for file in (*found.rust, *found.files)}

    def finding(self, finding: Finding) -> Finding:
        """Return the finding, and its fix, with paths from where the command was called."""
        fix = finding.fix
        if fix is not None:
            edits = tuple(replace(each, file=_named(self._found, each.file) or each.file) for each in fix.edits)
            fix = replace(fix, edits=edits)
        file = self._files.get(finding.path or "")
        return replace(
            finding,
            path=_named(self._found, finding.path),
            fix=fix,
            message=masked(finding.message),
            found=_masked(finding.found),
            why=_masked(finding.why),
            help=_masked(finding.help),
            excerpt=excerpt_of(finding, file) if file is not None else None,
        )


def _masked(text: str | None) -> str | None:
    return None if text is None else masked(text)


def _placed(found: ProjectRead, verdict: RequirementVerdict) -> RequirementVerdict:
    """The verdict, its requirement's file as the user would write it."""
    file = verdict.resolved.requirement.file
    return verdict.in_file(_named(found, file) or file)


def _named(found: ProjectRead, name: str | None) -> str | None:
    """The path of a file as the user would write it, from where the command was called."""
    return name if name is None or str(found.root) == "." else (found.root / name).as_posix()
