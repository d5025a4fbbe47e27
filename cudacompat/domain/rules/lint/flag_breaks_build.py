"""A flag with a target that this build cannot take.

What it finds: NVCC_APPEND_FLAGS, CMAKE_CUDA_FLAGS or CUDAFLAGS with a target at which this engine's own code does not
compile.

Why it matters: since December 2025 ggml compiles instructions that plain sm_120 does not have: with
`NVCC_APPEND_FLAGS="-gencode arch=compute_120,code=sm_120"` ptxas stops at them.

Example: `ENV NVCC_APPEND_FLAGS="-gencode arch=compute_120,code=sm_120"` in an image that builds whisper.cpp 1.9 with
-DCMAKE_CUDA_ARCHITECTURES=120.

What to do: keep the engine's list, and take the targets out of the flags.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.lists.nvcc_flags import TARGET_OPTIONS
from cudacompat.domain.project.command_facts import removal
from cudacompat.domain.project.list_coverage import flag_settings
from cudacompat.domain.project.model import ArchListSetting, Command, Project, Setting
from cudacompat.domain.project.walks import Memory, on_command_in_turn
from cudacompat.domain.rules.lint.two_lists_facts import engine_lists, harm_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@on_command_in_turn
def check(project: Project, command: Command, seen: Memory) -> Iterable[Finding]:
    """One finding for each setting of flags that breaks the build that it reaches."""
    for setting in flag_settings(command):
        hazard, image = harm_of(command, setting)
        at = setting.place.at
        if hazard is None or image is None or command.use is None or at in seen:
            continue
        seen.add(at)
        served = any(image.number in _numbers(each) for each in engine_lists(project, command))
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{setting.name} with {image} breaks the {command.use.engine.name} build",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:160],
            why=hazard.why,
            help=f"remove {image} from the flags, and set it in {command.use.engine.knobs[0].name}",
            fix=removal(project, setting) if served and _only_targets(setting) else None,
        )


def _only_targets(setting: Setting) -> bool:
    words = (setting.value or "").replace("=", " ").split()
    known = (*TARGET_OPTIONS, "arch", "sm_", "compute_", "code")
    return all(word.startswith(known) for word in words)


def _numbers(listed: ArchListSetting) -> set[int]:
    return {each.number for each in listed.archs.code} if listed.archs is not None else set()


RULE = Rule("flag-breaks-build", "Flag with a target that breaks the build", __doc__, check)
