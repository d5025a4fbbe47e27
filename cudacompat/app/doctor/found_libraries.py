"""Whether an environment gives its packages the libraries of CUDA's that these ask for: files are read, none is
loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cudacompat.app.doctor.installing import needs
from cudacompat.artifacts.binaries.needed import Dynamic
from cudacompat.artifacts.files.loader_needs import loader_needs
from cudacompat.domain.judge.library_needs import lacking
from cudacompat.domain.judge.made_for import made_for
from cudacompat.domain.machine.components import Component, Environment, FoundLibraries, by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.machine.loaders import CudaLibraries, is_file_of
from cudacompat.domain.tables.cuda_libraries import is_vendors, release_asked_for
from cudacompat.domain.wheels.distributions import compiled_by, framework
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.engines import cuda_libraries
from cudacompat.environments.own import normalised
from cudacompat.environments.pip import version_of
from cudacompat.host.toolchain.library_folders import SystemLoader, system_loader
from cudacompat.places.roots import Roots
from cudacompat.places.there import is_file, is_folder

# Where packages bring libraries along, below the folder of packages, whether their lists name them or not.
_PACKAGES = ("nvidia/*/lib", "nvidia/*/lib64", "nvidia/*", "*/lib")
_MOST_FOLDERS = 2000
_NVVM = "nvvm/lib64"  # of a toolkit


@dataclass(frozen=True, slots=True)
class FoundHere:
    """The components, each with how it comes by libraries, by path of a library what the loader does not find, and the
    names that libraries ask for which are not NVIDIA's own."""

    components: tuple[Component, ...]
    lacks: Mapping[str, tuple[str, ...]]
    asked: tuple[str, ...] = ()


def with_found(
    components: Sequence[Component],
    artifacts: Iterable[BinaryArtifact],
    facts: HostFacts,
    roots: Roots | None = None,
    *,
    only: Component | None = None,
) -> FoundHere:
    """Return what the loader of this machine finds for the components (or for the `only` one among them), and what not;
    `artifacts` are their libraries with device code."""
    seen = roots or Roots.real()
    loader = system_loader(seen)
    with_code = {str(each.path): each for each in artifacts}
    found: dict[int, Component] = {}
    lacks: dict[str, tuple[str, ...]] = {}
    asked: dict[str, None] = {}
    for home, near in by_environment(components, facts.environments):
        here = _surroundings(near, home, loader, roots=seen)
        for each in near if only is None else [each for each in near if each is only]:
            told = _of(each, here, with_code, home=home)
            found[id(each)] = replace(each, found=told.found)
            lacks |= told.lacks
            asked |= dict.fromkeys(told.asked)
    return FoundHere(tuple(found[id(each)] for each in components if id(each) in found), lacks, asked=tuple(asked))


# -- what there is


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """One environment: the paths of its libraries by name, the folders of its packages, the libraries of the framework
    (`None` where that is not there), and what the loader and toolkits have."""

    by_name: Mapping[str, str]
    tops: tuple[Path, ...]
    prefixes: tuple[Path, ...]  # conda's, in whose lib its programs look
    framework: tuple[str, ...] | None
    loader: SystemLoader
    toolkits: tuple[Path, ...]
    searched: dict[str, bool] = field(default_factory=dict)
    imported: dict[str, None] = field(default_factory=dict)

    def framework_loads(self, name: str) -> bool:
        """Whether the library is in the process once the framework is imported: one of its own, or one that these ask
        for, directly or by others. One for the CPU, or of another CUDA release, asks for none."""
        waiting = list(self.framework or ()) if not self.imported else []
        while waiting:
            path = waiting.pop()
            self.imported[_name(path)] = None
            asked = [each for each in loader_needs(path).needed if each not in self.imported]
            self.imported.update(dict.fromkeys(asked))
            waiting += [self.by_name[each] for each in asked if each in self.by_name]
        return name in self.imported

    def loads(self, name: str) -> bool:
        """Whether the loader finds the name for any program here."""
        folders = (each / below for each in self.prefixes for below in ("lib", _NVVM))
        return self.loader.finds(name) or any(is_file(folder / name) for folder in folders)

    def packages_have(self, name: str) -> bool:
        """Whether a package brings the library along, listed or not."""
        if name in self.by_name:
            return True
        if name not in self.searched:
            folders = (folder for top in self.tops for pattern in _PACKAGES for folder in _below(top, pattern))
            self.searched[name] = any(is_file(folder / name) for folder in folders)
        return self.searched[name]

    def place(self, name: str) -> str | None:
        """The path of the library: a package's first, then the loader's, then a toolkit's."""
        there = (path for top in self.toolkits for folder in ("lib64", "lib") if is_file(path := top / folder / name))
        return self.by_name.get(name) or self.loader.place(name) or next(map(str, there), None)

    def toolkits_have(self, name: str) -> bool:
        """Whether a toolkit that the environment names, or the usual one, has it."""
        return any(is_file(top / folder / name) for top in self.toolkits for folder in ("lib64", "lib", _NVVM))


def _surroundings(
    near: Sequence[Component], home: Environment | None, loader: SystemLoader, roots: Roots
) -> _Surroundings:
    by_name: dict[str, str] = {}
    for path in (path for each in near for path in each.libraries):
        by_name.setdefault(_name(path), path)
    tops = [Path(each) for each in (home.folders if home is not None else ())]
    tops += [Path(each) for each in roots.environ.get("PYTHONPATH", "").split(os.pathsep) if each.startswith("/")]
    prefix = Path(home.prefix) if home is not None else None
    named = [Path(value) for key in ("CUDA_HOME", "CUDA_PATH") if (value := roots.environ.get(key, "")).startswith("/")]
    return _Surroundings(
        by_name,
        tuple(tops),
        prefixes=(prefix,) if prefix is not None and (prefix / "conda-meta").is_dir() else (),
        framework=next((each.libraries for each in near if normalised(each.package) == framework().name), None),
        loader=loader,
        toolkits=(*named, roots.usr / "local/cuda"),
    )


# -- what is asked for


@dataclass(frozen=True, slots=True)
class _Told:
    found: FoundLibraries
    lacks: Mapping[str, tuple[str, ...]]
    asked: tuple[str, ...]  # by the libraries of which its loader takes one only that one, and nothing by NVIDIA's


def _of(
    component: Component, here: _Surroundings, with_code: Mapping[str, BinaryArtifact], home: Environment | None
) -> _Told:
    row = cuda_libraries(normalised(component.package)) or CudaLibraries(source="")
    used = [path for path in component.libraries if not is_file_of(row.optional, component, path)]
    asked = {path: loader_needs(path) for path in used}
    own_call = row.reached(component.version)
    only_elsewhere: dict[str, None] = {}

    def finds(path: str, name: str) -> bool:
        if here.loads(name) or _by_its_folders(path, name, asked.get(path)):
            return True
        if row.looks(component.version):
            return here.packages_have(name) or (row.looks_into_toolkits and here.toolkits_have(name))
        reached = here.packages_have(name) and (bool(own_call) or here.framework_loads(name))
        if reached:
            only_elsewhere[name] = None
        return reached

    names = {path: each.needed for path, each in asked.items()}
    lacks = lacking(names, here.by_name, finds)
    release = _released_with(row, component, home)
    every = _opened(component, row, names, with_code=with_code, release=release)
    opens = [next((name for name in each if finds("", name)), each[0]) for each in every]
    by_file = _opened_by_files(component, row, here, asked=asked)
    opened = (*(name for name in opens if not finds("", name)), *by_file.needed)
    first = (framework().name,) if _wants_framework(component, here, home) else opened
    if first:
        lacks |= {path: tuple(dict.fromkeys((*first, *lacks.get(path, ())))) for path in used}
    compiles = bool(row.opens) and compiled_by(component.package) is not None  # its own device code is not judged
    judged = {} if compiles else with_code
    decides = {name for path in lacks if path in judged for name in lacks[path]}
    parts = dict.fromkeys(name for path in lacks for name in lacks[path] if name not in decides)
    parts |= dict.fromkeys(by_file.wanted)
    by_framework = all(map(here.framework_loads, only_elsewhere))
    found = FoundLibraries(
        release or release_asked_for(name for each in names.values() for name in each),
        parts_lack=tuple(parts),
        elsewhere=tuple(only_elsewhere),
        reached_by=_call(own_call, by_framework=by_framework) if only_elsewhere else "",
        compiler=_nvrtc(opens, here),
    )
    idle = {path for group in component.alternatives for path in group.libraries if group.loaded not in (None, path)}
    by_used = (
        () if is_vendors(component.package) else (n for path, each in names.items() if path not in idle for n in each)
    )
    return _Told(found, lacks, asked=(*dict.fromkeys(by_used), *opens))


def _call(own: str, *, by_framework: bool) -> str:
    """What a program has to do: import the framework, where that loads all of it, or what the package itself offers."""
    first = f"import {framework().name} first" if by_framework else ""
    return ", or ".join(filter(None, (first, own)))


@dataclass(frozen=True, slots=True)
class _OpenedByFiles:
    """Names that libraries of a component open and do not find: `needed` by a program here, `wanted` by some."""

    needed: tuple[str, ...]
    wanted: tuple[str, ...]


def _opened_by_files(
    component: Component, row: CudaLibraries, here: _Surroundings, asked: Mapping[str, Dynamic | None]
) -> _OpenedByFiles:
    needed: dict[str, None] = {}
    wanted: dict[str, None] = {}
    for path in component.libraries if row.opened_by else ():
        for each in (each for each in row.opened_by if is_file_of(each.file, component, path)):
            missing = [
                name
                for name in each.names
                if not here.loads(name)
                and not is_file(Path(path).parent / name)
                and not _by_its_folders(path, name, asked.get(path))
            ]
            called = not each.callers or any(is_folder(top / caller) for top in here.tops for caller in each.callers)
            (needed if called else wanted).update(dict.fromkeys(missing))
    return _OpenedByFiles(tuple(needed), tuple(wanted))


def _wants_framework(component: Component, here: _Surroundings, home: Environment | None) -> bool:
    """Whether the package requires the framework, into which it loads, and that is not installed."""
    name = framework().name
    if (
        home is None
        or not component.is_of_pip
        or here.framework is not None
        or any(is_folder(top / name) for top in here.tops)
    ):
        return False
    return any(normalised(each.name) == name for each in needs(component, home))


def _released_with(row: CudaLibraries, component: Component, home: Environment | None) -> int | None:
    """The major CUDA release of the package that says it for this one."""
    folders = home.folders if home is not None else (component.location,)
    version = version_of(row.released_with, folders) if row.released_with else None
    major = (version or "").partition(".")[0]
    return int(major) if re.fullmatch("[0-9]{1,3}", major) else None


def _opened(
    component: Component,
    row: CudaLibraries,
    names: Mapping[str, tuple[str, ...]],
    with_code: Mapping[str, BinaryArtifact],
    release: int | None,
) -> list[list[str]]:
    """The names that the package opens itself, for the CUDA release that it was made for, each as all of its
    spellings; none where none is known."""
    names_opened = row.opened(component.version)
    if not names_opened:
        return []
    if not any("{cuda}" in each for each in names_opened):
        return [each.split("|") for each in names_opened]
    cuda = release
    if not row.released_with:
        cuda = made_for(component, [with_code[path] for path in component.libraries if path in with_code])
        cuda = cuda or release_asked_for(name for each in names.values() for name in each)
    return [each.format(cuda=cuda).split("|") for each in names_opened] if cuda is not None else []


def _nvrtc(opens: Iterable[str], here: _Surroundings) -> str:
    """The NVRTC among the names that a package opens, with its release, as the file beside it says it."""
    for path in (place for name in opens if name.startswith("libnvrtc.so.") and (place := here.place(name))):
        for beside in _below(Path(path).parent, "libnvrtc-builtins.so.*"):
            found = re.fullmatch(r"libnvrtc-builtins\.so\.(\d+\.\d+)(?:\.\d+)?", beside.name)
            if found is not None:
                return f"NVRTC {found[1]}"
    return ""


def _by_its_folders(path: str, name: str, asked: Dynamic | None) -> bool:
    """Whether the library lies in a folder that the file itself names."""
    origin = os.path.dirname(path)  # noqa: PTH120  a Path for each of thousands is slow
    folders = asked.folders if asked is not None else ()
    placed = (each.replace("${ORIGIN}", origin).replace("$ORIGIN", origin) for each in folders)
    return any(folder.startswith("/") and is_file(Path(folder, name)) for folder in placed)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _below(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))[:_MOST_FOLDERS]
    except OSError:
        return []
