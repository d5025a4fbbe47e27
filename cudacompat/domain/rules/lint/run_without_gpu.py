"""A container that runs CUDA code and is started without a GPU.

What it finds: `docker run` (or podman, nerdctl) in a script, a Makefile or a job, of an image that this project builds
from a Dockerfile which ships CUDA code, or nvidia-smi in one of NVIDIA's images, without --gpus, --device or --runtime.

Why it matters: a container sees no GPU unless it is asked for. The program finds no device, and computes on the CPU or
stops ("no CUDA-capable device is detected"); nvidia-smi is not found at all.

Example: `docker build -t me/asr .` with a CUDA Dockerfile, then `docker run -d -p 8000:8000 me/asr`.

What to do: `--gpus all` (docker), `--device nvidia.com/gpu=all` (podman, and docker with CDI).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.container_runs import container_run
from cudacompat.domain.project.image_names import base_of, is_nvidia_cuda
from cudacompat.domain.project.job_runners import may_have_gpu
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.stages import runs_cuda
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_NOT_RUNNING = re.compile(
    r"\b(?:build|cmake|make|cargo|compile|pytest|tests?|lint|bash|sh|sleep|ls|cat|echo|env|--help|--version|cuobjdump|ldd"
    r"|check|pip|id|true|find|cp|tar)\b"
)


def check(project: Project) -> Iterable[Finding]:
    """One finding for each such command."""
    built = _built(project)
    for command in project.commands:
        run = container_run(command) if not command.conditional else None
        if run is None or run.may_have_gpu:
            continue
        image, rest = run.image.text, run.rest
        words = " ".join(word.text for word in rest)
        nvidia = is_nvidia_cuda(base_of(image)) and bool(rest) and rest[0].text == "nvidia-smi"
        own = (
            _plain(image) in built
            and not _NOT_RUNNING.search(words)
            and (command.job is None or may_have_gpu(command.job))
        )
        if not nvidia and not own:
            continue
        what = f"nvidia-smi in {image}" if nvidia else f"{image} (built from {built[_plain(image)]})"
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR if nvidia else Severity.WARNING,
            message=f"{command.program} starts {what} without a GPU",
            path=command.place.file,
            line=command.place.line,
            span=command.place.span,
            found=command.line[:160],
            why="a container gets no GPU and no driver files unless the command requests them",
            help="--device nvidia.com/gpu=all" if command.program == "podman" else "--gpus all",
        )


def _built(project: Project) -> dict[str, str]:
    """The names that the project gives to images which ship CUDA code, and their Dockerfiles."""
    found: dict[str, str] = {}
    for build in project.image_builds:
        stages = project.stages_of(build.dockerfile) if build.dockerfile is not None else ()
        if stages and runs_cuda(project, stages[-1]):
            found |= {_plain(tag): build.dockerfile or "" for tag in build.tags}
    return found


def _plain(image: str) -> str:
    return image.removesuffix(":latest").removeprefix("docker.io/")


RULE = Rule("run-without-gpu", "A CUDA container started without a GPU", __doc__, check)
