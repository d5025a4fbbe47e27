"""Which engines a project is, contains or builds, and which of them a command builds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import PurePosixPath

from cudacompat.app.project.files import ProjectRead
from cudacompat.app.project.recognise import recognise_in
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.domain.builds.engine import BuildSystem, Engine
from cudacompat.domain.project.model import Copy, EngineUse, SourceFile
from cudacompat.domain.project.prebuilt_wheels import PREBUILT, Prebuilt, prebuilt
from cudacompat.domain.words.programs import MAKE
from cudacompat.engines import find, known, wheels

_MARKED = frozenset({"cmakelists.txt", "cargo.toml", "cargo.lock", "setup.py", "pyproject.toml", "build.rs"})
_DEEPEST = 3
_MOST_FOLDERS = 300
_REPOSITORY = re.compile(r"(?:github\.com[/:]|git\+https://github\.com/)([\w.-]+/[\w.-]+?)(?:\.git)?(?:[@#/\s\"']|$)")
# Of what lies on GitHub: programs made for somebody, installers, packages, and one file of a tree.
_RELEASED = re.compile(r"(?i)/releases/\S*+|/raw/")
_PROGRAM = re.compile(
    r"(?i)\.(?:sh|deb|rpm|exe|msi|whl|appimage)$|linux|windows|win64|-bin-|macos|darwin|x86_64|amd64|x64|aarch64|arm64"
    r"|/raw/"
)
_TAG = re.compile(r"/(?:archive|tarball|zipball)/(?:refs/tags/)?([^/\s]+?)(?:\.tar\.\w+|\.tgz|\.zip)?$|\.git#([^\s:]+)")
_CUDA_WORDS = re.compile(
    r"(?i)(?P<made>(?:enable_language|find_package|check_language)\s*+\(\s*+CUDA)|(?P<begun>project\s*+\()|(?P<cuda>\bCUDA\b)|\)"
)
_SOURCES = (".cu", ".cpp", ".c")
_UNKNOWN = re.compile(r"\$_+")  # a variable of which only make knows the value
_NORMAL = re.compile(r"[-_.]+")
_LIST_NAME = "CMAKE_CUDA_ARCHITECTURES"
_LIST_VARIABLE = "CUDAARCHS"
_FINDS_TORCH = re.compile(r"(?i)\bfind_package\s*+\(\s*+Torch\b")
_HANDS_ON = re.compile(rf"(?i)\bset\s*\(\s*\w+_ARCH_LIST\s+\"?\$\{{{_LIST_NAME}\}}")  # to what overwrites it else


def uses_of(read: ProjectRead) -> tuple[EngineUse, ...]:
    """Return the engines that the files show, the top folder's first; a plain CMake project only if it is CUDA's."""
    found: list[EngineUse] = []
    has_cuda = any(
        _has_cuda(file.text) for file in read.files if file.name.lower().endswith(("cmakelists.txt", ".cmake"))
    )
    folders: set[str] = set()
    texts = {file.name: file.text for file in read.files}
    for file in read.files:
        folder, _, name = file.name.rpartition("/")
        if name.lower() in _MARKED and file.name.count("/") <= _DEEPEST:
            folders.add(folder)
    for folder in sorted(folders, key=lambda each: (each.count("/") if each else -1, each))[:_MOST_FOLDERS]:
        shown = recognise_in(texts, read.root, folder)
        if shown is None or (_is_any_cmake(shown.engine) and not has_cuda):
            continue
        if _HANDS_ON.search(texts.get(f"{_start_of(folder)}CMakeLists.txt", "")):
            shown = replace(shown, engine=find("cmake"), version=None, built=None)
        if shown.engine.plain and any(use.engine is shown.engine for use in found):
            continue
        if not any(use.engine is shown.engine and use.version == shown.version for use in found):
            file_name = PurePosixPath(shown.file).name
            place = _start_of(folder) + file_name
            found.append(EngineUse(shown.engine, shown.version, place, folder=folder, built=shown.built))
        if _has_own_cmake(shown.engine, texts, folder) and not any(_is_any_cmake(use.engine) for use in found):
            found.append(EngineUse(find("cmake"), None, f"{_start_of(folder)}CMakeLists.txt", folder=folder))
    for file in read.files:
        if PurePosixPath(file.name).name == ".gitmodules":
            for match in _REPOSITORY.finditer(file.text):
                engine = _of_repository(match[1])
                if engine is not None and not any(use.engine is engine for use in found):
                    found.append(EngineUse(engine, None, file.name))
    return tuple(found)


def _start_of(folder: str) -> str:
    """Return how the paths of a folder's files begin: nothing at the top."""
    return f"{folder}/" if folder else ""


def _has_own_cmake(shown: Engine, texts: Mapping[str, str], folder: str) -> bool:
    """Whether a folder that pip or cargo builds in a general way is a CMake project besides, which reads CMake's own
    list: no file in its scope looks for PyTorch, whose package overwrites that."""
    own = texts.get(f"{_start_of(folder)}CMakeLists.txt", "")
    if shown.system is BuildSystem.CMAKE or shown.repositories or not _has_cuda(own):
        return False
    included = (text for name, text in texts.items() if name.endswith(".cmake") and name.startswith(_start_of(folder)))
    return not any(map(_FINDS_TORCH.search, (own, *included)))


def _has_cuda(text: str) -> bool:
    """Whether a CMake file may make CUDA a language, or look for it."""
    if "cuda" not in text.lower():
        return False
    inside = False  # of a project()
    for match in _CUDA_WORDS.finditer(text):
        if match["made"] or (inside and match["cuda"]):
            return True
        inside = match["begun"] is not None or (inside and match[0] != ")")
    return False


class Builders:
    """Says which engine a command builds, while the commands of one stage, job or script are gone through."""

    def __init__(
        self, uses: Sequence[EngineUse], *, here: bool = False, image: bool = False, makefile: bool = False
    ) -> None:
        self._uses = tuple(uses)
        self._makefile = makefile  # the project has one of its own
        self._clone_folder = ""  # the name of the folder that was cloned
        self._inside = False  # the shell went there
        self._image = image
        self._here = here  # the project itself lies where the commands run
        self._wheels = all_wheels()
        self._homes: set[str] = set()  # where the project lies as a whole
        self._cloned: EngineUse | None = None
        self._strange = False  # something was cloned that is no engine known here
        self._moved = False  # the shell went elsewhere than to a folder for the build
        self._configured = False  # CMake made the Makefile that make reads

    def take(self, targets: Iterable[str]) -> None:
        """Remember that the whole project was copied to these folders."""
        copied = tuple(targets)
        self._here = self._here or bool(copied)
        self._homes.update(target.rstrip("/") for target in copied if target.startswith("/"))

    def use_of(self, command: ShellCommand) -> EngineUse | None:
        """Return the engine that the command builds; `None` where it builds none, or which is not known."""
        words = [word.text for word in command.words]
        program = command.program
        if program == "git" and "clone" in words:
            self._clone(words)
            return None
        if program in ("wget", "curl"):
            self.fetch(words)
            return None
        if program in ("cd", "pushd"):
            self._go(words[1:2])
        if program in MAKE:
            return self._of_make(words)
        system = builds(program, words)
        self._configured = self._configured or system is BuildSystem.CMAKE
        if system is None:
            return None
        if system is BuildSystem.PIP:
            return self._of_pip(words)
        if system is BuildSystem.NVCC:
            source = next((word for word in words[1:] if word.endswith(_SOURCES)), "")
            return EngineUse(find("nvcc"), None, f"nvcc {_UNKNOWN.sub('…', source)}"[:80])
        own = system is BuildSystem.CMAKE and self._is_own(words)
        use = self._of_project(system) if own else self._of_tree(system)
        named = _names_list(command) if use is None and system is BuildSystem.CMAKE and self._is_open() else None
        if named is not None:
            return EngineUse(find("cmake"), None, named)
        if use is None and system is BuildSystem.CMAKE:
            return _by_options(command)
        return use

    def _is_own(self, words: Sequence[str]) -> bool:
        """Whether CMake configures the project itself, though something was fetched before: it is told to take the
        folder that a job or script begins in, and the shell never left that."""
        if self._image or not self._here or self._moved or self._cloned is not None:
            return False
        if self._of_project(BuildSystem.CMAKE) is None:
            return False
        return any(pair in (("-S", "."), ("-S", "./")) for pair in pairwise(words)) or words[-1] in (".", "..")

    def _of_project(self, system: BuildSystem) -> EngineUse | None:
        return next((use for use in self._uses if use.engine.system is system), None)

    def _is_open(self) -> bool:
        """Whether CMake's own list counts in what is built: sources of which nothing is known, or a project of which
        nothing says that it is not read there."""
        dead = (each.name for use in self._uses for each in use.engine.dead)
        if self._strange:  # in an image, what is fetched is built for whoever gets it
            return self._image
        return self._here and self._cloned is None and _LIST_NAME not in dead

    def copy(self) -> Builders:
        """Return what a stage goes on with that begins with this one."""
        other = Builders(self._uses, here=self._here, image=self._image, makefile=self._makefile)
        other._clone_folder, other._inside = self._clone_folder, self._inside
        other._homes = set(self._homes)
        other._cloned, other._strange, other._configured = self._cloned, self._strange, self._configured
        other._moved = self._moved
        return other

    def fetch(self, words: Iterable[str]) -> None:
        """Remember what is downloaded from GitHub, unless that is a program, or one file."""
        named = [word for word in words if _repository_of(word) is not None]
        if named and not any(map(_is_no_source, named)):
            self._clone(named, "an archive")

    def _clone(self, words: Iterable[str], how: str = "git clone") -> None:
        words = list(words)
        repository = next(filter(None, map(_repository_of, words)), None)
        self._clone_folder = _folder_of_clone(words, repository)
        engine = _of_repository(repository) if repository else None
        if engine is not None:
            version = _version_of(engine, words)
            self._cloned, self._strange = EngineUse(engine, version, f"{how} of {repository}"), False
        else:
            self._cloned, self._strange = None, True

    def _go(self, where: Sequence[str]) -> None:
        """Remember whether the shell goes to what was cloned."""
        parts = where[0].split("/") if where else []
        self._moved = self._moved or parts not in (["build"], [".."], ["."], ["-"])
        went_in = self._clone_folder != "" and self._clone_folder in parts
        self._inside = went_in or (self._inside and bool(parts) and parts[0] not in ("", "..", "~"))

    def _of_make(self, words: Sequence[str]) -> EngineUse | None:
        """An engine whose own Makefile is read: cloned, or the project itself, and nothing was configured before. Where
        the project has a Makefile, that of a clone is read in the clone's folder alone."""
        if self._configured or self._strange:
            return None
        named = any(self._clone_folder in word.split("/") for word in words[1:])
        if self._cloned is not None and self._makefile and not (named or self._inside):
            return None
        own = next((use for use in self._uses if not use.folder and "/" not in use.shown), None)
        use = self._cloned or own
        return use if use is not None and any(each.by_make for each in use.engine.removed) else None

    def _of_tree(self, system: BuildSystem) -> EngineUse | None:
        if self._cloned is not None:
            return self._cloned if self._cloned.engine.system in (system, BuildSystem.PIP) else None
        return None if self._strange else self._of_project(system)

    def _of_pip(self, words: Sequence[str]) -> EngineUse | None:
        local, line, from_source = False, " ".join(words), _from_source(words)
        for before, word in pairwise(words):
            if before in _FORMATS:
                continue
            repository = _repository_of(word)
            if repository is not None:
                engine = _of_repository(repository)
                return EngineUse(engine, None, word) if engine is not None else None
            name, _, version = _NORMAL.sub("-", re.split(r"[\[<>=!~; ]", word)[0]).lower(), "", word.partition("==")[2]
            row = prebuilt(self._wheels, name)
            taken = row is not None and not from_source and (row.index is None or row.index in line)
            if row is not None and taken and not row.without_cuda:
                continue  # a wheel is taken as it is
            engine = next((each for each in known() if name in each.packages), None)
            if engine is not None:
                return EngineUse(engine, version or None, f"pip install {word}"[:80])
            local = (
                local
                or word.rstrip("/") in self._homes
                or word in (".", "..", "./", "setup.py")
                or word.startswith(("./", ".[", "-e.", "--editable"))
            )
        if not local:
            return None
        if self._cloned is not None:
            return self._cloned
        if self._strange:
            return None
        return next((use for use in self._uses if use.engine.system is BuildSystem.PIP), None)


_FORMATS = frozenset({"--no-binary", "--only-binary"})  # options of pip that name packages, too
_BUILT_BY = ("setup.py", "pyproject.toml")


def copies_project(file: SourceFile, copy: Copy) -> bool:
    """Return True if it copies the whole context, or the file that pip builds it by, of a Dockerfile at the top of the
    project."""
    if copy.stage is not None or "/" in file.name:
        return False
    named = (source.removeprefix("./") for source in copy.sources)
    return copy.sources in ((".",), ("./",)) or any(
        fnmatchcase(script, pattern) for pattern in named if pattern for script in _BUILT_BY
    )


def all_wheels() -> tuple[Prebuilt, ...]:
    """Return the packages that are built already: those of engines, and the others."""
    return (*wheels(), *PREBUILT)


def _of_repository(name: str) -> Engine | None:
    return next((each for each in known() if name.lower() in each.repositories), None)


def _names_list(command: ShellCommand) -> str | None:
    """How a configuration is given CMake's own list; `None` where it is not."""
    if any(each.name == _LIST_NAME and each.written for each in command.defines):
        return f"cmake -D{_LIST_NAME}"
    given = command.environment.get(_LIST_VARIABLE)
    return f"{_LIST_VARIABLE} for cmake" if given is not None and given.written else None


def _by_options(command: ShellCommand) -> EngineUse | None:
    """The engine whose settings these are, wherever its sources come from."""
    names = [each.name for each in command.defines]
    for engine in known() if names else ():
        if engine.options and all(any(re.fullmatch(each, name) for name in names) for each in engine.options):
            return EngineUse(engine, None, f"cmake -D{engine.options[0]}")
    return None


def _is_any_cmake(engine: Engine) -> bool:
    return engine.plain and engine.system is BuildSystem.CMAKE


def _is_no_source(word: str) -> bool:
    """Whether this address of GitHub is that of a program, or of one file."""
    return any(match[0] == "/raw/" or _PROGRAM.search(match[0]) for match in _RELEASED.finditer(word))


def _from_source(words: Sequence[str]) -> bool:
    """Whether pip is told to build what it could take as a wheel."""
    return any(word.startswith("--no-binary") for word in words)


def _repository_of(word: str) -> str | None:
    match = _REPOSITORY.search(word + " ")
    return match[1].lower() if match is not None else None


def _folder_of_clone(words: Sequence[str], repository: str | None) -> str:
    """The name of the folder that a clone is in: the word behind its address where there is one, else the address's
    own."""
    at = next(
        (at for at, word in enumerate(words) if repository is not None and _repository_of(word) == repository), -1
    )
    named = words[at + 1] if 0 <= at < len(words) - 1 and not words[at + 1].startswith("-") else words[at]
    return named.rstrip("/").rpartition("/")[2].removesuffix(".git")


def _version_of(engine: Engine, words: Sequence[str]) -> str | None:
    tag = next((words[words.index(option) + 1] for option in ("-b", "--branch") if option in words[:-1]), None)
    if tag is None:
        match = next(filter(None, map(_TAG.search, words)), None)
        tag = (match[1] or match[2]) if match is not None else ""
    text = tag.removeprefix(engine.tag)
    return text if re.fullmatch(r"\d+(?:\.\d+)*", text) else None


def builds(program: str, words: Sequence[str]) -> BuildSystem | None:
    """Return what kind of build this command is: a CMake configure, a cargo or pip build, make, or nvcc itself."""
    rest = list(words[1:])
    if program == "dh_auto_configure":
        return BuildSystem.CMAKE if any(word.startswith("-D") for word in rest) else None
    if program == "cmake":
        other = {"--build", "--install", "-E", "-P", "--version", "--help", "--open", "--workflow"}
        return None if other & set(rest) or not rest else BuildSystem.CMAKE
    if program == "cargo":
        kinds = {"build", "install", "run", "test", "bench", "check", "rustc", "b", "clippy", "chef"}
        verb = next((word for word in rest if not word.startswith(("-", "+"))), "")
        return BuildSystem.CARGO if verb in kinds else None
    if program in ("pip", "pip3") or re.fullmatch(r"python[\d.]*", program):
        return _python_build(program, rest)
    if program == "nvcc" and any(word.endswith(_SOURCES) for word in rest):
        return BuildSystem.NVCC
    return None


def _python_build(program: str, rest: list[str]) -> BuildSystem | None:
    if program.startswith("python"):
        if rest[:2] == ["-m", "pip"]:
            rest = rest[2:]
        elif rest[:2] == ["-m", "build"]:
            return BuildSystem.PIP
        else:
            made = {"install", "bdist_wheel", "build_ext", "develop", "build"}
            return BuildSystem.PIP if rest[:1] == ["setup.py"] and made & set(rest) else None
    return BuildSystem.PIP if {"install", "wheel"} & set(rest[:3]) else None


def all_uses(uses: Sequence[EngineUse], built: Iterable[EngineUse | None]) -> Iterator[EngineUse]:
    """Yield the engines of the files, then those that commands build, each once."""
    seen: set[tuple[str, str | None]] = set()
    for use in (*uses, *built):
        if use is not None and (use.engine.name, use.version) not in seen:
            seen.add((use.engine.name, use.version))
            yield use
