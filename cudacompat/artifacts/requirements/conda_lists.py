"""Lists that conda and its kin print: explicit lists of addresses (`conda list --explicit`, the locks that conda-lock
renders), `conda list --export`, and tables (`conda list`, `micromamba list`, `pixi list`, `pip list`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from cudacompat.artifacts.requirements.base import Origin, ReadRequirements, conda_platform, made, requirement_of
from cudacompat.artifacts.requirements.conda import (
    PLATFORM,
    CondaPackage,
    Written,
    in_environment,
    is_spec,
    of_specs,
    package_file,
)
from cudacompat.domain.wheels.requirement import Requirement

_MOST_LINE = 2000  # characters of a line that is looked at
_EXPLICIT = "@EXPLICIT"
_PIP_COMMENT = re.compile(r"#\s*pip\s+([\w.\[\]-]+\s*@\s*\S+)")  # how conda-lock renders a wheel
_EXPORTED = re.compile(r"([\w.-]+)=([^=\s]+)=([^=\s]+)")
_HEADS = {"name": "name", "package": "name", "version": "version", "build": "build", "channel": "channel",
          "source": "channel"}  # fmt: skip
_OTHER_HEADS = frozenset(("size", "kind", "editable", "project", "location"))
_RULE = re.compile(r"[-\u2500\s]{8,}")  # the line below the heads of a table
_OF_PYPI = frozenset({"pypi", "pypi_0", "<pip>"})
# a line that conda alone takes: `pytorch=2.1`, `nvidia::cuda=12.1`, `numpy 1.26.*`
_SPEC = re.compile(
    r"(?:[\w./-]+::[\w.-]+.*|[A-Za-z][\w.-]*\s*=(?![=\s])[^=\s]+(?:=[^=\s]+)?|[A-Za-z][\w.-]*\s+\d[\w.*]*(?:\s+[\w.*]+)?)"
)
_HEAD_WITHIN = 40  # lines of a list before its table begins


def is_for(address: str) -> bool:
    """Return True if the address of a package of conda is for the platform that is read for, or does not say one."""
    place = PLATFORM.search(address.partition("#")[0])
    return place is None or place[1] in (conda_platform(), "noarch")


def each_once(found: Iterable[Requirement | None]) -> tuple[Requirement, ...]:
    """Return those that apply; of several packages of conda that are parts of one, the one that says its CUDA release,
    else the first."""
    kept: dict[tuple[str, str, bool], Requirement] = {}
    for each in found:
        if each is None:
            continue
        key = each.name, each.specifier, each.conda
        if key not in kept or (not kept[key].cuda and each.cuda):
            kept[key] = each
    return tuple(kept.values())


def is_conda_list(text: str) -> bool:
    """Return True for a text that is such a list, by its lines."""
    lines = [line[:_MOST_LINE].strip() for line in text.splitlines()]
    if _EXPLICIT in lines or _table_head(lines) is not None:
        return True
    said = [line for line in lines if line and not line.startswith("#")]
    exported = sum(_EXPORTED.fullmatch(line) is not None for line in said)
    return exported > 0 and exported * 2 > len(said)


def is_spec_list(text: str) -> bool:
    """Return True for a text that `conda install --file` takes and pip does not: every line is a specification, and
    most of those with a version say it in conda's words."""
    said = [line[:_MOST_LINE].partition("#")[0].strip() for line in text.splitlines()]
    versions = [line for line in said if line and not re.fullmatch(r"[\w.-]+", line)]
    if not all(map(is_spec, versions)):
        return False
    own = sum(_SPEC.fullmatch(line) is not None for line in versions)
    return own > 0 and own * 2 > len(versions)


def spec_list(text: str, file: str, channels: Sequence[str] = ()) -> ReadRequirements:
    """Return what a file of conda's specifications, one a line, asks for from these channels."""
    lines = [(line[:_MOST_LINE].partition("#")[0].strip(), number) for number, line in enumerate(text.splitlines(), 1)]
    return of_specs([(spec, number) for spec, number in lines if spec], channels, file)


def conda_list(text: str, file: str) -> ReadRequirements:
    """Return the packages of such a list; `ValueError` for a text that is none."""
    lines = [line[:_MOST_LINE].strip() for line in text.splitlines()]
    if _EXPLICIT in lines:
        return _explicit(lines, file)
    head = _table_head(lines)
    if head is not None:
        return _of_table(lines, head, file)
    if not is_conda_list(text):
        raise ValueError("no list of conda")
    return _exported(lines, file)


def _explicit(lines: Sequence[str], file: str) -> ReadRequirements:
    wheels: list[Requirement | None] = []
    packages: list[Written] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        comment = _PIP_COMMENT.match(line)
        package = package_file(line) if not line.startswith("#") else None
        if comment is not None:
            wheels.append(_wheel(comment[1], number, file))
        elif package is not None and is_for(line):
            packages.append((package, f"{package.name}{package.specifier[1:]}", number))
        elif package is None and line and line != _EXPLICIT and not line.startswith("#"):
            wrong.append((number, f"not the address of a package: {line[:80]!r}"))
    return ReadRequirements(each_once([*in_environment(packages, file), *wheels]), not_understood=tuple(wrong))


def _wheel(text: str, line: int, file: str) -> Requirement | None:
    try:
        return requirement_of(text, line, Origin(file))
    except ValueError:
        return None


def _exported(lines: Sequence[str], file: str) -> ReadRequirements:
    rows: list[PackageRow] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        match = _EXPORTED.fullmatch(line)
        if match is not None:
            rows.append(PackageRow(match[1], match[2], match[3], channel="", line=number))
        elif line and not line.startswith("#"):
            wrong.append((number, f"not a package of conda: {line[:80]!r}"))
    return of_rows(rows, wrong, file)


def _table_head(lines: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The number of the line that heads the columns of a table, and where each column is: one that has builds, or that
    a rule is drawn below. A comment that begins alike is none."""
    for number, line in enumerate(lines[:_HEAD_WITHIN]):
        words = line.lstrip("# ").lower().split()
        columns = {_HEADS[word]: place for place, word in enumerate(words) if word in _HEADS}
        ruled = number + 1 < len(lines) and _RULE.fullmatch(lines[number + 1]) is not None
        known = all(word in _HEADS or word in _OTHER_HEADS for word in words)
        whole = {"build", "channel"} <= columns.keys() or (ruled and not line.startswith("#"))
        if known and whole and columns.get("name") == 0 and columns.get("version") == 1:
            return number, columns
    return None


def _of_table(lines: Sequence[str], head: tuple[int, dict[str, int]], file: str) -> ReadRequirements:
    start, columns = head
    rows: list[PackageRow] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        words = line.split()
        if not words or line.startswith("#") or _RULE.fullmatch(line):
            continue
        if len(words) < 2 or not re.fullmatch(r"\w(?:[\w.-]*\w)?", words[0]):
            wrong.append((number, f"not a package of conda: {line[:80]!r}"))
            continue
        of_pip = "build" not in columns or not _OF_PYPI.isdisjoint(words[2:])
        cells = {name: words[place] for name, place in columns.items() if place < len(words)}
        build, channel = ("pypi_0", "") if of_pip else (cells.get("build", ""), cells.get("channel", ""))
        rows.append(PackageRow(words[0], words[1], build, channel=channel, line=number))
    return of_rows(rows, wrong, file)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package of a list, with its build and channel as they are printed."""

    name: str
    version: str
    build: str
    channel: str
    line: int


def of_rows(rows: Iterable[PackageRow], wrong: Sequence[tuple[int, str]], file: str) -> ReadRequirements:
    """Return the requirements of the rows: conda lists what pip installed beside its own packages."""
    wheels: list[Requirement | None] = []
    packages: list[Written] = []
    for each in rows:
        if not _OF_PYPI.isdisjoint((each.build, each.channel)):
            name, pin = str(canonicalize_name(each.name)), f"{each.name}=={each.version}"
            wheels.append(made(name, f"=={each.version}", pin, line=each.line, origin=Origin(file), locked=True))
            continue
        channel = each.channel.rstrip("/").rpartition("/")[2]
        package = CondaPackage(each.name, f"=={each.version}", each.build, channel=channel, locked=True)
        packages.append((package, f"{each.name}={each.version}", each.line))
    return ReadRequirements(each_once([*in_environment(packages, file), *wheels]), not_understood=tuple(wrong))
