"""The steps of a rebuild, run: each in its turn, its output kept whole, stopped at the first that fails."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from cudacompat.app.rebuild.commands import Events, RunningBuild, clean, extract, run_command
from cudacompat.app.rebuild.judged import judge, said_of, without_code
from cudacompat.app.rebuild.prepare import DOCKERFILE, dockerfile
from cudacompat.app.rebuild.products import BuildWatch, matching
from cudacompat.artifacts.buildfiles import file_api
from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from cudacompat.domain.builds.lists.nvcc_flags import Requested, describe
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.rebuild import RebuildReport
from cudacompat.domain.runs.rebuild import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding
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
    there = tuple(watch.earlier) or matching(steps)
    with ThreadPoolExecutor(1) as pool:
        earlier = pool.submit(judge, steps, there)  # while CMake configures
        results, after = _run_all(build, earlier)
        before = earlier.result()
    findings = (*steps.findings, *_meaning(results, steps), *without_code(results, after))
    findings += after.findings if after is not None else ()
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
            result, after = said_of(step, judge(steps, made), made)
        elif step.kind is StepKind.FLAGS:
            result = _flags(step, steps)
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
    """What the log of the failed step means, as far as the catalogue of log lines knows it."""
    log = next((result.log for result in results if result.state is StepState.FAILED and result.log), None)
    if log is None:
        return ()
    from cudacompat.app.explain import explain_file

    with contextlib.suppress(CudacompatError):
        return explain_file(log, steps.plan.wanted[0].spec).findings
    return ()


def _flags(step: BuildStep, steps: BuildSteps) -> StepResult:
    """Hold what nvcc will be called for against what was promised."""
    try:
        units = cuda_units(Path(step.paths[0]).parent)
    except CudacompatError as error:
        return StepResult(step, StepState.FAILED, said=str(error))
    if not units:
        return StepResult(step, StepState.FAILED, said="no CUDA source will be compiled; check that CUDA is enabled")
    promised = Requested(frozenset(steps.plan.arrives))
    wrong = [unit for unit in units if unit.request != promised]
    if not wrong:
        return StepResult(step, StepState.DONE, said=f"{len(units)} CUDA sources, all for {describe(promised)}")
    said = (
        f"{len(wrong)} of {len(units)} CUDA sources would be compiled for {describe(wrong[0].request)} instead of "
        f"{describe(promised)}; first: {wrong[0].source}"
    )
    return StepResult(step, StepState.FAILED, said=said)
