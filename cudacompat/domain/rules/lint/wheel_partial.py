"""A wheel of which some kernels are missing for the GPU.

What it finds: a requirement whose published wheel runs on a GPU that was named with --gpu but for some of its kernels:
some modules of its library have nothing for that GPU, or the image that the driver picks lacks kernels. It is a note
where features alone lack them: a triton with a torch that runs on a GPU for which triton compiles nothing, a library
next to the one that decides (torch 2.11 and later hold no linear algebra of MAGMA for 7.5).

Why it matters: the program works until a feature calls one of these kernels, which ends in CUDA error 209 or 500.

Example: `onnxruntime-gpu==1.30.0` for a Tesla T4: a third of its modules has nothing for 7.5.

What to do: nothing, if the features are not used; else take the release that the finding names.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import content_of, finding, groups_of, help_for
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import WheelLibrary
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.wheels.resolved import RequirementVerdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome

_MOST = 0.5  # of a library's modules
_CALLS = "features that call them end in CUDA error 209 or 500"


def check(project: Project) -> Iterable[Finding]:
    """One warning for each package and GPU; a note where a library beside the deciding one lacks the GPU."""
    for packages, group in groups_of(project):
        if len(group) > 1 or group[0].outcome is not Outcome.PARTIAL:
            continue
        verdict = group[0].verdict
        if verdict is not None and verdict.beside is not None:
            yield _of_features(group[0], verdict.beside, packages)
            continue
        resolved, target = group[0].resolved, group[0].target
        compiler = verdict.compiler if verdict is not None else None
        calls = f"{compiler}; the rest of {framework().name} runs" if compiler else _CALLS
        lacks = "compiles no kernels for" if compiler else "lacks some kernels on"
        yield finding(
            RULE.id,
            Severity.NOTE if compiler else Severity.WARNING,
            f"{resolved.label} {lacks} {target.label}",
            resolved=resolved,
            target=target,
            found=content_of(resolved),
            why=calls,
            help_=f"do not use {framework().name}.compile, nor what else compiles kernels with it"
            if compiler
            else help_for(resolved, packages, (target,)),
        )


def _of_features(verdict: RequirementVerdict, library: WheelLibrary, packages: PackageSet) -> Finding:
    """The note on a library that the wheel's programs call for some features alone."""
    resolved, target = verdict.resolved, verdict.target
    targets = [arch for arch, share in library.sass.items() if share >= _MOST]
    targets.sort(key=lambda arch: (int(arch.rstrip("af")), arch))
    others = [each for each in packages.requirements if each.name != resolved.requirement.name]
    return finding(
        RULE.id,
        Severity.NOTE,
        f"{resolved.label} lacks some kernels on {target.label}",
        resolved=resolved,
        target=target,
        found=f"machine code: {' '.join(f'sm_{arch}' for arch in targets)} in {library.name.rpartition('/')[2]}",
        why=_CALLS,
        help_=None if others else f"for these features: {help_for(resolved, packages, (target,))}",
    )


RULE = Rule("wheel-partial", "A wheel that lacks kernels for the GPU", __doc__, check)
