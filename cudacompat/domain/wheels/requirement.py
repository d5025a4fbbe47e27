"""A requirement as a file or a command names it, with the index that it is taken from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI

_LOCAL = re.compile(r"cu\d{3}|cpu")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package, by its normalised name, and what is asked of its version.

    `specifier` is what PEP 440 calls one (`==2.6.0`, `>=2.4,<3`, empty for any), without the local part of the version,
    which is `local` (`cu124`). `index` is the index it comes from: `pypi`, the last part of one of PyTorch's (`cu128`,
    `cpu`), or the address of another, whose files nobody here knows. `written` is how it stands in the file, `line` its
    line there. `locked` is whether a lock file names it, with all that it needs. `group` is the extra or group that it
    belongs to, empty for a package that is always installed.
    """

    name: str
    specifier: str
    written: str
    file: str
    line: int
    local: str | None = None
    index: str = PYPI
    locked: bool = False
    group: str = ""

    @property
    def pinned(self) -> Version | None:
        """The one version that it allows; `None` where it leaves a choice."""
        text = self.specifier.removeprefix("===").removeprefix("==")
        if text == self.specifier or "*" in text or "," in text:
            return None
        try:
            return Version(text)
        except InvalidVersion:
            return None

    @property
    def build(self) -> str:
        """Which build it is: its local version, or else its index."""
        return self.local or self.index


def index_name(address: str) -> str:
    """Return how an index is called here: `pypi`, the last part of one of PyTorch's, or the address itself without
    what it holds of a user."""
    match = framework().addresses.search(address + " ")
    if match is not None:
        return match["name"].lower()
    plain = re.sub(r"//[^/@\s]*@", "//", address)
    return PYPI if re.match(r"https?://(?:[\w.]*\.)?(?:pypi\.org|pythonhosted\.org)(?:/|$)", plain) else plain


def index_for(package: str, index: str | None, extra: Sequence[str]) -> str:
    """Return the index that pip takes this package from: `index` is what replaces PyPI, `extra` stand beside it. Of
    PyTorch's own a wheel's local version makes it the newer one; only what it holds is looked for there."""
    named = [index, *extra] if index else list(extra)
    torch = [each for each in named if each and _LOCAL.fullmatch(each)]
    if torch and package in framework().on_its_index:
        return torch[-1]
    if index and not _LOCAL.fullmatch(index):
        return index
    return PYPI


def split_local(version: str) -> tuple[str, str | None]:
    """Return the public part of a version and its local part where that names a build (`cu124`, `cpu`)."""
    public, _, local = version.partition("+")
    match = _LOCAL.match(local)
    return public, (match[0] if match else None)
