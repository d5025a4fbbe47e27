"""The steps of a rebuild, run: each in its turn, its output kept whole, stopped at the first that fails."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from cudacompat.app.rebuild.commands import Events, RunningBuild, clean, extract, note_replaced, run_command
from cudacompat.app.rebuild.flags import hold_flags, in_this_tree, own_lists
from cudacompat.app.rebuild.judged import judge, lost_ptx, said_of, without_code
from cudacompat.app.rebuild.prepare import DOCKERFILE, dockerfile
from cudacompat.app.rebuild.products import BuildWatch, matching
from cudacompat.artifacts.buildfiles import file_api
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.rebuild import RebuildReport
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.host.surroundings.masking import without_secrets
from cudacompat.host.written import make_folder, save


def run_steps(steps: BuildSteps, environment: Mapping[str, str], logs: Path, events: Events) -> RebuildReport:
    """Run the steps and return what became of each, with the artifacts judged before and after."""
    make_folder(logs)
    if any(step.kind is StepKind.EXTRACT for step in steps.steps):
        save(Path(steps.folder) / DOCKERFILE, dockerfile(steps).encode())
    names = {name for name, _ in steps.unset}
    own = {k: v for k, v in environment.items() if k not in names} | dict(steps.environment)
    watch = BuildWatch(steps)
    watch.begin()
    build = RunningBuild(steps, own, logs, events=events, watch=watch)
    note_replaced(build)
    there = tuple(watch.earlier) or matching(steps)
    with ThreadPoolExecutor(1) as pool:
        earlier = pool.submit(judge, steps, there)  # while CMake configures
        results, after = _run_all(build, earlier)
        before = earlier.result()
    failing = after is not None and any(each.severity is Severity.ERROR for each in after.findings)
    findings = (
        *steps.findings,
        *_meaning(results, steps),
        *own_lists(results, steps, failing),
        *without_code(results, after),
        *lost_ptx(steps, after),
    )
    findings += tuple(in_this_tree(each, steps) for each in after.findings) if after is not None else ()
    return without_secrets(RebuildReport(steps, tuple(results), before, after=after, findings=findings))


def _run_all(build: RunningBuild, earlier: Future[CheckReport | None]) -> tuple[list[StepResult], CheckReport | None]:
    """Run each step in its turn, the first that may change an artifact not before those of earlier are judged."""
    steps, results = build.steps, list[StepResult]()
    after: CheckReport | None = None
    for number, step in enumerate(steps.steps, 1):
        if any(result.state is not StepState.DONE for result in results):
            results.append(StepResult(step, StepState.NOT_RUN))
            continue
        if step.kind is StepKind.CONFIGURE:
            _ask_cmake(Path(steps.folder))
        elif step.kind is not StepKind.FLAGS and not _is_cmakes_own(step):
            earlier.result()
        build.events.started(step)
        start = time.monotonic()
        if step.kind is StepKind.CHECK:
            made = build.watch.made()
            after = judge(steps, made)
            if after is None or not after.verdicts:  # a program that loads its code from files, or has none
                after = judge(steps, build.watch.apart()) or after
            result, after = said_of(step, after, made)
        elif step.kind is StepKind.FLAGS:
            result = hold_flags(step, steps)
        elif step.kind is StepKind.EXTRACT:
            result = extract(step, build, number)
        elif step.kind is StepKind.CLEAN:
            result = clean(step, build, number)
        else:
            result = run_command(step, build, number)
        results.append(replace(result, seconds=time.monotonic() - start))
        build.events.ended(results[-1])
    return results, after


def _ask_cmake(folder: Path) -> None:
    """Ask CMake to say, once it has configured, what its targets make."""
    query = folder / file_api.QUERY
    if not query.exists():
        make_folder(query.parent)
        save(query, b"")


def _is_cmakes_own(step: BuildStep) -> bool:
    """Whether it clears what CMake keeps beside the artifacts."""
    return (
        step.kind is StepKind.CLEAN
        and not step.command
        and all(Path(path).name.startswith("CMake") for path in step.paths)
    )


def _meaning(results: Sequence[StepResult], steps: BuildSteps) -> tuple[Finding, ...]:
    """What the log of the failed step means, as far as the catalogue of log lines knows it: the first line of each
    kind, as one lack makes a linker or a compiler say the same of a hundred names."""
    log = next((result.log for result in results if result.state is StepState.FAILED and result.log), None)
    if log is None:
        return ()
    from cudacompat.app.explain import explain_file

    with contextlib.suppress(CudacompatError):
        found = explain_file(log, steps.plan.wanted[0].spec).findings
        return tuple({finding.id: finding for finding in reversed(found)}.values())[::-1]
    return ()
