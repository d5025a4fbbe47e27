"""Which tool of Python projects a folder is managed by: as its lock says, or the tool's table in pyproject.toml."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import Project

_TABLE = re.compile(r"(?m)^[ \t]*\[{1,2}[ \t]*tool[ \t]*\.[ \t]*(uv|poetry|pdm)[ \t]*[.\]]")
_PROJECT = "pyproject.toml"


def files_of_tools(project: Project) -> tuple[str, ...]:
    """Return the names of the project's files, and beside each pyproject.toml that has a table of a tool's the lock
    that this tool would write: it is that tool's before the first lock, too."""

    def names() -> tuple[str, ...]:
        found = [each.name for each in project.files]
        locks = []
        for each in project.files:
            folder, _, name = each.name.rpartition("/")
            table = _TABLE.search(each.text) if name == _PROJECT else None
            if table is not None:
                locks.append(f"{folder}/{table[1]}.lock" if folder else f"{table[1]}.lock")
        return (*found, *locks)

    return project.once("files_of_tools", names)
