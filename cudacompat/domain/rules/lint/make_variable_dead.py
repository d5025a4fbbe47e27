"""A variable for make that the engine's Makefile no longer reads.

What it finds: `GGML_CUDA=1 make`, `make WHISPER_CUBLAS=1` and the like (on the line or in its environment) for a
version whose Makefile only calls CMake, or which has none that builds.

Why it matters: whisper.cpp's Makefile has only called `cmake -B build` since 1.7.3. The variable is ignored, the build
succeeds, and the program runs on the CPU. llama.cpp's Makefile stops, or is gone.

Example: `RUN git clone …/whisper.cpp && cd whisper.cpp && GGML_CUDA=1 make -j`

What to do: `cmake -B build -DGGML_CUDA=ON` and `cmake --build build -j`; or, with whisper.cpp 1.7.6 and newer,
`make CMAKE_ARGS="-DGGML_CUDA=ON"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.builds.engine import Channel, Effect
from cudacompat.domain.project.cuda_switches import needed_switches
from cudacompat.domain.project.model import Command, Project, TextSpan
from cudacompat.domain.project.walks import on_command
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.switch_values import is_off


@on_command
def check(_project: Project, command: Command) -> Iterable[Finding]:
    """One finding for each such variable."""
    use = command.use
    if use is None or command.program not in MAKE:
        return
    given = dict(_given(command))
    handed = given.get("CMAKE_ARGS", ("", command.place))[0]
    if re.search(r"-D\w*CUDA\w*=", handed) or handed == "?":
        return
    for gone in use.engine.removed:
        value, place = given.get(gone.name, ("", command.place))
        if not gone.by_make or not gone.window.holds(use.parsed) or is_off(value):
            continue
        stops = gone.effect is Effect.STOPS
        version = f" {use.engine.label(use.parsed)}" if use.version else ""
        result = "stops" if stops else "ignores it and builds without CUDA"
        switch = next((each for each in needed_switches(command) if each.channel is Channel.DEFINE), None)
        option = f" -D{switch.name}={switch.value}" if switch is not None else ""
        by_cmake = f"cmake -B build{option} && cmake --build build -j"
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{gone.name}: the Makefile of {use.engine.name}{version} {result}",
            path=place.file,
            line=place.line,
            span=place.span,
            found=command.line[:160],
            why=gone.source,
            help=f'make "{gone.now}"' if gone.now else by_cmake,
        )
        break


def _given(command: Command) -> Iterator[tuple[str, tuple[str, TextSpan]]]:
    """The variables that make gets: from the environment, then from its own line, which win."""
    for name, setting in command.environment.items():
        yield name, (setting.value if setting.value is not None else "?", setting.place)
    for word in command.words[1:]:
        match = re.match(r"(\w+)=(.*)", word.text, re.DOTALL)
        if match is not None:
            yield match[1], (match[2] if word.known else "?", word.place)


RULE = Rule("make-variable-dead", "Make variable that the Makefile ignores", __doc__, check)
