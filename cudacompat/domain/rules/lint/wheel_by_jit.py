"""A wheel that runs on the GPU by JIT alone.

What it finds: a requirement whose published wheel has only PTX for a GPU that was named with --gpu. Where most of its
library is machine code for that GPU, it is a note; where another build in the same file is native, nothing. NVIDIA's
own libraries that come with other packages choose their code at run time and are not reported, nor are packages that
are installed with a torch that does not run on the GPU.

Why it matters: the driver compiles all kernels at the first start, which takes from seconds to minutes, and they use
nothing that the newer GPU added. In a container the result is lost with it.

Example: `onnxruntime-gpu==1.22.0` for an RTX 5090.

What to do: take the release that the finding names; where none has machine code for the GPU, keep the driver's cache
(CUDA_CACHE_PATH in a volume), or build the package. `check --require native` makes an error of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import content_of, cure_of, finding, groups_of
from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.package_set import deciding
from cudacompat.domain.wheels.resolved import RequirementVerdict
from cudacompat.domain.wheels.verdict import prevailing
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome

_KEPT = "no wheel of it that runs there without JIT is known: keep the JIT cache (CUDA_CACHE_PATH in a volume)"


def check(project: Project) -> Iterable[Finding]:
    """One finding for each package and GPU: a warning where most of the library has to be compiled, else a note."""
    groups = list(groups_of(project))
    failing = {(id(packages), group[0].target.id) for packages, group in groups if _fails(group)}
    for packages, group in groups:
        verdict = deciding(group)
        if verdict.outcome is not Outcome.JIT or (id(packages), verdict.target.id) in failing:
            continue
        resolved, target = verdict.resolved, verdict.target
        name = resolved.requirement.name
        if is_vendors_wheel(name) and len(packages.requirements) > 1:
            continue
        cure = cure_of(resolved, packages, (target,), native=True)
        native = isinstance(cure, WheelCure) and cure.native
        yield finding(
            RULE.id,
            Severity.WARNING if _mostly(verdict) else Severity.NOTE,
            f"{resolved.label} runs on {target.label} by JIT",
            resolved=resolved,
            target=target,
            found=content_of(resolved),
            why=_why(verdict),
            help_=f"with machine code for it: {cure.sentence}" if native else _KEPT,
        )


def _why(verdict: RequirementVerdict) -> str:
    relocatable = verdict.resolved.rows and not any(each.ptx for each in verdict.resolved.rows[0].lists)
    if relocatable:  # as judging its files says of them
        return "no linked image fits, so at the first start the driver links the PTX of its relocatable code again"
    return "the driver compiles its PTX at the first start"


def _fails(group: Sequence[RequirementVerdict]) -> bool:
    """Whether it is the framework, and runs nowhere there."""
    own = group[0].resolved.requirement.name == framework().name
    return own and deciding(group).outcome is Outcome.FAILS


def _mostly(verdict: RequirementVerdict) -> bool:
    rows = verdict.resolved.rows
    return not rows or prevailing(rows[0], verdict.target).outcome in (Outcome.JIT, Outcome.FAILS)


RULE = Rule("wheel-by-jit", "A wheel that runs by JIT", __doc__, check)
