"""The steps of the plan that cure the machine, in the order in which they have to be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.rules.machine import (
    MACHINE_RULES,
    cmake_too_old,
    glibc_too_new,
    host_compiler_too_new,
    toolkit_cannot_build,
)
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line

MACHINE_IDS = {rule.id: place for place, rule in enumerate(MACHINE_RULES)}

# Warnings about compilers: of no use to somebody who installs wheels and builds nothing.
_OF_BUILDS = frozenset(
    each.RULE.id for each in (cmake_too_old, glibc_too_new, host_compiler_too_new, toolkit_cannot_build)
)


def is_wanted(finding: Finding, *, builds: bool) -> bool:
    """Return whether it is a warning that has a step where packages are examined: what a build would meet only has one
    where something is built."""
    return finding.severity is Severity.WARNING and (builds or not is_of_builds(finding))


def is_of_builds(finding: Finding) -> bool:
    """Return whether only who compiles something meets it."""
    return finding.id in _OF_BUILDS


def of_no_build_here(finding: Finding) -> Finding:
    """Return the finding as it counts where the packages for a GPU of another machine are examined, and nothing is
    built: what the compilers of this machine make of that GPU is a note."""
    idle = is_of_builds(finding) and finding.severity is Severity.WARNING
    return replace(finding, severity=Severity.NOTE) if idle else finding


def machine_steps(findings: Iterable[Finding], packages: Mapping[str, tuple[str, ...]] | None = None) -> list[PlanStep]:
    """Return a step for each cure of these findings, errors and warnings alike: what heals the driver first, then what
    programs load, then what builds use, then what is not of the machine. Findings with one cure share a step.
    `packages` are those that run once it is done, by the finding's id."""
    about = [f for f in findings if f.help and f.severity is not Severity.NOTE]
    about.sort(key=lambda f: (f.severity.rank, MACHINE_IDS.get(f.id, len(MACHINE_IDS))))
    cures: dict[tuple[str | None, str | None], list[Finding]] = {}
    for finding in about:
        cures.setdefault((finding.command or finding.help, finding.command), []).append(finding)
    return [
        PlanStep(
            one_line(f"{'; '.join(dict.fromkeys(f.message for f in cured))}: {cured[0].help}"),
            command,
            cures=tuple(dict.fromkeys(name for f in cured for name in (packages or {}).get(f.id, ()))),
        )
        for (_, command), cured in cures.items()
    ]
