"""A requirement as a file or a command names it, with the index that it is taken from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI

CONDA = "conda"  # the index of what comes from conda's channels, but for the framework's own
LOCAL_BUILD = re.compile(r"cu\d{3}|cpu")  # of PyTorch's own index
_OTHERS = re.compile(r"rocm[\d.]*|xpu")  # builds for the GPUs of other makers, by their local version or index
_MOST_OF_ADDRESS = 300  # characters of one that are looked at
_SHORTEST_NAME = 3  # letters of a package's family that an address is searched for


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package, by its normalised name, and what is asked of its version.

    `specifier` is what PEP 440 calls one (`==2.6.0`, `>=2.4,<3`, empty for any), without the local part of the version,
    which is `local` (`cu124`). `index` is the index it comes from: `pypi`, the last part of one of PyTorch's (`cu128`,
    `cpu`), or the address of another, whose files nobody here knows. `written` is how it stands in the file, `line` its
    line there. `locked` is whether a lock file names it, with all that it needs. `group` is the extra or group that it
    belongs to, empty for a package that is always installed. `beside_pypi` is whether pip looks on PyPI, too, and takes
    the newer of both. `framework_index` and `framework_beside_pypi` say the same of the framework in the same place.
    `section` is what kind the group is of where it stands in a table of its own: `extra` or `group`.
    `tool` is the lock of the tool that manages the project of a pyproject.toml (`uv.lock`), empty where none shows.
    `address` is where a lock says that the package of conda lies, empty where it does not.
    `pythons` are the releases of Python that its marker allows (`3.12`), empty where it allows every one.
    `installed_for` is the Python of the image that a command installs it in, empty where that is not known.
    `conda` is whether conda installs it, not pip. `cuda` is the CUDA release (`12.6`, `12`) that conda built it for,
    by the name of its build or what selects it in its environment: empty for a CUDA build that does not say which,
    `None` where it may be none. `local_version` is all of the version's local part (`cu121.torch2.4.0`).
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
    beside_pypi: bool = False
    framework_index: str = PYPI
    framework_beside_pypi: bool = False
    tool: str = ""
    address: str = ""
    pythons: frozenset[str] = frozenset()
    installed_for: str = ""
    conda: bool = False
    cuda: str | None = None
    local_version: str = ""
    section: str = ""

    @property
    def for_cuda(self) -> bool:
        """Whether the local version names the CUDA release, or the framework's, that it was built for."""
        return distributions().local_build.search(self.local_version.lower()) is not None

    @property
    def for_others(self) -> bool:
        """Whether it is a build for GPUs of another maker, by its local version or its index."""
        return _OTHERS.fullmatch(self.build) is not None

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
    def python(self) -> str | None:
        """The one Python that it is installed for; `None` where it may be several."""
        return next(iter(self.pythons)) if len(self.pythons) == 1 else None

    @property
    def is_sourced(self) -> bool:
        """Whether a table of the project's tool sends the package to an index of its own."""
        return bool(self.tool) and self.index != PYPI

    @property
    def build(self) -> str:
        """Which build it is: its local version, or else its index."""
        return self.local or self.index


def index_name(address: str) -> str:
    """Return how an index is called here: `pypi`, the last part of one of PyTorch's, or the address itself without
    what it holds of a user."""
    match = framework().addresses.search(address + " ")
    if match is not None:
        return (match["other"] or match["name"]).lower()
    plain = re.sub(r"//[^/@\s]*@", "//", address)
    if re.match(r"https?://(?:[\w.]*\.)?(?:pypi\.org|pythonhosted\.org)(?:/|$)", plain):
        return PYPI
    return PYPI if distributions().pypi_mirrors.match(plain[:_MOST_OF_ADDRESS]) else plain


def index_for(package: str, index: str | None, extra: Sequence[str]) -> str:
    """Return the index that pip takes this package from: `index` is what replaces PyPI, `extra` stand beside it. Of
    PyTorch's own a wheel's local version makes it the newer one; only what it holds is looked for there. Another that
    names the package in its address has builds of its own of it."""
    named = [index, *extra] if index else list(extra)
    torch = [each for each in named if each and (LOCAL_BUILD.fullmatch(each) or _OTHERS.fullmatch(each))]
    if package in framework().on_its_index:
        return torch[-1] if torch else index or PYPI
    family = package.split("-")[0]
    own = [each for each in extra if "://" in each and family in each[:_MOST_OF_ADDRESS].lower()]
    if own and len(family) >= _SHORTEST_NAME:
        return own[-1]
    if index and index not in torch:
        return index
    return PYPI


def split_local(version: str) -> tuple[str, str | None]:
    """Return the public part of a version and its local part where that names a build (`cu124`, `cpu`, `rocm6.3`)."""
    public, _, local = version.partition("+")
    match = LOCAL_BUILD.match(local) or _OTHERS.match(local)
    return public, (match[0] if match else None)
