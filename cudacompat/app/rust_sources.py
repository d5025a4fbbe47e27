"""The Rust sources of a crate, and what in them the locked whisper-rs does not have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from packaging.version import InvalidVersion, Version

from cudacompat.domain.api_change import CallingSources
from cudacompat.domain.finding import Finding
from cudacompat.domain.rules.api_changed import RULE
from cudacompat.engines.whisper_rs_api import CHANGES

_MOST_FILES = 5000
_MOST_BYTES = 2 << 20  # of one source file
_PASSED_OVER = frozenset({"target", ".git", "node_modules", "vendor"})


def api_findings(folder: Path, version: str | None) -> tuple[Finding, ...]:
    """Return a finding for each call in the crate's sources that this version of whisper-rs does not have.

    Only files that name whisper_rs are looked at: others may have methods of the same names.
    """
    try:
        parsed = Version(version) if version else None
    except InvalidVersion:
        parsed = None
    return tuple(RULE.check(CallingSources(CHANGES, parsed, tuple(_sources(folder)))))


def _sources(folder: Path) -> Iterator[tuple[str, str]]:
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
            try:
                with path.open("rb") as file:
                    text = file.read(_MOST_BYTES).decode("utf-8", "replace")
            except OSError:
                continue
            if "whisper_rs" in text:
                yield str(path), text
