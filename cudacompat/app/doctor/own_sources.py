"""What a directory lacks of the sources that its own build file is about: its commands are of no use without them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from cudacompat.app.inputs.text_files import beginning
from cudacompat.domain.builds.engine_facts import BuildSystem

_ROOTS = ("src/main.rs", "src/lib.rs")
_ENTRIES = 500  # of src/bin


def lacking_sources(folder: Path, system: BuildSystem) -> str:
    """Return the file without which the build does not begin; empty where it is there, or where that cannot be told."""
    if system is BuildSystem.CMAKE:
        return "" if (folder / "CMakeLists.txt").is_file() else "CMakeLists.txt"
    if system is not BuildSystem.CARGO:
        return ""
    try:
        manifest = tomllib.loads(beginning(folder / "Cargo.toml") or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return ""
    return "" if _has_target(folder, manifest) else _ROOTS[0]


def _has_target(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether cargo finds something to build: doc.rust-lang.org/cargo/reference/cargo-targets.html, Target
    auto-discovery."""
    if "package" not in manifest or "bin" in manifest or "lib" in manifest:
        return True  # a workspace, or files of other names
    bins = islice((folder / "src/bin").glob("*"), _ENTRIES) if (folder / "src/bin").is_dir() else ()
    return any((folder / name).is_file() for name in _ROOTS) or any(True for _ in bins)
