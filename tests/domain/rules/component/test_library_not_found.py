"""What is said of a package that does not find a library."""

from __future__ import annotations

from cudacompat.domain.judge.components import judge_component
from cudacompat.domain.machine.component_verdicts import LibraryVerdict
from cudacompat.domain.machine.components import Component, FoundLibraries
from cudacompat.domain.rules.component.component_facts import ComponentFacts
from cudacompat.domain.rules.component.library_not_found import check
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import Outcome
from tests.helpers.build import target
from tests.helpers.rule_case import RuleCase


def facts(*lacks: str, found: FoundLibraries | None = None) -> ComponentFacts:
    component = Component("q", "1.0", "/site", ("/site/q.so",), found=found or FoundLibraries())
    gpus = (target("8.0"), target("12.0"))
    judged = (LibraryVerdict("/site/q.so", each, Outcome.NATIVE, reason=None, lacks=lacks) for each in gpus)
    return ComponentFacts(component, tuple(judge_component(component, [each], each.target) for each in judged))


RULE_CASES = (RuleCase("library-not-found", facts("libcudart.so.13"), facts()),)


def test_several_gpus_have_one_error() -> None:
    (finding,) = check(facts("libcudart.so.13", "libcublas.so.13"))
    assert (finding.severity, finding.message) == (Severity.ERROR, "q 1.0 finds no libcudart.so.13, libcublas.so.13")


def test_parts_and_calls_are_warnings() -> None:
    found = FoundLibraries(12, parts_lack=("libcufft.so.11",), elsewhere=("libcublas.so.12",), reached_by="import q")
    told = list(check(facts(found=found)))
    assert [each.severity for each in told] == [Severity.WARNING, Severity.WARNING]
    assert [each.message for each in told] == [
        "parts of q 1.0 find no libcufft.so.11",
        "q 1.0: import q, for libcublas.so.12",
    ]
