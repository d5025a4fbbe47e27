"""A CUDA project that sets no architectures.

What it finds: a CMake project with CUDA as a language where no file, preset, command or variable sets or passes on a
list. A command of an image build or of a CI job that configures such a project is an error. The project alone is a
warning; there is no warning where a list may be in a file that lint cannot read. A comment is not a list, and neither
is a variable that CMake ignores, such as CUDA_ARCHITECTURES. What FindCUDA compiles (cuda_add_library) without a flag
for a target, CUDAARCHS from an ARG that has no default and that nothing in the project gives, a call of nvcc without a
target in an image build or a Makefile (also by variables that the same Makefile gives), and a build.rs with
`.cuda(true)`, are warnings. A build of an engine that leaves its list to CMake (faiss) is an error like that of a
project of one's own.

Why it matters: the compiler then takes its default target, sm_52 up to CUDA 12 and sm_75 from CUDA 13, and CMake stores
it as if it had been chosen. On every newer GPU the driver compiles that old PTX at the first start, and code that needs
a newer target is compiled to nothing. (With cmake_minimum_required below 3.18, policy CMP0104 leaves the list empty:
the same target, without any trace of it.)

Example: `project(kernels LANGUAGES CXX CUDA)` and nothing else.

What to do: before project(): `if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)`, `set(CMAKE_CUDA_ARCHITECTURES …)`, `endif()`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import accumulate, islice

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_languages import adds_by_find_cuda, makes_cuda, minimum, standing
from cudacompat.domain.project.command_facts import (
    base_name,
    folder_of,
    is_above,
    is_any_makefile,
    is_aside,
    is_makefile,
)
from cudacompat.domain.project.cuda_switches import leaves_cuda_out
from cudacompat.domain.project.default_lists import fetched
from cudacompat.domain.project.list_evidence import decided_for, decided_in_cmake, given_from_outside, has_own_list
from cudacompat.domain.project.make_defaults import default_rules, given_in
from cudacompat.domain.project.model import CMakeCommand, CMakeFile, Command, EngineUse, Project, TextSpan
from cudacompat.domain.project.native_builds import is_unlisted
from cudacompat.domain.project.stages import builds_cuda
from cudacompat.domain.rules.lint.settings_facts import asked_numbers, settings_fix
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.rule import Rule

_OTHERS = re.compile(
    r"^-C|^--preset|^--workflow|TOOLCHAIN_FILE|CMAKE_PROJECT_INCLUDE|CMAKE_CUDA_FLAGS|CMAKE_CUDA_COMPILER"
)

_WHY = "CMake then uses the compiler's default: sm_52 up to CUDA 12, sm_75 since CUDA 13"

# what nvcc does without a target of code, and what gives it one
_TARGET = re.compile(
    r"-{1,2}(?:arch|gencode|generate-code|gpu-|code|help|version|h$|V$|E$|M|ptx|cubin|fatbin|dryrun|list-|o?ptix|dlink)"
    r"|@|--options-file|-optf"
)
_TARGETS_OUTSIDE = re.compile(r"-gencode|--generate-code|-arch[= ](?:sm_|compute_|native|all)")
_CUDA_SOURCE = re.compile(r"\.cu\b")
_OF_MAKE = "$_"  # how its $@, $< and $^ are read
_VARIABLE = "CUDAARCHS"
_WHOLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ANY_NAME = re.compile(r"\w+")
_ITS_OWN = 2  # the words of an ARG and of what takes it
_CC = re.compile(r"(?P<begun>\bcc::Build\b)|;|(?P<cuda>\.\s*+cuda\(\s*+true\s*+\))")


def check(project: Project) -> Iterable[Finding]:
    """An error for each command that configures such a project, or else a warning at its language; a warning for each
    nvcc, and each build.rs, that names no target."""
    by_nvcc = tuple(_by_nvcc(project))
    yield from by_nvcc
    lines = {(each.path, each.line) for each in by_nvcc}
    yield from (each for each in _by_rules(project) if (each.path, each.line) not in lines)
    told: set[tuple[str | None, tuple[int, int] | None]] = set()  # the project may be that engine
    if not decided_in_cmake(project):
        for finding in _by_engine(project):
            told.add((finding.path, finding.span))
            yield finding
        if not given_from_outside(project):
            yield from _by_build_script(project)
    for file, command in _enabling(project):
        folder = folder_of(file.name)
        if decided_for(project, folder):
            continue
        outside = given_from_outside(project, folder)
        if adds_by_find_cuda(command):
            if not outside:
                yield _by_find_cuda(project, command)
            continue
        commands = tuple(_configuring(project, file))
        old = (minimum(file) or (3, 18)) < (3, 18)
        policy = "; policy CMP0104 is OLD, so the CMake cache does not show the value either" if old else ""
        why = f"{_WHY}{policy}"
        for each in (one for one in commands if (one.place.file, one.place.span) not in told):
            yield _configured(project, each, file.name, why=why, fix=None)
        yield from _by_empty_argument(project, file)
        if not commands and not outside:
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message="CUDA is enabled here, and no build file read here sets its architectures",
                path=file.name,
                line=command.place.line,
                span=command.place.span,
                found=project.text(command.place).split("\n")[0][:160],
                why=why,
                help="set CMAKE_CUDA_ARCHITECTURES before project(), inside if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)",
                fix=_default(project, file),
            )


def _configured(project: Project, command: Command, of: str, why: str, fix: Fix | None) -> Finding:
    """The error at a command that configures `of`, a file or an engine, without a list."""
    numbers = asked_numbers(project)
    whose = "" if numbers else " (with your GPUs)"
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"no build file read here sets the CUDA architectures of {of}",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=command.line[:160],
        why=why,
        help=f'add "-DCMAKE_CUDA_ARCHITECTURES={numbers or "86;120"}"{whose} to this command',
        fix=fix,
    )


def _by_engine(project: Project) -> Iterator[Finding]:
    """Commands that certainly build CUDA code of an engine whose own files leave the list to CMake."""
    for command in project.commands:
        use = command.use
        if use is None or use.own_knob is None or command.conditional:
            continue
        if command.job is None and (command.stage is None or command.instruction != "RUN"):
            continue
        own = use.engine.own_list(use.parsed)
        if own is None or not own.is_default_target or not is_unlisted(project, command, own.unless):
            continue
        if command.program == "cmake" and builds_cuda(project, command):
            yield _configured(project, command, use.engine.name, why=_WHY, fix=settings_fix(project, command))


def _by_find_cuda(project: Project, command: CMakeCommand) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message="FindCUDA compiles this, and no build file read here gives it a target",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=project.text(command.place).split("\n")[0][:160],
        why="nvcc's default is sm_52 up to CUDA 12 and sm_75 since CUDA 13; newer GPUs must JIT-compile its PTX",
        help="enable CUDA as a language, and set CMAKE_CUDA_ARCHITECTURES; FindCUDA does not read it",
    )


def _by_nvcc(project: Project) -> Iterator[Finding]:
    """Commands of an image build or a Makefile that certainly compile for the compiler's default target."""
    for command in project.commands:
        file = command.place.file
        scripted = file.endswith((".sh", ".bash")) and not is_aside(file)
        built = command.instruction == "RUN" or is_makefile(file) or scripted
        if command.program != "nvcc" or not built or command.conditional:
            continue
        words = command.words[1:]
        sure = all(word.known or word.text == _OF_MAKE for word in words)
        if not sure or not _compiles(project, command) or any(_TARGET.match(word.text) for word in words):
            continue
        if set(FLAG_VARIABLES) & set(command.environment):
            continue
        yield _default_target(command.place, command.line)


def _by_rules(project: Project) -> Iterator[Finding]:
    """Rules of Makefiles whose compiler is a variable; not where a file above it may hand flags to make."""
    naming = project.once(
        "files_with_targets", lambda: tuple(each.name for each in project.files if _TARGETS_OUTSIDE.search(each.text))
    )
    for file in project.files:
        if not is_any_makefile(base_name(file.name).lower()) or is_aside(file.name):
            continue
        folder = folder_of(file.name)
        for place in islice(default_rules(file, partial(_is_given, project)), 1):  # what mends one mends all of them
            if not any(name != file.name and is_above(folder_of(name), folder) for name in naming):
                yield _default_target(place, " ".join(project.text(place).split()))


def _is_given(project: Project, name: str) -> bool:
    """Whether a file of the project may give a variable of make's."""
    given = project.once(
        "given_anywhere", lambda: frozenset[str]().union(*(given_in(each.text) for each in project.files))
    )
    return name in given


def _compiles(project: Project, command: Command) -> bool:
    """Whether a CUDA source is among its words, or among what the rule of the Makefile names."""
    if any(word.text.endswith(".cu") for word in command.words[1:]):
        return True
    file = project.file(command.place.file)
    if file is None or not command.has(_OF_MAKE):
        return False
    rules = project.once(("rules_of_make", file.name), lambda: tuple(_rules_of_make(file.text)))
    above = bisect_left(rules, (file.text.rfind("\n", 0, command.place.start) + 1, False))
    return above > 0 and rules[above - 1][1]


def _rules_of_make(text: str) -> Iterator[tuple[int, bool]]:
    """Where each line of a Makefile begins that is neither a command nor a comment, and whether it is a rule that makes
    something of a CUDA source."""
    at = 0
    for line in text.split("\n"):
        if line.strip() and line[0] not in "\t#":
            yield at, _CUDA_SOURCE.search(line.partition(":")[2]) is not None
        at += len(line) + 1


def _by_build_script(project: Project) -> Iterator[Finding]:
    """build.rs files that let the crate cc run nvcc, where nothing in the project names a target."""
    if any("NVCC_APPEND_FLAGS" in file.text for file in project.files):
        return
    for file in project.files:
        found = _switched_on(file.text) if base_name(file.name) == "build.rs" else None
        if found is not None:
            yield _default_target(file.place(*found.span("cuda")), found["cuda"])


def _switched_on(text: str) -> re.Match[str] | None:
    """The first .cuda(true) in the statement of a cc::Build."""
    inside = False
    for match in _CC.finditer(text):
        if inside and match["cuda"]:
            return match
        inside = match["begun"] is not None or (inside and match[0] != ";")
    return None


def _default_target(place: TextSpan, found: str) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message="nvcc gets no target here, so it builds only its default",
        path=place.file,
        line=place.line,
        span=place.span,
        found=found[:160],
        why="the default is sm_52 up to CUDA 12 and sm_75 since CUDA 13; newer GPUs must JIT-compile its PTX",
        help="add -gencode arch=compute_NN,code=sm_NN for each GPU",
    )


def _enabling(project: Project) -> Iterator[tuple[CMakeFile, CMakeCommand]]:
    """The first command of each project of its own that makes CUDA a language; a subfolder belongs to its project."""
    taken: set[str] = set()
    for file in sorted(project.cmake, key=lambda each: (each.name.count("/"), each.name)):
        folder = folder_of(file.name)
        if any(_known(use, folder) for use in project.uses):
            continue
        if base_name(file.name) != "CMakeLists.txt" or is_aside(file.name):
            continue
        if not taken.isdisjoint(("", *accumulate(folder.split("/"), "{}/{}".format))):
            continue
        found = next((each for each in standing(file) if _compiles_cuda(each.command) and not each.called), None)
        if found is not None:
            taken.add(folder)
            yield file, found.command


def _compiles_cuda(command: CMakeCommand) -> bool:
    return makes_cuda(command) or adds_by_find_cuda(command)


def _known(use: EngineUse, folder: str) -> bool:
    """Whether the folder belongs to an engine, whose own build sees to the list, or to an extension of PyTorch."""
    below = not use.folder or folder == use.folder or folder.startswith(f"{use.folder}/")
    plain = use.engine.system is BuildSystem.CMAKE and not use.engine.repositories
    return below and not plain and use.engine.system in (BuildSystem.CMAKE, BuildSystem.PIP)


def _configuring(project: Project, file: CMakeFile) -> Iterator[Command]:
    """The commands that certainly configure this very project, with no setting that might carry a list."""
    return (each for each in _of_this(project, file) if not has_own_list(project, each))


def _of_this(project: Project, file: CMakeFile) -> Iterator[Command]:
    """The commands that certainly configure this very project, with nothing on the line that might carry a list."""
    if "/" in file.name:
        return
    for command in project.commands:
        if command.program != "cmake" or command.use is None or command.conditional:
            continue
        if command.stage is None and command.job is None:
            continue
        if project.file(command.use.shown) is None or fetched(project, command, "cd", "pushd"):
            continue
        words = command.words[1:]
        if not all(word.known for word in words) or any(_OTHERS.search(word.text) for word in words):
            continue
        if not leaves_cuda_out(command):
            yield command


def _by_empty_argument(project: Project, file: CMakeFile) -> Iterator[Finding]:
    """Where CMake's variable is in an image an ARG without a default, which no build in the project gives."""
    told: set[tuple[str, int]] = set()
    for command in _of_this(project, file):
        setting = command.environment.get(_VARIABLE)
        name = _argument_of(setting.written) if setting is not None else None
        if setting is None or name is None or setting.place.at in told or name in command.environment:
            continue
        empty = project.once("arguments_never_given", lambda: _never_given(project))
        if (setting.place.file, name) not in empty or has_own_list(project, command, but=_VARIABLE):
            continue
        told.add(setting.place.at)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"ARG {name} has no default, so {_VARIABLE} is empty where no --build-arg gives it",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{_VARIABLE}={setting.written}"[:160],
            why=_WHY,
            help=f'give it a default: ARG {name}="{asked_numbers(project) or "86;120"}"',
        )


def _argument_of(written: str) -> str | None:
    """The variable whose value this is, and nothing else."""
    match = _WHOLE.fullmatch(written)
    return match[1] or match[2] if match is not None else None


def _never_given(project: Project) -> frozenset[tuple[str, str]]:
    """The ARGs without a default, each with its file, that nothing names but themselves and one that takes them: no
    build of the image, no question, no comment that tells how to build it."""
    if project.lookalikes:
        return frozenset()
    found = {
        (stage.file, each.name)
        for stage in project.stages
        for each in stage.settings
        if each.way is AssignmentKind.BUILD_ARGUMENT and each.value is None and not each.written
    }
    names = {name for _, name in found}
    mentions = Counter(
        match[0] for file in project.files for match in _ANY_NAME.finditer(file.text) if match[0] in names
    )
    return frozenset(each for each in found if mentions[each[1]] == _ITS_OWN)


def _default(project: Project, file: CMakeFile) -> Fix | None:
    """A list for where nobody gives one, before project(): the GPUs of `--gpu`; `None` without them."""
    numbers = sorted({target.capability.number for target in project.targets})
    first = next((each.command for each in standing(file) if each.command.name == "project" and not each.around), None)
    if first is None or not numbers:
        return None
    archs = ";".join(map(str, numbers))
    text = f'if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)\n  set(CMAKE_CUDA_ARCHITECTURES "{archs}")\nendif()\n'
    edit = Edit(file.name, first.place.start, first.place.start, new=text)
    return Fix("set a default architecture list", (edit,), safe=False)


RULE = Rule("arch-list-unset", "A CUDA project that sets no architectures", __doc__, check)
