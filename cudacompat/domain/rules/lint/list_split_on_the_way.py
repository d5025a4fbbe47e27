"""A list that is cut at its semicolons before it arrives.

What it finds: a list of architectures inside SKBUILD_CMAKE_ARGS, SKBUILD_CMAKE_DEFINE or `pip -C cmake.args=…`;
quotes inside a CMAKE_ARGS that is cut at spaces and read by no shell (pywhispercpp).

Why it matters: scikit-build-core cuts these settings at every semicolon. CMake gets the first architecture, and `86`
as a separate argument, which it reads as a path and warns about at most. Where CMAKE_ARGS is cut at spaces,
quotes inside become part of the value, and CMake refuses it.

Example: `SKBUILD_CMAKE_ARGS="-DGGML_CUDA=on;-DCMAKE_CUDA_ARCHITECTURES=86;120" pip install llama-cpp-python`.

What to do: give it by CMAKE_ARGS, whose arguments spaces part: `CMAKE_ARGS="-DGGML_CUDA=on
-DCMAKE_CUDA_ARCHITECTURES=86;120"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.list_edits import literal, replacing
from cudacompat.domain.project.model import Command, Project, Setting
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_ITEM = r"\d{2,3}[af]?(?:-real|-virtual)?"
_CUT = re.compile(
    rf"(?:^|-D\s?|;\s*)(?P<name>\w*CUDA_ARCH\w*)(?::[A-Za-z]+)?=(?P<first>{_ITEM});\s*(?P<rest>{_ITEM})(?=[;\s]|$)"
)
_BY_SEMICOLONS = ("SKBUILD_CMAKE_ARGS", "SKBUILD_CMAKE_DEFINE")
_OPTION = re.compile(r"(?:-C|--config-settings?=?)?(?:cmake\.args|cmake\.define)=")
_QUOTES = "quotes inside CMAKE_ARGS"


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list that is cut."""
    seen: set[tuple[str, int]] = set()
    looked_at: set[object] = set()
    seen_by = (environment for environment, _ in project.environments())
    of_commands = (environment[name] for environment in seen_by for name in _BY_SEMICOLONS if name in environment)
    for setting in (*project.settings, *of_commands):
        at = setting.place.at
        if setting.name in _BY_SEMICOLONS and at not in seen:
            seen.add(at)
            yield from _of_setting(project, setting)
    for command in project.commands:
        yield from _of_option(command)
        arguments = command.environment.get("CMAKE_ARGS")
        key = (id(command.use.engine) if command.use is not None else 0, arguments.place.at) if arguments else None
        if arguments is not None and arguments.place.at not in seen and key not in looked_at:
            looked_at.add(key)
            found = list(_quoted(command, arguments))
            if found:
                seen.add(arguments.place.at)
            yield from found


def _of_setting(project: Project, setting: Setting) -> Iterator[Finding]:
    match = _CUT.search(setting.value or "")
    if match is None or setting.value is None:
        return
    arguments = _joined(setting.value)
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"semicolons split {setting.name}: CMake receives only {match['name']}={match['first']}",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why="scikit-build-core splits this variable at semicolons; it splits CMAKE_ARGS as a shell does",
        help=f'CMAKE_ARGS="{arguments}"' if arguments else "pass the list in CMAKE_ARGS",
        fix=_renamed(project, setting, arguments) if arguments else None,
    )


def _joined(value: str) -> str | None:
    """The arguments with spaces between them and the lists whole; `None` where it is not sure which is which."""
    if not value.lstrip().startswith("-") or re.search(r"[\s\"'\\$]", value.strip()):
        return None
    return re.sub(r";(?=-)", " ", value.strip())


def _renamed(project: Project, setting: Setting, arguments: str) -> Fix | None:
    file = project.file(setting.place.file)
    if file is None or not literal(setting) or setting.quote not in ("'", '"'):
        return None
    start = setting.place.start
    named = re.compile(rf"{setting.name}(?=[\"']?\s*[=:]?\s*[\"']?$)").search(
        file.text, max(start - len(setting.name) - 6, 0), start
    )
    if named is None:
        return None
    edits = (
        Edit(file.name, named.start(), named.end(), new="CMAKE_ARGS"),
        Edit(file.name, start, setting.place.end, new=arguments),
    )
    return Fix("pass it in CMAKE_ARGS", edits, safe=True)


def _of_option(command: Command) -> Iterator[Finding]:
    for word in command.words[1:]:
        match = _OPTION.match(word.text)
        cut = _CUT.search(word.text, match.end()) if match is not None else None
        if cut is None or not word.known:
            continue
        value = _joined(word.text[match.end() :]) if match is not None else None
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"semicolons split cmake.args: CMake receives only {cut['name']}={cut['first']}",
            path=word.place.file,
            line=word.place.line,
            span=word.place.span,
            found=word.text[:160],
            why=(
                "scikit-build-core splits this setting at semicolons; it splits the variable CMAKE_ARGS as a shell does"
            ),
            help=f'before the command: CMAKE_ARGS="{value or "…"}"',
        )


def _quoted(command: Command, setting: Setting) -> Iterator[Finding]:
    engine = command.use.engine if command.use is not None else None
    hazard = next((each for each in engine.hazards if each.name == _QUOTES), None) if engine is not None else None
    value = setting.value or ""
    if hazard is None or engine is None or not re.search(r"-D\w*CUDA_ARCH\w*=[\"']|[\"']-D\w*CUDA_ARCH", value):
        return
    bare = re.sub(r"[\"']", "", value)
    fix = replacing(setting, bare, "remove the quotes", safe=True) if not re.search(r"[\"'][^\"']*\s", value) else None
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{engine.name} splits CMAKE_ARGS at spaces, and the quotes become part of the list",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"CMAKE_ARGS={value}"[:160],
        why=hazard.why,
        help=f'CMAKE_ARGS="{bare}"',
        fix=fix,
    )


RULE = Rule("list-split-on-the-way", "List split before it reaches CMake", __doc__, check)
