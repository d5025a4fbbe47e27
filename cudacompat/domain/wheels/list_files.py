"""How files that list packages end: the one table of these names. What kind of list a file of a well-known name is, the
readers of requirements say."""

from __future__ import annotations

PLAIN_SUFFIXES = (".txt", ".in", ".lock", ".list", ".freeze", ".req", ".reqs")  # lines of pip, whatever the name
YAML_SUFFIXES = (".yml", ".yaml")
BY_CONTENT_SUFFIXES = (*YAML_SUFFIXES, ".json")  # environments and lists of packages, among much else
STRUCTURED_SUFFIXES = (".toml", *BY_CONTENT_SUFFIXES, ".cfg")  # of projects, environments and locks


def may_list_packages(path: str) -> bool:
    """Return True if a file of this name may list packages, or build something."""
    return path.lower().endswith((*PLAIN_SUFFIXES, *STRUCTURED_SUFFIXES))


def may_be_plain_list(path: str) -> bool:
    """Return True if a file of this name may be a list of pip's lines."""
    return path.lower().endswith(PLAIN_SUFFIXES)
