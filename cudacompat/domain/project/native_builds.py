"""Whether a build asks for the GPUs of the machine on which it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from cudacompat.domain.builds.engine import BuildSystem, MakeNative, Native
from cudacompat.domain.project.command_facts import in_cargo_config
from cudacompat.domain.project.default_lists import fetched, makefile_run
from cudacompat.domain.project.model import Command, Project, Setting, SourceFile, TextSpan
from cudacompat.domain.project.stages import builds_cuda
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.switch_values import is_on

# Each of these decides the list somewhere that is not looked into here.
_ELSEWHERE = ("-C", "--preset")
_OTHER_SETTINGS = frozenset({"CMAKE_TOOLCHAIN_FILE", *FLAG_VARIABLES, "CMAKE_CUDA_FLAGS"})
# in flags, and not behind a comment's sign
_NATIVE = re.compile(r"(?m)^[^#\n]*?(?<![\w-])((?:-arch|--gpu-architecture|--gpu-arch)[= ]native\b)")
# What says which GPU is there; without one, it prints nothing
_ASKS_GPU = re.compile(r"\bnvidia-smi\b|get_device_capability|\b__nvcc_device_query\b")
_OPENS = re.compile(r"[ \t]*ifn?(?:eq|def)\b")
_ASSIGNED = re.compile(r"[ \t]*(\w+)[ \t]*[:?]?=[ \t]*\$\(shell\b")
_RUNS = re.compile(r"\$\(|`")
_OPTION = re.compile(r"arch|gencode|sm_|compute_")
_MOST_LINES = 8
_LONGEST = 2000  # characters of one command in a value


def asks_native(project: Project, command: Command) -> Native | None:
    """The fact that this build, which certainly compiles CUDA code and is certainly told no architectures, asks for the
    GPUs that are there; `None` for any other."""
    use = command.use
    native = use.engine.native if use is not None else None
    if use is None or native is None or not native.window.holds(use.parsed) or command.conditional:
        return None
    return native if builds_cuda(project, command) and _certain(project, command, native) else None


def make_native(command: Command) -> MakeNative | None:
    """The fact that this run of the engine's own Makefile switches CUDA on and names no architecture, so that nvcc gets
    -arch=native; `None` for any other command."""
    use = command.use
    if use is None or command.program not in MAKE or command.conditional:
        return None
    for fact in use.engine.make_native:
        given = command.environment.get(fact.switch)
        if fact.window.holds(use.parsed) and given is not None and given.value:
            others = (fact.arch, "CUDA_POWER_ARCH", "NVCCFLAGS", *_OTHER_SETTINGS)
            return None if any(name in command.environment for name in others) else fact
    return None


def native_flag(project: Project, command: Command) -> TextSpan | None:
    """Where -arch=native stands that this command gives to nvcc: on its own line, or in the Makefile that it runs."""
    if command.program == "nvcc":
        text = command.line
        word = next((word for word in command.words[1:] if word.text.endswith("native")), None)
        return word.place if word is not None and _NATIVE.search(text) else None
    file = makefile_run(project, command)
    return project.once(("native_flag", file.name), lambda: _flag_in(file)) if file is not None else None


def asked_list(command: Command) -> tuple[str, TextSpan, str] | None:
    """The list that a command takes from the GPU that is there, by a command of the shell (`$(nvidia-smi …)`): its name
    (empty for nvcc's own options), where it stands, and what asks; `None` for any other, and for one that has another
    value at hand."""
    if command.program == "nvcc":
        words = (word for word in command.words[1:] if _OPTION.search(word.text))
        return next((("", word.place, word.text) for word in words if _asks(word.text, known=word.known)), None)
    engine = command.use.engine if command.use is not None else None
    for knob in (*engine.knobs, *engine.env_knobs) if engine is not None else ():
        for setting in (each for each in command.defines if each.name == knob.name):
            word = next(
                (each for each in command.words if each.place.start <= setting.place.start < each.place.end), None
            )
            if word is not None and _asks(word.text, known=word.known):
                return knob.name, setting.place, word.text
        given = command.environment.get(knob.name)
        if given is not None and _asks(given.written, known=bool(given.outcomes)):
            return knob.name, given.place, given.written
    return None


def asked_in_makefile(project: Project, command: Command) -> TextSpan | None:
    """Where the project's own Makefile asks the GPU that is there for its target (`SM := $(shell nvidia-smi …)`), if
    this `make` runs it and gives nothing else."""
    if command.program not in MAKE or command.conditional or fetched(project, command):
        return None
    if any(word.text.startswith(("-C", "-f")) or not word.known for word in command.words[1:]):
        return None
    file = next((each for name in ("Makefile", "makefile") if (each := project.file(name)) is not None), None)
    found = project.once(("asked_in_makefile", file.name), lambda: _asked_in(file)) if file is not None else None
    if found is None or found[0] in command.environment:
        return None
    return None if any(word.text.startswith(f"{found[0]}=") for word in command.words) else found[1]


def _asked_in(file: SourceFile) -> tuple[str, TextSpan] | None:
    """The variable that a Makefile takes from the GPU in any case and gives to nvcc as its target, and where."""
    for name, place in islice(_asking_lines(file), _MOST_LINES):
        if re.search(rf"(?:sm_|compute_|-arch[= ])[^\n]{{0,40}}\$[({{]{name}[)}}]", file.text):
            return name, place
    return None


def _asking_lines(file: SourceFile) -> Iterator[tuple[str, TextSpan]]:
    """The variables that a Makefile asks the GPU for, outside its conditions."""
    depth = at = 0
    for line in file.text.split("\n"):
        if _OPENS.match(line):
            depth += 1
        elif line.lstrip().startswith("endif"):
            depth -= 1
        asked = _ASSIGNED.match(line) if not depth and len(line) < _LONGEST and "||" not in line else None
        if asked is not None and _ASKS_GPU.search(line) is not None:
            yield asked[1], file.place(at, at + len(line))
        at += len(line) + 1


def _asks(text: str, *, known: bool) -> bool:
    """Whether a text that only the build knows is what a GPU says, and nothing else where there is none."""
    if known or "||" in text or len(text) > _LONGEST:
        return False
    runs = _RUNS.search(text)
    return runs is not None and _ASKS_GPU.search(text, runs.end()) is not None


def _flag_in(file: SourceFile) -> TextSpan | None:
    found = _NATIVE.search(file.text)
    return file.place(found.start(1), found.end(1)) if found is not None else None


def _certain(project: Project, command: Command, native: Native) -> bool:
    """Whether nothing on its line or in its environment could hold a list or one of the switches."""
    return is_unlisted(project, command) and not is_switched_off(project, command, native)


def is_switched_off(project: Project, command: Command, native: Native) -> bool:
    """Whether one of the switches that keep it from `native` is given."""
    names = {"CMAKE_ARGS", *(name for name, _ in native.off)}
    given = tuple(each for each in _given(project, command, names) if each.name in names)
    return any(_is_off(given, name, value) for name, value in native.off)


def is_unlisted(project: Project, command: Command, unless: Iterable[str] = ()) -> bool:
    """Whether nothing on its line or in its environment could hold a list, or is one of `unless`."""
    if not all(word.known for word in command.words) or command.has("--toolchain"):
        return False
    if any(word.text.startswith(_ELSEWHERE) for word in command.words):
        return False
    engine = command.use.engine if command.use is not None else None
    names = {knob.name for knob in (*engine.knobs, *engine.env_knobs, *engine.file_knobs)} if engine else set()
    arguments = command.environment.get("CMAKE_ARGS")
    if arguments is not None and (arguments.value is None or any(name in arguments.value for name in names)):
        return False
    looked_for = {*names, *_OTHER_SETTINGS, *unless}
    given = (each for each in _given(project, command, looked_for) if each.name in looked_for)
    if any(each.value is None or each.value for each in given):
        return False
    return not project.lists_reaching(command)


def _given(project: Project, command: Command, names: Iterable[str]) -> Iterator[Setting]:
    """What a command is given: the options on its line, of these names in its environment, and for every build script
    by cargo's own configuration ([env] in .cargo/config.toml)."""
    yield from command.defines
    yield from (command.environment[name] for name in names if name in command.environment)
    if command.use is not None and command.use.engine.system is BuildSystem.CARGO:
        of_cargo = (each for each in project.settings if in_cargo_config(each))
        yield from project.once("settings_of_cargo", lambda: tuple(of_cargo))


def _is_off(given: Iterable[Setting], name: str, value: str | None) -> bool:
    for each in given:
        if each.name == name and (value is None or each.value is None or not is_on(each.value)):
            return True
        if each.name == "CMAKE_ARGS" and value is not None and re.search(rf"-D\s?{name}\b", each.value or name):
            return True
    return False
