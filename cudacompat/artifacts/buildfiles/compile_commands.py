"""What a configured build will hand to nvcc: compile_commands.json, or build.ninja or the reply of CMake's file API
where that was not written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cudacompat.artifacts.buildfiles import file_api
from cudacompat.domain.builds.lists.nvcc_flags import Requested, requested
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.shell_words import shell_words

_MOST_BYTES = 256 << 20  # read whole, it takes several times as much memory
_CUDA_SOURCE = re.compile(r"\.cu$", re.IGNORECASE)
_NINJA_BUILD = re.compile(rb"^build (.+?): (\S+) (.+)$")
_NINJA_VARIABLE = re.compile(rb"^  (\w+) = (.*)$")
_FIND_CUDA_FLAGS = re.compile(r"^set\(CUDA_NVCC_FLAGS (.*?) ?;; ?\)", re.MULTILINE)
_FIND_CUDA_SOURCE = re.compile(r"^set\(source_file \"(.*)\"\)", re.MULTILINE)
_MOST_SCRIPT_BYTES = 1 << 20
_OBJECTS = re.compile(r"CMakeFiles/([\w.+-]+)\.dir/")


@dataclass(frozen=True, slots=True)
class Unit:
    """One CUDA source file of a configured build, and what it will be compiled for; `library` is the target of CMake's
    that it belongs to, where that is known."""

    source: str
    request: Requested
    library: str | None = None


def cuda_units(build: Path) -> tuple[Unit, ...] | None:
    """Return the CUDA translation units that this build folder will compile, by source; `None` where nothing in it
    shows one. `UsageError` for a file that cannot be read."""
    found = planned(build)
    return found[1] if found is not None else None


def planned(build: Path) -> tuple[str, tuple[Unit, ...]] | None:
    """Return the file of this build folder that shows what it will compile, and its CUDA translation units, by source;
    `None` where neither compile_commands.json nor build.ninja nor the file API's reply nor the scripts of CMake's
    FindCUDA module show one. `UsageError` for a file that cannot be read."""
    for name, parse in (
        ("compile_commands.json", _from_json),
        ("build.ninja", _from_ninja),
        (file_api.FOLDER, _from_file_api),
        ("CMakeCache.txt", _from_find_cuda),
    ):
        file = build / name
        try:
            if not (file.is_file() or (name == file_api.FOLDER and file.is_dir())):
                continue
            if file.is_file() and file.stat().st_size > _MOST_BYTES:
                raise UsageError(f"{file} is larger than {_MOST_BYTES >> 20} MiB")
            units = tuple(sorted(parse(file), key=lambda unit: (unit.source, unit.library or "")))
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(f"cannot read {file}: {error}") from error
        if units:
            return name, units
    return None


def _from_file_api(folder: Path) -> Iterator[Unit]:
    for source, library, flags in file_api.cuda_sources(folder):
        yield Unit(source, requested(_words(flags)), library)


def _from_json(file: Path) -> Iterator[Unit]:
    document = json.loads(file.read_bytes())
    if not isinstance(document, list):
        raise ValueError("not a compilation database: expected a list")
    for entry in document:
        source = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(source, str):
            continue
        arguments = entry.get("arguments")
        words = [str(each) for each in arguments] if isinstance(arguments, list) else _words(str(entry.get("command")))
        compiler = words[0].rsplit("/", 1)[-1] if words else ""
        if not _CUDA_SOURCE.search(source) and not compiler.startswith("nvcc"):
            continue
        yield Unit(source, requested(words), _library(str(entry.get("output") or " ".join(words))))


def _library(text: str) -> str | None:
    """The target whose folder of objects this text names: `CMakeFiles/kernels.dir/a.cu.o`."""
    match = _OBJECTS.search(text)
    return match[1] if match is not None else None


def _from_ninja(file: Path) -> Iterator[Unit]:
    """The build statements whose rule compiles CUDA, as CMake's Ninja generator writes them, with their FLAGS."""
    source: str | None = None
    library: str | None = None
    with file.open("rb") as lines:
        for line in lines:
            statement = _NINJA_BUILD.match(line)
            if statement is not None:
                first = statement[3].split(b" ")[0].decode("utf-8", "surrogateescape").replace("$:", ":")
                source = first if b"CUDA_COMPILER" in statement[2] else None
                library = _library(statement[1].decode("utf-8", "surrogateescape")) if source else None
                continue
            variable = _NINJA_VARIABLE.match(line) if source is not None else None
            if source is not None and variable is not None and variable[1] == b"FLAGS":
                yield Unit(source, requested(_words(variable[2].decode("utf-8", "surrogateescape"))), library)
                source = None


def _from_find_cuda(cache: Path) -> Iterator[Unit]:
    """The scripts that the FindCUDA module leaves beside each object, whose commands no list of commands holds."""
    for script in sorted((cache.parent / "CMakeFiles").glob("*.dir/**/*.cu.o*.cmake")):
        if not script.is_file() or script.stat().st_size > _MOST_SCRIPT_BYTES:
            continue
        text = script.read_text("utf-8", "surrogateescape")
        flags, source = _FIND_CUDA_FLAGS.search(text), _FIND_CUDA_SOURCE.search(text)
        if flags is not None and source is not None:
            yield Unit(source[1], requested(flags[1].split(";")))


def _words(line: str) -> list[str]:
    try:
        return shell_words(line)
    except ValueError:  # a quote that nothing closes
        return line.split()
