"""Which warnings about a machine become a step of the plan."""

from __future__ import annotations

import pytest

from cudacompat.app.doctor.machine_steps import is_wanted
from cudacompat.domain.words.finding import Finding, Severity


@pytest.mark.parametrize(
    ("id_", "severity", "builds", "expected"),
    [
        ("toolkit-cannot-build", Severity.WARNING, False, False),
        ("host-compiler-too-new", Severity.WARNING, False, False),
        ("toolkit-cannot-build", Severity.WARNING, True, True),
        ("jit-cache-unusable", Severity.WARNING, False, True),
        ("jit-cache-unusable", Severity.NOTE, True, False),
    ],
)
def test_compilers_concern_who_builds(id_: str, severity: Severity, builds: bool, expected: bool) -> None:
    assert is_wanted(Finding(id=id_, severity=severity, message="message", path=None), builds=builds) is expected
