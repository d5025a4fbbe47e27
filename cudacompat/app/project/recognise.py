"""Which engine a source tree is, or uses: for the settings that are offered, never for a verdict."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cudacompat.app.inputs.text_files import beginning
from cudacompat.app.project.cargo_places import workspace
from cudacompat.domain.builds.crate_versions import newest_allowed
from cudacompat.domain.builds.engine import BuildSystem, Engine
from cudacompat.domain.words.errors import UnknownEngineError, UsageError
from cudacompat.engines import find, known

_NVCC = re.compile(r"(?m)^[^#\n]*\bnvcc\b")
_MESON = re.compile(r"(?:\bproject|\badd_languages)\s*\([^)]*'cuda'")
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")


def find_for(name: str, folder: Path, command: str) -> Engine:
    """Return the engine of this name; `UsageError` that says how the sources in the folder are built where there is
    none."""
    try:
        return find(name)
    except UnknownEngineError as error:
        way = way_of(folder, command)
        if not way:
            raise
        raise UsageError(f"unknown engine: {name[:60]!r}{way}") from error


def way_of(folder: Path, command: str) -> str:
    """Return what the sources in the folder are built by, with the command (`generate`, `rebuild`) for it, behind a
    semicolon; empty where the folder shows nothing."""
    here = recognise(folder)
    if here is not None:
        engine, file = here.engine.name, Path(here.file).name
    else:
        engine, file = "nvcc", nvcc_file(folder)
    where = f" {shlex.quote(str(folder))}" if command == "rebuild" else ""
    return f"; {file} shows a build by {engine}: cudacompat {command} {engine}{where}" if file else ""


def nvcc_file(folder: Path) -> str:
    """Return the Makefile, or Meson's file, that calls nvcc there: the build system of a tree that no engine is known
    by; empty where none does."""
    by_meson = _MESON.search(beginning(folder / "meson.build") or "") is not None
    return _makefile(folder) or ("meson.build" if by_meson else "")


def _makefile(folder: Path) -> str:
    return next((name for name in MAKEFILES if _NVCC.search(beginning(folder / name) or "")), "")


@dataclass(frozen=True, slots=True)
class Recognised:
    """An engine, its version where the tree says it, and the file that showed it. `built` is the version that a build
    takes: another one where `version` is a requirement that newer releases fulfil."""

    engine: Engine
    version: str | None
    file: str
    built: str | None = None


def recognise(folder: Path) -> Recognised | None:
    """Return the engine that the files in this folder show, the most particular first; `None` where none does."""
    text_of = cache(lambda name: beginning(folder / name))  # many engines are known by the same file
    return next((found for engine in known() if (found := _shown(engine, folder, text_of)) is not None), None)


def recognise_as(engine: Engine, folder: Path) -> Recognised | None:
    """Return what shows that this folder is, or uses, this engine; `None` where nothing does."""
    here = _shown(engine, folder, lambda name: beginning(folder / name))
    if here is None or engine.system is not BuildSystem.CARGO or Path(here.file).name == _LOCK:
        return here
    above = workspace(folder.absolute())
    shared = _shown(engine, above, lambda name: beginning(above / name)) if above != folder.absolute() else None
    # the lock is that of all members; the requirement of the workspace is for those that name none
    counts = shared is not None and (Path(shared.file).name == _LOCK or here.version is None)
    return shared if counts else here


_LOCK = "Cargo.lock"
_INHERITED = re.compile(r"(?m)^([ \t]*[\w-]+)\.workspace[ \t]*=[ \t]*true")


def recognise_in(texts: Mapping[str, str], root: Path, below: str) -> Recognised | None:
    """Return the engine that the folder `below` the root shows (`` is the root), of which these files (by their path
    below the root) were read already."""
    folder = root / below
    start = f"{below}/" if below else ""

    @cache
    def text_of(name: str) -> str | None:
        text = texts.get(start + name)
        return text if text is not None else beginning(folder / name)

    return next((found for engine in known() if (found := _shown(engine, folder, text_of)) is not None), None)


def _shown(engine: Engine, folder: Path, text_of: Callable[[str], str | None]) -> Recognised | None:
    for marker in engine.markers:
        if marker.beside is not None and not (folder / marker.beside).is_file():
            continue
        text = text_of(marker.file)
        if text is not None and marker.file == "Cargo.toml":
            text = _INHERITED.sub(r"\1 = { workspace = true }", text)
        if text is not None and re.search(marker.recognises, text):
            found = re.search(marker.version, text) if marker.version else None
            version = ".".join(found.groups()) if found else marker.means
            built = version
            if found is not None and marker.allows and version is not None:
                built = newest_allowed(engine, text[found.start(1) - 1], version)
            return Recognised(engine, version, str(folder / marker.file), built=built)
    return None
