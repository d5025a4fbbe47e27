"""A hosted CI job that needs a GPU.

What it finds: nvidia-smi, `cudacompat verify` or `docker run --gpus` in a job on a runner of GitHub's or GitLab's own
that has no GPU.

Why it matters: these runners have no NVIDIA driver. The step fails, or what it tests is skipped or runs on the CPU.

Example: `runs-on: ubuntu-24.04` and `run: nvidia-smi`.

What to do: run it on a runner with a GPU (`runs-on: [self-hosted, gpu]`); on the hosted one check the artifact, which
needs no GPU: `cudacompat check FILE --gpu 12.0`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.job_runners import is_hosted
from cudacompat.domain.project.model import CiJob, Command, Project
from cudacompat.domain.project.walks import on_job
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@on_job
def check(_project: Project, job: CiJob, commands: tuple[Command, ...]) -> Iterable[Finding]:
    """One finding for each job, at its first such command."""
    needing = next((each for each in commands if _needs_gpu(each)), None) if is_hosted(job) else None
    if needing is None:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message=f"{needing.program} needs a GPU; the runner {', '.join(job.runner)} has none",
        path=job.file,
        line=needing.place.line,
        span=needing.place.span,
        found=needing.line[:160],
        why="hosted runners have no NVIDIA driver",
        help="run it where a GPU is; here `cudacompat check` checks the artifact without one",
    )


def _needs_gpu(command: Command) -> bool:
    if command.conditional or command.ignored:
        return False
    if command.program == "nvidia-smi":
        return True
    if command.program == "cudacompat":
        return command.has("verify")
    given = any(word.text == "--gpus" or word.text.startswith("--gpus=") for word in command.words)
    return command.program in ("docker", "podman") and command.has("run") and given


RULE = Rule("gpu-on-hosted-runner", "A hosted job that needs a GPU", __doc__, check)
