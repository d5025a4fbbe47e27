"""An ARG for architectures that nothing in the Dockerfile uses.

What it finds: `ARG CUDA_ARCHITECTURES=…` and the like in a stage, with no `$CUDA_ARCHITECTURES` below it, where every
command of the stages that see it is known not to read such a variable.

Why it matters: whoever gives `--build-arg CUDA_ARCHITECTURES=…` changes nothing but the cache; the image is built for
the build's default.

Example: `ARG GPU_ARCHS="86;120"`, then `RUN cmake -B build -DGGML_CUDA=ON`.

What to do: hand it on: `"-DCMAKE_CUDA_ARCHITECTURES=$GPU_ARCHS"`, or remove it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.extend import Way
from cudacompat.domain.finding import Finding, Severity
from cudacompat.domain.lint.facts import Command, Project, Setting, Stage
from cudacompat.domain.lint.questions import ancestry
from cudacompat.domain.rule import Rule

_NAME = re.compile(r"ARCHS?$|ARCHITECTURES?$|ARCH_LIST$|COMPUTE_CAP\w*$|CAPABILIT(?:Y|IES)$|GENCODES?$", re.IGNORECASE)
_HOST = re.compile(r"^(?:TARGET|BUILD|HOST|OS|S6_|PLATFORM_?|CPU_?|DEB_?|DPKG_?|UNAME_?|GO_?)?ARCH(?:ITECTURE)?$")
_LIST = re.compile(r"(?:\d{2,3}[af]?(?:-real|-virtual)?|\d{1,2}\.\d[af]?(?:\+PTX)?)(?:[;, ]+|$)")
# Programs that read no variable of a name of somebody's own.
_PLAIN = frozenset(
    {"apt-get", "apt", "apk", "dnf", "yum", "microdnf", "rm", "mkdir", "cp", "mv", "ln", "cd", "echo", "set", "export",
     "git", "curl", "wget", "tar", "unzip", "ldconfig", "find", "chmod", "chown", "test", "[", "true", "ninja",
     "update-alternatives", "nvcc", "rustup", "cat", "ls", "useradd", "groupadd", "apt-mark", "sed"}
)  # fmt: skip


def check(project: Project) -> Iterable[Finding]:
    """One finding for each argument that is not used."""
    dead = {each.name for use in project.uses for each in use.engine.dead}
    for stage in project.stages:
        for setting in stage.settings:
            if setting.way is not Way.BUILD_ARGUMENT or setting.name in project.known or setting.name in dead:
                continue
            if not _carries(setting) or not _is_unused(project, stage, setting):
                continue
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"nothing in {stage.file} uses the argument {setting.name}",
                path=setting.place.file,
                line=setting.place.line,
                found=f"ARG {setting.name}={setting.written}"[:120],
                why="no command names it, and none of them reads a variable of this name from its environment",
                help=f'hand it on to the build (CMake: "-DCMAKE_CUDA_ARCHITECTURES=${setting.name}"), or remove it',
            )


def _carries(setting: Setting) -> bool:
    """Whether it certainly is a list of CUDA's architectures: by its name, and its value where it has one."""
    if _HOST.match(setting.name) or not _NAME.search(setting.name):
        return False
    value = setting.written.strip()
    return _LIST.match(value) is not None if value else "CUDA" in setting.name.upper()


def _is_unused(project: Project, stage: Stage, setting: Setting) -> bool:
    if any(setting.name in file.text for file in project.files if file.name != stage.file and _runs(file.name)):
        return False
    file = project.file(stage.file)
    mentions = re.compile(rf"(?<!\w){re.escape(setting.name)}(?!\w)")
    declarations = re.compile(rf"(?im)^[ \t]*ARG[ \t][^\n]*(?<!\w){re.escape(setting.name)}(?!\w)")
    text = re.sub(r"(?m)^[ \t]*#[^\n]*", "", file.text) if file is not None else ""
    if len(mentions.findall(text)) > len(declarations.findall(text)):
        return False
    commands = list(_seeing(project, stage))
    return bool(commands) and all(command.program in _PLAIN or _is_known(command) for command in commands)


def _runs(name: str) -> bool:
    """Whether a file of this name may be run by a build, so that a variable it names is read; who only gives the
    argument reads nothing."""
    return not name.endswith((".yml", ".yaml", ".hcl", ".json", ".env"))


def _is_known(command: Command) -> bool:
    if command.use is not None:
        return True
    builds = {"--build", "--install", "-E", "--version"}
    return command.program == "cmake" and any(word.text in builds for word in command.words)


def _seeing(project: Project, stage: Stage) -> Iterator[Command]:
    """The commands of the stage; and of those that begin with it, which see its ENV but not its ARG, none."""
    for each in ancestry(project, stage):
        if each.number == stage.number:
            yield from project.commands_of(each)


RULE = Rule("unused-argument", "An argument for architectures that is not used", __doc__, check)
