"""How the names of files end that list packages: others are not opened to see whether they do."""

from __future__ import annotations

_WHOLE = ("pipfile", "setup.cfg", "setup.py")  # whole names
LIST_ENDINGS = (".txt", ".in", ".lock", ".toml", ".yml", ".yaml", ".json", ".list", ".freeze", ".req", ".reqs")


def may_list(path: str) -> bool:
    """Return True for a path whose ending is one that lists of packages have."""
    return path.lower().endswith((*LIST_ENDINGS, *_WHOLE))
