"""What came out of a build, judged: what was built and carries device code, nothing else."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cudacompat.app.check import judge_read, read
from cudacompat.app.rebuild.products import UNLINKED
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.rules.artifact import missing_ptx, no_device_code
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, what_is_there
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import Outcome, Target


def judge(steps: BuildSteps, files: Sequence[str]) -> CheckReport | None:
    """What of these files carries device code, judged for the GPUs that are wanted; `None` where there are none."""
    if not files:
        return None
    targets = tuple(Target(each.spec, None, ComputeCapability.from_number(each.number)) for each in steps.plan.wanted)
    policy = Policy(require=steps.least)
    with contextlib.suppress(CudacompatError):
        found = replace(read(files, targets), barren=())  # a program without device code is no fault of a build
        report = judge_read(found, targets, policy)
        inputs = _inputs(report)
        if not inputs:
            return report
        linked = tuple(each for each in found.artifacts if str(each.path) not in inputs)
        return judge_read(replace(found, artifacts=linked), targets, policy)
    return None


def _inputs(report: CheckReport) -> set[str]:
    """The archives of which nothing can be told before they are linked, where what was linked is there, too."""
    outcomes: dict[str, set[Outcome]] = {}
    for verdict in report.verdicts:
        outcomes.setdefault(str(verdict.path), set()).add(verdict.outcome)
    waiting = {
        path
        for path, found in outcomes.items()
        if found == {Outcome.UNDECIDED} and Path(path).suffix.lower() in UNLINKED
    }
    return waiting if len(waiting) < len(outcomes) else set()


def said_of(
    step: BuildStep, report: CheckReport | None, looked: Sequence[str]
) -> tuple[StepResult, CheckReport | None]:
    """What is said of the artifacts; a finding where nothing that was built carries device code."""
    if report is not None and report.verdicts:
        outcomes = Counter(verdict.outcome.value for verdict in report.verdicts)
        files = count(len({verdict.path for verdict in report.verdicts}), "file")
        said = f"{files} with device code: " + ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
        return StepResult(step, StepState.DONE, said=said), report
    if not looked:
        said = "the build made no file that could hold device code; was everything up to date, or is CUDA off?"
        return StepResult(step, StepState.FAILED, said=said), report
    names = ", ".join(Path(each).name for each in looked[:3]) + (", …" if len(looked) > 3 else "")
    return StepResult(step, StepState.DONE, said=f"no device code in {names}"), report


def lost_ptx(steps: BuildSteps, after: CheckReport | None) -> tuple[Finding, ...]:
    """A warning for each file that was built without the PTX which was promised for the GPUs that come."""
    promised = [each for each in steps.plan.arrives if each.kind is CodeKind.PTX]
    if after is None or not promised:
        return ()
    failing = {each.path for each in after.verdicts if each.outcome not in (Outcome.NATIVE, Outcome.COMPATIBLE)}
    modules = {each.path: each.modules for each in after.verdicts if not each.awaits_link and each.path not in failing}
    return tuple(
        Finding(
            id=missing_ptx.RULE.id,
            severity=Severity.WARNING,
            path=path,
            message=f"the promised {', '.join(map(str, promised))} is not in it: "
            "GPUs of a newer major version may not run it",
            found=what_is_there([each.module for each in some]),
            why="a device link (separable compilation, -rdc=true) leaves PTX out; so may the project's own list",
            help="build without separable compilation, or add PTX to the project's list; without PTX: --no-ptx",
        )
        for path, some in modules.items()
        if some and not any(_has_ptx(each.module) for each in some)
    )


def _has_ptx(module: DeviceModule) -> bool:
    return any(entry.kind is CodeKind.PTX for entry in module.entries)


def without_code(results: Sequence[StepResult], after: CheckReport | None) -> tuple[Finding, ...]:
    """That a build which ended well made nothing with device code: the check of it says so as of any path."""
    checked = next((each for each in results if each.step.kind is StepKind.CHECK), None)
    if checked is None or checked.state is not StepState.DONE or (after is not None and after.verdicts):
        return ()
    return (
        Finding(
            id=no_device_code.RULE.id,
            severity=Severity.ERROR,
            path=None,
            message=f"the build made no file with CUDA device code ({checked.said})",
            help="switch CUDA on in this build: `cudacompat lint` on its sources looks for what keeps it off",
        ),
    )
