"""A pinned wheel that has nothing for the GPU.

What it finds: a requirement (of a requirements file, a lock, a pyproject.toml, a conda environment, or a command that
installs) whose published wheel holds no machine code and no PTX for a GPU that was named with --gpu, whose CUDA runtime
refuses the driver, or that its index never had, or not for the Python or the platform that is named. One with a library
for each CUDA release (bitsandbytes) needs the one for the CUDA release of the torch that it is installed with; one that
compiles its kernels with the ptxas in its own wheel (triton) needs a ptxas that knows the GPU. One that is compiled
where it is installed (flash-attn) lacks targets that setup.py adds only for a newer nvcc. Which code a wheel holds was
read in the wheel, or is said by its publisher's build script; both are given with their date. A name without a version
is checked as what it would be today, on the day of the table. Where a file holds several builds of one package, one has
to run; of two commands that install it one after the other, the last counts. A note for a job of a CI system of which
nothing says that its runner has a GPU: it may be meant for the CPU. A note, too, for a stage of a Dockerfile that the
last one does not need and that no file of the project names as its target.

Why it matters: the installation succeeds, the program starts, and the first kernel ends in "no kernel image is
available for execution on the device" (CUDA error 209).

Example: `torch==2.6.0+cu124` for an RTX 5070 Ti: that wheel ends at 9.0.

What to do: take the pin and the index that the finding names; where none serves all GPUs, one environment for each.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.job_runners import runner_of
from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import (
    content_of,
    cure_of,
    failing,
    finding,
    groups_of,
    job_of,
    reason_of,
    targets_of,
    without_wheel,
)
from cudacompat.domain.wheels.cure_words import command_of, sentence_of
from cudacompat.domain.wheels.package_set import PackageSet
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict
from cudacompat.domain.wheels.sources_compiler import first_compiler
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One error for each package and GPU; a note where a job of a CI system installs it, and no GPU may be."""
    told: set[tuple[str, str]] = set()
    for packages, group in groups_of(project):
        verdict = failing(group)
        if verdict is not None:
            told.add((verdict.resolved.label, verdict.target.id))
            yield _finding(project, packages, verdict)
    for packages, group in groups_of(project, trials=True):
        verdict, job = failing(group), job_of(project, packages)
        if verdict is None or (job is not None and verdict.resolved.requirement.file != job.file):
            continue
        if (verdict.resolved.label, verdict.target.id) not in told:
            told.add((verdict.resolved.label, verdict.target.id))
            trial = runner_of(job) if job is not None else "a plain build of the image leaves this stage out"
            yield _finding(project, packages, verdict, trial=trial)


def _finding(project: Project, packages: PackageSet, verdict: RequirementVerdict, trial: str = "") -> Finding:
    """The finding; a note where it is a `trial`, in words: perhaps nobody runs the package on a GPU."""
    resolved, target = verdict.resolved, verdict.target
    absent = resolved.known is HowKnown.ABSENT
    every = targets_of(project, packages)
    cure = cure_of(resolved, packages, every)
    command = command_of(cure, resolved.requirement, every)
    none_for = verdict.verdict.none_for if verdict.verdict is not None else None
    message = f"{resolved.label} does not run on {target.label}"
    if none_for is not None:
        message = f"{resolved.label} has no library for CUDA {none_for}"
    why = reason_of(verdict)
    help_ = sentence_of(cure, command, resolved.requirement)
    newer = first_compiler(resolved, target)
    if newer is not None:
        why = f"its setup.py adds the GPU's target only from CUDA {newer} on; {why}"
        help_, command = f"compile it with CUDA {newer} or newer", None
    return finding(
        RULE.id,
        Severity.NOTE if trial else Severity.ERROR,
        _absent(verdict) if absent else message,
        resolved=resolved,
        target=None if absent or none_for else target,
        found=None if absent else content_of(resolved, none_for),
        why="; ".join(filter(None, (why, trial))) or None,
        help_=help_,
        command=None if trial else command,
    )


def _absent(verdict: RequirementVerdict) -> str:
    missing = without_wheel(verdict.resolved, verdict.target)
    label = verdict.resolved.label
    return f"{label} has no wheel for {missing[0]}" if missing is not None else f"{label} does not exist"


RULE = Rule("wheel-cannot-run", "A wheel that does not run on the GPU", __doc__, check)
