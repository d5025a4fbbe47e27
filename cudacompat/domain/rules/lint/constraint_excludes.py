"""A constraint that excludes what a list asks for.

What it finds: a requirement of a package with device code, and a constraint on the same package (`-c FILE`,
PIP_CONSTRAINT, `constraint-dependencies` of uv), of which no published release satisfies both.

Why it matters: pip and uv install nothing at all: "ResolutionImpossible", "No solution found".

Example: `torch>=2.7` in requirements.txt and `torch==2.6.0` in constraints.txt.

What to do: change one of the two. A constraint does not replace a pin; uv's `override-dependencies` do.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.wheels.constraints import refusals
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One error for each package of a set that is installed together."""
    for packages in project.packages:
        for each in refusals(packages.requirements, packages.constraints):
            asked, limit = each.asked, each.limit
            where = f"{limit.file}:{limit.line}" if limit.file != asked.file else f"line {limit.line}"
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"no release of {asked.name} fits both {asked.specifier} and its constraint {limit.specifier}",
                path=asked.file,
                line=asked.line,
                found=f"{asked.written}; the constraint in {where}: {limit.written}",
                why="the installer refuses the two together and installs nothing",
                help=f"change the constraint in {where}, or this requirement",
            )


RULE = Rule("constraint-excludes", "A constraint that excludes what a list asks for", __doc__, check)
