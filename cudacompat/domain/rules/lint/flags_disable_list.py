"""TORCH_CUDA_ARCH_LIST with a setup.py that passes nvcc its own flags.

What it finds: the list, set for an extension of PyTorch whose setup.py has `-gencode` or `-arch` among the flags
that it gives to nvcc and does not read the list itself.

Why it matters: torch.utils.cpp_extension adds no target as soon as one of the flags has `arch` in it,
whatever the list says. The image sets a new architecture, the wheel carries the old ones.

Example: `ENV TORCH_CUDA_ARCH_LIST="12.0"`, and `extra_compile_args={"nvcc": ["-gencode",
"arch=compute_80,code=sm_80"]}`.

What to do: take the flags out of setup.py, or change the targets there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine_facts import OWN_TARGETS
from cudacompat.domain.builds.lists.nvcc_flags import TARGET_OPTION
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import ArchListSetting, EngineUse, Project, SourceFile
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_FLAG = re.compile(r"^[^#\n]*?[\"'](?P<flag>" + TARGET_OPTION + r"\b[^\"'\n]*)[\"']", re.M)


@on_list
def check(project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list that counts for nothing."""
    use, knob = listed.use, listed.knob
    hazard = next((each for each in use.engine.hazards if each.name == OWN_TARGETS), None)
    if hazard is None or knob is None or listed.command is None or listed.command.conditional:
        return
    file = _setup(project, use) if not _several(project) else None
    flag = _own_flag(project, file) if file is not None else None
    if file is None or flag is None or _names(project, file, knob.name):
        return
    setting = listed.setting
    line = file.place(flag.start("flag"), flag.start("flag")).line
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"{setting.name} has no effect: {file.name} passes nvcc its own targets",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{file.name}:{line}: {flag['flag']}"[:160],
        why=hazard.why,
        help=f"remove these flags from {file.name}, or change the targets there",
    )


def _own_flag(project: Project, file: SourceFile) -> re.Match[str] | None:
    """The first flag that the file gives to nvcc; `None` where it gives it none."""
    return project.once(
        ("own_flag", file.name), lambda: _FLAG.search(file.text) if "extra_compile_args" in file.text else None
    )


def _several(project: Project) -> bool:
    """Whether several setup.py of the project build extensions: which of them a command runs is not told."""
    return project.once(
        "several_setups",
        lambda: sum("Extension(" in file.text for file in project.files if base_name(file.name) == "setup.py") > 1,
    )


def _names(project: Project, file: SourceFile, name: str) -> bool:
    return project.once(("names", file.name, name), lambda: name in file.text)


def _setup(project: Project, use: EngineUse) -> SourceFile | None:
    return project.file(f"{use.folder}/setup.py" if use.folder else "setup.py")


RULE = Rule("flags-disable-list", "A list together with flags that switch it off", __doc__, check)
