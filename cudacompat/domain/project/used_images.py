"""The container images that a project runs: of the last stages of Dockerfiles, compose files, Helm values, manifests of
Kubernetes, dev containers and quadlets, and of commands that start one with a GPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.container_runs import container_run
from cudacompat.domain.project.job_runners import is_trial
from cudacompat.domain.project.model import CiJob, Project, SourceFile, Stage

# image: "vllm/vllm-openai:v0.8.5"  # a comment; but not: image: {{ .Values.image }}
_YAML_IMAGE = re.compile(r"(?m)(?:^[ \t]*(?:-[ \t]+)?|[{,][ \t]*)image:[ \t]*[\"']?([^\s\"'#{},]{1,300})")
_JSON_IMAGE = re.compile(r"\"image\"[ \t]*:[ \t]*\"([^\s\"{}]{1,300})\"")
_UNIT_IMAGE = re.compile(r"(?m)^[ \t]*Image[ \t]*=[ \t]*(\S{1,300})[ \t]*\r?$")
# the two halves of an image in Helm values, on neighbouring lines of one indent
_HELM = re.compile(
    r"(?m)^(?P<indent>[ \t]+)(?:registry:[ \t]*[\"']?(?P<registry>[\w./-]{1,200})[\"']?[ \t]*(?:#.*)?\r?\n(?P=indent))?"
    r"repository:[ \t]*[\"']?(?P<repository>[\w./-]{1,200})[\"']?[ \t]*(?:#.*)?\r?\n"
    r"(?:(?P=indent)(?!tag:)\w[\w-]*:[^\n]{0,200}\n){0,4}"
    r"(?P=indent)tag:[ \t]*[\"']?(?P<tag>[\w.-]{1,128})[\"']?"
)
_DEFAULT = re.compile(r"\$\{\w{1,100}:?-([^}$]{1,200})\}")
_CI = re.compile(r"(?:^|/)(?:\.github|\.gitlab|\.circleci|\.buildkite)/|(?:^|/)(?:\.gitlab-ci|azure-pipelines)")


@dataclass(frozen=True, slots=True)
class UsedImage:
    """One image that the project runs, by its name with tag, and where it is named. `stage` is the stage of a
    Dockerfile that begins with it, `job` the job of a CI system whose commands run in it."""

    image: str
    file: str
    line: int
    stage: Stage | None = field(default=None, compare=False)
    job: CiJob | None = field(default=None, compare=False)

    @property
    def place(self) -> str | None:
        """Where the packages of the project say that they are installed, if into this image."""
        if self.stage is not None:
            return f"{self.stage.file}:{self.stage.number}"
        return f"{self.job.file}:{self.job.name}" if self.job is not None else None


def used_images(project: Project) -> tuple[UsedImage, ...]:
    """Return the images, each once for each file and line."""
    return project.once(
        "used_images", lambda: tuple(dict.fromkeys((*_of_stages(project), *_of_files(project), *_of_runs(project))))
    )


def images_of_jobs(project: Project, *, trials: bool) -> tuple[UsedImage, ...]:
    """Return the images that jobs of a CI system run; the `trials` are those that are not certainly where a GPU is."""
    jobs = (job for job in project.jobs if job.images and is_trial(project, job) is trials)
    return tuple(
        dict.fromkeys(
            UsedImage(each.image, job.file, each.line, job=None if each.service else job)
            for job in jobs
            for each in job.images
        )
    )


def _of_stages(project: Project) -> Iterator[UsedImage]:
    for stage in project.stages:
        if not stage.last or stage.base is None:
            continue
        root = stage
        while root.parent is not None:
            parent = root.parent
            root = next(each for each in project.stages if each.key == (stage.file, parent))
        yield UsedImage(stage.base.image, stage.file, root.place.line, stage=stage)


def _of_files(project: Project) -> Iterator[UsedImage]:
    for file in project.files:
        name = file.name.lower()
        if _CI.search(name):
            continue
        if name.endswith((".yml", ".yaml")):
            yield from _found(file, _YAML_IMAGE)
            for match in _HELM.finditer(file.text):
                registry = f"{match['registry']}/" if match["registry"] else ""
                image = f"{registry}{match['repository']}:{match['tag']}"
                yield UsedImage(image, file.name, _line(file, match.start("tag")))
        elif name.endswith("devcontainer.json"):
            yield from _found(file, _JSON_IMAGE)
        elif name.endswith(".container"):
            yield from _found(file, _UNIT_IMAGE)


def _of_runs(project: Project) -> Iterator[UsedImage]:
    """Those that a script or a Makefile starts with a GPU."""
    for command in project.commands:
        if command.job is None and command.stage is None and not is_aside(command.place.file):
            run = container_run(command)
            if run is not None and run.has_gpu:
                yield UsedImage(run.image.text, command.place.file, run.image.place.line)


def _line(file: SourceFile, at: int) -> int:
    return file.place(at, at).line


def _found(file: SourceFile, pattern: re.Pattern[str]) -> Iterator[UsedImage]:
    for match in pattern.finditer(file.text):
        image = _DEFAULT.sub(lambda given: given[1], match[1])
        if "$" not in image:
            yield UsedImage(image, file.name, _line(file, match.start(1)))
