"""Packages of a machine whose facts were saved: what is kept of them, and how they are judged from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cudacompat.app.doctor.compiler_users import with_users
from cudacompat.app.doctor.component_rows import component_findings, library_verdict, rows_of
from cudacompat.app.doctor.installed import JudgedPackages
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.compat import without_gpu
from cudacompat.domain.judge.component_words import why
from cudacompat.domain.judge.linked_runtime import runtime_of
from cudacompat.domain.machine.component_verdicts import ComponentVerdict, LibraryVerdict
from cudacompat.domain.machine.components import Component, DeviceCode, LibraryAnswer, LibraryCode
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages
from cudacompat.domain.rules.artifact import hole, no_runnable_code, ptx_newer_than_driver, runtime_needs_driver
from cudacompat.domain.rules.artifact import undecided as undecided_rule
from cudacompat.domain.rules.component.compiled_later_facts import driver_for
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.finding import Finding, Severity, worst_first
from cudacompat.domain.words.verdict import Outcome, Reason, Target, without_driver

# Which rule tells of a component that fails for this reason; the others have one of the same name, or none.
_RULES: Mapping[Reason, str] = {
    Reason.RUNTIME_NEEDS_DRIVER: runtime_needs_driver.RULE.id,
    Reason.PTX_ISA_TOO_NEW: ptx_newer_than_driver.RULE.id,
    Reason.DRIVER_TOO_OLD_FOR_GPU: Reason.DRIVER_TOO_OLD_FOR_GPU.value,
    Reason.DRIVER_DROPPED_GPU: Reason.DRIVER_DROPPED_GPU.value,
}


# -- kept


def with_code(facts: HostFacts, judged: JudgedPackages, targets: Sequence[Target]) -> HostFacts:
    """Return the facts with what was read of the packages: their answers for these GPUs, without a driver, so that they
    can be judged again with any."""
    by_path = {artifact.path: artifact for artifact in judged.artifacts}
    asking = {each.key: each for each in judged.packages.asking}
    rows = {row.component.key: row for row in judged.packages.rows}
    packages = tuple(
        _kept(rows[key], by_path, targets, lacks=judged.lacks) if (key := each.key) in rows else asking.get(key, each)
        for each in facts.packages
    )
    return replace(facts, packages=packages)


def _kept(
    row: ComponentRow,
    by_path: Mapping[str, BinaryArtifact],
    targets: Sequence[Target],
    lacks: Mapping[str, tuple[str, ...]],
) -> Component:
    known = ((path, by_path[path]) for path in row.component.libraries if path in by_path)
    libraries = (replace(_library(artifact, targets), lacks=lacks.get(path, ())) for path, artifact in known)
    return replace(row.component, code=DeviceCode(row.made_for, tuple(each for each in libraries if each.answers)))


def _library(artifact: BinaryArtifact, targets: Iterable[Target]) -> LibraryCode:
    capabilities = dict.fromkeys(target.capability for target in targets)
    anyhow = (judge_artifact(artifact, Target(str(each), None, each)) for each in capabilities)
    verdicts = [library_verdict(verdict) for verdict in anyhow if verdict is not None]
    answers = tuple(
        LibraryAnswer(
            verdict.target.capability,
            verdict.outcome,
            reason=verdict.reason,
            min_driver=verdict.min_driver,
            counts=tuple((outcome, number) for outcome, number in verdict.counts.items() if number),
        )
        for verdict in verdicts
    )
    first = verdicts[0] if verdicts else None
    return LibraryCode(
        str(artifact.path),
        runtime_of(artifact),
        targets=first.targets if first is not None else (),
        default_target=first.default_target if first is not None else None,
        answers=answers,
    )


# -- judged again


def judge_saved(facts: HostFacts, targets: tuple[Target, ...]) -> JudgedPackages | None:
    """Return what becomes of the packages whose code was saved; `None` where none has any, and none lacks a library. A
    GPU that nothing was saved for leaves a component undecided."""
    known = [each for each in with_users(facts.packages, facts.environments) if each.code is not None]
    others = (each for each in facts.packages if each.code is None)
    asking = tuple(
        each for each in others if each.found.parts_lack or any(driver_for(each, target) for target in targets)
    )
    if not known and not asking:
        return None
    rows, anyhow = (_rows(known, each, facts) for each in (targets, without_driver(targets)))
    findings = [f for row in rows for verdict in row.verdicts if (f := _finding(verdict)) is not None]
    without = len(facts.packages) - len(known)
    findings += component_findings((*known, *asking), rows, targets)
    report = CheckReport(targets, (), tuple(worst_first(findings)), not_read=(), files=len(known), without_code=without)
    return JudgedPackages(report, InstalledPackages(tuple(known), without, rows=rows, anyhow=anyhow, asking=asking))


def _rows(components: Sequence[Component], targets: Sequence[Target], facts: HostFacts) -> tuple[ComponentRow, ...]:
    verdicts = [
        _verdict(library, target)
        for component in components
        for library in (component.code.libraries if component.code is not None else ())
        for target in targets
    ]
    return rows_of(components, verdicts, targets, environments=facts.environments)


def _verdict(library: LibraryCode, target: Target) -> LibraryVerdict:
    found = next((each for each in library.answers if each.capability == target.capability), None)
    outcome, reason = (found.outcome, found.reason) if found is not None else (Outcome.UNDECIDED, None)
    minimum = found.min_driver if found is not None else None
    outcome, reason = _with_driver(outcome, reason, minimum, runtime=library.runtime, target=target)
    return LibraryVerdict(
        library.path,
        target,
        outcome,
        reason=reason,
        min_driver=minimum,
        counts=dict(found.counts) if found is not None else {},
        runtime=library.runtime,
        targets=library.targets,
        default_target=library.default_target,
        lacks=library.lacks,
    )


def _with_driver(
    outcome: Outcome, reason: Reason | None, minimum: int | None, runtime: int | None, *, target: Target
) -> tuple[Outcome, Reason | None]:
    """The same with the driver of the target: what it does not know, does not compile, and what its runtime refuses."""
    driver = target.driver
    if driver is None:
        return outcome, reason
    absent = without_gpu(target)
    if absent is not None:
        return Outcome.FAILS, absent
    if outcome is Outcome.FAILS:
        return outcome, reason
    floor = runtime_floor(runtime) if runtime is not None else None
    if floor is not None and not takes_runtime(driver, floor, windows=target.on_windows):
        return Outcome.FAILS, Reason.RUNTIME_NEEDS_DRIVER
    if outcome is Outcome.JIT and minimum is not None and driver.branch < minimum:
        return Outcome.FAILS, Reason.PTX_ISA_TOO_NEW
    return outcome, reason


def _finding(verdict: ComponentVerdict) -> Finding | None:
    component, library = verdict.component, verdict.library
    told = f"{component.package} {component.version}: {why(verdict)}"
    path = library.path if library is not None else None
    if verdict.is_bad and not verdict.compiler and not verdict.lacks:
        other = hole.RULE.id if verdict.outcome is Outcome.PARTIAL else no_runnable_code.RULE.id
        id_ = _RULES.get(verdict.reason, other) if verdict.reason is not None else other
        return Finding(id_, Severity.ERROR, told, path=path, target=verdict.target.id)
    if verdict.outcome is Outcome.UNDECIDED:
        message = f"{component.package} {component.version}: nothing was saved for {verdict.target.label}"
        return Finding(undecided_rule.RULE.id, Severity.WARNING, message, path=path, target=verdict.target.id)
    return None
