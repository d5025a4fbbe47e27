"""The common shape of the rules that report one way in which a whole artifact fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, modules_with
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Outcome, Reason

Words = Callable[[ArtifactVerdict, list[ModuleVerdict]], tuple[str, str | None, str]]


def failing_rule(
    id_: str, reason: Reason, words: Words, *, instead: Reason | None = None
) -> Callable[[VerdictFacts], Iterable[Finding]]:
    """Return a check for artifacts that fail with this reason; `words` gives message, found and help. `instead` is the
    reason of modules that are no fault beside others that run, and are the fault where every module has it."""

    def check(judged: VerdictFacts) -> Iterable[Finding]:
        verdict = judged.verdict
        modules = modules_with(verdict, reason)
        if instead is not None and all(module.reason is instead for module in verdict.modules):
            modules = list(verdict.modules)
        if verdict.outcome is not Outcome.FAILS or not modules:
            return
        if verdict.reason is Reason.RUNTIME_NEEDS_DRIVER:  # no module is loaded, whatever becomes of some by themselves
            return
        message, found, help_ = words(verdict, modules)
        yield Finding(
            id=id_,
            severity=Severity.ERROR,
            path=verdict.path,
            target=verdict.target.id,
            message=message,
            found=found,
            why=f"affects {len(modules)} of {count(len(verdict.modules), 'module')}",
            help=help_,
            places=places_of(modules),
        )

    return check
