"""What the readers of requirements share: markers, versions, and one requirement out of a text of PEP 508."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_of
from cudacompat.domain.wheels.requirement import Requirement, index_for, index_name, split_local

Table = Mapping[str, Any]
PYTHONS = frozenset({"3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"})
_REPOSITORY = re.compile(r"(?:git\+)?(?:https?|ssh|git)://(?:[^/@\s]+@)?[^/@\s]+/([\w.-]+/[\w-]+)")
_FOLDER = re.compile(r"(?:[\w.-]+/)+[\w.-]*(?:\[|;|\s|$)")  # a path below the one where pip runs
_LONGEST_ADDRESS = 300  # characters that are looked at
TOML_KEY = r"^[ \t]*+[\"']?([\w.-]++)[\"']?[ \t]*+="  # for `first_lines`
_EXACT = re.compile(r"===?\s*([^\s,*]+)")


class LaterFormatError(ValueError):
    """A file in a format that is newer than what is read."""


@dataclass(frozen=True, slots=True)
class Include:
    """Another file that a requirements file takes in: its path as it is written, whether as constraints only, and the
    line that does."""

    path: str
    constraint: bool
    line: int


@dataclass(frozen=True, slots=True)
class ReadRequirements:
    """Content of one file: its requirements, the files that it includes, the lines that were not understood (each with
    the reason), and the indexes that it names: the one that replaces PyPI, and additional ones. `constraints` are those
    that were applied to it, for what its requirements bring along."""

    requirements: tuple[Requirement, ...]
    includes: tuple[Include, ...] = ()
    not_understood: tuple[tuple[int, str], ...] = ()
    index: str | None = None
    extra_indexes: tuple[str, ...] = ()
    constraints: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requirements stand, and the indexes that hold there. `first_index` is whether the installer takes a package
    from the first index that has it (uv), and not the newest of all (pip)."""

    file: str
    index: str | None = None
    extra: tuple[str, ...] = ()
    first_index: bool = False


_READ_FOR = ContextVar("read_for", default=DEFAULT_PLATFORM)
_PYTHON: ContextVar[str | None] = ContextVar("python", default=None)  # 3.12, where one is said
# How Python on each platform names it: PEP 508, "Environment markers", and what the interpreters there print.
_SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
}
_MACHINES = {"windows-x86_64": "AMD64", "windows-aarch64": "ARM64", "macos": "arm64"}
_CONDA = {"linux": "linux", "windows": "win", "macos": "osx"}
_CONDA_MACHINES = {"x86_64": "64", "aarch64": "aarch64"}


@contextmanager
def reading_for(platform: str, python: str | None = None) -> Iterator[None]:
    """Within it, requirements are read as an installer on this platform (`windows-x86_64`) reads them, of this Python
    (`3.12`; `None`: of any): markers and the parts of lists that are for one platform or Python alone. Outside it is
    Linux with x86-64."""
    token, of_python = _READ_FOR.set(platform), _PYTHON.set(python)
    try:
        yield
    finally:
        _READ_FOR.reset(token)
        _PYTHON.reset(of_python)


def system_read_for() -> str:
    """Return the system that requirements are read for: `linux`, `windows` or `macos`."""
    system = _READ_FOR.get().partition("-")[0]
    return system if system in _SYSTEMS else "linux"


def conda_platform() -> str:
    """Return conda's name for the platform that requirements are read for (`linux-64`, `win-64`)."""
    system, machine = system_read_for(), _READ_FOR.get().partition("-")[2]
    arm = "arm64" if system != "linux" else "aarch64"
    return f"{_CONDA[system]}-{arm if machine == 'aarch64' else _CONDA_MACHINES.get(machine, machine or '64')}"


def is_other_wheel(file: str) -> bool:
    """Return True for the name of a wheel that is for another platform than the one that is read for."""
    tag = file.removesuffix(".whl").rpartition("-")[2]
    return file.endswith(".whl") and platform_of(tag) not in (_READ_FOR.get(), "any")


def applies(marker: object) -> bool:
    """Return True if the marker (a text or a parsed one) holds on the platform that is read for with any Python, or
    cannot be read; any other value is no marker and leaves nothing out."""
    return bool(pythons_of(marker))


def pythons_of(marker: object) -> frozenset[str]:
    """Return the Pythons for which the marker holds on the platform that is read for: all that are known where it
    cannot be read or is none."""
    if isinstance(marker, str) and marker:
        try:
            marker = Marker(marker)
        except InvalidMarker:
            return PYTHONS
    if not isinstance(marker, Marker):
        return PYTHONS
    parsed = marker
    platform, own = _READ_FOR.get(), _PYTHON.get()
    machine = {
        **_SYSTEMS[system_read_for()],
        "platform_machine": _MACHINES.get(platform, platform.partition("-")[2] or "x86_64"),
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    try:
        return frozenset(
            each
            for each in (PYTHONS if own is None else (own,))
            if parsed.evaluate({**machine, "python_version": each, "python_full_version": f"{each}.1"})
        )
    except Exception:  # noqa: BLE001  a marker with a name or an operator of a later PEP
        return PYTHONS


def requirement_of(text: str, line: int, origin: Origin, *, group: str = "") -> Requirement | None:
    """Return the requirement that a text of PEP 508, or the address or path of a wheel, names; `None` where its marker
    leaves it out on the platform that is read for. `ValueError` for a text that is none."""
    text = text.strip()
    if "://" in text.partition(";")[0] or text.partition(";")[0].strip().endswith(".whl"):
        return _of_address(text, line, origin, group=group)
    if _FOLDER.match(text) is not None:
        return None  # a directory of the project, which is built here
    try:
        parsed = Pep508(text)
    except InvalidRequirement:
        raise ValueError(f"not a requirement: {text[:80]!r}") from None
    pythons = pythons_of(parsed.marker)
    if not pythons:
        return None
    name, specifier = str(canonicalize_name(parsed.name)), str(parsed.specifier)
    return made(name, specifier, text, line=line, origin=origin, group=group, pythons=pythons)


def made(
    name: str,
    specifier: str,
    written: str,
    line: int,
    *,
    origin: Origin,
    group: str = "",
    locked: bool = False,
    own_index: str | None = None,
    pythons: frozenset[str] = PYTHONS,
) -> Requirement:
    """Return the requirement of that name; `own_index` is the index that only it is taken from, `pythons` are those
    that it is installed for."""
    local, local_version = None, ""
    parts = []
    for each in filter(None, (part.strip() for part in specifier.split(","))):
        public, found = split_local(each)
        local = found or local
        local_version = each.partition("+")[2] or local_version
        parts.append(public)
    index = own_index or index_for(name, origin.index, origin.extra)
    frameworks = index_for(framework().name, origin.index, origin.extra)
    own = _PYTHON.get()
    return Requirement(
        name=name,
        specifier=",".join(parts),
        written=written.partition(" --hash")[0].strip(),
        file=origin.file,
        line=line,
        local=local,
        index=index,
        locked=locked,
        group=group,
        beside_pypi=own_index is None and _beside_pypi(index, origin),
        framework_index=frameworks,
        framework_beside_pypi=_beside_pypi(frameworks, origin),
        pythons=frozenset((own,)) if own is not None else pythons if pythons != PYTHONS else frozenset(),
        local_version=local_version,
    )


def _beside_pypi(index: str, origin: Origin) -> bool:
    """Whether an installer that takes the newest of all looks on PyPI, too."""
    return index in origin.extra and origin.index in (None, PYPI) and not origin.first_index


def _of_address(text: str, line: int, origin: Origin, *, group: str) -> Requirement | None:
    name, _, rest = text.partition("@")
    named = bool(rest) and "://" not in name
    address = (rest if named else text).partition(";")[0].strip()
    pythons = pythons_of(text.partition(";")[2].strip())
    if not pythons:
        return None
    file = unquote(re.split(r"[?#]", address)[0].rpartition("/")[2])
    try:
        package, version, _, _ = parse_wheel_filename(file)
    except (InvalidWheelFilename, ValueError):
        if named:  # a checkout, or an sdist: built here
            return made(str(canonicalize_name(name.partition("[")[0].strip())), "", text, line=line, origin=origin,
                        group=group, own_index=index_name(address))  # fmt: skip
        if re.search(r"\s", address):
            raise ValueError(f"not a requirement: {text[:80]!r}") from None
        known = _of_repository(address)
        return made(known, "", text, line=line, origin=origin, group=group, own_index=address) if known else None
    index = index_name(address)
    return made(
        str(package), f"=={version}", text, line=line, origin=origin, group=group, own_index=index, pythons=pythons
    )


def _of_repository(address: str) -> str | None:
    """The package that is developed in the repository that an address of git names, if that brings device code."""
    match = _REPOSITORY.match(address[:_LONGEST_ADDRESS])
    return distributions().repositories.get(match[1].lower()) if match is not None else None


def line_of(text: str, pattern: str, start: int = 0) -> int:
    """Return the line on which the pattern first matches from that character on; 1 where it does not."""
    match = re.compile(pattern, re.MULTILINE).search(text, start)
    return text.count("\n", 0, match.start()) + 1 if match is not None else 1


class LineNumbers:
    """The numbers of a text's lines, counted once."""

    def __init__(self, text: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def at(self, start: int) -> int:
        """Return the line on which this character stands."""
        return bisect_left(self._ends, start) + 1


def first_lines(text: str, pattern: str) -> dict[str, int]:
    """Return the line on which each text that the pattern's group takes stands first, in one pass over all."""
    ends = [match.start() for match in re.finditer("\n", text)]
    lines: dict[str, int] = {}
    for match in re.finditer(pattern, text, re.MULTILINE):
        lines.setdefault(match[1], bisect_left(ends, match.start()) + 1)
    return lines


def exact(specifier: str) -> str | None:
    """Return the version of a specifier that allows one only."""
    match = _EXACT.fullmatch(specifier.strip())
    return match[1] if match is not None else None


def table(of: Table, key: str) -> Table:
    """Return the table under this key, an empty one if the value is something else."""
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def all_made(found: Sequence[Requirement | None]) -> tuple[Requirement, ...]:
    """Return those that apply."""
    return tuple(each for each in found if each is not None)
