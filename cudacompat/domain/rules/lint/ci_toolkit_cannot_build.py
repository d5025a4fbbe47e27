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

from collections.abc import Iterable

from cudacompat.domain.project.ci_jobs import cannot_build, lists_of, toolkits
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, Project
from cudacompat.domain.project.walks import on_job
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.versions import ToolkitVersion

_MOST_SHOWN = 3


@on_job
def check(project: Project, job: CiJob, commands: tuple[Command, ...]) -> Iterable[Finding]:
    """One finding for each list and toolkit that do not go together."""
    installed = toolkits(job, commands)
    seen: set[int] = set()
    for command in commands if installed else ():
        for listed in lists_of(project, command) if not command.conditional else ():
            if listed.setting.place.start in seen:
                continue
            seen.add(listed.setting.place.start)
            yield from _judged(listed, job.name, installed)


def _judged(listed: ArchListSetting, job: str, installed: tuple[tuple[ToolkitVersion, str], ...]) -> Iterable[Finding]:
    each = ((version, shown, cannot_build(listed, version)) for version, shown in installed)
    unfit = [(version, shown, wrong) for version, shown, wrong in each if wrong is not None]
    if not unfit:
        return
    releases = " and ".join(dict.fromkeys(str(version) for version, _, _ in unfit))
    archs = " and ".join(dict.fromkeys(f"sm_{arch}" for _, _, (arch, _) in unfit))
    some = len(unfit) < len(installed)
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING if some else Severity.ERROR,
        message=f"CUDA {releases} in job {job} cannot build {archs}",
        path=listed.setting.place.file,
        line=listed.setting.place.line,
        span=listed.setting.place.span,
        found=f"{listed.setting.name}={listed.setting.written}"[:120],
        why="; ".join(dict.fromkeys(text for _, shown, (_, need) in unfit[:_MOST_SHOWN] for text in (shown, need))),
        help="give each CUDA release of the matrix its own list, or remove those that cannot build it"
        if some
        else f"install a CUDA release that builds every target of the list, or remove {archs}",
    )


RULE = Rule("ci-toolkit-cannot-build", "CI job whose toolkit cannot build the list", __doc__, check)
