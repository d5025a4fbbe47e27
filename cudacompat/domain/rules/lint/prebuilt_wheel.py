"""Settings of a build for a package that is not built.

What it finds: CMAKE_ARGS, TORCH_CUDA_ARCH_LIST, CMAKE_CUDA_ARCHITECTURES and the like before a `pip install` of a
package that comes as a wheel: torch, ctranslate2, faster-whisper, bitsandbytes, onnxruntime-gpu, vllm, and
llama-cpp-python with an index of CUDA wheels.

Why it matters: pip unpacks the wheel and reads none of them. The architectures are those that its maker chose; a GPU
that is missing there is missing still.

Example: `TORCH_CUDA_ARCH_LIST="12.0" pip install torch`.

What to do: look at what the wheel carries (`cudacompat check FILE.whl --gpu 12.0`). If it lacks the GPU, build from
source: `--no-binary PACKAGE` where the index has the source, without the index of wheels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Command, Project, Setting
from cudacompat.domain.project.prebuilt_wheels import Prebuilt, prebuilt
from cudacompat.domain.project.walks import on_command
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_SETTINGS = ("CMAKE_ARGS", "NVCC_PREPEND_FLAGS")  # beside those that carry a list
_SOURCE = ("--no-binary", "--no-binary=:all:", "-e", "--editable")
_PREFERS = ("--prefer-binary", "--only-binary", "-i", "--index-url", "--no-index", "--find-links", "-f")
_NORMAL = re.compile(r"[-_.]+")
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?(?:[<>=!~]=?.*)?")


@on_command
def check(project: Project, command: Command) -> Iterable[Finding]:
    """One finding for each command and setting."""
    packages = list(_installed(command))
    if not packages or command.conditional:
        return
    settings = (*_in_front(project, command), *_of_stage(project, command))
    row = _of_index(command, [prebuilt(project.wheels, name) for name in packages]) if settings else None
    for setting in settings:
        if row is None:
            break
        sure = row.index is None or any(command.has(option) for option in _PREFERS) or _prefers(command)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR if sure else Severity.WARNING,
            message=f"{setting.name} has no effect: pip installs a prebuilt wheel of {row.name}"
            if sure
            else f"{setting.name} has no effect on a wheel, and this index has wheels of {row.name}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{setting.name}={setting.written}"[:160],
            why=f"the wheel contains {row.carries} ({row.source})",
            help=f"check the wheel with `cudacompat check`; for other targets build {row.name} from source "
            "(--no-binary, where the index has the source)",
        )


def _of_index(command: Command, rows: list[Prebuilt | None]) -> Prebuilt | None:
    """What decides: a wheel, if every package of the command comes as one."""
    line = command.line
    for row in dict.fromkeys(rows):
        if row is None or (row.index is not None and row.index not in line):
            return None
    return rows[0] if rows else None


def _prefers(command: Command) -> bool:
    return any(word.text.startswith(tuple(f"{option}=" for option in _PREFERS)) for word in command.words)


def _installed(command: Command) -> Iterator[str]:
    """The packages that a `pip install` names; none where it may build something."""
    words = [word.text for word in command.words]
    python = re.fullmatch(r"python[\d.]*", command.program) is not None
    if not (command.program in ("pip", "pip3") or (python and words[1:3] == ["-m", "pip"])):
        return
    if (
        "install" not in words
        or any(word.startswith(_SOURCE) for word in words)
        or not all(w.known for w in command.words)
    ):
        return
    rest = iter(words[words.index("install") + 1 :])
    for word in rest:
        if word in ("-r", "--requirement", "-c", "--constraint"):
            return  # what it installs stands elsewhere
        if word in ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--only-binary", "--target", "-t"):
            next(rest, None)
        elif not word.startswith("-"):
            match = _REQUIREMENT.fullmatch(word)
            yield _NORMAL.sub("-", match[1]).lower() if match is not None else word


def _in_front(project: Project, command: Command) -> Iterator[Setting]:
    """The settings that stand in front of the very command, so that they are meant for it alone."""
    first = command.words[0].place.start if command.words else command.place.start
    for name in sorted({*_SETTINGS, *project.known}):
        setting = command.environment.get(name)
        if setting is None or not setting.written.strip():
            continue
        place = setting.place
        if name == "CMAKE_ARGS" and not re.search(r"CUDA|CUBLAS|ARCH", setting.written):
            continue
        if place.file == command.place.file and command.place.start <= place.start < first:
            yield setting


def _of_stage(project: Project, command: Command) -> Iterator[Setting]:
    """The CMAKE_ARGS for CUDA of an image in which this command alone installs anything with pip."""
    setting = command.environment.get("CMAKE_ARGS")
    if command.stage is None or setting is None or not re.search(r"CUDA|CUBLAS", setting.written):
        return
    stage = command.stage
    own = project.once(("own_places", stage.key), lambda: frozenset(each.place.at for each in stage.settings))
    building = (each for each in project.commands_of(stage) if _may_build(each))
    first = project.once(("may_build", stage.key), lambda: tuple(islice(building, 2)))
    others = [each for each in first if each is not command]
    if setting.place.at in own and setting.way is AssignmentKind.ENVIRONMENT and not others:
        yield setting


def _may_build(command: Command) -> bool:
    return (
        command.program in ("cmake", "cargo", "make", "poetry", "uv")
        or {"pip", "pip3", "install", "sync"}
        & {command.program, *(word.text for word in command.words if command.program not in ("apt-get", "apt", "dnf"))}
        != set()
    )


RULE = Rule("prebuilt-wheel", "Build settings for a prebuilt package", __doc__, check)
