"""Questions that several rules ask of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudacompat.domain.builds.plans.distros import Distro
from cudacompat.domain.project.model import Command, Project, Setting, Stage
from cudacompat.domain.tables.toolkit_packages import DISTROS_TOOLKIT, NamedToolkit, named_toolkit
from cudacompat.domain.words.finding import Edit, Fix
from cudacompat.domain.words.programs import APT, CONDA, SYSTEM_PACKAGERS
from cudacompat.domain.words.versions import ToolkitVersion

_ASIDE = frozenset(
    {"example", "examples", "sample", "samples", "test", "tests", "doc", "docs", "benchmarks"}
    | {"unittest", "unittests", "unit_test", "unit_tests", "unit-tests"}
)
OF_AUTOTOOLS = (".ac", ".m4", "configure.in")  # ends of files of another build than CMake's
_LONGEST_LINE = 1 << 14  # characters; what is in a longer one is left to a person
_INSTALLERS = SYSTEM_PACKAGERS | CONDA | {"pip", "pip3"}


def base_name(path: str) -> str:
    """The last part of a path below the project."""
    return path.rpartition("/")[2]


def folder_of(path: str) -> str:
    """All but the last part of a path below the project; empty at its top."""
    return path.rpartition("/")[0]


def is_above(folder: str, other: str) -> bool:
    """Whether the other folder is this one, or lies in it; an empty one is the project's own, above all."""
    return not folder or folder == other or other.startswith(f"{folder}/")


def is_cmake(name: str) -> bool:
    """Whether a file of this path is a CMake file."""
    base = base_name(name).lower()
    return base == "cmakelists.txt" or base.endswith(".cmake")


def is_makefile(name: str) -> bool:
    """Whether a file of this path is a Makefile that `make` reads by itself."""
    return base_name(name).lower() in ("makefile", "gnumakefile")


def is_any_makefile(name: str) -> bool:
    """Whether a file of this path is a Makefile, maybe one that another includes or a command names."""
    base = base_name(name).lower()
    return base.startswith(("makefile", "gnumakefile")) or base.endswith(".mk")


def is_aside(name: str) -> bool:
    """Whether a file is in a folder of examples, tests or documents, whose builds nobody installs."""
    return not _ASIDE.isdisjoint(folder_of(name).lower().split("/"))


def image_of(command: Command) -> Stage | None:
    """The stage whose build runs a command, itself or through a script; `None` for any other command."""
    if command.caller is not None:
        return command.caller.stage
    return command.stage if command.instruction == "RUN" else None


def installs_toolkit(command: Command) -> bool:
    """Whether it installs a CUDA toolkit by a package manager, or by NVIDIA's own installer."""
    return any(True for _ in installed_toolkits(command))


def installed_toolkits(command: Command) -> Iterator[NamedToolkit]:
    """Yield the CUDA toolkits that a command installs, as its words name them."""
    packaged = command.program in _INSTALLERS
    for word in command.words[1:] if packaged else command.words:
        found = named_toolkit(word.text) if packaged or ".run" in word.text or ".exe" in word.text else None
        if found is not None:
            yield found


def installed_release(command: Command) -> ToolkitVersion | None:
    """The release of the CUDA toolkit that a command installs; `None` where it does not say one, or more than one."""
    releases = {found.release for found in installed_toolkits(command)}
    return releases.pop() if len(releases) == 1 else None


def packaged_release(of: Distro | None, command: Command) -> ToolkitVersion | None:
    """The release of the distribution's own nvidia-cuda-toolkit, where that is what a command installs; `None` where it
    is something else, or the distribution's release is not known."""
    if of is None or command.program not in APT:
        return None
    named = {word.text.partition("=")[0] for word in command.words if "cuda" in word.text}
    return of.cuda if named == {DISTROS_TOOLKIT} else None


def copied_from(project: Project, stage: Stage) -> Iterator[Stage]:
    """Yield the stages that this one copies from."""
    stages = project.stages_of(stage.file)
    for copy in stage.copies:
        if isinstance(copy.stage, int) and copy.stage < len(stages):
            yield stages[copy.stage]


def ancestry(project: Project, stage: Stage) -> Iterator[Stage]:
    """Yield the stage and those that it begins with, the nearest first."""
    stages = project.stages_of(stage.file)
    current: Stage | None = stage
    while current is not None:
        yield current
        current = stages[current.parent] if current.parent is not None else None


def in_cargo_config(setting: Setting) -> bool:
    """Whether it stands in cargo's own configuration, whose [env] every build script of the workspace gets."""
    return f"/{setting.place.file}".endswith(("/.cargo/config.toml", "/.cargo/config"))


def removal(project: Project, setting: Setting, *, safe: bool = True) -> Fix | None:
    """The fix that takes a setting out: its whole line where it stands alone there, else just itself; `None` where that
    cannot be done without a look at what is around it."""
    file = project.file(setting.place.file)
    span = _alone(file.text, setting) if file is not None else None
    if file is None or span is None:
        return None
    return Fix(f"remove {setting.name}", (Edit(file.name, *span, ""),), safe)


def _continued(text: str, at: int) -> bool:
    """Whether the last sign above a line's beginning that is no blank continues what stands there."""
    while at > 0 and text[at - 1] in " \t\r\n":
        at -= 1
    return text.endswith("\\", 0, at)


def _alone(text: str, setting: Setting) -> tuple[int, int] | None:
    """From where to where the setting can go."""
    start, end = setting.place.start, setting.place.end
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    if stop - begin > _LONGEST_LINE:
        return None
    line = text[begin:stop]
    name, value = re.escape(setting.name), re.escape(text[start:end])
    given = rf"{name}(?:[ \t]*[=:][ \t]*|[ \t]+)['\"]?{value}['\"]?"
    item = rf"-[ \t]+(?P<quote>['\"]?){name}={value}(?P=quote)"  # of a list in YAML
    written = rf"(?:(?:ENV|ARG|export|env|arg)[ \t]+)?{given}|{item}"
    alone = re.fullmatch(rf"[ \t]*(?:{written})[ \t]*(?:#[^\n]*)?\r?\n?", line)
    if alone is not None and not _continued(text, begin):
        return begin, stop
    among = re.compile(rf"[ \t]+{name}=['\"]?{value}['\"]?(?=[ \t\r\n])").search(text, max(begin - 1, 0), stop)
    if among is None or among.start() >= start:
        return None
    # the first of several: what it leaves has to begin where it began
    is_first = re.match(r"[ \t]*(?:ENV|ARG)[ \t]+$", text[begin : among.start() + 1], re.IGNORECASE) is not None
    kept = 1 if is_first else 0
    return among.start() + kept, among.end() + kept
