"""A pinned wheel that has nothing for the GPU.

What it finds: a requirement (of a requirements file, a lock, a pyproject.toml, a conda environment, or a command that
installs) whose published wheel holds no machine code and no PTX for a GPU that was named with --gpu, whose CUDA
runtime refuses the driver, or that its index never had, or not for the Python that --python names. One with a library
for each CUDA release (bitsandbytes) needs the one for the CUDA release of the torch that it is installed with; one that
compiles its kernels with the ptxas in its own wheel (triton) needs a ptxas that knows the GPU. Which code a wheel holds
was read in the wheel, or is said by its publisher's build script; both are given with their date. A name without a
version is checked as what it would be today, on the day of the table. Where a file holds several builds of one package,
one has to run.

Why it matters: the installation succeeds, the program starts, and the first kernel ends in "no kernel image is
available for execution on the device" (CUDA error 209).

Example: `torch==2.6.0+cu124` for an RTX 5070 Ti: that wheel ends at 9.0.

What to do: take the pin and the index that the finding names; where none serves all GPUs, one environment for each.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import (
    content_of,
    cure_of,
    failing,
    finding,
    groups_of,
    python_without_wheel,
    reason_of,
    targets_of,
)
from cudacompat.domain.wheels.cure_words import command_of, sentence_of
from cudacompat.domain.wheels.resolved import HowKnown, Resolved
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One error for each package and GPU."""
    for packages, group in groups_of(project):
        verdict = failing(group)
        if verdict is None:
            continue
        resolved, target = verdict.resolved, verdict.target
        absent = resolved.known is HowKnown.ABSENT
        every = targets_of(project, packages)
        cure = cure_of(resolved, packages, every)
        command = command_of(cure, resolved.requirement, every)
        none_for = verdict.verdict.none_for if verdict.verdict is not None else None
        message = f"{resolved.label} does not run on {target.label}"
        if none_for is not None:
            message = f"{resolved.label} has no library for CUDA {none_for}"
        yield finding(
            RULE.id,
            Severity.ERROR,
            _absent(resolved) if absent else message,
            resolved=resolved,
            target=None if absent or none_for else target,
            found=None if absent else content_of(resolved, none_for),
            why=reason_of(verdict),
            help_=sentence_of(cure, command, resolved.requirement),
            command=command,
        )


def _absent(resolved: Resolved) -> str:
    if python_without_wheel(resolved) is not None:
        return f"{resolved.label} has no wheel for Python {resolved.requirement.python}"
    return f"{resolved.label} does not exist"


RULE = Rule("wheel-cannot-run", "A wheel that does not run on the GPU", __doc__, check)
