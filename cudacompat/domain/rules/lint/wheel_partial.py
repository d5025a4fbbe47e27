"""A wheel of which some kernels are missing for the GPU.

What it finds: a requirement whose published wheel runs on a GPU that was named with --gpu but for some of its kernels:
some modules of its library have nothing for that GPU, or the image that the driver picks lacks kernels. So does a
triton with a torch that runs on a GPU for which triton compiles nothing.

Why it matters: the program works until a feature calls one of these kernels, which ends in CUDA error 209 or 500.

Example: `onnxruntime-gpu==1.30.0` for a Tesla T4: a third of its modules has nothing for 7.5.

What to do: nothing, if the features are not used; else take the release that the finding names.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import content_of, finding, groups_of, help_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome

_CALLS = "features that call them end in CUDA error 209 or 500"


def check(project: Project) -> Iterable[Finding]:
    """One warning for each package and GPU."""
    for packages, group in groups_of(project):
        if len(group) > 1 or group[0].outcome is not Outcome.PARTIAL:
            continue
        resolved, target = group[0].resolved, group[0].target
        compiler = group[0].verdict.compiler if group[0].verdict is not None else None
        calls = f"{compiler}; the rest of {framework().name} runs" if compiler else _CALLS
        lacks = "compiles no kernels for" if compiler else "lacks some kernels on"
        yield finding(
            RULE.id,
            Severity.WARNING,
            f"{resolved.label} {lacks} {target.label}",
            resolved=resolved,
            target=target,
            found=content_of(resolved),
            why=calls,
            help_=f"do not use {framework().name}.compile, nor what else compiles kernels with it"
            if compiler
            else help_for(resolved, packages, (target,)),
        )


RULE = Rule("wheel-partial", "A wheel that lacks kernels for the GPU", __doc__, check)
