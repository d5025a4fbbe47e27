"""A rebuild: what will be done, step by step, and what became of it. Pure; `cudacompat.app.rebuild` does it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.policy.policy import Require
from cudacompat.domain.words.finding import Finding


class StepKind(Enum):
    """What a step does; the values are the strings of the JSON."""

    CLEAN = "clean"
    CONFIGURE = "configure"
    FLAGS = "flags"
    BUILD = "build"
    EXTRACT = "extract"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step: a command, or for CLEAN the paths to remove, or for FLAGS and CHECK what is looked at.

    `environment` is added to the process's own, less the variables in `BuildSteps.unset`.
    """

    kind: StepKind
    why: str
    command: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The word for it in a log's file name."""
        return self.kind.value


@dataclass(frozen=True, slots=True)
class BuildSteps:
    """All steps, where they run, and what the environment of all of them is."""

    plan: BuildPlan
    source: str
    folder: str  # where the build happens
    products: tuple[str, ...]  # paths or globs, relative to `folder`
    environment: tuple[tuple[str, str], ...]
    unset: tuple[tuple[str, str], ...]  # (name, why)
    steps: tuple[BuildStep, ...]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()  # what would stop the build, seen in the sources before it begins

    @property
    def least(self) -> Require:
        """What the artifacts must reach: a build for PTX alone has no machine code to be native."""
        return Require.RUNS if any(each.ptx_only for each in self.plan.wanted) else Require.NATIVE


class StepState(Enum):
    """What became of a step."""

    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step: seconds it took, its exit code, where its whole output lies, its last lines."""

    step: BuildStep
    state: StepState
    seconds: float = 0.0
    exit_code: int | None = None
    log: str | None = None
    tail: tuple[str, ...] = ()
    said: str | None = None  # what it found, or why it failed


def script(steps: BuildSteps) -> str:
    """Return the steps as a shell script that a person could run."""
    lines = [
        "#!/bin/sh",
        f"# {steps.plan.title} for {', '.join(dict.fromkeys(each.label for each in steps.plan.wanted))}",
        f"# What must arrive: {' '.join(map(str, steps.plan.arrives))}",
        "set -eu",
        f"cd {shlex.quote(steps.source)}",
    ]
    lines += [f"unset {name}   # {why}" for name, why in steps.unset]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in steps.environment]
    for step in steps.steps:
        lines += ["", f"# {step.why}"]
        if step.kind is StepKind.CLEAN:
            lines += [f"rm -rf -- {shlex.quote(path)}" for path in step.paths]
        elif step.kind is StepKind.EXTRACT:
            program, image = step.command[:2]
            place = shlex.quote(f"{steps.folder}/out")
            if program == "buildah":
                lines += [f"container=$(buildah from {image})", f'cp -a "$(buildah mount "$container")/out" {place}']
            else:
                lines += [f"container=$({program} create {image})", f'{program} cp "$container:/out" {place}']
            lines.append(f'{program} rm "$container"')
            continue
        elif step.kind is StepKind.CHECK:
            targets = shlex.join(
                w for each in dict.fromkeys(w.spec for w in steps.plan.wanted) for w in ("--gpu", each)
            )
            lines.append(f"cudacompat check {shlex.quote(steps.folder)} {targets} --require {steps.least.value}")
        elif step.kind is StepKind.FLAGS:
            lines.append(
                f"grep -o -e '--generate-code=[^\" ]*' -e '-arch=[^\" ]*' {shlex.quote(step.paths[0])} | sort -u"
            )
        if step.command:
            lines.append(shlex.join(step.command))
    return "\n".join(lines) + "\n"
