"""What switches the CUDA of an engine's build on: as it is written for the build, and the edit that writes it."""

from __future__ import annotations

from typing import NamedTuple

from cudacompat.domain.builds.engine import BuildSystem, Channel, RenamedOption, Switch
from cudacompat.domain.project.arguments import defines_of
from cudacompat.domain.project.cargo_features import selected
from cudacompat.domain.project.cuda_switches import cuda_feature, given_switches, needed_switches
from cudacompat.domain.project.model import Command, EngineUse, Project, Setting
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.domain.rules.lint.settings_facts import before_run, behind_cmake, in_cmake_args, with_cmake_args
from cudacompat.domain.words.finding import Edit, Fix
from cudacompat.domain.words.programs import MAKE

_NO_BUILD = ("--build", "--install", "-E", "-P")  # modes of cmake that take no options for the cache
_MOVES = frozenset({"cd", "pushd"})


class CudaSwitch(NamedTuple):
    """What switches CUDA on, as a user writes it, and the edit that does; `None` where the place for it is not one
    known command or line."""

    written: str
    fix: Fix | None


def switched_off(project: Project, command: Command, switch: Switch, setting: Setting) -> CudaSwitch:
    """Return what turns a switch that a command has turned off."""
    place, written, what = setting.place, _written(switch), f"set {switch.name}={switch.value}"
    if not setting.written or not project.text(place) == setting.written == setting.value:
        return CudaSwitch(written, None)
    edits = [Edit(place.file, place.start, place.end, new=switch.value)]
    beside = " ".join(f"-D{name}={value}" for name, value in _beside(command))
    if beside and switch.channel is Channel.CMAKE_ARGS:
        more = in_cmake_args(project, command, beside, what=what)
        edits += more.edits if more is not None else ()
    elif beside and command.program == "cmake":
        edits += behind_cmake(command, beside, what).edits
    return CudaSwitch(written, Fix(what, tuple(edits), safe=False))


def missing_switch(project: Project, command: Command, use: EngineUse) -> CudaSwitch | None:
    """Return what switches CUDA on in this version, where the command gives nothing that does; `None` where it needs no
    switch, or is given one."""
    if use.engine.gpu_features and use.engine.system is BuildSystem.CARGO:
        return _by_feature(project, command, use)
    wheel = cpu_wheel(project, command)
    is_given = any(True for _ in given_switches(command))
    if is_given and wheel is not None:
        return CudaSwitch(_from_source(wheel), Fix(_from_source(wheel), _builds_it(command, wheel), safe=False))
    own = [each for each in needed_switches(command) if not (each.unset_is_on or each.often_off)]
    if is_given or not own:
        return None
    if command.program in MAKE:
        return _by_make(project, command, own[0], use=use)
    if command.program != "cmake":
        own.sort(key=lambda each: each.channel is Channel.DEFINE)  # of the ways to the same build, one that pip has
    switch = _by_option(project, command, own[0])
    return switch if wheel is None else _also_from_source(command, switch, wheel)


def cpu_wheel(project: Project, command: Command) -> Prebuilt | None:
    """Return the wheel without CUDA that this command of pip installs, in place of a build of the engine."""
    named = {word.text.partition("==")[0] for word in command.words[1:]}
    rows = (row for row in project.wheels if row.without_cuda and row.name in named)
    return None if any(word.text.startswith("--no-binary") for word in command.words) else next(rows, None)


def _also_from_source(command: Command, switch: CudaSwitch, wheel: Prebuilt) -> CudaSwitch:
    written, fix = f"{switch.written} and {_from_source(wheel)}", switch.fix
    edits = (*fix.edits, *_builds_it(command, wheel)) if fix is not None else ()
    return CudaSwitch(written, Fix(f"add {written}", edits, safe=False) if fix is not None else None)


def _from_source(wheel: Prebuilt) -> str:
    return f"--no-binary {wheel.name}"


def _builds_it(command: Command, wheel: Prebuilt) -> tuple[Edit, ...]:
    """The option of `pip install`, behind that word."""
    at = next(word.place.end for word in command.words if word.text == "install")
    return (Edit(command.place.file, at, at, new=f" {_from_source(wheel)}"),)


def _written(switch: Switch) -> str:
    if switch.channel is Channel.CMAKE_ARGS:
        return f'CMAKE_ARGS="-D{switch.name}={switch.value}"'
    option = f"{switch.name}={switch.value}"
    return f"-D{option}" if switch.channel is Channel.DEFINE else option


def _beside(command: Command) -> list[tuple[str, str]]:
    """What keeps a build with CUDA from asking for the GPU of an image build, which has none, where nothing does."""
    use = command.use
    native = use.engine.native if use is not None else None
    if use is None or native is None or not native.window.holds(use.parsed):
        return []
    given = {each.name for each in defines_of(command)} | set(command.environment)
    known = ((name, value) for name, value in native.off if value is not None)
    return [] if any(name in given for name, _ in native.off) else list(known)[:1]


def _by_option(project: Project, command: Command, switch: Switch) -> CudaSwitch:
    """By an option of CMake, on its line or in CMAKE_ARGS, or by a variable."""
    what, variables = f"add {_written(switch)}", [(switch.name, switch.value), *_beside(command)]
    define = " ".join(f"-D{name}={value}" for name, value in variables)
    if switch.channel is Channel.ENVIRONMENT:
        there = switch.name in command.environment
        fix = None if there else before_run(project, command, variables, what=what)
    elif switch.channel is Channel.CMAKE_ARGS:
        fix = with_cmake_args(project, command, define, what=what)
    elif command.program == "cmake" and not command.has(*_NO_BUILD):
        fix = behind_cmake(command, define, what)
    else:
        fix = None
    return CudaSwitch(_written(switch), fix)


def _by_make(project: Project, command: Command, switch: Switch, use: EngineUse) -> CudaSwitch:
    """By a variable of the engine's own Makefile, where its version has one that reads it; or in the CMAKE_ARGS that it
    passes to CMake; or by a build with CMake."""
    own = next((each for each in use.engine.make_native if each.window.holds(use.parsed)), None)
    if own is not None:
        text, end = f"{own.switch}=1 {own.arch}=all", command.words[0].place.end
        return CudaSwitch(text, Fix(f"add {text}", (Edit(command.place.file, end, end, new=f" {text}"),), safe=False))
    name, equals, arguments = (_instead(use, switch) or "").partition("=")
    if equals and name == "CMAKE_ARGS":
        text = f'CMAKE_ARGS="{arguments}"'
        return CudaSwitch(text, with_cmake_args(project, command, arguments, what=f"add {text}"))
    return CudaSwitch(f"build with cmake and {_written(switch)} in place of make", None)


def _instead(use: EngineUse, switch: Switch) -> str | None:
    """What this version's Makefile reads in place of the switch."""
    gone: list[RenamedOption] = [each for each in use.engine.removed if each.by_make and each.name == switch.name]
    return next((each.now for each in gone if each.window.holds(use.parsed)), None)


def _by_feature(project: Project, command: Command, use: EngineUse) -> CudaSwitch:
    """By a feature of the project's own, else by that of the crate, which cargo takes as CRATE/FEATURE."""
    feature = cuda_feature(use.engine)
    words = [word.text for word in command.words]
    given = project.cargo.switch(use.engine.packages, feature)
    options = given or project.cargo.crate_switch(use.engine.packages, feature)
    written = " ".join(options or ("--features", feature))
    # a command for one package, or in another folder, may build what the options are not for
    moved = command.stage is not None and any(c.program in _MOVES for c in project.commands_of(command.stage))
    elsewhere = moved or selected(words) != selected(())
    if not options or (elsewhere and project.cargo.has_several):
        return CudaSwitch(written, None)
    at = next((word.place.end for word in command.words[1:] if not word.text.startswith("+")), None)
    if at is None:
        return CudaSwitch(written, None)
    edit = Edit(command.place.file, at, at, new=f" {written}")
    return CudaSwitch(written, Fix(f"add {written}", (edit,), safe=False))
