"""What the rules about a driver that does not know the GPU share."""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.tables.architectures import Architecture, architecture
from cudacompat.domain.tables.drivers import runtime_floor
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import modules_with
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Reason


def row_of(judged: VerdictFacts, reason: Reason) -> Architecture | None:
    """Return the table's row of the GPU where the artifact certainly fails for this reason, `None` elsewhere."""
    verdict = judged.verdict
    fails = verdict.outcome is Outcome.FAILS and any(
        each.outcome is Outcome.FAILS for each in modules_with(verdict, reason)
    )
    return architecture(verdict.target.capability) if fails else None


def asks_for_more(verdict: ArtifactVerdict) -> bool:
    """Return whether the runtime that the artifact names asks for a newer driver than the GPU does."""
    floor = runtime_floor(verdict.runtime) if verdict.runtime is not None else None
    row = architecture(verdict.target.capability)
    first = row.first_branch if row is not None else None
    return floor is not None and (first is None or floor.oldest(windows=verdict.windows).branch > first)


def unknown_to_driver(judged: VerdictFacts, reason: Reason, why: str, help_: str) -> Iterable[Finding]:
    """Return the one error of an artifact whose driver does not know the GPU."""
    verdict = judged.verdict
    yield Finding(
        id=reason.value,
        severity=Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"nothing runs: driver {verdict.target.driver} does not know {verdict.target.label}",
        why=why,
        help=help_,
    )
