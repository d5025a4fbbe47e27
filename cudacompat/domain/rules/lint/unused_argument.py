"""An ARG for architectures that nothing in the Dockerfile uses.

What it finds: `ARG CUDA_ARCHITECTURES=…` and the like in a stage, with no `$CUDA_ARCHITECTURES` below it, where every
command of the stages that see it is known not to read such a variable.

Why it matters: an argument such as `--build-arg CUDA_ARCHITECTURES=…` changes only the cache; the image is built for
the build's default.

Example: `ARG GPU_ARCHS="86;120"`, then `RUN cmake -B build -DGGML_CUDA=ON`.

What to do: pass it: `"-DCMAKE_CUDA_ARCHITECTURES=$GPU_ARCHS"`, or remove it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Command, Project, Setting, Stage
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_NAME = re.compile(r"ARCHS?$|ARCHITECTURES?$|ARCH_LIST$|COMPUTE_CAP\w*$|CAPABILIT(?:Y|IES)$|GENCODES?$", re.IGNORECASE)
_HOST = re.compile(r"^(?:TARGET|BUILD|HOST|OS|S6_|PLATFORM_?|CPU_?|DEB_?|DPKG_?|UNAME_?|GO_?)?ARCH(?:ITECTURE)?$")
_LIST = re.compile(r"(?:\d{2,3}[af]?(?:-real|-virtual)?|\d{1,2}\.\d[af]?(?:\+PTX)?)(?:[;, ]+|$)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_DECLARES = re.compile(r"[ \t]*ARG[ \t]", re.IGNORECASE)
_REFERENCE = re.compile(r"\$\{?\w+")
# Programs that read no variable of a name of somebody's own.
_PLAIN = frozenset(
    {"apt-get", "apt", "apk", "dnf", "yum", "microdnf", "rm", "mkdir", "cp", "mv", "ln", "cd", "echo", "set", "export",
     "git", "curl", "wget", "tar", "unzip", "ldconfig", "find", "chmod", "chown", "test", "[", "true", "ninja",
     "update-alternatives", "nvcc", "rustup", "cat", "ls", "useradd", "groupadd", "apt-mark", "sed"}
)  # fmt: skip


def check(project: Project) -> Iterable[Finding]:
    """One finding for each argument that is not used."""
    dead = {each.name for use in project.uses for each in use.engine.dead}
    words = _Words(project) if any(map(_carries, _arguments(project))) else None
    for stage in project.stages:
        for setting in stage.settings:
            if (
                words is None
                or setting.way is not AssignmentKind.BUILD_ARGUMENT
                or setting.name in project.known
                or setting.name in dead
            ):
                continue
            if not _carries(setting) or not _is_unused(project, stage, setting, words=words):
                continue
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"no command in {stage.file} uses ARG {setting.name}",
                path=setting.place.file,
                line=setting.place.line,
                span=setting.place.span,
                found=f"ARG {setting.name}={setting.written}"[:120],
                why="no command names it, and no command reads a variable of this name from the environment",
                help=f'pass it to the build (CMake: "-DCMAKE_CUDA_ARCHITECTURES=${setting.name}"), or remove it',
            )


def _arguments(project: Project) -> Iterable[Setting]:
    return (each for stage in project.stages for each in stage.settings if each.way is AssignmentKind.BUILD_ARGUMENT)


def _carries(setting: Setting) -> bool:
    """Whether it certainly is a list of CUDA's architectures: by its name, and its value where it has one."""
    if _HOST.match(setting.name) or not _NAME.search(setting.name):
        return False
    value = setting.written.strip()
    return _LIST.match(value) is not None if value else "CUDA" in setting.name.upper()


def _is_unused(project: Project, stage: Stage, setting: Setting, words: _Words) -> bool:
    if setting.name in words.elsewhere or words.mentioned(stage.file)[setting.name]:
        return False
    commands = project.commands_of(stage)
    return project.once(
        ("all_known", stage.key),
        lambda: bool(commands) and all(command.program in _PLAIN or _is_known(command) for command in commands),
    )


class _Words:
    """Which names the files mention. Each file is read once, however many arguments there are."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._mentioned: dict[str, Counter[str]] = {}
        files = (file for file in project.files if _runs(file.name))
        dockerfiles = {stage.file for stage in project.stages}
        self.elsewhere = {word for file in files if file.name not in dockerfiles for word in _WORD.findall(file.text)}

    def mentioned(self, name: str) -> Counter[str]:
        """How often a Dockerfile names something but to declare it as an argument."""
        if name not in self._mentioned:
            file = self._project.file(name)
            lines = file.text.splitlines() if file is not None else []
            count: Counter[str] = Counter()
            for line in lines:
                if _DECLARES.match(line):
                    # ARG A=$B names B; what stands on the left is declared
                    count.update(_WORD.findall(" ".join(_REFERENCE.findall(line))))
                elif not line.lstrip().startswith("#"):
                    count.update(_WORD.findall(line))
            self._mentioned[name] = count
        return self._mentioned[name]


def _runs(name: str) -> bool:
    """Whether a file of this name may be run by a build, so that a variable it names is read; who only gives the
    argument reads nothing."""
    return not name.endswith((".yml", ".yaml", ".hcl", ".json", ".env"))


def _is_known(command: Command) -> bool:
    if command.use is not None:
        return True
    builds = {"--build", "--install", "-E", "--version"}
    return command.program == "cmake" and any(word.text in builds for word in command.words)


RULE = Rule("unused-argument", "Architecture argument that nothing uses", __doc__, check)
