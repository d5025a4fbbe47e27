"""An option for CUDA that this version no longer reads under its name.

What it finds: -DWHISPER_CUBLAS, -DLLAMA_CUBLAS, -DWHISPER_CUDA, -DGGML_CUBLAS and the like, for a version of the engine
that stops at the name, ignores it, or warns of it.

Why it matters: where the name is ignored the build succeeds without CUDA and the program runs on the CPU. whisper.cpp
since 1.7.0 even says "WHISPER_CUDA is deprecated, use GGML_CUDA" and then builds without CUDA.

Example: `git clone --branch v1.7.4 …/whisper.cpp`, then `cmake -B build -DWHISPER_CUDA=ON`.

What to do: give the option by the name that this version reads: -DGGML_CUDA=ON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudacompat.domain.builds.engine import Effect, RenamedOption
from cudacompat.domain.project.arguments import defines_of
from cudacompat.domain.project.model import Command, Project, Setting
from cudacompat.domain.project.walks import Memory, on_command_in_turn
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.switch_values import is_on

_SAYS = {
    Effect.STOPS: (Severity.ERROR, "fails because of"),
    Effect.IGNORED: (Severity.ERROR, "builds without CUDA despite"),
    Effect.WARNED: (Severity.NOTE, "warns of the old name"),
}


@on_command_in_turn
def check(project: Project, command: Command, seen: Memory) -> Iterable[Finding]:
    """One finding for each option that is gone, at the command that gives it."""
    arguments = command.environment.get("CMAKE_ARGS")
    if command.use is not None and arguments is not None and not command.defines:
        key = (command.use.engine.name, command.use.version, command.program, arguments.place.at)
        if key in seen:
            return
        seen.add(key)
    yield from _of(command, project)


def _of(command: Command, project: Project) -> Iterator[Finding]:
    use = command.use
    if use is None or command.program in MAKE:
        return
    given = tuple(defines_of(command))
    for setting in given:
        gone = _gone(command, setting)
        if gone is None or not is_on(setting.value):
            continue
        if gone.effect is Effect.IGNORED and any(each.name == gone.now and is_on(each.value) for each in given):
            continue  # the name that is read is given as well
        severity, says = _SAYS[gone.effect]
        version = f" {use.engine.label(use.parsed)}" if use.version else ""
        yield Finding(
            id=RULE.id,
            severity=severity,
            message=f"{use.engine.name}{version} {says} -D{setting.name}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"-D{setting.name}={setting.written}"[:120],
            why=f"{gone.why} ({gone.source})",
            help=f"-D{gone.now}=ON" if gone.now else "remove it",
            fix=_renamed(project, setting, gone),
        )


def _gone(command: Command, setting: Setting) -> RenamedOption | None:
    use = command.use
    if use is None:
        return None
    own = (each for each in use.engine.removed if each.name == setting.name and not each.by_make)
    return next((each for each in own if each.window.holds(use.parsed)), None)


def _renamed(project: Project, setting: Setting, gone: RenamedOption) -> Fix | None:
    file = project.file(setting.place.file)
    if file is None or gone.now is None:
        return None
    at = file.text.rfind(setting.name, max(setting.place.start - len(setting.name) - 12, 0), setting.place.start)
    between = file.text[at + len(setting.name) : setting.place.start] if at >= 0 else ""
    if at < 0 or "=" not in between or any(char.isspace() for char in between):
        return None
    edit = Edit(file.name, at, at + len(setting.name), new=gone.now)
    return Fix(f"replace {setting.name} with {gone.now}", (edit,), safe=True)


RULE = Rule("gone-option", "Option renamed or removed in this version", __doc__, check)
