"""A wheel that runs on the GPU by JIT, where a release with machine code for it is known.

What it finds: a requirement whose published wheel has only PTX for a GPU that was named with --gpu, although another
release of the package holds machine code for it.

Why it matters: the driver compiles all kernels at the first start, which takes from seconds to minutes, and they use
nothing that the newer GPU added.

Example: `onnxruntime-gpu==1.22.0` for an RTX 5090.

What to do: take the release that the finding names; `check --require native` makes an error of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import content_of, finding, groups_of
from cudacompat.domain.wheels.cure import WheelCure, cure_for
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One note for each package and GPU."""
    for _, group in groups_of(project):
        if len(group) > 1 or group[0].outcome is not Outcome.JIT:
            continue
        resolved, target = group[0].resolved, group[0].target
        cure = cure_for(resolved.requirement.name, (target,), version=resolved.version, native=True)
        if not isinstance(cure, WheelCure) or not cure.native:
            continue
        yield finding(
            RULE.id,
            Severity.NOTE,
            f"{resolved.label} runs on {target.label} by JIT",
            resolved=resolved,
            target=target,
            found=content_of(resolved),
            why="the driver compiles its PTX at the first start",
            help_=f"with machine code for it: {cure.sentence}",
        )


RULE = Rule("wheel-by-jit", "A wheel that runs by JIT although a native one is published", __doc__, check)
