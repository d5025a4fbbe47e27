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

from collections.abc import Iterable

from cudacompat.domain.builds.engine_facts import OWN_TARGETS
from cudacompat.domain.project.disabled_lists import disabling_flag
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@on_list
def check(project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list that counts for nothing."""
    flag, setting = disabling_flag(project, listed), listed.setting
    if flag is None:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"{setting.name} has no effect: {flag.file} passes nvcc its own targets",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{flag.file}:{flag.line}: {project.text(flag)}"[:160],
        why=next(each.why for each in listed.use.engine.hazards if each.name == OWN_TARGETS),
        help=f"remove these flags from {flag.file}, or change the targets there",
    )


RULE = Rule("flags-disable-list", "A list together with flags that switch it off", __doc__, check)
