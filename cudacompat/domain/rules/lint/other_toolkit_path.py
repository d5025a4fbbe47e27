"""A path to a CUDA toolkit of another release than the one that is there.

What it finds: /usr/local/cuda-12.4 in CUDA_HOME, CUDACXX, PATH, LD_LIBRARY_PATH, -DCMAKE_CUDA_COMPILER and the like,
in a stage that begins with NVIDIA's image of another release, or a job that runs in one, and installs no other.

Why it matters: that directory is not there. A build that uses CUDA_HOME, CUDACXX or CMAKE_CUDA_COMPILER stops; an
entry of PATH or LD_LIBRARY_PATH is passed over, and what was meant to be found there is taken from elsewhere. It comes
of a base image that was raised while the paths stayed.

Example: `FROM nvidia/cuda:12.8.1-devel-ubuntu24.04` and `ENV CUDA_HOME=/usr/local/cuda-12.4`.

What to do: /usr/local/cuda, which is there in each of these images, whatever its release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.ci_jobs import jobs_with
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Base, Command, Project, Setting, Stage
from cudacompat.domain.project.stages import along
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_PATH = re.compile(r"/usr/local/cuda-(\d{1,2})\.(\d{1,2})(?![\d.])")
_RELEASE = re.compile(r"[-_](\d{1,2})[-.](\d{1,2})")
_STOPS = frozenset(
    {"CUDA_HOME", "CUDA_PATH", "CUDA_ROOT", "CUDACXX", "CUDAToolkit_ROOT", "CUDA_TOOLKIT_ROOT_DIR",
     "CMAKE_CUDA_COMPILER", "NVCC"}
)  # fmt: skip
_SEARCHED = frozenset({"PATH", "LD_LIBRARY_PATH", "LIBRARY_PATH", "CPATH", "CMAKE_PREFIX_PATH"})


def check(project: Project) -> Iterable[Finding]:
    """One finding for each such value."""
    said: set[tuple[str, int]] = set()
    for base, settings, around in _places(project):
        if not is_nvidia_cuda(base) or base.cuda is None:
            continue
        for setting in settings:
            at = setting.place.at
            match = _PATH.search(setting.written)
            if (
                setting.name not in _STOPS | _SEARCHED
                or match is None
                or at in said
                or setting.way is AssignmentKind.BUILD_ARGUMENT
            ):
                continue
            number = f"{match[1]}.{match[2]}"
            if number == str(base.cuda) or (match[1], match[2]) in around:
                continue
            said.add(at)
            start = setting.place.start + match.start()
            edit = Edit(setting.place.file, start, start + len(match[0]), new="/usr/local/cuda")
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR if setting.name in _STOPS else Severity.WARNING,
                message=f"{match[0]} does not exist in {base.image}",
                path=setting.place.file,
                line=setting.place.line,
                span=setting.place.span,
                found=f"{setting.name}={setting.written}"[:160],
                why=f"the image has CUDA {base.cuda}, and no command installs CUDA {number}",
                help="use /usr/local/cuda, which exists in all of these images",
                fix=Fix("/usr/local/cuda", (edit,), safe=False),
            )


def _places(project: Project) -> Iterator[tuple[Base, tuple[Setting, ...], frozenset[tuple[str, str]]]]:
    """The images in which something is set, what, and the releases that its commands and copies may put there."""
    for stage in project.stages:
        if stage.base is None:
            continue
        settings = (*stage.settings, *_given(project.commands_of(stage)))
        yield (
            stage.base,
            settings,
            along(project, "brought_here", stage, answer=partial(_and_before, project), nothing=frozenset()),
        )
    for job, found in jobs_with(project):
        if job.base is not None and not any("cuda" in (step.uses or "").lower() for step in job.steps):
            settings = (*job.environment.values(), *_given(found))
            yield job.base, settings, frozenset(_releases(map(_bare, found)))


def _and_before(project: Project, stage: Stage, before: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    own = _brought(project, stage)
    return before | own if own else before


def _brought(project: Project, stage: Stage) -> frozenset[tuple[str, str]]:
    """The releases of CUDA that a stage's own commands and copies name."""
    commands = map(_bare, project.commands_of(stage))
    copies = (f"{copy.target} {' '.join(copy.sources)}" for copy in stage.copies)
    return project.once(("brought", stage.key), lambda: frozenset(_releases((*commands, *copies))))


def _releases(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        for word in text.split():
            _, cuda, behind = word.partition("cuda")
            if cuda:
                yield from _RELEASE.findall(behind)


def _given(commands: Iterable[Command]) -> Iterator[Setting]:
    """What is given to commands: on their lines, and in what they see, which many of them share."""
    seen: set[int] = set()
    for command in commands:
        yield from command.defines
        if id(command.environment) not in seen:
            seen.add(id(command.environment))
            yield from (each for each in command.environment.values() if each.place.file == command.place.file)


def _bare(command: Command) -> str:
    """The words that may make a folder: not those that only name it for the build."""
    return " ".join(word.text for word in command.words if not word.text.startswith("-D"))


RULE = Rule("other-toolkit-path", "Path of a CUDA release that is not installed", __doc__, check)
