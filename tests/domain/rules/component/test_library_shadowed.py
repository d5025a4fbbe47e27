"""What is said of libraries that LD_LIBRARY_PATH puts in the place of newer ones."""

from __future__ import annotations

from cudacompat.domain.machine.components import Component
from cudacompat.domain.rules.component.component_facts import ComponentFacts, ShadowedLibrary
from cudacompat.domain.rules.component.library_shadowed import check
from cudacompat.domain.words.finding import Severity
from tests.helpers.rule_case import RuleCase


def facts(*folders: str) -> ComponentFacts:
    shadowed = tuple(
        ShadowedLibrary(name, each, "12.1.3.1", "nvidia-cublas-cu12", version="12.4.5.8")
        for each in folders
        for name in ("libcublas.so.12", "libcublasLt.so.12")
    )
    return ComponentFacts(Component("nvidia-cublas-cu12", "12.4.5.8", "/site", ()), shadowed=shadowed)


RULE_CASES = (RuleCase("library-shadowed", facts("/usr/local/cuda/lib64"), facts()),)


def test_each_directory_is_one_warning_with_the_command_that_removes_it() -> None:
    found = list(check(facts("/a", "/b c")))
    assert [each.severity for each in found] == [Severity.WARNING, Severity.WARNING]
    assert [each.message for each in found] == [
        "LD_LIBRARY_PATH gives libcublas.so.12 12.1.3.1, older than nvidia-cublas-cu12 12.4.5.8 and 1 more"
    ] * 2
    assert "grep -vxF '/b c'" in (found[1].command or "")
