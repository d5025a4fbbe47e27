"""The steps of a rebuild, run: each in its turn, its output kept whole, stopped at the first that fails."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cudacompat.app.check import check
from cudacompat.app.rebuild.prepare import DOCKERFILE, dockerfile
from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from cudacompat.domain.builds.lists.nvcc_flags import Requested, describe
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.rebuild import RebuildReport
from cudacompat.domain.runs.rebuild import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.verdict import Target
from cudacompat.host.runs.follow import follow
from cudacompat.host.surroundings.masking import without_secrets
from cudacompat.host.written import make_folder, save

_TAIL = 30  # lines of a failed step that are shown

# ninja's and make's own counts: "[12/141] Building CUDA object", "[ 12%] Building"
_NINJA = re.compile(r"^\[(\d+)/(\d+)\]")
_MAKE = re.compile(r"^\[ *(\d+)%\]")
_NATIVE_WARNING = "Cannot find valid GPU for '-arch=native'"


class Events(Protocol):
    """Who watches the run."""

    def started(self, step: BuildStep) -> None:
        """A step begins."""

    def line(self, text: str) -> None:
        """A program printed a line."""

    def progress(self, done: int, total: int) -> None:
        """So much of the step is done."""

    def ended(self, result: StepResult) -> None:
        """A step is over."""


@dataclass
class _Build:
    steps: BuildSteps
    environment: Mapping[str, str]
    logs: Path
    events: Events


def run_steps(steps: BuildSteps, environment: Mapping[str, str], logs: Path, events: Events) -> RebuildReport:
    """Run the steps and return what became of each, with the artifacts judged before and after."""
    make_folder(logs)
    if any(step.kind is StepKind.EXTRACT for step in steps.steps):
        save(Path(steps.folder) / DOCKERFILE, dockerfile(steps).encode())
    names = {name for name, _ in steps.unset}
    own = {k: v for k, v in environment.items() if k not in names} | dict(steps.environment)
    build = _Build(steps, own, logs, events=events)
    with ThreadPoolExecutor(1) as pool:
        earlier = pool.submit(_judge, steps)  # while CMake configures
        results, after = _run_all(build, earlier)
        before = earlier.result()
    findings = (*steps.findings, *_meaning(results, steps), *(after.findings if after is not None else ()))
    return without_secrets(RebuildReport(steps, tuple(results), before, after=after, findings=findings))


def _run_all(build: _Build, earlier: Future[CheckReport | None]) -> tuple[list[StepResult], CheckReport | None]:
    """Run each step in its turn, the first that may change an artifact not before those of earlier are judged."""
    steps, results = build.steps, list[StepResult]()
    after: CheckReport | None = None
    for number, step in enumerate(steps.steps, 1):
        if any(result.state is not StepState.DONE for result in results):
            results.append(StepResult(step, StepState.NOT_RUN))
            continue
        if step.kind not in (StepKind.CONFIGURE, StepKind.FLAGS) and not _is_cmakes_own(step):
            earlier.result()
        build.events.started(step)
        start = time.monotonic()
        if step.kind is StepKind.CHECK:
            after = _judge(steps)
            result = _checked(step, after)
        elif step.kind is StepKind.FLAGS:
            result = _flags(step, steps)
        elif step.kind is StepKind.EXTRACT:
            result = _extract(step, build, number)
        elif step.command:
            result = _command(step, build, number)
        else:
            result = _clean(step, steps)
        results.append(replace(result, seconds=time.monotonic() - start))
        build.events.ended(results[-1])
    return results, after


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


def _clean(step: BuildStep, steps: BuildSteps) -> StepResult:
    """Remove what the step names, and only below the build's folder."""
    folder = Path(steps.folder)
    for name in step.paths:
        path = Path(name)
        if not path.is_relative_to(folder) or path == folder:
            return StepResult(step, StepState.FAILED, said=f"{path} is outside {folder}: not removed")
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            return StepResult(step, StepState.FAILED, said=f"cannot remove {path}: {error.strerror or error}")
    return StepResult(step, StepState.DONE, said=f"removed {', '.join(Path(each).name for each in step.paths)}")


def _command(step: BuildStep, build: _Build, number: int) -> StepResult:
    log = build.logs / f"{number}-{step.name}.log"
    tail: deque[str] = deque(maxlen=_TAIL)
    warned = False

    def on_line(text: str) -> None:
        nonlocal warned
        tail.append(text)
        warned = warned or _NATIVE_WARNING in text
        build.events.line(text)
        if match := _NINJA.match(text):
            build.events.progress(int(match[1]), int(match[2]))
        elif match := _MAKE.match(text):
            build.events.progress(int(match[1]), 100)

    command = _with_path(step.command)
    try:
        code = follow(command, cwd=Path(build.steps.source), environment=build.environment, log=log, on_line=on_line)
    except OSError as error:
        return StepResult(step, StepState.FAILED, said=f"cannot write {log}: {(error.strerror or str(error)).lower()}")
    if code:
        return StepResult(
            step, StepState.FAILED, 0, exit_code=code, log=str(log), tail=tuple(tail), said=f"exit code {code}"
        )
    if warned:
        said = "nvcc was called with -arch=native where no GPU is: it compiled its default target"
        return StepResult(step, StepState.FAILED, 0, exit_code=code, log=str(log), tail=tuple(tail), said=said)
    return StepResult(step, StepState.DONE, 0, exit_code=code, log=str(log))


def _extract(step: BuildStep, build: _Build, number: int) -> StepResult:
    """Take /out from the image into the build's folder: by a container that never runs."""
    program, image = step.command[:2]
    log = build.logs / f"{number}-{step.name}.log"
    log.unlink(missing_ok=True)
    place = Path(build.steps.folder) / "out"
    shutil.rmtree(place, ignore_errors=True)

    def run(*command: str) -> tuple[int, list[str]]:
        lines: list[str] = []
        code = follow(
            _with_path(command),
            cwd=Path(build.steps.source),
            environment=build.environment,
            log=log,
            on_line=lines.append,
            more=True,
        )
        return code, [line for line in lines if line.strip()]

    code, lines = run(program, "from" if program == "buildah" else "create", image)
    if code or not lines:
        return StepResult(
            step, StepState.FAILED, 0, exit_code=code, log=str(log), tail=tuple(lines), said="no container of the image"
        )
    container = lines[-1].strip()
    try:
        if program == "buildah":
            code, lines = run("buildah", "mount", container)
            if code == 0 and lines:
                shutil.copytree(Path(lines[-1].strip()) / "out", place, symlinks=True)
        else:
            code, lines = run(program, "cp", f"{container}:/out", str(place))
    except OSError as error:
        code, lines = 1, [str(error)]
    finally:
        run(program, "rm", container)
    if code:
        return StepResult(
            step,
            StepState.FAILED,
            0,
            exit_code=code,
            log=str(log),
            tail=tuple(lines),
            said="/out could not be taken out",
        )
    return StepResult(step, StepState.DONE, 0, exit_code=code, log=str(log), said=f"/out is in {place}")


def _with_path(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command with its program's path, also where it lies only beside this Python (pip's CMake)."""
    from cudacompat.host.programs.process import find_tool

    found = find_tool(command[0]) if "/" not in command[0] else None
    return (str(found), *command[1:]) if found is not None else command


def _flags(step: BuildStep, steps: BuildSteps) -> StepResult:
    """Hold what nvcc will be called for against what was promised."""
    try:
        units = cuda_units(Path(step.paths[0]).parent)
    except CudacompatError as error:
        return StepResult(step, StepState.FAILED, said=str(error))
    if not units:
        return StepResult(step, StepState.FAILED, said="no CUDA source will be compiled: is CUDA switched on?")
    promised = Requested(frozenset(steps.plan.arrives))
    wrong = [unit for unit in units if unit.request != promised]
    if not wrong:
        return StepResult(step, StepState.DONE, said=f"{len(units)} CUDA sources, each for {describe(promised)}")
    said = (
        f"{len(wrong)} of {len(units)} CUDA sources would be compiled for {describe(wrong[0].request)}, "
        f"not for {describe(promised)}; the first is {wrong[0].source}"
    )
    return StepResult(step, StepState.FAILED, said=said)


# -- the artifacts


def products(steps: BuildSteps) -> tuple[str, ...]:
    """Return the files that the build's patterns match now, without links to files that are there themselves."""
    found: dict[str, None] = {}
    for pattern in steps.products:
        for match in sorted(Path(steps.folder).glob(pattern)):
            path = match.resolve()
            if path.is_file() and "CMakeFiles" not in path.parts:
                found[str(path)] = None
    return tuple(found)


def _judge(steps: BuildSteps) -> CheckReport | None:
    """The artifacts judged for the GPUs that are wanted; `None` where there is none yet."""
    files = products(steps)
    if not files:
        return None
    targets = tuple(Target(each.spec, None, ComputeCapability.from_number(each.number)) for each in steps.plan.wanted)
    with contextlib.suppress(CudacompatError):
        return check(files, targets, Policy(require=steps.least))
    return None


def _checked(step: BuildStep, report: CheckReport | None) -> StepResult:
    if report is None:
        return StepResult(
            step, StepState.FAILED, said="the build left no artifact where this engine's device code lands"
        )
    outcomes = Counter(verdict.outcome.value for verdict in report.verdicts)
    said = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()) or "no device code in what came out"
    return StepResult(step, StepState.DONE if report.verdicts else StepState.FAILED, said=said)
