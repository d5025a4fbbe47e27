"""A Visual Studio project whose CUDA release cannot build what its list asks for.

What it finds: a CodeGeneration with a target that the CUDA build customization of the same project file (`CUDA
12.4.props`) does not know yet (120 before 12.8, 103 and 121 before 12.9), or no longer (50 to 72 from 13.0).

Why it matters: nvcc stops: "Unsupported gpu architecture 'compute_120'". Visual Studio shows it as error MSB3721.

Example: `CUDA 12.4.props`, and `<CodeGeneration>compute_86,sm_86;compute_120,sm_120</CodeGeneration>`.

What to do: choose a newer CUDA release under Build Dependencies, Build Customizations, or remove the target.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.list_coverage import images_of
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.visual_studio import customization
from cudacompat.domain.rules.lint.target_facts import why_not_built
from cudacompat.domain.tables.toolkits import first_with, with_all
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list that its project's CUDA release cannot build."""
    for listed in project.lists:
        setting = listed.setting
        made_by = customization(project, setting.place.file)
        wanted = list(dict.fromkeys(image.arch for image in images_of(listed))) if made_by is not None else []
        if made_by is None:
            continue
        missing = [arch for arch in wanted if arch not in made_by.targets and first_with(arch) is not None]
        if not missing:
            continue
        names = ", ".join(f"sm_{arch}" for arch in missing)
        fitting = [row for row in with_all(wanted) if row.version > made_by.version]
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"CUDA {made_by.version} of this project cannot build {names}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={' '.join(setting.written.split())}"[:160],
            why=why_not_built(missing, made_by),
            help=f"import CUDA {fitting[0].version}.props and .targets, or remove {names}"
            if fitting
            else f"remove {names}, or build it in a separate project",
        )


RULE = Rule("toolset-cannot-build", "Visual Studio project whose CUDA cannot build the list", __doc__, check)
