"""Where cargo builds: its variables, its configuration, its workspaces. Read from files; cargo is not started."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
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


def _toml(path: Path) -> dict[str, Any]:
    text = beginning(path)
    try:
        return tomllib.loads(text) if text else {}
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
