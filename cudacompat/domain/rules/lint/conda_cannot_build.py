"""A conda recipe whose compiler cannot build what its script asks for.

What it finds: a `cuda_compiler_version` in conda_build_config.yaml that does not know, yet or any longer, a target of
the list in the build.sh of the recipe.

Why it matters: conda builds one package for each version listed. The one with the old compiler stops: "Unsupported gpu
architecture".

Example: `cuda_compiler_version: [11.8, 12.9]`, and `-DCMAKE_CUDA_ARCHITECTURES="86;120"` in build.sh.

What to do: take the old version out, or let build.sh decide by $cuda_compiler_version. Where build.sh gives no list,
conda-forge's cuda-nvcc sets CUDAARCHS to one that fits the compiler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.ci_jobs import cannot_build, lists_of
from cudacompat.domain.project.command_facts import base_name, folder_of
from cudacompat.domain.project.model import ArchListSetting, Project, Setting
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.versions import ToolkitVersion

_VERSION = re.compile(r"(\d{1,2})\.(\d{1,2})")
_CONFIGS = ("conda_build_config.yaml", "variants.yaml")
_VARIABLES = ("cuda_compiler_version", "cuda_version")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each version and list."""
    recipes = {folder_of(file.name) for file in project.files if base_name(file.name) in ("meta.yaml", "recipe.yaml")}
    for setting in project.settings:
        folder = folder_of(setting.place.file)
        match = _VERSION.fullmatch((setting.value or "").strip())
        if base_name(setting.place.file) not in _CONFIGS or setting.name not in _VARIABLES or match is None:
            continue
        if setting.way is not AssignmentKind.LIST or folder not in recipes or _selected(project, setting):
            continue
        version = ToolkitVersion(int(match[1]), int(match[2]))
        for listed in _lists(project, folder):
            wrong = cannot_build(listed, version)
            if wrong is not None:
                yield Finding(
                    id=RULE.id,
                    severity=Severity.ERROR,
                    message=f"CUDA {version} cannot build sm_{wrong[0]}, which {listed.setting.place.file} requests",
                    path=setting.place.file,
                    line=setting.place.line,
                    span=setting.place.span,
                    found=f"{setting.name}: {setting.written}; {listed.setting.name}={listed.setting.written}"[:160],
                    why=wrong[1],
                    help="remove this version, or let build.sh give each version its own list",
                )
                break


def _selected(project: Project, setting: Setting) -> bool:
    """Whether a selector in a comment behind it decides when it holds."""
    file = project.file(setting.place.file)
    if file is None:
        return True
    stop = file.text.find("\n", setting.place.end)
    return "#" in file.text[setting.place.end : stop if stop >= 0 else len(file.text)]


def _lists(project: Project, folder: str) -> tuple[ArchListSetting, ...]:
    return project.once(("lists_of_recipe", folder), lambda: tuple(_found_lists(project, folder)))


def _found_lists(project: Project, folder: str) -> Iterator[ArchListSetting]:
    for command in project.commands:
        ours = folder_of(command.place.file) == folder and base_name(command.place.file).startswith("build")
        if ours and not command.conditional:
            yield from lists_of(project, command)


RULE = Rule("conda-cannot-build", "Conda recipe whose compiler cannot build the list", __doc__, check)
