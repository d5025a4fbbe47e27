"""`check`: read, judge for every target, apply the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from cudacompat.artifacts.read import read_paths
from cudacompat.domain.artifact import judge_artifact
from cudacompat.domain.code import ReadResult
from cudacompat.domain.finding import Finding, Severity
from cudacompat.domain.policy import Policy
from cudacompat.domain.report import CheckReport
from cudacompat.domain.rules import ARTIFACT_RULES, READ_RULES
from cudacompat.domain.rules.judged import Judged
from cudacompat.domain.verdict import ArtifactVerdict, Target

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check(
    paths: Sequence[str],
    targets: tuple[Target, ...],
    policy: Policy,
    on_file: Callable[[str], None] | None = None,
) -> CheckReport:
    """Return the report on all that the paths hold, for these targets, held to this policy."""
    return judge_read(read_paths(paths, kernels=True, on_file=on_file), targets, policy)


def judge_read(read: ReadResult, targets: tuple[Target, ...], policy: Policy) -> CheckReport:
    """Return the report on what was read (with its kernels)."""
    verdicts: list[ArtifactVerdict] = []
    findings: list[Finding] = [f for rule in READ_RULES for f in rule.check(read)]
    empty = 0
    for artifact in read.artifacts:
        judged = [judge_artifact(artifact, target) for target in targets]
        empty += all(verdict is None for verdict in judged)
        for verdict in judged:
            if verdict is not None:
                verdicts.append(verdict)
                findings += [f for rule in ARTIFACT_RULES for f in rule.check(Judged(verdict, policy))]
    findings = _forgive_alternatives(findings, verdicts, targets, policy)
    findings.sort(key=lambda f: _ORDER[f.severity])
    return CheckReport(
        targets=targets,
        verdicts=tuple(verdicts),
        findings=tuple(findings),
        not_read=read.not_read,
        files=read.files,
        without_code=read.without_code + empty,
    )


def _forgive_alternatives(
    findings: list[Finding], verdicts: Sequence[ArtifactVerdict], targets: Sequence[Target], policy: Policy
) -> list[Finding]:
    """Of the artifacts that a glob names as alternatives one has to satisfy a target: turn the errors of the
    others into notes where one does."""
    for glob in policy.any_of:
        group = {v.path for v in verdicts if fnmatchcase(v.path, glob) or fnmatchcase(v.path.rsplit("/", 1)[-1], glob)}
        for target in targets:
            failing = {
                f.path for f in findings if f.target == target.id and f.severity is Severity.ERROR and f.path in group
            }
            judged = {v.path for v in verdicts if v.target == target and v.path in group and v.outcome.runs}
            if not judged - failing:
                continue
            findings = [
                replace(f, severity=Severity.NOTE, message=f"{f.message} (an alternative in {glob} does)")
                if f.target == target.id and f.path in group and f.severity is Severity.ERROR
                else f
                for f in findings
            ]
    return findings
