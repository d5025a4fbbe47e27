"""A wheel without device code of a package that has some for other machines.

What it finds: a requirement whose wheel for the machines with a GPU that was named with --gpu holds no device code at
all, although other wheels of the package do: the wheel for Arm processors, or a build for the CPU (`+cpu`). It is a
note for torchcodec, which most programs use to decode on the CPU, and for a build for the CPU where another list of
the project installs one for GPUs.

Why it matters: the installation and the start succeed, and everything runs on the CPU. Moving a model to the GPU ends
in "Torch not compiled with CUDA enabled".

Example: `torch==2.9.1` from PyPI on a DGX Spark (GB10), whose processor is an Arm one.

What to do: install the build that the finding names. Where a build for the CPU is meant, leave it as it is. A file or
an extra that says `cpu` or `docs` in its name is not reported.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.other_machines import stage_at
from cudacompat.domain.rules.lint.wheel_facts import finding, groups_of, help_for
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.wheels.platforms import platform_for
from cudacompat.domain.wheels.resolved import HowKnown
from cudacompat.domain.wheels.table import rows
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """An error for each package and GPU, a note where most programs use the package without device code; one warning
    for a build that says in its name that it is for the CPU."""
    told: set[tuple[str, int, str]] = set()
    groups = tuple(groups_of(project))
    with_code = {
        each.resolved.requirement.name for _, group in groups for each in group if _has_code(each.resolved.known)
    }
    for packages, group in groups:
        resolved, target = group[0].resolved, group[0].target
        name = resolved.requirement.name
        if any(each.resolved.known is not HowKnown.NO_CODE for each in group):
            continue
        if not any(row.has_code for row in rows().get(name, ())):
            continue
        meant = resolved.build == "cpu"
        place = (resolved.requirement.file, resolved.requirement.line, name)
        if meant and place in told:  # it is the same for every GPU
            continue
        told.add(place)
        without = distributions().used_without_it.get(name)
        if without is not None and not meant:
            yield finding(
                RULE.id,
                Severity.NOTE,
                f"{resolved.label} has no device code for {platform_for(target)}",
                resolved=resolved,
                target=target,
                why=without,
                help_=f"take {name} from the index that {framework().name} comes from, if the GPU has to do it",
            )
            continue
        yield finding(
            RULE.id,
            Severity.ERROR if not meant else _of_choice(project, packages, name, with_code=with_code),
            f"{resolved.label} has no device code"
            + ("" if meant else f" for {platform_for(target)}, so {target.label} stays unused"),
            resolved=resolved,
            target=None if meant and len(project.targets) > 1 else target,
            why="everything in it runs on the CPU",
            help_=help_for(resolved, packages, project.targets if meant else (target,)),
        )


def _of_choice(project: Project, packages: PackageSet, name: str, with_code: Container[str]) -> Severity:
    """Of a build for the CPU: a note where the project has one for GPUs as well, unless it is in an image with CUDA."""
    stage = stage_at(project, packages.file)
    if is_aside(packages.file):
        return Severity.NOTE
    of_framework = name in framework().on_its_index and framework().name in with_code
    in_cuda = stage is not None and stage.base is not None and stage.base.cuda is not None
    return Severity.NOTE if (name in with_code or of_framework) and not in_cuda else Severity.WARNING


def _has_code(known: HowKnown) -> bool:
    return known in (HowKnown.READ, HowKnown.DOCUMENTED, HowKnown.BETWEEN)


RULE = Rule("wheel-without-code", "A wheel without device code", __doc__, check)
