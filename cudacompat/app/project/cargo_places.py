"""Where cargo builds: its variables, its configuration, its workspaces. Read from files; cargo is not started."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from cudacompat.app.inputs.text_files import beginning


def cargo_folder(tree: Path, environment: Mapping[str, str], extra: Sequence[str] = ()) -> Path:
    """Return the folder that cargo puts everything into when it builds in this tree; `extra` is what it is given.

    In cargo's own order: the option, the variables, `build.target-dir` of the configuration nearest to the tree, then
    `target` of the workspace (The Cargo Book: Configuration, and Workspaces).
    """
    for word, after in zip(extra, [*extra[1:], ""], strict=False):
        given = after if word == "--target-dir" else word.partition("=")[2] if word.startswith("--target-dir=") else ""
        if given:
            return tree / given
    for name in ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"):
        if environment.get(name):
            return tree / environment[name]
    home = environment.get("CARGO_HOME") or (str(Path(environment["HOME"], ".cargo")) if "HOME" in environment else "")
    folders = [*(folder / ".cargo" for folder in (tree, *tree.parents)), *([Path(home)] if home else [])]
    for folder in folders:
        for file in ("config.toml", "config"):
            named = _toml(folder / file).get("build")
            place = named.get("target-dir") if isinstance(named, dict) else None
            if isinstance(place, str) and place:
                return (folder.parent if folder.name == ".cargo" else folder) / place
    return workspace(tree) / "target"


def workspace(tree: Path) -> Path:
    """Return the folder of the workspace that the package in this tree belongs to: its own where it is in none."""
    own = _toml(tree / "Cargo.toml")
    if "workspace" in own:
        return tree
    package = own.get("package")
    named = package.get("workspace") if isinstance(package, dict) else None
    if isinstance(named, str):
        return (tree / named).resolve()
    for folder in tree.parents:
        found = _toml(folder / "Cargo.toml").get("workspace")
        if isinstance(found, dict):
            below = tree.relative_to(folder)
            left_out = found.get("exclude")
            excluded = isinstance(left_out, list) and any(below.is_relative_to(str(each)) for each in left_out)
            return tree if excluded else folder
    return tree


def local_crates(tree: Path) -> list[Path]:
    """Return the crates on this disk that cargo builds for the package or workspace in this tree, itself first."""
    above = workspace(tree)
    shared = _table(_toml(above / "Cargo.toml"), "workspace")
    found, waiting = list[Path](), [tree]
    while waiting and len(found) < _MOST_CRATES:
        crate = waiting.pop(0)
        if crate in found:
            continue
        found.append(crate)
        own = _toml(crate / "Cargo.toml")
        members = _table(own, "workspace").get("members")
        for pattern in members if isinstance(members, list) else ():
            waiting += _matching(crate, str(pattern))
        for name, given in _dependencies(own):
            if given.get("workspace") is True:
                listed = _table(shared, "dependencies").get(name)
                given, start = (listed, above) if isinstance(listed, dict) else ({}, above)
            else:
                start = crate
            if isinstance(given.get("path"), str):
                waiting.append((start / given["path"]).resolve())
    return found


_MOST_CRATES = 200
_SECTIONS = ("dependencies", "build-dependencies")


def _matching(folder: Path, pattern: str) -> list[Path]:
    """The members that a pattern of a workspace names; none where it is no pattern below the folder."""
    try:
        return [each for each in islice(folder.glob(pattern), _MOST_CRATES) if (each / "Cargo.toml").is_file()]
    except (NotImplementedError, ValueError, OSError):
        return []


def _dependencies(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The dependencies of a manifest that are tables, also those of one platform."""
    platforms = (each for each in _table(manifest, "target").values() if isinstance(each, dict))
    for part in (manifest, *platforms):
        for section in _SECTIONS:
            for name, given in _table(part, section).items():
                if isinstance(given, dict):
                    yield name, given


def _table(part: dict[str, Any], name: str) -> dict[str, Any]:
    found = part.get(name)
    return found if isinstance(found, dict) else {}


def _toml(path: Path) -> dict[str, Any]:
    text = beginning(path)
    try:
        return tomllib.loads(text) if text else {}
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
