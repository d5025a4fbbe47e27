"""What any file of a project gives to names: the right parser for each, by the file's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cudacompat.artifacts.buildfiles import cmake, dockerfile, shell
from cudacompat.artifacts.buildfiles.blanking import blanked, unknown
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.buildfiles.trees import Scalar, json_scalars, toml_scalars, yaml_scalars
from cudacompat.domain.project.assignments import Assignment, AssignmentKind, BaseImageLine
from cudacompat.domain.tables.image_tags import cuda_images_in
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES

_NAME = re.compile(r"[A-Za-z_]\w*")
_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*[:?+]?=[ \t]*"
    r"(?:(?:\"([^\"\n]*)\"|'([^'\n]*)')[ \t]*|([^\s#'\"][^\n#]*+))(?:#[^\n]*)?\r?$",
    re.MULTILINE,
)
# from the end of a line that ends in a backslash to the end of the last one that such a line is followed by
_CONTINUATION = re.compile(r"(?:(?<=\\)[ \t]*\r?\n[^\n]*?(?=[ \t]*\r?(?:\n|\Z)))*")
# a line of a recipe with those that continue it; a line that continues a variable begins with a tab, too
RECIPE_LINE = re.compile(r"(?m)(?<!\\\n)(?<!\\\r\n)^\t(?:[^\n]*\\\r?\n)*[^\n]*")
_LITERAL = re.compile(
    r"""(?P<q>["'])(?P<name>[A-Za-z_]\w*)(?P=q)\s*(?:\]\s*=|,|:|=>)\s*(?P<v>["'])(?P<value>[^"'\n]*)(?P=v)"""
)
_ACTION = re.compile(r"^[ \t]+cuda:[ \t]*['\"]?\d+\.\d+\.\d+", re.MULTILINE)  # an action that installs CUDA
_DEFINES = frozenset({"cacheVariables", "define", "defines", "cmake.configureSettings"})
_BUILD_ARGUMENTS = frozenset({"args", "build-args", "build_args"})
_COMMANDS = frozenset({"run", "script", "before_script", "after_script", "command", "commands"})
_TEMPLATE_LINE = re.compile(r"\{%[^\n]{0,300}?%\}")
_TEMPLATE_VALUE = re.compile(r"(?<!\$)\{\{[^{}\n]*\}\}")
_INDEX = re.compile(r"\d+")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=[^\n]*")

Parser = Callable[[str], Iterator[Assignment]]


def parser(path: str) -> Parser | None:
    """Return what reads a file of this name; `None` for one that no build reads."""
    kind = kind_of(path)
    return _PARSERS.get(kind) if kind is not None else None


def base_images(path: str, text: str) -> Iterator[BaseImageLine]:
    """Yield the images with CUDA that a build in this file runs in."""
    if is_dockerfile(path):
        yield from dockerfile.base_images(text)
        return
    for match in (*cuda_images_in(text), *_ACTION.finditer(text)):
        yield BaseImageLine(match[0].strip(), match.start())


def is_dockerfile(path: str) -> bool:
    """Whether a file of this name is a Dockerfile."""
    return kind_of(path) is FileKind.DOCKERFILE


def _lines(text: str, *, continued: bool = False) -> Iterator[Assignment]:
    """NAME=VALUE, a line each: env files, and the variables of Makefiles, whose lines may be `continued` by a backslash
    at their end."""
    for match in _LINE.finditer(text):
        value, start, quote = _valued(match)
        end = start + len(value)
        if continued and value.endswith("\\"):
            end = _CONTINUATION.match(text, end).end()  # type: ignore[union-attr]  # it matches anything
            value = text[start:end]
        if "arch=compute_" in value and match[1] not in FLAG_VARIABLES:
            yield from shell.assignments(text, start, end, what=f"{match[1]}, a variable")
            continue
        yield Assignment(
            match[1],
            value,
            start,
            end=end,
            way=AssignmentKind.ENVIRONMENT,
            what="a line NAME=VALUE",
            quote=quote,
            sourced=True,
        )
        yield from shell.arguments(text, start, end, what="a line NAME=VALUE", quote=quote)


def _ini(text: str) -> Iterator[Assignment]:
    """NAME = VALUE, a line each, also as the value of a key such as tox's setenv; pip and setuptools split no lists."""
    for each in _lines(text):
        inner = _LINE.fullmatch(each.value) if each.name.lower() in _SETS_ENVIRONMENT else None
        if inner is None:
            yield replace(each, sourced=False)
            continue
        value, start, quote = _valued(inner)
        yield replace(
            each, name=inner[1], value=value, start=each.start + start, end=each.start + start + len(value), quote=quote
        )


_SETS_ENVIRONMENT = frozenset({"setenv", "set_env"})


def _valued(match: re.Match[str]) -> tuple[str, int, str]:
    """The value of a line NAME=VALUE, where it begins, and what stands around it."""
    group = next(number for number in (2, 3, 4) if match[number] is not None)
    value = match[group] if group < 4 else match[group].rstrip(" \t\r")
    return value, match.start(group), {2: '"', 3: "'", 4: ""}[group]


def _script(text: str) -> Iterator[Assignment]:
    for each in shell.assignments(text, 0, len(text), what="a command"):
        yield replace(each, cased=each.way is AssignmentKind.ENVIRONMENT)


def _makefile(text: str) -> Iterator[Assignment]:
    yield from _lines(text, continued=True)
    for match in RECIPE_LINE.finditer(text):
        yield from shell.assignments(text, match.start(), match.end(), what="a command of make")


def _literals(text: str) -> Iterator[Assignment]:
    """`"NAME", "VALUE"` and the like in Python and Rust."""
    for match in _LITERAL.finditer(text):
        before = text[max(match.start() - 40, 0) : match.start()]
        way = AssignmentKind.DEFINE if re.search(r"\.define\(\s*$", before) else AssignmentKind.ENVIRONMENT
        what = ".define() of a build script" if way is AssignmentKind.DEFINE else "a value in a program"
        yield Assignment(
            match["name"],
            match["value"],
            match.start("value"),
            end=match.end("value"),
            way=way,
            what=what,
            quote=match["v"],
        )


# What CMake does not interpret in a preset: cmake-presets(7). Any text may stand there, also under a setting's name.
_NOT_READ = frozenset({"vendor", "$comment"})


def _json(text: str) -> Iterator[Assignment]:
    read = (each for each in json_scalars(text) if _NOT_READ.isdisjoint(each.path))
    yield from _of_scalars(text, read, "JSON")


def _yaml(text: str) -> Iterator[Assignment]:
    yield from _of_scalars(text, yaml_scalars(_without_templates(text)), "YAML")


def _without_templates(text: str) -> str:
    """The text, of the same length, without what a template engine takes out before it is YAML: conda's recipes."""
    text = blanked(_TEMPLATE_LINE, text) if "{%" in text else text
    return unknown(_TEMPLATE_VALUE, text) if "{{" in text else text


def _toml(text: str) -> Iterator[Assignment]:
    yield from _of_scalars(text, toml_scalars(text), "TOML")


def _of_scalars(text: str, scalars: Iterator[Scalar], language: str) -> Iterator[Assignment]:
    for scalar in scalars:
        cased = "matrix" in scalar.path
        for each in _of_scalar(text, scalar, language):
            yield replace(each, cased=True) if cased else each


def _of_scalar(text: str, scalar: Scalar, language: str) -> Iterator[Assignment]:
    raw = text[scalar.start : scalar.end]
    key, path = _key(scalar.path)
    inside = f"{'.'.join(path[-3:])} in {language}" if path else language
    numbered = bool(scalar.path) and _INDEX.fullmatch(scalar.path[-1]) is not None
    if scalar.block:
        yield from _block(text, scalar, key, inside=inside)
        return
    if _ASSIGNMENT.fullmatch(raw):
        name, _, value = raw.partition("=")
        start = scalar.start + len(name) + 1
        way = AssignmentKind.BUILD_ARGUMENT if key in _BUILD_ARGUMENTS else AssignmentKind.ENVIRONMENT
        yield Assignment(name, value, start, end=scalar.end, way=way, what=inside, quote=scalar.quote)
        return
    if _NAME.fullmatch(key):
        way = AssignmentKind.LIST if numbered else _way(path)
        yield Assignment(key, raw, scalar.start, end=scalar.end, way=way, what=inside, quote=scalar.quote)
    if _COMMANDS.intersection(path[-2:]):
        for each in shell.assignments(text, scalar.start, scalar.end, what=inside):
            yield replace(each, quote=each.quote or scalar.quote)
    elif "-D" in raw:
        yield from shell.arguments(text, scalar.start, scalar.end, what=inside, quote=scalar.quote)


def _key(path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The name that a value is given to, and the named keys above it; a preset's {type, value} and cargo's
    {value, force} belong to the name before them."""
    named = tuple(each for each in path if not _INDEX.fullmatch(each))
    if len(named) > 1 and named[-1] == "value":
        named = named[:-1]
    return (named[-1] if named else ""), named[:-1] + named[-1:]


def _way(path: tuple[str, ...]) -> AssignmentKind:
    if any(each in _DEFINES for each in path):
        return AssignmentKind.DEFINE
    return (
        AssignmentKind.BUILD_ARGUMENT if any(each in _BUILD_ARGUMENTS for each in path) else AssignmentKind.ENVIRONMENT
    )


def _block(text: str, scalar: Scalar, key: str, inside: str) -> Iterator[Assignment]:
    """A block of lines: build arguments a line each, or a script."""
    if key in _BUILD_ARGUMENTS:
        for match in _LINE.finditer(text, scalar.start, scalar.end):
            value, at, quote = _valued(match)
            yield Assignment(
                match[1], value, at, end=at + len(value), way=AssignmentKind.BUILD_ARGUMENT, what=inside, quote=quote
            )
        return
    start = text.find("\n", scalar.start, scalar.end)
    yield from shell.assignments(text, max(start, scalar.start), scalar.end, what=inside)


_PARSERS: Mapping[FileKind, Parser] = {
    FileKind.DOCKERFILE: dockerfile.assignments,
    FileKind.CMAKE: cmake.assignments,
    FileKind.JSON: _json,
    FileKind.DEV_CONTAINER: _json,
    FileKind.YAML: _yaml,
    FileKind.COMPOSE: _yaml,
    FileKind.GITHUB: _yaml,
    FileKind.GITLAB: _yaml,
    FileKind.BUILDKITE: _yaml,
    FileKind.DRONE: _yaml,
    FileKind.TOML: _toml,
    FileKind.ENV: _lines,
    FileKind.BAKE: _lines,
    FileKind.MAKE: _makefile,
    FileKind.SCRIPT: _script,
    FileKind.PYTHON: _literals,
    FileKind.RUST: _literals,
    FileKind.INI: _ini,
    FileKind.SPEC: _lines,
}
