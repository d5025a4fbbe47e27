"""A target that no GPU and no compiler has.

What it finds: a number in a list of architectures that no release of CUDA builds for, such as 84 or 8.5, or a suffix
that its number does not have (`80a`, `90f`).

Why it matters: CMake passes the number on, and nvcc stops: "Unsupported gpu architecture 'compute_84'". Readers that
know a fixed list ignore it or stop.

Example: `-DCMAKE_CUDA_ARCHITECTURES="75;84;86"`.

What to do: write the compute capability of the GPU (`cudacompat gpus "RTX 4070"`). A number above all that this
version of cudacompat knows is a warning: a newer CUDA may have it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

from cudacompat.domain.builds.lists.guess import known_archs
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.project.model import Project
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list with such targets."""
    newest = max(int(arch.rstrip("af")) for arch in known_archs())
    for listed in project.lists:
        unknown = [each for each in listed.archs.code if each.arch not in known_archs()] if listed.archs else []
        if not unknown:
            continue
        setting = listed.setting
        names = list(dict.fromkeys(each.arch for each in unknown))
        future = all(each.number > newest for each in unknown)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING if future else Severity.ERROR,
            message=f"no known CUDA release builds {', '.join(names)}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name or 'flags'}={setting.value}"[:160],
            why=f"the nvcc of CUDA {RELEASES[0].version} to {RELEASES[-1].version} stops with an error",
            help=_near(unknown[0]),
        )


@lru_cache(maxsize=1024)
def _near(code: CodeTarget) -> str:
    if f"{code.number}0" in known_archs():
        return f"{code.number}0 exists (compute capability {code.number}.0)"
    plain = str(code.number)
    if plain in known_archs():
        own = [arch for arch in sorted(known_archs()) if arch.rstrip("af") == plain]
        return f"use {' or '.join(own)}"
    near = sorted(
        difflib.get_close_matches(plain, [arch for arch in known_archs() if arch.isdecimal()], n=3, cutoff=0.5)
    )
    return f"use the target of your GPU; similar: {', '.join(near)}" if near else "use the target of your GPU"


RULE = Rule("unknown-target", "Unknown target", __doc__, check)
