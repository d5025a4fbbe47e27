"""Targets in nvcc's flags, wherever a program writes them as texts: setup.py, build.rs, Bazel, Meson."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.artifacts.buildfiles.blanking import blanked
from cudacompat.domain.builds.lists.nvcc_flags import ARCH_OPTION
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile

# arch=compute_70,code=sm_70 | -arch=sm_70 | arch=compute_{x}, which only the program can know
_TOKEN = re.compile(
    r"arch=compute_(?P<pair>\d{2,3}[af]?,code=(?:\[[\w,]+\]|(?:sm|compute)_\d{2,3}[af]?(?:,(?:sm|compute)_\d{2,3}[af]?)*))"
    r"|(?<![\w-])" + ARCH_OPTION + r"[=\s\"',]{1,6}(?P<arch>(?:sm|compute)_\d{2,3}[af]?)\b"
    r"|(?P<open>(?:arch=|-arch=|code=)?(?:compute_|sm_)[\"']?\s*[{%+$]|(?<![\w-])-arch=[\"']?\s*[{%+$]|arch=[\"']?\s*[{%+$])"
)
_COMMENT = re.compile(r"(?m)^[ \t]*(?:#|//)[^\n]*|[ \t](?:#|//)[ \t][^\n]*")


def flags_of(file: SourceFile) -> Iterator[Setting]:
    """Yield what the texts of a program ask nvcc for, all together, at the last of them: one setting, whose value is
    `None` where the program puts some of it together itself."""
    text = blanked(_COMMENT, file.text)
    found: list[str] = []
    last: re.Match[str] | None = None
    known = True
    for match in _TOKEN.finditer(text):
        if match["open"] is not None:
            known = False
            continue
        last = match
        found.append(f"-gencode arch=compute_{match['pair']}" if match["pair"] else f"-arch={match['arch']}")
    if last is not None:
        place = file.place(last.start(), last.end())
        value = " ".join(dict.fromkeys(found)) if known else None
        yield Setting("", value, place, way=AssignmentKind.FLAGS, written=last[0], quote='"')
