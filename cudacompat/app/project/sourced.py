"""The scripts of a project that others source: what each leaves set."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress

from cudacompat.artifacts.buildfiles.commands import left_by
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.domain.project.model import Setting, SourceFile

_OF_CUDA = re.compile(r"\bexport\b[^\n]{0,200}(?:CUDA|ARCH|NVCC)")
_KINDS = (FileKind.SCRIPT, FileKind.ENV)


class Scripts:
    """Finds them by what another calls them: by the path below the project, below the other's folder, or, where only a
    variable says which folder it is, by the only one of that name."""

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self._files = {file.name: file for file in files if kind_of(file.name) in _KINDS}
        self._named: dict[str, list[str]] = defaultdict(list)
        for name in self._files:
            self._named[name.rpartition("/")[2]].append(name)
        self._left: dict[str, Mapping[str, tuple[Setting, bool]]] = {}

    def left_by(self, file: str, named: str) -> Mapping[str, tuple[Setting, bool]]:
        """What the script that `file` calls `named` leaves set, and whether each is exported; empty for none."""
        name = self._found(file, named)
        if name is None:
            return {}
        if name not in self._left:
            self._left[name] = {}  # for a script that sources itself
            with suppress(ValueError, RecursionError):  # it is told where it is read by itself
                self._left[name] = left_by(self._files[name], self)
        return self._left[name]

    def exported_by(self, file: SourceFile) -> tuple[Setting, ...]:
        """The settings for CUDA of its own that a script leaves exported, which no command in it may be behind."""
        if not _OF_CUDA.search(file.text):
            return ()
        left = left_by(file, self).values()
        return tuple(each for each, exported in left if exported and each.place.file == file.name)

    def _found(self, file: str, named: str) -> str | None:
        parts = [part for part in named.split("/") if part not in ("", ".")]
        while parts and (parts[0] == ".." or "$" in parts[0] or "`" in parts[0] or ")" in parts[0]):
            del parts[0]
        path = "/".join(parts)
        folder = file.rpartition("/")[0]
        for name in (f"{folder}/{path}" if folder else path, path):
            if name in self._files:
                return name if name != file else None
        same = [name for name in self._named.get(parts[-1], ()) if f"/{name}".endswith(f"/{path}")] if parts else []
        return same[0] if len(same) == 1 and same[0] != file else None
