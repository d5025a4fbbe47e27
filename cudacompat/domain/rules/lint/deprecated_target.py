"""A target that the image's CUDA release still builds and the next major one does not.

What it finds: 50 to 72 in a list that CUDA 12.8 or 12.9 builds, 35 or 37 in one of CUDA 11.8.

Why it matters: the build warns ("Support for offline compilation for architectures prior to ... will be removed"), and
stops as soon as the image's tag is raised. CUDA 13 has nothing below 75.

Example: `-DCMAKE_CUDA_ARCHITECTURES="61;86;120"` in an image with CUDA 12.9.

What to do: keep this build at CUDA 12.9 for the old GPUs and make another for the new ones, or drop the old targets.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.stages import toolkit
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.tables.toolkits import deprecation
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@on_list
def check(project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list that holds some."""
    command = listed.command
    if command is None or command.stage is None or command.instruction != "RUN" or listed.archs is None:
        return
    made_by = toolkit(project, command.stage)
    if made_by is None:
        return
    rows = {each.arch: deprecation(made_by.version, each.number) for each in listed.archs.code}
    old = [arch for arch, row in rows.items() if row is not None and arch in made_by.targets]
    row = rows[old[0]] if old else None
    if row is None:
        return
    setting = listed.setting
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message=(
            f"CUDA {made_by.version} is among the last releases that build {', '.join(f'sm_{arch}' for arch in old)}"
        ),
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name or 'flags'}={setting.value}"[:160],
        why=f"this nvcc warns about targets below sm_{row.below}; CUDA {row.gone} cannot build them",
        help=f"stay on a release before CUDA {row.gone} for these GPUs, or remove them from the list",
    )


RULE = Rule("deprecated-target", "Target that the next major CUDA release removes", __doc__, check)
