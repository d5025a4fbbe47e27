"""A CUDA build in a Dockerfile that asks for the GPUs of the machine that builds.

What it finds: a stage that builds an engine with CUDA and names no architectures where that engine then asks for
`native` (ggml: whisper.cpp, llama.cpp and their bindings) or for nvidia-smi (candle); and a list that says `native`, on
the command or in the project's CMakeLists.txt or preset, or that a command of the shell asks for
(`$(nvidia-smi --query-gpu=compute_cap …)`), or -arch=native for nvcc, as the old Makefiles of whisper.cpp
and llama.cpp have it.

Why it matters: an image build has no GPU. CMake 3.28 and newer pass -arch=native on, nvcc warns and compiles its
default target alone: sm_52 up to CUDA 12, sm_75 from CUDA 13. The image is built, and its program runs through the JIT
or stops ("... compiled for: 520"). CMake 3.24 to 3.27 stop at it, and so does candle. Where nothing shows which CMake
the image has, it is a warning.

Example: `RUN cmake -B build -DGGML_CUDA=ON` in an image with Ubuntu 24.04's CMake.

What to do: name the architectures: `"-DCMAKE_CUDA_ARCHITECTURES=86;120"`, with -DGGML_NATIVE=OFF for ggml, or
CUDA_COMPUTE_CAP for candle.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.engine import BuildSystem, MakeNative, Native
from cudacompat.domain.project.brought_cmake import NEWEST_CMAKE, cmake_version
from cudacompat.domain.project.command_facts import image_of
from cudacompat.domain.project.default_lists import reaching
from cudacompat.domain.project.model import Command, Project, Stage, TextSpan
from cudacompat.domain.project.native_builds import asked_in_makefile, asked_list, asks_native, make_native, native_flag
from cudacompat.domain.project.stages import compiler, distro_of, toolkit
from cudacompat.domain.rules.lint.settings_facts import behind_cmake, in_cmake_args, settings_fix, settings_for
from cudacompat.domain.tables.cmake_spellings import FIRST_WITH_WORD, PASSES_NATIVE_ON
from cudacompat.domain.words.finding import Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.versions import ToolkitVersion

_FIRST_NATIVE = ToolkitVersion(11, 6)  # whose nvcc knows -arch=native


def check(project: Project) -> Iterable[Finding]:
    """One finding for each command that asks for the GPU, and for each list that does."""
    said: set[tuple[str, int]] = set()
    for command in project.commands:
        stage = image_of(command)
        if stage is not None and not command.conditional:
            place = native_flag(project, command)
            if place is not None:
                said.add(command.place.at)
                yield _flagged(project, stage, command, place=place)
                continue
            by_make, release = make_native(command), toolkit(project, stage)
            if by_make is not None and (release is None or release.version >= _FIRST_NATIVE):
                said.add(command.place.at)
                yield _made(project, stage, command, by_make=by_make)
    for listed, command in reaching(project):
        stage = image_of(command)
        if listed.word != "native" or stage is None or command.conditional or command.place.at in said:
            continue
        said.add(command.place.at)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{listed.setting.name} is `native`, but an image build has no GPU",
            path=listed.setting.place.file,
            line=listed.setting.place.line,
            span=listed.setting.place.span,
            found=f"{listed.setting.name}={listed.setting.written}"[:160],
            why=_outcome(project, stage, command),
            help=settings_for(project, command, listed.setting.name),
        )
    for command in project.commands:
        stage = image_of(command)
        asked = _asked_by(project, command) if stage is not None and not command.conditional else None
        if asked is not None and command.place.at not in said and asked[1].at not in said:
            said.update((command.place.at, asked[1].at))
            yield _asked(project, command, asked=asked)
    for command in project.commands:
        stage = image_of(command)
        if stage is not None and command.place.at not in said:
            finding = _unset(project, stage, command)
            if finding is not None:
                yield finding


def _asked_by(project: Project, command: Command) -> tuple[str, TextSpan, str] | None:
    """The list that a command, or the Makefile that it runs, takes from the GPU that is there."""
    place = asked_in_makefile(project, command)
    return ("", place, project.text(place)) if place is not None else asked_list(command)


def _asked(project: Project, command: Command, asked: tuple[str, TextSpan, str]) -> Finding:
    name, place, text = asked
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{name or 'the target'} is what a GPU says, but an image build has none",
        path=place.file,
        line=place.line,
        span=place.span,
        found=text[:160],
        why="nothing comes back where no GPU is: the list is empty",
        help=settings_for(project, command, name) if name else "name the targets: -gencode arch=compute_NN,code=sm_NN",
    )


def _flagged(project: Project, stage: Stage, command: Command, place: TextSpan) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message="-arch=native needs a GPU, but an image build has none",
        path=place.file,
        line=place.line,
        span=place.span,
        found=project.text(place).strip()[:160],
        why=_outcome(project, stage, command, compiler=True),
        help="name the targets: -gencode arch=compute_NN,code=sm_NN for each GPU",
    )


def _made(project: Project, stage: Stage, command: Command, by_make: MakeNative) -> Finding:
    name = command.use.engine.name if command.use is not None else "make"
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"the Makefile of {name} asks for the GPU of an image build, which has none",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=project.text(command.place)[:160],
        why=f"without {by_make.arch} it passes -arch=native ({by_make.source}); "
        + _outcome(project, stage, command, compiler=True),
        help=f"make {by_make.switch}=1 {by_make.arch}=sm_NN for one GPU, {by_make.arch}=all for every one",
    )


def _unset(project: Project, stage: Stage, command: Command) -> Finding | None:
    use, native = command.use, asks_native(project, command)
    if use is None or native is None:
        return None
    certain = True
    if not native.stops:
        cmake, release = cmake_version(project, stage, command.caller or command), compiler(project, stage)
        certain = cmake is not None
        likely = cmake if cmake is not None else _likely_cmake(stage)
        if native.asks(likely, release.version if release is not None else None) is False:
            return None
    knob = use.own_knob
    if knob is None:
        return None
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR if certain else Severity.WARNING,
        message=f"{use.engine.name} gets no architecture list and asks for the GPU of an image build, which has none",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=command.line[:160],
        why=_why(project, stage, command, native=native, certain=certain),
        help=settings_for(project, command, knob.name),
        fix=settings_fix(project, command) or _fix(project, command, native),
    )


def _likely_cmake(stage: Stage) -> tuple[int, int]:
    """The CMake of an image in which nothing shows one: that of its distribution, else a new one."""
    distro = distro_of(stage.base)
    return distro.cmake if distro is not None and distro.cmake is not None else NEWEST_CMAKE


def _why(project: Project, stage: Stage, command: Command, *, native: Native, certain: bool) -> str:
    if native.stops and command.use is not None:
        return command.use.engine.unset
    outcome = _outcome(project, stage, command)
    if certain or native.cmake is None:
        return outcome
    return f"{outcome}, if CMake is {native.cmake[0]}.{native.cmake[1]} or newer; its release is not known here"


def _outcome(project: Project, stage: Stage, command: Command, *, compiler: bool = False) -> str:
    version = cmake_version(project, stage, command.caller or command)
    release = toolkit(project, stage)
    default = f"sm_{release.default_target}" if release is not None else "sm_52 up to CUDA 12, sm_75 from CUDA 13"
    if not compiler and version is not None and FIRST_WITH_WORD["native"] <= version < PASSES_NATIVE_ON:
        return f'CMake {version[0]}.{version[1]} stops: CUDA_ARCHITECTURES is set to "native", but no GPU was detected'
    return f"nvcc only warns and builds its default target: {default}"


def _fix(project: Project, command: Command, native: Native) -> Fix | None:
    """ggml's own list for every GPU, in the place of the GPU that is not there."""
    switch = next(((name, value) for name, value in native.off if value is not None), None)
    if switch is None or command.use is None:
        return None
    define = f"-D{switch[0]}={switch[1]}"
    what = f"use {define} instead of `native`"
    if command.use.engine.system is BuildSystem.CMAKE and command.program == "cmake":
        return behind_cmake(command, define, what)
    return in_cmake_args(project, command, define, what=what)


RULE = Rule("native-in-image-build", "`native` in an image build", __doc__, check)
