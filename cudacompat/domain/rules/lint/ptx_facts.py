"""What the rules about a list's PTX share."""

from __future__ import annotations

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.project.list_coverage import images_beside
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.words.target import ArchTarget


def ptx_help(listed: ArchListSetting, lowest: int) -> str:
    if listed.grammar is Grammar.CMAKE:
        bare = any(item.code is not None and item.code.ptx for item in (listed.archs.items if listed.archs else ()))
        return f"add {lowest}-virtual for other GPUs" + (", and -real after the others" if bare else "")
    return f"put +PTX after {lowest // 10}.{lowest % 10} for other GPUs"


def images_together(project: Project, listed: ArchListSetting) -> tuple[ArchTarget, ...]:
    return images_beside(project, listed)
