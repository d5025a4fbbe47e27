"""The commands of a rebuild, each run with its whole output kept, and its first error told from the rest."""

from __future__ import annotations

import os
import re
import shutil
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cudacompat.app.rebuild.products import BuildWatch
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.runs.first_error import MOST_LINES, begins_error, with_context
from cudacompat.host.runs.follow import follow
from cudacompat.host.written import refusal

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
class RunningBuild:
    """A build while it runs: its steps and environment, where logs go, who watches it. `replaced` is the image that an
    earlier rebuild left under the tag of this one."""

    steps: BuildSteps
    environment: Mapping[str, str]
    logs: Path
    events: Events
    watch: BuildWatch
    replaced: str = ""


def clean(step: BuildStep, build: RunningBuild, number: int) -> StepResult:
    """Remove what the step names, and only below the build's folder and the sources; then run its command."""
    folders = (Path(build.steps.folder), Path(build.steps.source))
    for name in step.paths:
        path = Path(name)
        if not any(path.is_relative_to(folder) and path != folder for folder in folders):
            return StepResult(step, StepState.FAILED, said=f"{path} is outside {folders[0]}: not removed")
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            return StepResult(step, StepState.FAILED, said=f"cannot remove {path}: {error.strerror or error}")
    if step.command:
        return run_command(step, build, number)
    return StepResult(step, StepState.DONE, said=f"removed {', '.join(Path(each).name for each in step.paths)}")


def run_command(step: BuildStep, build: RunningBuild, number: int) -> StepResult:
    """Run a step's command. It has failed, too, where nvcc said that it built for no GPU in particular."""
    log = build.logs / f"{number}-{step.name}.log"
    tail: deque[str] = deque(maxlen=_TAIL)
    first: list[str] = []
    warned = False

    def on_line(text: str) -> None:
        nonlocal warned
        if build.watch.hears(text):
            return
        tail.append(text)
        warned = warned or _NATIVE_WARNING in text
        if (first and len(first) < MOST_LINES) or (not first and begins_error(text)):
            first.append(text)
        build.events.line(text)
        if match := _NINJA.match(text):
            build.events.progress(int(match[1]), int(match[2]))
        elif match := _MAKE.match(text):
            build.events.progress(int(match[1]), 100)

    command = _with_path(step.command)
    try:
        build.logs.mkdir(parents=True, exist_ok=True)  # what clears the project may have taken it away
        code = follow(command, cwd=Path(build.steps.source), environment=build.environment, log=log, on_line=on_line)
    except OSError as error:
        return StepResult(step, StepState.FAILED, said=refusal(log, error))
    if code:
        failed = _failed(step, log, tail, code=code, said=f"exit code {code}")
        return replace(failed, first_error=with_context(first))
    if warned:
        said = "nvcc was called with -arch=native without a GPU and built its default target"
        return _failed(step, log, tail, code=code, said=said)
    return StepResult(step, StepState.DONE, exit_code=code, log=str(log) if log.is_file() else None)


def _failed(step: BuildStep, log: Path, tail: Iterable[str], code: int, said: str) -> StepResult:
    return StepResult(step, StepState.FAILED, exit_code=code, log=str(log), tail=tuple(tail), said=said)


def note_replaced(build: RunningBuild) -> None:
    """Note which image has the tag that the build is about to give to another; none without a container."""
    for step in build.steps.steps:
        if step.kind is StepKind.EXTRACT:
            build.replaced = _image_of(step, build)


def _drop_replaced(step: BuildStep, build: RunningBuild) -> None:
    """Remove the image that lost its tag, which would stay behind without a name. One that something else uses is kept:
    the program refuses then."""
    if build.replaced and build.replaced != _image_of(step, build):
        _quietly(build, step.command[0], "rmi", build.replaced)


def _image_of(step: BuildStep, build: RunningBuild) -> str:
    program, image = step.command[:2]
    return _quietly(build, program, "images", "-q", "--no-trunc", image).partition("\n")[0].strip()


def _quietly(build: RunningBuild, *command: str) -> str:
    from cudacompat.host.programs import process

    done = process.run(_with_path(command), environment=build.environment)
    return done.stdout if done.ok else ""


def extract(step: BuildStep, build: RunningBuild, number: int) -> StepResult:
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
        return _failed(step, log, lines, code=code, said="no container of the image")
    container = lines[-1].strip()
    try:
        if program == "buildah" and _is_root():
            code, lines = run("buildah", "mount", container)
            if code == 0 and lines:
                shutil.copytree(Path(lines[-1].strip()) / "out", place, symlinks=True)
        elif program == "buildah":  # without root its images are seen in a namespace of their own
            copied = ("sh", "-c", 'cp -a "$mnt/out" "$1"', "sh", str(place))
            code, lines = run("buildah", "unshare", "--mount", f"mnt={container}", *copied)
        else:
            code, lines = run(program, "cp", f"{container}:/out", str(place))
    except OSError as error:
        code, lines = 1, [str(error)]
    finally:
        run(program, "rm", container)
    if code:
        return _failed(step, log, lines, code=code, said="/out could not be taken out")
    _drop_replaced(step, build)
    return StepResult(step, StepState.DONE, exit_code=code, log=str(log), said=f"/out is in {place}")


def _is_root() -> bool:
    return not hasattr(os, "geteuid") or os.geteuid() == 0


def _with_path(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command with its program's path, also where it lies only beside this Python (pip's CMake)."""
    from cudacompat.host.programs.process import find_tool

    found = find_tool(command[0]) if "/" not in command[0] else None
    return (str(found), *command[1:]) if found is not None else command
