"""A job whose CUDA toolkit cannot build what its list asks for.

What it finds: a list of architectures that reaches a build in a CI job, and a toolkit of that job (its container,
Jimver/cuda-toolkit, a package such as cuda-toolkit-12-4) that does not know one of them yet, or no longer.

Why it matters: nvcc stops: "Unsupported gpu architecture 'compute_120'". Where the list is only read later (a variable
for one step) that is after minutes of building.

Example: `cuda: 12.4.1` for Jimver/cuda-toolkit, and `-DCMAKE_CUDA_ARCHITECTURES="86;120"`: sm_120 needs CUDA 12.8.

What to do: install a release that builds all of them (`cudacompat toolkits` lists which), or give each release of the
matrix its own list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.ci_jobs import lists_of, not_built
from cudacompat.domain.project.ci_runs import CiRun, lists_in, runs
from cudacompat.domain.project.default_lists import flags_of_make
from cudacompat.domain.project.list_coverage import drops_unknown
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, Project
from cudacompat.domain.project.walks import on_job
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_MOST_SHOWN = 3


class _Meeting(NamedTuple):
    """A run of a job, the list that it builds with, and what it cannot build of that, where it is any."""

    run: CiRun
    text: str
    wrong: tuple[str, str] | None


@on_job
def check(project: Project, job: CiJob, commands: tuple[Command, ...]) -> Iterable[Finding]:
    """One finding for each list and toolkit that do not go together."""
    known = runs(job, commands)
    seen: set[int] = set()
    for command in commands if known else ():
        for listed in _reaching(project, command):
            if listed.setting.place.start in seen:
                continue
            seen.add(listed.setting.place.start)
            meetings = tuple(_meetings(project, job, listed, command=command, known=known))
            yield from _judged(listed, job.name, meetings)


def _reaching(project: Project, command: Command) -> Iterator[ArchListSetting]:
    """The lists that certainly reach a command: by its line, its environment, as flags for nvcc on it, or in the
    Makefile that it runs."""
    if command.conditional:
        return
    written = (each for each in project.lists_at(command.place) if each.command is not None)
    flags = (each for each in written if each.setting.way is AssignmentKind.FLAGS)
    for listed in (*lists_of(project, command), *flags, *flags_of_make(project, command)):
        if not drops_unknown(listed):
            yield listed


def _meetings(
    project: Project, job: CiJob, listed: ArchListSetting, command: Command, known: Sequence[CiRun]
) -> Iterator[_Meeting]:
    for run in known:
        lists = lists_in(project, job, listed, command=command, run=run.values)
        wrong = [not_built(each.code, run.cuda) for each in lists]
        yield _Meeting(run, lists[0].text if len(lists) == 1 else "", wrong[0] if wrong and None not in wrong else None)


def _judged(listed: ArchListSetting, job: str, meetings: Sequence[_Meeting]) -> Iterable[Finding]:
    unfit = [(each.run, each.wrong) for each in meetings if each.wrong is not None]
    if not unfit:
        return
    releases = " and ".join(dict.fromkeys(str(run.cuda) for run, _ in unfit))
    archs = " and ".join(dict.fromkeys(f"sm_{arch}" for _, (arch, _) in unfit))
    built = {each.text for each in meetings if each.wrong is None}
    where = job if " " in job else f"job {job}"  # the pipeline, where it has no name
    some = all(each.text in built for each in meetings if each.wrong is not None)
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING if some else Severity.ERROR,
        message=f"CUDA {releases} in {where} cannot build {archs}",
        path=listed.setting.place.file,
        line=listed.setting.place.line,
        span=listed.setting.place.span,
        found=f"{listed.setting.name or 'flags'}={listed.setting.written}"[:120],
        why="; ".join(dict.fromkeys(text for run, (_, need) in unfit[:_MOST_SHOWN] for text in (run.shown, need))),
        help="give each CUDA release of the matrix its own list, or remove those that cannot build it"
        if some
        else f"install a CUDA release that builds every target of the list, or remove {archs}",
    )


RULE = Rule("ci-toolkit-cannot-build", "CI job whose toolkit cannot build the list", __doc__, check)
