"""The CUDA release of a Makefile that names its compiler by a path: /usr/local/cuda-11.8/bin/nvcc. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.project.command_facts import is_any_makefile, is_aside
from cudacompat.domain.project.model import Project, TextSpan
from cudacompat.domain.tables.nvcc_releases import NvccRelease, first_nvcc_with, nvcc_release
from cudacompat.domain.words.versions import ToolkitVersion

_COMMENT = re.compile(r"(?m)#[^\n]*")
_MOST_VALUES = 2000
_FIRST_KNOWN = ToolkitVersion(9, 0)
# CUDA = /usr/local/cuda-8.0; NVCC := $(CUDA)/bin/nvcc; NVCC = /opt/cuda-12.4/bin/nvcc
_GIVEN = re.compile(
    r"(?m)^[ \t]*(?:export[ \t]+|override[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*[:?]{0,3}=[ \t]*[\"']?(?P<value>[^\s\"']+)"
)
_PATH = re.compile(r"/[\w./-]{0,200}?/cuda-(?P<major>\d{1,2})\.(?P<minor>\d{1,2})(?![\d.])(?P<rest>[\w./-]{0,200})")
_VARIABLE = re.compile(r"\$[({](?P<name>\w+)[)}](?:/[\w.-]+){0,3}/nvcc(?![\w.-])")


@dataclass(frozen=True, slots=True)
class NamedNvcc:
    """The compiler of a Makefile: its release, what that builds, and where the path stands."""

    version: ToolkitVersion
    made_by: NvccRelease | None  # `None` for a release before CUDA 9.0
    place: TextSpan

    @property
    def numbers(self) -> tuple[int, ...]:
        """The architectures that it may build machine code for; what a release before CUDA 9.0 leaves out of those that
        are older than that is not known."""
        made_by = self.made_by or nvcc_release(_FIRST_KNOWN)
        return tuple(
            int(arch)
            for arch in (made_by.targets if made_by is not None else ())
            if arch.isdecimal() and ((since := first_nvcc_with(arch)) is None or since <= self.version)
        )


def named_nvcc(project: Project, name: str) -> NamedNvcc | None:
    """Return the compiler that a Makefile of this name calls by its path; `None` where it calls another, or several
    releases are named."""
    if not is_any_makefile(name) or is_aside(name):
        return None
    return project.once(("named_nvcc", name), lambda: _named(project, name))


def _named(project: Project, name: str) -> NamedNvcc | None:
    file = project.file(name)
    if file is None or "/cuda-" not in file.text or "nvcc" not in file.text:
        return None
    text = _COMMENT.sub(lambda match: " " * len(match[0]), file.text)
    used = {match["name"] for match in _VARIABLE.finditer(text)}
    found: dict[ToolkitVersion, TextSpan] = {}
    for count, match in enumerate(_GIVEN.finditer(text)):
        path = _PATH.match(match["value"]) if count < _MOST_VALUES else None
        if path is None or not (match["name"] in used or path["rest"].endswith("/nvcc")):
            continue
        start = match.start("value")
        release = ToolkitVersion(int(path["major"]), int(path["minor"]))
        found.setdefault(release, file.place(start, start + path.start("rest")))
    if len(found) != 1:
        return None
    ((version, place),) = found.items()
    return NamedNvcc(version, nvcc_release(version), place)
