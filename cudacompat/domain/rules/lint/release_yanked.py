"""A pin of a release that its publisher withdrew.

What it finds: a requirement that pins exactly a release which is yanked on PyPI, of a package that the table of wheels
knows, on the day of the table. The reason is the publisher's own.

Why it matters: pip installs a yanked release only for such a pin, with a warning. The publisher says that it is broken.

Example: `torchaudio==2.0.0`: "Contains an incorrect torch dependency".

What to do: pin the release that the finding names, which is the next one that is there.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.table import releases
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One warning for each pin."""
    for packages in project.packages:
        for each in packages.requirements:
            offered = releases().get(each.name) if each.pinned is not None and not each.conda else None
            if each.pinned is None or offered is None or each.build != PYPI or each.pinned not in offered.yanked:
                continue
            later = [version for version in offered.versions if version > each.pinned]
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"{each.name} {each.pinned} was yanked by its publisher",
                path=each.file,
                line=each.line,
                found=f"{offered.yanked[each.pinned]} (PyPI, {offered.yanked_date})",
                why="pip installs it only for this exact pin, with a warning",
                help=f"pin {each.name}=={later[-1]}" if later else f"pin an older release of {each.name}",
            )


RULE = Rule("release-yanked", "A release that its publisher withdrew", __doc__, check)
