"""What a Visual Studio project builds CUDA code with: the build customization that it imports. Pure."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import Project
from cudacompat.domain.tables.nvcc_releases import NvccRelease, nvcc_release
from cudacompat.domain.words.versions import ToolkitVersion

OF_VISUAL_STUDIO = (".vcxproj", ".props", ".targets")
# <Import Project="$(VCTargetsPath)\BuildCustomizations\CUDA 12.8.props" />
_IMPORTED = re.compile(
    r"<Import\b[^<>]{0,400}?[\\/]CUDA (?:(?P<major>\d{1,2})\.(?P<minor>\d{1,2})|[^<>\"]{0,100})\.(?:props|targets)\"",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def customization(project: Project, file: str) -> NvccRelease | None:
    """Return the release of the one CUDA build customization that a project file imports; `None` where it imports none,
    one of a version that only the build knows, or several."""
    if not file.lower().endswith(OF_VISUAL_STUDIO):
        return None
    return project.once(("customization", file), lambda: _customization(project, file))


def _customization(project: Project, file: str) -> NvccRelease | None:
    source = project.file(file)
    text = _COMMENT.sub("", source.text) if source is not None else ""
    found = {(match["major"], match["minor"]) for match in _IMPORTED.finditer(text)}
    if len(found) != 1:
        return None
    major, minor = found.pop()
    return nvcc_release(ToolkitVersion(int(major), int(minor))) if major and minor else None
