"""What a build made: asked of the build itself, never guessed from where such files usually lie.

CMake says in the reply of its file API which files its targets make, cargo in its messages what it linked and which
libraries its build scripts gave to the linker, pip leaves its wheel in a folder of its own, and make, which says
nothing, changed files. A file from an earlier build is none of these, wherever it lies.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cudacompat.artifacts.buildfiles import file_api
from cudacompat.artifacts.files.sniff import HEAD, Kind, sniff
from cudacompat.domain.builds.steps import BuildSteps, ProductsBy

_MOST_FILES = 500_000  # that are looked at in one folder
_LEFT_OUT = frozenset({".git", ".hg", ".svn", "node_modules", "CMakeFiles", "cudacompat-logs", "__pycache__"})
_ENDS = re.compile(r"\.(?:so(?:\.[\w.]+)?|a|o|obj|lib|rlib|dylib|dll|exe|pyd|whl|fatbin|cubin|ptx)$", re.IGNORECASE)
_OBJECTS = frozenset({".o", ".obj"})
_ARCHIVES = frozenset({".a", ".lib", ".rlib"})
_CODE = frozenset({".cubin", ".ptx", ".fatbin"})
_LINKS = _OBJECTS | _CODE  # what a later step of the same build takes in
UNLINKED = _OBJECTS | _ARCHIVES  # which nothing is known of before a linker has picked from it
_HOLDS = frozenset({Kind.ELF, Kind.PE, Kind.COFF, Kind.CUBIN, Kind.FATBIN, Kind.AR, Kind.THIN_AR, Kind.PTX})

# of one build: cargo's own lines are short, and a stranger's are not kept
_MOST_MESSAGES = 20_000
_MESSAGE = '{"reason":"'

FileState = tuple[int, int, int]  # inode, bytes, nanoseconds of the last change


@dataclass(slots=True)
class BuildWatch:
    """What was there before the build, and what the build says of itself while it runs."""

    steps: BuildSteps
    earlier: dict[str, FileState] = field(default_factory=dict)
    linked: dict[str, None] = field(default_factory=dict)  # paths, in cargo's order

    def begin(self) -> None:
        """Take down what is there."""
        self.earlier = {path: state for folder in _folders(self.steps) for path, state in states(folder)}

    def hears(self, line: str) -> bool:
        """Take a line of the build; return whether it was a message to programs, and nothing for people."""
        if self.steps.products_by is not ProductsBy.CARGO or not line.startswith(_MESSAGE):
            return False
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if len(self.linked) < _MOST_MESSAGES:
            self.linked.update((path, None) for path in _of_message(message))
        return True

    def made(self) -> tuple[str, ...]:
        """Return what the build made that may hold device code, links followed; what is only an input of its own
        later steps where nothing else was made."""
        by = self.steps.products_by
        if by is ProductsBy.PATTERNS:
            found = matching(self.steps)
        elif by is ProductsBy.CARGO:
            found = _there(self.linked)
        elif by is ProductsBy.CMAKE:
            found = self._of_cmake()
        else:
            found = self._changed(self.steps.source)
        final = tuple(path for path in found if Path(path).suffix.lower() not in _LINKS)
        return final or found

    def apart(self) -> tuple[str, ...]:
        """Return the files of device code alone that the build made: what a program of the driver API loads itself."""
        folders = _folders(self.steps)
        return tuple(path for each in folders for path in self._changed(str(each)) if Path(path).suffix in _CODE)

    def _of_cmake(self) -> tuple[str, ...]:
        """The files of CMake's targets that are not older than the configured folder, and what else was linked below
        it: by a project that this one builds, or a command of its own."""
        folder = Path(self.steps.folder)
        try:
            named = file_api.artifacts(folder / file_api.FOLDER)
        except (OSError, ValueError):
            named = ()
        since = _configured_at(folder)
        own = [path for path in _there(folder / each for each in named) if _changed_at(path) >= since]
        linked = (path for path in self._changed(str(folder)) if Path(path).suffix.lower() not in _LINKS | _ARCHIVES)
        return tuple(dict.fromkeys([*own, *linked]))

    def _changed(self, folder: str) -> tuple[str, ...]:
        return tuple(path for path, state in states(Path(folder)) if self.earlier.get(path) != state)


def matching(steps: BuildSteps) -> tuple[str, ...]:
    """Return the files that the patterns of the steps match now and that may hold device code, links followed."""
    folder = Path(steps.folder)
    paths = (match for pattern in steps.products for match in sorted(folder.glob(pattern)))
    return _there(path for path in paths if "CMakeFiles" not in path.parts)


def states(folder: Path) -> Iterator[tuple[str, FileState]]:
    """Yield each file below the folder that may hold device code, by its name and first bytes, and its state. Links
    are left out: what they lead to is there itself."""
    seen = 0
    for root, folders, files in os.walk(os.path.realpath(folder)):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(files):
            seen += 1
            if seen > _MOST_FILES:
                return
            path = Path(root, name)
            try:
                found = path.lstat()
            except OSError:
                continue
            if (_ENDS.search(name) or found.st_mode & 0o111) and _may_hold_code(path):
                yield str(path), (found.st_ino, found.st_size, found.st_mtime_ns)


def _folders(steps: BuildSteps) -> tuple[Path, ...]:
    if steps.products_by is ProductsBy.CMAKE:
        return (Path(steps.folder),)
    return (Path(steps.source),) if steps.products_by is ProductsBy.CHANGES else ()


def _there(paths: Iterable[str | Path]) -> tuple[str, ...]:
    """Those that are there and may hold device code, links followed, each once."""
    found = dict.fromkeys(os.path.realpath(path) for path in paths)
    return tuple(path for path in found if _may_hold_code(Path(path)))


def _may_hold_code(path: Path) -> bool:
    """Whether it is a regular file of a kind that compilers, linkers and pip make."""
    try:
        if path.is_symlink() or not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(HEAD)
        kind = sniff(head, path.stat().st_size)
    except OSError:
        return False
    return kind in _HOLDS or (kind, path.suffix) in ((Kind.CONTAINER, ".whl"), (Kind.MAYBE_PTX, ".ptx"))


def _changed_at(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


def _configured_at(folder: Path) -> int:
    """When CMake took down the compilers of this folder: anew once its cache is gone, else never again."""
    found = [file.stat().st_mtime_ns for file in folder.glob("CMakeFiles/*/CMake*Compiler.cmake") if file.is_file()]
    return min(found, default=0)


# -- cargo's messages: `cargo build --message-format`, The Cargo Book, External tools


def _of_message(message: object) -> Iterator[str]:
    if not isinstance(message, dict):
        return
    if message.get("reason") == "compiler-artifact":
        yield from _linked_by_cargo(message)
    elif message.get("reason") == "build-script-executed":
        yield from _given_by_script(message)


def _linked_by_cargo(message: dict[str, object]) -> Iterator[str]:
    """Programs and libraries that cargo put where its users find them, not what it keeps for its own later steps."""
    target = message.get("target")
    kinds = target.get("kind") if isinstance(target, dict) else None
    if not isinstance(kinds, list) or {"proc-macro", "custom-build"} & {str(each) for each in kinds}:
        return
    names = message.get("filenames")
    paths = [*(names if isinstance(names, list) else ()), message.get("executable")]
    for path in paths:
        if isinstance(path, str) and Path(path).parent.name != "deps" and Path(path).suffix not in (".rmeta", ".rlib"):
            yield path


def _given_by_script(message: dict[str, object]) -> Iterator[str]:
    """The libraries that a build script made and told cargo to link."""
    own = message.get("out_dir")
    libraries, folders = message.get("linked_libs"), message.get("linked_paths")
    if not isinstance(own, str) or not isinstance(libraries, list) or not isinstance(folders, list):
        return
    made = Path(own).parent
    for folder in folders[:_MOST_MESSAGES]:
        place = Path(str(folder).partition("=")[2] or str(folder))
        if not place.is_relative_to(made):
            continue
        for library in libraries[:_MOST_MESSAGES]:
            name = str(library).partition("=")[2] or str(library)
            if os.sep not in name:
                yield from (str(place / each) for each in (f"lib{name}.a", f"lib{name}.so", f"{name}.lib"))
