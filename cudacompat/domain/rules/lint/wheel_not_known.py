"""A wheel of a package with CUDA code, of which nothing is known.

What it finds: a requirement of a package whose wheels hold CUDA code, in a release, or from an index, of which nothing
was read: newer than the table, between releases that do not agree, from a mirror, or of conda-forge.

Why it matters: whether it runs on the GPU is not told, and is not guessed from its number.

Example: a release of last week.

What to do: have it read: `cudacompat check NAME==VERSION --gpu …` asks the index for the wheel itself.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import content_of, finding, groups_of
from cudacompat.domain.wheels.answer import HowKnown
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.wheels.package_set import is_open
from cudacompat.domain.wheels.table import rows_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One note for each package."""
    told: set[tuple[str, int, str]] = set()
    gpus = " ".join(f"--gpu {shlex.quote(target.spec)}" for target in project.targets)
    for _, group in groups_of(project):
        resolved = group[0].resolved
        key = (resolved.requirement.file, resolved.requirement.line, resolved.requirement.name)
        if len(group) > 1 or not is_open(group[0]) or key in told:
            continue
        told.add(key)
        name = resolved.requirement.name
        read = rows_of(name)
        later = distributions().compiled_later(name) is not None and not any(row.has_code for row in read)
        if later or (read and read[-1].version.is_devrelease and resolved.known is HowKnown.NEWER):
            continue  # no release of it holds device code, or pip builds it
        pin = f"{name}=={resolved.version}" if resolved.version is not None else name
        foreign = resolved.known is HowKnown.FOREIGN
        ends = {HowKnown.NEWER: ("newest", read[-1:]), HowKnown.OLDER: ("oldest", read[:1])}
        end, rows = ends.get(resolved.known, ("", ()))
        bound = f": the {end} that was read is {rows[0].version}" if rows else ""
        yield finding(
            RULE.id,
            Severity.NOTE,
            f"the device code of {resolved.label} is not known{bound}",
            resolved=resolved,
            found=content_of(resolved) if not resolved.rows else None,
            why=f"its index, {resolved.build}, was not read" if foreign else None,
            help_=f"read the wheel itself: cudacompat check {pin} {gpus}",
        )


RULE = Rule("wheel-not-known", "A wheel of which nothing is known", __doc__, check)
