"""Whether a command switches the CUDA of its engine on, by the switches that the engine declares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cudacompat.domain.builds.engine import BuildSystem, Channel, Engine, Switch
from cudacompat.domain.project.arguments import features_of, in_arguments
from cudacompat.domain.project.model import Command, Setting
from cudacompat.domain.words.programs import MAKE

_AS_DEFINES = frozenset({Channel.DEFINE, Channel.CMAKE_ARGS})


def given_switches(command: Command) -> Iterator[tuple[Switch, Setting]]:
    """Yield the switches of the command's engine that it is given, of any version, with what it gives to each."""
    if command.use is None:
        return
    for switch in _known(command.use.engine):
        for setting in _settings(command, switch.channel):
            if switch.is_called(setting.name):
                yield switch, setting


def cuda_feature(engine: Engine) -> str:
    """The cargo feature that switches the engine's CUDA on."""
    return next(iter(engine.gpu_features), "cuda")


def asks_for_cuda(command: Command) -> bool:
    """Whether this command certainly compiles CUDA code: nvcc itself, or a build with CUDA switched on."""
    if command.use is None:
        return False
    if command.program == "nvcc" or any(_is_on(*each) for each in given_switches(command)):
        return True
    return cuda_feature(command.use.engine) in features_of(command)


def leaves_cuda_out(command: Command) -> bool:
    """Whether a switch that it is given leaves CUDA out: its value is known, and no other switches CUDA on."""
    known = [each for each in given_switches(command) if each[1].value is not None]
    return bool(known) and not any(_is_on(*each) for each in known)


def is_on_unasked(command: Command) -> bool:
    """Whether this command configures a build whose CUDA is on unless it is switched off, which it is not."""
    use = command.use
    if use is None or command.program != "cmake" or command.has("--build", "--install", "-E"):
        return False
    if any(True for _ in given_switches(command)):
        return False
    return any(each.unset_is_on and each.window.holds(use.parsed) for each in use.engine.switches)


def needed_switches(command: Command) -> Iterator[Switch]:
    """Yield what could switch CUDA on in this version's build of the engine, where it is off unless it is switched."""
    use = command.use
    for switch in use.engine.switches if use is not None else ():
        if not switch.named and use is not None and switch.window.holds(use.parsed):
            yield switch


def _is_on(switch: Switch, setting: Setting) -> bool:
    return setting.value is not None and switch.is_on(setting.value)


def _known(engine: Engine) -> Iterator[Switch]:
    """The declared switches, and those that were: who gives one of the old names asks for CUDA all the same."""
    yield from engine.switches
    for gone in engine.removed:
        if not gone.by_make:
            yield Switch(
                name=gone.name, channel=Channel.DEFINE, reader=gone.why, source=gone.source, window=gone.window
            )


def _settings(command: Command, channel: Channel) -> Iterator[Setting]:
    """What the command is given by this way."""
    if channel is Channel.ENVIRONMENT:
        yield from command.environment.values()
        return
    yield from command.defines
    arguments = command.environment.get("CMAKE_ARGS")
    by_pip = command.use is not None and command.use.engine.system is BuildSystem.PIP
    if channel in _AS_DEFINES and arguments is not None and (by_pip or command.program in MAKE):
        yield from _distinct(arguments)


@lru_cache(maxsize=256)  # one setting reaches many commands
def _distinct(arguments: Setting) -> tuple[Setting, ...]:
    """What CMAKE_ARGS gives, without what it says again."""
    return tuple({(each.name, each.value): each for each in reversed(in_arguments(arguments))}.values())
