"""Kernels are only in relocatable code that no device link took in.

What it finds: in a finished executable or shared library, relocatable device code (`__nv_relfatbin`) whose kernels
are in none of the images that the runtime registers.

Why it matters: relocatable code is never loaded as it is. The calls fail although the file visibly carries the code.

Example: objects of `nvcc -dc` linked by g++ without a device link step, or left out of it.

What to do: link with nvcc, or set CUDA_RESOLVE_DEVICE_SYMBOLS ON for the CMake target.
"""

from __future__ import annotations

from cudacompat.domain.rules.artifact.one_cause import failing_rule
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason


def _words(verdict: ArtifactVerdict, modules: list[ModuleVerdict]) -> tuple[str, str | None, str]:
    names = sorted({name for v in modules for name in v.missing})
    return (
        f"the kernels were never device-linked, so none can run on {verdict.target.label}",
        f"{count(len(names), 'kernel')} only in relocatable device code: {some(names)}",
        "link with nvcc, or set CUDA_RESOLVE_DEVICE_SYMBOLS to ON for the CMake target",
    )


RULE = Rule(
    "not-linked",
    "Kernels only in relocatable device code",
    __doc__,
    failing_rule("not-linked", Reason.NOT_LINKED, _words),
)
