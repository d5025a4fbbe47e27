"""Which features a build by cargo gives to the crates of an engine: through workspaces, and through features that hand
others on.

Source: https://doc.rust-lang.org/cargo/reference/features.html and .../workspaces.html#the-dependencies-table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LINUX = re.compile(
    r'cfg\((?:unix|target_os\s*=\s*"linux"|not\(windows\)|not\(target_os\s*=\s*"(?:macos|windows)"\))\)'
)
_MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command line selects: packages by name or by folder (none: the usual ones), features (`*`: all), whether
    with their defaults."""

    packages: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    features: frozenset[str] = frozenset()
    defaults: bool = True
    every: bool = False


@dataclass(frozen=True, slots=True)
class _Dependency:
    package: str
    features: tuple[str, ...]
    defaults: bool
    optional: bool


@dataclass(slots=True)
class _Package:
    """A package of the project: its table of features, its dependencies by the names that it calls them."""

    name: str
    folder: str
    features: Mapping[str, Sequence[str]]
    dependencies: dict[str, list[_Dependency]] = field(default_factory=dict)


def selected(words: Sequence[str]) -> Selection:
    """What these words of a command of cargo select."""
    packages: list[str] = []
    folders: list[str] = []
    features: set[str] = set()
    for word, after in zip(words, [*words[1:], ""], strict=False):
        name, equals, value = word.partition("=")
        value = value if equals else after
        if name in ("-p", "--package"):
            packages.append(value.partition("@")[0])
        elif name in ("--path", "--manifest-path"):
            folders.append(value.removesuffix("Cargo.toml").strip("./"))
        elif name in ("--features", "-F"):
            features.update(each for each in re.split(r"[,\s]+", value) if each)
        elif word == "--all-features":
            features.add("*")
    every = "--workspace" in words or "--all" in words
    defaults = "--no-default-features" not in words
    return Selection(tuple(packages), tuple(folders), frozenset(features), defaults=defaults, every=every)


class CargoProject:
    """The packages of a project, by its manifests."""

    def __init__(self, manifests: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`manifests` are the documents by the folders that they lie in."""
        self._manifests = manifests = manifests or {}
        self._packages: dict[str, _Package] = {}
        for folder, document in sorted(manifests.items()):
            # a manifest that is no workspace's is a package's, also one that is told in part
            nameless = "" if "workspace" in document else f"in {folder or '.'}"
            name = _text(_table(document, "package").get("name")) or nameless
            if name and name not in self._packages:
                self._packages[name] = _package(name, folder, document, shared=self._workspace_of(folder))

    def gives(self, crates: Iterable[str], feature: str, selection: Selection) -> bool:
        """Whether the build certainly gives the feature to one of these crates, which lie elsewhere. Where nothing says
        which package is built, each that takes one of the crates has to."""
        named = frozenset(crates)
        chosen = self._selected(selection)
        if "" in self._manifests or selection.packages or selection.folders:
            return feature in self._given(named, chosen, selection)
        each = [self._given(named, (package,), selection) for package in chosen]
        takers = [given for given in each if given]
        return bool(takers) and all(feature in given for given in takers)

    def _given(self, crates: frozenset[str], packages: Iterable[_Package], selection: Selection) -> frozenset[str]:
        """The features that the crates get from builds of these packages, `` among them where they are built at all."""
        walk = _Walk(self._packages, crates)
        for package in packages:
            if selection.defaults:
                walk.want(package.name, "default")
            walk.want(package.name, "")
            for feature in package.features if "*" in selection.features else sorted(selection.features):
                owner, slash, rest = feature.partition("/")
                if slash and owner == package.name:
                    walk.want(package.name, rest)
                elif slash and owner in package.dependencies:
                    walk.want_entry(package, feature)
                elif feature in package.features or feature in package.dependencies:
                    walk.want(package.name, feature)
        return walk.run()

    def switch(self, crates: Sequence[str], feature: str) -> tuple[str, ...] | None:
        """The options of cargo by which a build gives the feature to one of these crates: none where it does so anyway;
        `None` where no feature of the usual packages does."""
        if self.gives(crates, feature, Selection()):
            return ()
        top = {each.name for each in self._selected(Selection())}
        used = {
            each.package for one in self._packages.values() for kinds in one.dependencies.values() for each in kinds
        }
        for package in sorted(self._packages.values(), key=lambda each: each.name in used):  # programs first
            for name in package.features if package.name in top else ():
                named = () if len(top) == 1 else ("-p", package.name)
                given = Selection(named[1:], features=frozenset({name}))
                if self.gives(crates, feature, given):
                    return (*named, "--features", name)
        return None

    def crate_switch(self, crates: Sequence[str], feature: str) -> tuple[str, ...] | None:
        """The options of cargo by which a build of the one usual package gives the feature to one of these crates, on
        which it depends: `CRATE/FEATURE`, for which it needs no feature of its own. `None` where it depends on none."""
        chosen = self._selected(Selection())
        for called in chosen[0].dependencies if len(chosen) == 1 else ():
            given = Selection(features=frozenset({f"{called}/{feature}"}))
            if self.gives(crates, feature, given):
                return ("--features", f"{called}/{feature}")
        return None

    @property
    def has_several(self) -> bool:
        """Whether the project has more than one manifest."""
        return len(self._manifests) > 1

    def _selected(self, selection: Selection) -> tuple[_Package, ...]:
        every = tuple(self._packages.values())
        if selection.packages or selection.folders:
            return tuple(each for each in every if each.name in selection.packages or _lies_in(each, selection.folders))
        top = next((each for each in every if not each.folder), None)
        if top is not None and not selection.every:
            return (top,)
        usual = _texts(_table(self._manifests.get("", {}), "workspace").get("default-members"))
        named = tuple(each for each in every if each.folder in usual)
        return every if selection.every or not named else named

    def _workspace_of(self, folder: str) -> Mapping[str, Any]:
        """The dependencies that the workspace of a folder has for its members."""
        while True:
            workspace = self._manifests.get(folder, {}).get("workspace")
            if isinstance(workspace, Mapping):
                return _table(workspace, "dependencies")
            if not folder:
                return {}
            folder = folder.rpartition("/")[0]


class _Walk:
    """What is switched on, followed until nothing is added."""

    def __init__(self, packages: Mapping[str, _Package], crates: frozenset[str]) -> None:
        self._packages = packages
        self._crates = crates
        self._seen: set[tuple[str, str]] = set()
        self._open: list[tuple[str, str]] = []
        self._found: set[str] = set()
        self._weak: list[tuple[_Package, str, str]] = []

    def want(self, package: str, feature: str) -> None:
        """Take a package with a feature (none: the package itself)."""
        if (package, feature) not in self._seen:
            self._seen.add((package, feature))
            self._open.append((package, feature))

    def run(self) -> frozenset[str]:
        """The features that the crates get."""
        steps = 0
        while self._open:
            steps += 1
            if steps > _MOST_STEPS:
                return frozenset()
            name, feature = self._open.pop()
            package = self._packages.get(name)
            if package is not None:
                self._follow(package, feature)
            if not self._open:
                self._take_weak()
        return frozenset(self._found)

    def _follow(self, package: _Package, feature: str) -> None:
        if not feature:
            for called, kinds in package.dependencies.items():
                if any(not each.optional for each in kinds):
                    self._depend(package, called)
        elif feature in package.features:
            for entry in package.features[feature]:
                self.want_entry(package, entry)
        elif feature in package.dependencies:
            self._depend(package, feature)

    def want_entry(self, package: _Package, entry: str) -> None:
        """Take one item of a feature's list: `dep:x`, `x/feature`, `x?/feature` or a feature."""
        if entry.startswith("dep:"):
            self._depend(package, entry.removeprefix("dep:"))
            return
        called, slash, feature = entry.partition("/")
        if not slash:
            self.want(package.name, entry)
        elif called.endswith("?"):
            self._weak.append((package, called.rstrip("?"), feature))
        else:
            self._depend(package, called)
            self._give(package, called, feature)

    def _take_weak(self) -> None:
        for package, called, feature in self._weak:
            if any((each.package, "") in self._seen for each in package.dependencies.get(called, ())):
                self._give(package, called, feature)

    def _depend(self, package: _Package, called: str) -> None:
        for each in package.dependencies.get(called, ()):
            self._found.update(("",) if each.package in self._crates else ())
            if each.defaults:
                self.want(each.package, "default")
            for feature in each.features:
                self._give(package, called, feature)
            self.want(each.package, "")

    def _give(self, package: _Package, called: str, feature: str) -> None:
        for each in package.dependencies.get(called, ()):
            if each.package in self._crates:
                self._found.add(feature)
            else:
                self.want(each.package, feature)


def _lies_in(package: _Package, folders: Sequence[str]) -> bool:
    return any(package.folder == each or (package.folder and each.endswith(f"/{package.folder}")) for each in folders)


def _package(name: str, folder: str, document: Mapping[str, Any], shared: Mapping[str, Any]) -> _Package:
    features = {key: _texts(value) for key, value in _table(document, "features").items()}
    package = _Package(name, folder, features)
    for table in _dependency_tables(document):
        for called, value in table.items():
            package.dependencies.setdefault(called, []).append(_dependency(called, value, shared))
    return package


def _dependency_tables(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield _table(document, "dependencies")
    for target, table in _table(document, "target").items():
        if isinstance(table, Mapping) and _LINUX.fullmatch(target):
            yield _table(table, "dependencies")


def _dependency(called: str, value: object, shared: Mapping[str, Any]) -> _Dependency:
    own: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    base: object = shared.get(called) if own.get("workspace") is True else own
    below: Mapping[str, Any] = base if isinstance(base, Mapping) else {}
    both = (*_texts(below.get("features")), *_texts(own.get("features")))
    defaults = below.get("default-features", own.get("default-features")) is not False
    return _Dependency(_text(below.get("package")) or called, both, defaults, optional=own.get("optional") is True)


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
