"""Which files of a project `lint` reads, and what it passes over: bounded, and never out of the folder."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath

from cudacompat.app.inputs.text_files import open_regular
from cudacompat.app.project.hidden_flags import MOST_LOOKED_AT as MOST_PROGRAMS
from cudacompat.app.project.hidden_flags import may_call_nvcc, programs_with_flags
from cudacompat.app.project.includes import PipFiles, included
from cudacompat.app.project.lookalikes import MOST_LOOKED_AT, may_be_looked_at, unread_lookalikes
from cudacompat.app.project.other_lists import MOST_LOOKED_AT as MOST_NAMED
from cudacompat.app.project.other_lists import is_readme, other_lists
from cudacompat.app.project.rust_sources import crate_sources
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.buildfiles.launchers import is_launcher
from cudacompat.artifacts.buildfiles.project_files import FOREIGN_FOLDERS, RESULT_FOLDERS
from cudacompat.artifacts.requirements.kinds import kind_of as requirement_kind
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.wheels.list_files import may_be_plain_list
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.limits import MOST_OF_BUILD_FILE
from cudacompat.engines import called, known

_MOST_OF_LOCK = 16 << 20  # of a file of requirements, which programs write
_MOST_TOTAL = 256 << 20  # bytes of all together
_MOST_FILES = 20_000
_DEEPEST = 12
CONFIGURED_BY = ("CMakeCache.txt", "compile_commands.json", "build.ninja")  # a folder with one of these holds a build
_JSON_NAMES = re.compile(r"(?:cmake(?:user)?presets|\.?devcontainer|settings|[\w.-]*presets)\.json")
_PYTHON_NAMES = re.compile(r"(?:setup|build|[\w]*_build|build_[\w]*|setup_[\w]*|noxfile|conanfile)\.py")
# Most files of a project are sources; their names need no closer look.
_SOURCES = (
    ".c", ".cc", ".cpp", ".cu", ".cuh", ".cxx", ".gif", ".go", ".h", ".hpp", ".html", ".ipynb", ".jpg", ".js", ".md",
    ".png", ".pyi", ".rst", ".svg", ".ts", ".txt",
)  # fmt: skip
# Documents and pictures, whatever their names begin with: dockerfile-stages.png.
_DOCUMENTS = (".gif", ".html", ".ipynb", ".jpeg", ".jpg", ".md", ".pdf", ".png", ".rst", ".svg", ".webp")
_NOWHERE = "a link that leads nowhere"
_SCRIPT_NAMES = (".sh", ".bash")
# A YAML file without one of these words says nothing about CUDA; reading it as YAML is what takes the time.
_WORTH_PARSING = ("cuda", "nvidia", "nvcc", "gpu", "cargo", "cmake")
# Kinds of which most files build something else, or nothing.
_OF_ANYBODY = frozenset(
    {FileKind.BATCH, FileKind.POWERSHELL, FileKind.VISUAL_STUDIO, FileKind.JENKINS, FileKind.EARTH, FileKind.APPTAINER}
    | {FileKind.SPEC, FileKind.NIX, FileKind.BAZEL_RC, FileKind.BAZEL, FileKind.MESON, FileKind.INI}
    | {FileKind.AUTOCONF}
)
_CUDA = re.compile(r"(?i)cuda|nvcc|nvidia|\btorch\b|torch_command")
_LEAST_NAME = 4  # letters: a shorter name of an engine stands in other words


class TooLargeError(ValueError):
    """A file that is longer than any build file."""


@dataclass(frozen=True, slots=True)
class ProjectRead:
    """What was read: the files, what could not be read, the folders passed over, and the configured build folders."""

    root: Path
    files: tuple[SourceFile, ...]
    not_read: tuple[NotRead, ...]
    skipped: tuple[str, ...]
    configured: tuple[str, ...]
    seen: int = 0  # how many build files there are, read or not
    rust: tuple[SourceFile, ...] = ()  # the sources of a crate that uses an engine whose calls are known
    lookalikes: tuple[str, ...] = ()  # what looks like a CUDA build and is of a kind that is not read
    marked: frozenset[str] = frozenset()  # the files that begin with a byte order mark, which their text leaves out
    lists: tuple[str, ...] = ()  # files for pip whose names do not say so
    pip: PipFiles = field(default_factory=PipFiles, compare=False)  # those that were parsed to find what they include


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk through a project finds beside its build files, by path."""

    skipped: list[str]
    configured: list[str]
    not_read: list[NotRead]
    others: list[str]  # of a kind that is not read
    plain: list[str]  # texts that may be lists for pip
    programs: list[str]  # that may call nvcc

    def pass_over(self, name: str) -> None:
        """Take note of a file that is no build file by its name."""
        if len(self.others) < MOST_LOOKED_AT and may_be_looked_at(name):
            self.others.append(name)
        if len(self.plain) < MOST_NAMED and (may_be_plain_list(name) or is_readme(name)):
            self.plain.append(name)
        if len(self.programs) < MOST_PROGRAMS and may_call_nvcc(name):
            self.programs.append(name)


def read(folder: str) -> ProjectRead:
    """Return the build files below this folder, or the one that is named; `UsageError` where there is none."""
    root = Path(folder)
    mode = _mode(folder, follow=True)
    if stat.S_ISREG(mode):
        root, only = root.parent, root.name
        if not wanted(only):
            also = f"; cudacompat check {folder} takes a list of packages" if may_be_plain_list(only) else ""
            raise UsageError(f"{folder} is not a kind of build file that lint reads{also}")
    elif stat.S_ISDIR(mode):
        only = None
    elif mode:
        raise UsageError(f"{folder} is neither a file nor a directory")
    else:
        if folder == "-":
            raise UsageError("lint reads a directory or a build file, and no standard input (-)")
        raise UsageError(f"no such file or directory: {folder}")
    files: list[SourceFile] = []
    not_read: list[NotRead] = []
    skipped: list[str] = []
    configured: list[str] = []
    marked: set[str] = set()
    seen = total = 0
    others: list[str] = []
    plain: list[str] = []
    programs: list[str] = []
    walked = Walked(skipped, configured, not_read, others=others, plain=plain, programs=programs)
    for name in (only,) if only else _walk(root, walked):
        seen += 1
        if seen > _MOST_FILES or total > _MOST_TOTAL:
            most = f"{_MOST_FILES} build files" if seen > _MOST_FILES else f"{_MOST_TOTAL >> 20} MiB of build files"
            not_read.append(NotRead(".", f"more than {most}; files from {name} on were not read"))
            break
        try:
            text = text_of(root / name, follow=only is not None)
        except OSError as error:
            not_read.append(NotRead(name, _said(error)))
            continue
        except TooLargeError as error:
            if only or is_build_file(name):
                not_read.append(NotRead(name, str(error)))
            continue
        except ValueError as error:
            not_read.append(NotRead(name, str(error)))
            continue
        total += len(text)
        if text.startswith("\ufeff"):
            marked.add(name)
            text = text[1:]
        if worth_parsing(name, text):
            files.append(SourceFile(name, text))
    pip = PipFiles()
    text_of_included = partial(_text, follow=False, most=_MOST_OF_LOCK, utf_16=True)
    lists = () if only else other_lists(root, files, plain, text_of=text_of_included)
    files += lists
    files += () if only else programs_with_flags(root, programs)
    seen += len(lists)
    named = tuple(file.name for file in lists)
    others_included, unread = included(root, files, text_of_included, pip=pip, lists=named)
    files += others_included
    not_read += unread
    rust = () if only else tuple(_rust(root, files))
    lookalikes = () if only else tuple(unread_lookalikes(root, others))
    return ProjectRead(
        root,
        tuple(files),
        tuple(not_read),
        skipped=tuple(skipped),
        configured=tuple(configured),
        seen=seen,
        rust=rust,
        lookalikes=lookalikes,
        marked=frozenset(marked),
        lists=named,
        pip=pip,
    )


def _said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _rust(root: Path, files: list[SourceFile]) -> Iterator[SourceFile]:
    """The Rust sources below the manifests that name a crate whose calls came and went, where they name it, too."""
    crates = [engine.api.crate for engine in known() if engine.api is not None]
    manifests = [file for file in files if PurePosixPath(file.name).name == "Cargo.toml"]
    folders = {
        PurePosixPath(file.name).parent.as_posix(): crate
        for file in manifests
        for crate in crates
        if re.search(rf"\b{crate.replace('_', '[-_]')}\b", file.text)
    }
    seen: set[str] = set()
    for folder, crate in sorted(folders.items()):
        for name, text in crate_sources(root / folder, crate):
            name = os.path.relpath(name, root).replace(os.sep, "/")
            if name not in seen:
                seen.add(name)
                yield SourceFile(name, text)


def text_of(path: Path, *, follow: bool, may_list: bool = False, any_bytes: bool = False) -> str:
    """Return the text of a build file, its byte order mark included; with `may_list` of one that may list packages,
    whatever its name; with `any_bytes` what is not UTF-8 in it is replaced, to tell what it is. `OSError` or
    `ValueError` if it cannot be read, `TooLargeError` if it is too large."""
    listed = may_list or requirement_kind(path.name) is not None
    most = _MOST_OF_LOCK if listed else MOST_OF_BUILD_FILE
    return _text(path, follow=follow, most=most, utf_16=listed, any_bytes=any_bytes)


def _text(path: Path, *, follow: bool, most: int, utf_16: bool, any_bytes: bool = False) -> str:
    """The text of a regular file; what it is was asked of the open file. pip takes lists of packages in UTF-16, as
    PowerShell redirects the output of `pip freeze`."""
    with open_regular(path, follow=follow) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLargeError(f"larger than {most >> 20} MiB")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if utf_16:
            try:
                return data.decode("utf-16")
            except UnicodeDecodeError:
                raise ValueError("not UTF-16, though it begins like it") from None
        raise ValueError("UTF-16, not UTF-8")
    if b"\0" in data:
        raise ValueError("a binary file")
    try:
        return data.decode("utf-8", errors="replace" if any_bytes else "strict")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start})") from None


def wanted(name: str) -> bool:
    """Whether a file of this path is a build file of a kind that is read."""
    lower = name.rpartition("/")[2].lower()
    if lower.endswith(_DOCUMENTS):
        return False
    if requirement_kind(name) is not None:
        return True
    if lower.endswith(_SOURCES) and not lower.startswith(("dockerfile", "containerfile", "cmake")):
        return False
    if lower.endswith(".json"):
        return _JSON_NAMES.fullmatch(lower) is not None
    if lower.endswith(".py"):
        return _PYTHON_NAMES.fullmatch(lower) is not None or is_launcher(lower)
    if lower.endswith(".rs"):
        return lower == "build.rs"
    return kind_of(name) is not None


def is_build_file(name: str) -> bool:
    """Whether the name says that it is a build file. Of most YAML only its content could say so: it may be a template
    of a chart, a catalogue of models, or the text of a page."""
    if not name.lower().endswith((".yml", ".yaml")):
        return True
    return kind_of(name) is not FileKind.YAML


def worth_parsing(name: str, text: str) -> bool:
    """Whether the text can say anything about CUDA; files that are few and small are always taken: of a compose file
    that is no YAML nobody knows."""
    if requirement_kind(name) is not None or kind_of(name) is FileKind.COMPOSE:
        return True
    if kind_of(name) in _OF_ANYBODY:
        return _CUDA.search(text) is not None
    if not name.lower().endswith((".yml", ".yaml", ".json", ".sh", ".bash", ".mk", ".hcl")):
        return True
    lowered = text.lower()  # looking for each word is many times faster than one expression of all, that ignores case
    return any(word in lowered for word in _words_worth_parsing(called()))


@cache
def _words_worth_parsing(names: frozenset[str]) -> tuple[str, ...]:
    return (*_WORTH_PARSING, *sorted(name.lower() for name in names if len(name) >= _LEAST_NAME))


def is_script(name: str) -> bool:
    """Whether the file is a shell script."""
    return name.lower().endswith(_SCRIPT_NAMES)


def is_small(folder: str, entries: int) -> bool:
    """Whether all that would be walked through below this folder are at most so many folders and files. A folder of
    all sorts (`/tmp`, a home) is no project that is read while somebody waits for something else."""
    counted = 0
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in RESULT_FOLDERS and name not in FOREIGN_FOLDERS]
        counted += len(folders) + len(names)
        if counted > entries:
            return False
    return True


def _walk(root: Path, walked: Walked) -> Iterator[str]:
    def unreadable(error: OSError) -> None:
        here = os.path.relpath(error.filename or root, root).replace(os.sep, "/")
        walked.not_read.append(NotRead(here, _said(error)))

    for place, folders, names in os.walk(root, onerror=unreadable):
        here = os.path.relpath(place, root).replace(os.sep, "/")
        here = "" if here == "." else f"{here}/"
        if any(name in names for name in CONFIGURED_BY):
            walked.configured.append(here.rstrip("/"))
        if "CMakeCache.txt" in names:
            folders[:] = []
            names = ["CMakeCache.txt"]
        kept = []
        for name in sorted(folders):
            if name in RESULT_FOLDERS or stat.S_ISLNK(_mode(f"{place}/{name}")):
                continue
            foreign = name in FOREIGN_FOLDERS or here.count("/") >= _DEEPEST or _mode(f"{place}/{name}/.git")
            if foreign:
                walked.skipped.append(here + name)
            else:
                kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            if not wanted(here + name):
                walked.pass_over(here + name)
                continue
            if not stat.S_ISLNK(_mode(f"{place}/{name}")):
                yield here + name
            elif (why := _link(f"{place}/{name}", root)) is not None and not (is_script(name) and why == _NOWHERE):
                walked.not_read.append(NotRead(here + name, why))


def _link(path: str, root: Path) -> str | None:
    """Why what a link leads to is not read; `None` where that is a build file below the folder itself."""
    target = os.path.realpath(path)
    inside = os.path.relpath(target, os.path.realpath(root)).replace(os.sep, "/")
    mode = _mode(target)
    if not mode or stat.S_ISLNK(mode):
        return _NOWHERE
    if inside.startswith("../"):
        return "a link that leads out of the directory"
    return None if stat.S_ISREG(mode) and wanted(inside) else "a link to what is not a build file"


def _mode(path: str, *, follow: bool = False) -> int:
    """What lies there; 0 where nothing does, or where that cannot be told."""
    try:
        return (os.stat if follow else os.lstat)(path).st_mode
    except (OSError, ValueError):
        return 0
