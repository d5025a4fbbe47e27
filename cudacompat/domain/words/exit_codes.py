"""Exit codes, the same for every command."""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.words.finding import Finding, Severity

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE, EXIT_NOTHING, EXIT_INCOMPLETE, EXIT_STEP_FAILED = range(6)


def count_of(findings: Iterable[Finding], severity: Severity) -> int:
    """How many findings have this severity."""
    return sum(finding.severity is severity for finding in findings)
