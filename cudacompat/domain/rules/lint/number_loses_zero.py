"""A compute capability that YAML turns into another number.

What it finds: a single number with a zero after its point, without quotes, in `env:` of a GitHub workflow.

Why it matters: YAML reads 9.0 as a number, and GitHub's runner writes it back as 9 (actions/runner#849). PyTorch
then stops at "Unknown CUDA arch (9)", other readers build for nothing or ignore it.

Example: `TORCH_CUDA_ARCH_LIST: 12.0`

What to do: put it in quotes: `TORCH_CUDA_ARCH_LIST: "12.0"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_LONGEST = 1000  # characters in front of a name on its line
_NUMBER = re.compile(r"\d{1,2}\.0")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each such number."""
    workflows = {job.file for job in project.jobs if job.system == "github"}
    for listed in project.lists:
        setting, file = listed.setting, project.file(listed.setting.place.file)
        place = setting.place
        if file is None or file.name not in workflows or setting.in_shell or not _NUMBER.fullmatch(setting.written):
            continue
        begin = file.text.rfind("\n", 0, place.start) + 1
        if place.start - begin > _LONGEST + len(setting.name):
            continue  # a mapping on one line
        if not re.fullmatch(rf"\s*{re.escape(setting.name)}:[ \t]+", file.text[begin : place.start]):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{setting.name}: {setting.written} reaches the build as {setting.written[:-2]}",
            path=place.file,
            line=place.line,
            span=place.span,
            found=f"{setting.name}: {setting.written}",
            why="YAML reads the value as a number and drops the trailing zero",
            help=f'{setting.name}: "{setting.written}"',
            fix=Fix(
                "quote the value", (Edit(file.name, place.start, place.end, new=f'"{setting.written}"'),), safe=True
            ),
        )


RULE = Rule("number-loses-zero", "Number that YAML truncates", __doc__, check)
