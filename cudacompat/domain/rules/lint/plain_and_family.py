"""Plain and family code of one number in one build.

What it finds: a list with machine code of one number both plain and for its family (`120-real;120f-real`).

Why it matters: nvcc stops: "The same GPU code (`sm_120`) generated for non family-specific and family-specific GPU
arch" (measured with nvcc 13.5).

Example: `-DCMAKE_CUDA_ARCHITECTURES="120-real;120f-real"`.

What to do: keep one: the family's code serves the whole family, the plain one every GPU of its major version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cudacompat.domain.project.list_coverage import images_of
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, CodeKind


@on_list
def check(_project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list with plain and family machine code of one number; of one that has a value in each
    branch, each by itself."""
    for archs in listed.outcomes:
        yield from _of_one(replace(listed, archs=archs, choices=()), archs.text)


def _of_one(listed: ArchListSetting, value: str) -> Iterable[Finding]:
    sass = [image for image in images_of(listed) if image.kind is CodeKind.SASS]
    plain = {image.number for image in sass if image.suffix is ArchSuffix.NONE}
    both = sorted({image.number for image in sass if image.suffix is ArchSuffix.FAMILY} & plain)
    if not both:
        return
    number, setting = both[0], listed.setting
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"sm_{number} and sm_{number}f in one build: nvcc stops with an error",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name or 'flags'}={value}"[:160],
        why="nvcc: the same GPU code generated for non family-specific and family-specific GPU arch",
        help=f"keep one: {number}f runs within its family, {number} on its major version from this minor up",
    )


RULE = Rule("plain-and-family", "Plain and family-specific code of one number", __doc__, check)
