"""A list that asks for two releases of one package.

What it finds: two requirements of one package with device code, in files that pip takes whole, of which no release
satisfies both: `torch==2.6.0` in one line and `torch==2.7.1` in another, or in a file that the list includes with
`-r`. Lines with markers for different Pythons or platforms are alternatives, and so are extras and groups.

Why it matters: pip and uv install nothing at all: "Cannot install torch==2.6.0 and torch==2.7.1 because these package
versions have conflicting dependencies".

Example: a pin that was added at the end of requirements.txt, whose old pin is still there.

What to do: keep one of the lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.wheels.package_set import contradictions
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One error for each package."""
    for packages in project.packages:
        for each in contradictions(packages):
            first, second = each.first, each.second
            where = f"{first.file}:{first.line}" if first.file != second.file else f"line {first.line}"
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"no release of {second.name} is {first.specifier} and {second.specifier}: both are asked for",
                path=second.file,
                line=second.line,
                found=f"{second.written}; in {where}: {first.written}",
                why="the installer refuses the two together and installs nothing",
                help=f"keep this line or the one in {where}",
            )


RULE = Rule("requirements-contradict", "A list that asks for two releases of one package", __doc__, check)
