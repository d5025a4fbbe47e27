"""The Rust sources of a crate, and what in them the locked version of an engine does not have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from packaging.version import InvalidVersion, Version

from cudacompat.app.inputs.text_files import beginning
from cudacompat.domain.builds.api_changes import CallingSources
from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.rules.source.api_changed import RULE
from cudacompat.domain.words.finding import Finding

_MOST_FILES = 5000
_MOST_BYTES = 2 << 20  # of one source file
_PASSED_OVER = frozenset({"target", ".git", "node_modules", "vendor"})


def api_findings(engine: Engine, folder: Path, version: str | None) -> tuple[Finding, ...]:
    """Return a finding for each call in the crate's sources that this version of the engine does not have.

    Only files that name the engine's crate are looked at: others may have methods of the same names.
    """
    if engine.api is None:
        return ()
    try:
        parsed = Version(version) if version else None
    except InvalidVersion:
        parsed = None
    sources = tuple(crate_sources(folder, engine.api.crate))
    return tuple(RULE.check(CallingSources(engine.api.changes, parsed, sources)))


def crate_sources(folder: Path, crate: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the Rust sources below a folder that name this crate; bounded in number and size."""
    seen = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PASSED_OVER)
        for name in sorted(files):
            if not name.endswith(".rs"):
                continue
            seen += 1
            if seen > _MOST_FILES:
                return
            path = Path(place, name)
            if path.is_symlink():  # it may lead out of the tree
                continue
            text = beginning(path, _MOST_BYTES)
            if text is not None and crate in text:
                yield str(path), text
