"""Whose file lies at a path that two packages list: by the hash in their own lists of files."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from cudacompat.domain.machine.components import Component

_LIST_BYTES = 64 << 20


def owners(path: str, components: Sequence[Component]) -> tuple[Component, ...]:
    """Return those of the components whose lists have the hash of the file that is there; none where no list says."""
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return ()
    written = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return tuple(each for each in components if _listed_hash(each, path) == f"sha256={written}")


def _listed_hash(component: Component, path: str) -> str | None:
    """The hash that a package's RECORD has for a file (PEP 376: path, hash, size)."""
    try:
        relative = Path(path).relative_to(component.location).as_posix()
    except ValueError:
        return None
    for record in _records(component):
        try:
            with record.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
                lines = (line for line in file.read(_LIST_BYTES).splitlines() if relative in line)
                return next((row[1] for row in csv.reader(lines) if len(row) > 1 and row[0] == relative), None)
        except (OSError, csv.Error):
            continue
    return None


def _records(component: Component) -> Iterable[Path]:
    spelled = component.package.replace("-", "_")
    for name in dict.fromkeys((spelled, component.package, spelled.lower())):
        yield Path(component.location, f"{name}-{component.version}.dist-info", "RECORD")
