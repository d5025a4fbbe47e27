"""How packages choose among their own libraries, as rows of engines: what makes groups of files out of a component."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from packaging.version import InvalidVersion, Version

from cudacompat.domain.machine.alternatives import Alternatives, CalledOn
from cudacompat.domain.machine.components import Component
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class OneForRelease:
    """Libraries of which the loader takes the one for the CUDA release that another package was built for.

    `files` is a regular expression of their paths below the folder of packages, whose group is the release in digits
    (`128`). The release stands in the text file `told_by` of the other package, where the groups of `told` match it;
    `variable` is one of the environment that names another. From version `nearest_since` on the nearest release of the
    same major version is taken where none is the same: the next lower, else the next higher. With `exact_before` it is
    known of older versions that they take none then.
    """

    files: str
    told_by: str
    told: str
    loaded_by: str
    source: str
    variable: str = ""
    nearest_since: str | None = None
    exact_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSomeGpus:
    """Libraries that are used on GPUs of these numbers only (ranges, both ends included). `by_own_package` is whether
    the code that calls them is in the package itself, so that its wheel is whole without them. `beside`, made of the
    groups of `files` (`\\1_other.so`), is the library that is used on the other GPUs: without it they use this one.
    """

    files: str
    numbers: tuple[tuple[int, int], ...]
    loaded_by: str
    source: str
    by_own_package: bool = False
    beside: str = ""

    def means(self, found: re.Match[str], paths: Container[str | None]) -> bool:
        """Return whether the row is about the file whose path ends in this match, among these paths."""
        return not self.beside or found.string[: found.start(1)] + found.expand(self.beside) in paths


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedByFile:
    """Names that a library which the package brings along opens itself, in the loader's own folders or beside it.

    `file` is a regular expression of that library below the folder of packages. They are needed where one of `callers`
    (folders of modules) is installed, or any program if it is empty; elsewhere only a part wants them. `instead` is the
    requirement of releases that ask for other names, for an environment that already has those.
    """

    file: str
    names: tuple[str, ...]
    callers: tuple[str, ...] = ()
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaLibraries:
    """How a package comes by CUDA's libraries, beside what its files ask the loader for.

    `opens` are names that it opens itself and cannot do without (from version `opens_since` on), `{cuda}` in them the
    major CUDA release that it was made for, or that of the package `released_with`; of names with `|` between them it
    takes the first that is there. `opened_by` are those that a library opens which it brings along. `optional` is
    a regular expression of its files, below the folder of packages, without which it works.
    With `looks_into_packages` it finds the libraries of other packages by itself (from version `looks_since` on), with
    `looks_into_toolkits` then those of an installed toolkit; else a program has to do what
    `reached_by` says (from version `reached_since` on), and where that is empty only the loader's own folders count.
    From version `extras_since` on installing the package with `extras` brings them (`{cuda}` as above, of releases from
    `extras_cuda` on); with `by_toolkit` these ask for `cuda-toolkit`, one release of which they all are.
    """

    opens: tuple[str, ...] = ()
    opens_since: str = "0"
    released_with: str = ""
    opened_by: tuple[OpenedByFile, ...] = ()
    optional: str = ""
    looks_into_packages: bool = True
    looks_since: str | None = None
    looks_into_toolkits: bool = False
    reached_by: str = ""
    reached_since: str | None = None
    extras: tuple[str, ...] = ()
    extras_since: str | None = None
    extras_cuda: int = 0
    by_toolkit: bool = False
    source: str

    def reached(self, version: str) -> str:
        """Return what a program has to do so that this version finds the libraries of other packages."""
        return self.reached_by if _has(version, self.reached_since) else ""

    def looks(self, version: str) -> bool:
        """Return whether this version finds the libraries of other packages by itself."""
        return self.looks_into_packages and (self.looks_since is None or _has(version, self.looks_since))

    def opened(self, version: str) -> tuple[str, ...]:
        """Return the names that this version opens itself."""
        return self.opens if _has(version, self.opens_since) else ()

    def brings(self, version: str) -> tuple[str, ...]:
        """Return the extras with which this version of the package brings the libraries, if it has such."""
        return self.extras if _has(version, self.extras_since) else ()


Loading = OneForRelease | OnSomeGpus | CudaLibraries


@dataclass(frozen=True, slots=True)
class PackageLoading:
    """How one package, by its normalised name, chooses among its libraries."""

    package: str
    rows: tuple[Loading, ...]


def with_loading(
    component: Component, rows: Iterable[Loading], releases: Mapping[OneForRelease, ToolkitVersion | None]
) -> Component:
    """Return the component with what these rows make of its libraries; `releases` are what decides on this machine."""
    alternatives: list[Alternatives] = []
    called_on: list[CalledOn] = []
    for row in rows:
        if isinstance(row, CudaLibraries):
            continue
        named = [(path, found) for path in component.libraries if (found := _found(row.files, component, path))]
        if isinstance(row, OnSomeGpus):
            own = frozenset(map(partial(_inside, component), component.libraries)) if row.beside else ()
            called_on += [CalledOn(path, row.numbers, row.loaded_by) for path, found in named if row.means(found, own)]
        elif named:
            made = {path: _release(found[1]) for path, found in named}
            alternatives.append(_group(row, component, made, wanted=releases.get(row)))
    return replace(component, alternatives=tuple(alternatives), called_on=tuple(called_on))


def used_on_some(
    paths: Collection[str], loading: Mapping[str, Iterable[Loading]], wheels: Mapping[str, str] | None = None
) -> tuple[CalledOn, ...]:
    """Return what the rows of `loading` (by package) say of files, by the ends of their paths. `wheels` has the package
    of the wheel that a file lies in. Nothing is said where the rows know all of the files, and none lies in the wheel
    of a package that calls it itself: then nothing is there that would call them, and they are what is asked about."""
    known = [
        (re.compile(rf"(?:.*[/\\])?(?:{row.files})", re.DOTALL), row, package)
        for package, rows in loading.items()
        for row in rows
        if isinstance(row, OnSomeGpus)
    ]
    found: list[CalledOn] = []
    all_paths = frozenset(paths)
    alone = True
    for path in dict.fromkeys(paths):
        matches = ((pattern.fullmatch(path), row, package) for pattern, row, package in known)
        told = [(row, package) for match, row, package in matches if match is not None and row.means(match, all_paths)]
        found += [CalledOn(path, row.numbers, row.loaded_by) for row, _ in told]
        own = (wheels or {}).get(path)
        alone = alone and bool(told) and not any(_is_called(row, by_own=package == own) for row, package in told)
    return () if alone else tuple(found)


def _is_called(row: OnSomeGpus, *, by_own: bool) -> bool:
    """Whether the files themselves show that something calls the library: its package, or what is used elsewhere."""
    return bool(row.beside) or (row.by_own_package and by_own)


def is_file_of(files: str, component: Component, path: str) -> bool:
    """Return whether a library of the component is one that the row means."""
    return bool(files) and _found(files, component, path) is not None


def _found(files: str, component: Component, path: str) -> re.Match[str] | None:
    inside = _inside(component, path)
    return re.fullmatch(files, inside) if inside is not None else None


def _inside(component: Component, path: str) -> str | None:
    """The path below the component's folder of packages; `None` for one elsewhere."""
    if not path.startswith(component.location):
        return None
    return path[len(component.location) :].replace("\\", "/").lstrip("/")


def _release(digits: str) -> ToolkitVersion:
    return ToolkitVersion(int(digits[:2]), int(digits[2:] or "0"))


def _group(
    row: OneForRelease, component: Component, made: dict[str, ToolkitVersion], wanted: ToolkitVersion | None
) -> Alternatives:
    what = f"{count(len(made), 'library', 'libraries')} of {component.package}, of which {row.loaded_by}"
    if wanted is None:
        return Alternatives(tuple(made), what)
    near = _has(component.version, row.nearest_since)
    loaded = _nearest(made, wanted, near=near)
    here = f"here that is CUDA {wanted}"
    if loaded is None and (near or row.exact_before):
        return Alternatives(tuple(made), f"{what}; {here}", none_for=f"CUDA {wanted}")
    return Alternatives(tuple(made), f"{what}; {here}", loaded=loaded)


def _nearest(made: dict[str, ToolkitVersion], wanted: ToolkitVersion, *, near: bool) -> str | None:
    """The library for this release; with `near`, for the next lower of its major version, else the next higher."""
    by_release = {release: path for path, release in made.items()}
    same_major = [each for each in by_release if each.major == wanted.major] if near else []
    lower = [each for each in same_major if each < wanted]
    higher = [each for each in same_major if each > wanted]
    if wanted in by_release:
        return by_release[wanted]
    return by_release[max(lower)] if lower else by_release[min(higher)] if higher else None


def _has(version: str, since: str | None) -> bool:
    try:
        return since is not None and Version(version) >= Version(since)
    except InvalidVersion:
        return False
