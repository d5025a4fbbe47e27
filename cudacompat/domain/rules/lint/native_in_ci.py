"""A CUDA build in a hosted CI job that asks for the GPUs of the machine.

What it finds: a job on a runner of GitHub's or GitLab's own, which has no GPU, whose list of architectures is `native`
(or -arch=native), or whose engine asks for `native` because it gets no list (ggml: whisper.cpp, llama.cpp).

Why it matters: without a GPU nvcc only warns ("Cannot find valid GPU for '-arch=native'") and compiles its default
target, sm_52 up to CUDA 12 and sm_75 from CUDA 13; CMake 3.24 to 3.27 stop. Such a job
publishes code for GPUs other than the intended ones.

Example: `runs-on: ubuntu-24.04` and `cmake -B build -DGGML_CUDA=ON`.

What to do: name the architectures: `"-DCMAKE_CUDA_ARCHITECTURES=86;120-real"`; in a job that only looks whether the
code compiles, one of them is enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cudacompat.domain.project.ci_jobs import lists_of, publishes, toolkits
from cudacompat.domain.project.job_runners import is_hosted
from cudacompat.domain.project.model import CiJob, Command, Project
from cudacompat.domain.project.native_builds import asked_list, asks_native, make_native
from cudacompat.domain.project.source_file import TextSpan
from cudacompat.domain.project.stages import distro_of
from cudacompat.domain.project.walks import on_job
from cudacompat.domain.tables.cmake_spellings import FIRST_WITH_WORD
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_WARNS = "nvcc only warns and builds its default target: sm_52 up to CUDA 12, sm_75 since CUDA 13"


@on_job
def check(project: Project, job: CiJob, commands: tuple[Command, ...]) -> Iterable[Finding]:
    """One finding for each list, and for each build that has none."""
    if not is_hosted(job):
        return
    severity = Severity.ERROR if publishes(job, commands) else Severity.WARNING
    said: set[int] = set()
    for command in commands:
        if command.conditional or command.use is None:
            continue
        native = next((each for each in lists_of(project, command) if each.word == "native"), None)
        if native is not None and native.setting.place.start not in said:
            setting = native.setting
            said.add(setting.place.start)
            yield _finding(
                job,
                command,
                severity,
                place=setting.place,
                what=f"{setting.name or 'the list'} is `native`",
                found=setting.written,
                why=_WARNS,
            )
        elif native is None and (asked := asked_list(command)) is not None:
            name, place, text = asked
            if place.start not in said:
                said.add(place.start)
                what, why = f"{name or 'the target'} is what a GPU says", "nothing comes back: the list is empty"
                yield _finding(job, command, severity, place=place, what=what, found=text, why=why)
        elif native is None and (by_make := make_native(command)) is not None:
            made = _finding(
                job,
                command,
                severity,
                place=command.place,
                what=f"the Makefile of {command.use.engine.name} passes -arch=native without {by_make.arch}",
                found=project.text(command.place),
                why=_WARNS,
            )
            yield replace(made, help=f"make {by_make.switch}=1 {by_make.arch}=all, or sm_NN for one GPU")
        elif native is None and _passes_on(job) and _asks(project, command, job, commands=commands):
            native_use = asks_native(project, command)
            stops = native_use is not None and native_use.stops
            asks = "asks nvidia-smi" if stops else "uses `native`"
            what = f"{command.use.engine.name} gets no architecture list and {asks}"
            why = command.use.engine.unset if stops else _WARNS
            yield _finding(job, command, severity, place=command.place, what=what, found=command.line, why=why)


def _asks(project: Project, command: Command, job: CiJob, commands: tuple[Command, ...]) -> bool:
    native = asks_native(project, command)
    releases = {version for version, _ in toolkits(job, commands)}
    release = releases.pop() if len(releases) == 1 else None
    return native is not None and native.asks(None, release) is not False


def _passes_on(job: CiJob) -> bool:
    """Whether the job's CMake is one that hands `native` on: the runner's own, or that of a newer distribution."""
    if job.base is None:
        return True
    of = distro_of(job.base)
    return of is not None and of.cmake is not None and of.cmake >= FIRST_WITH_WORD["native"]


def _finding(
    job: CiJob, command: Command, severity: Severity, place: TextSpan, what: str, found: str, why: str
) -> Finding:
    engine = command.use.engine if command.use is not None else None
    knob = engine.knobs[0].name if engine is not None and engine.knobs else "the list"
    return Finding(
        id=RULE.id,
        severity=severity,
        message=f"{what}, but the runner {', '.join(job.runner)} has no GPU",
        path=job.file,
        line=place.line,
        span=place.span,
        found=found[:160],
        why=why,
        help=f"set {knob} for the GPUs you need",
    )


RULE = Rule("native-in-ci", "`native` on a hosted runner without a GPU", __doc__, check)
