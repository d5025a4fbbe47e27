"""The table of published wheels: rows that were read, rows that build scripts document, and what indexes offer.

Nothing is read before it is asked for. `data/measured.jsonl` is written by tools/read_wheels.py (each row again by
`tools/read_wheels.py --download NAME==VERSION`), `data/torch_indexes.json` by hand from the build scripts that each
row names, `data/releases.json` by tools/list_releases.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from packaging.version import Version

from cudacompat.domain.wheels.distributions import distributions, framework, table_text
from cudacompat.domain.wheels.model import PYPI, CodeList, RowBasis, WheelLibrary, WheelRow
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM


@dataclass(frozen=True, slots=True)
class Releases:
    """The versions of a package that PyPI offered on that day, the newest first, those that their publisher yanked,
    each with the reason as it was on `yanked_date`, and what it had beside these: release candidates, and releases for
    other Pythons or platforms alone than those of the day's list."""

    versions: tuple[Version, ...]
    date: str
    yanked: Mapping[Version, str] = field(default_factory=dict)
    yanked_date: str = ""
    others: frozenset[Version] = frozenset()

    def lacks(self, version: Version) -> bool:
        """Return True for a release that PyPI did not have on that day, although it had a newer one. A nightly build,
        or one with a local version, may come from elsewhere."""
        if version.is_devrelease or version.local is not None or version > max(self.versions, default=version):
            return False
        return version not in self.versions and version not in self.yanked and version not in self.others

    def around(self, version: Version) -> tuple[Version, ...]:
        """Return the releases before and after this one, as far as there are some."""
        older = max((each for each in self.versions if each < version and not each.is_prerelease), default=None)
        newer = min((each for each in self.versions if each > version and not each.is_prerelease), default=None)
        return tuple(each for each in (older, newer) if each is not None)

    def newest(self, specifier: str = "") -> Version | None:
        """Return the newest that the specifier lets pass, a pre-release only where nothing else does."""
        from packaging.specifiers import SpecifierSet

        allowed = SpecifierSet(specifier)
        return next((each for each in self.versions if allowed.contains(each, prereleases=False)), None)


@cache
def rows() -> Mapping[str, tuple[WheelRow, ...]]:
    """Return the rows that were read, by package, the oldest version first."""
    found: dict[str, list[WheelRow]] = {}
    for line in table_text("measured.jsonl").splitlines():
        row = measured_row(json.loads(line))
        found.setdefault(row.package, []).append(row)
    return {package: tuple(sorted(each, key=lambda row: row.version)) for package, each in found.items()}


def measured_row(raw: Mapping[str, Any]) -> WheelRow:
    """Return the row that the table's file holds as this object."""
    return WheelRow(
        package=raw["package"],
        version=Version(raw["version"]),
        index=raw["index"],
        platform=raw["platform"],
        basis=RowBasis(raw["basis"]),
        source=raw["source"],
        date=raw["date"],
        wheel=raw.get("wheel"),
        python=raw.get("python"),
        cuda=raw.get("cuda"),
        main=raw.get("main"),
        lists=tuple(CodeList(text, modules) for text, modules in raw.get("lists", ())),
        ptx_isa=raw.get("ptx_isa", {}),
        libraries=tuple(WheelLibrary(**each) for each in raw.get("libraries", ())),
        answers=raw.get("answers", {}),
        by_cuda=raw.get("by_cuda", {}),
        compilers=tuple(raw.get("compilers", ())),
        requires=tuple(raw.get("requires", ())),
    )


@cache
def _torch_data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(table_text("torch_indexes.json"))
    return found


@cache
def torch_rows() -> tuple[WheelRow, ...]:
    """Return what the build scripts of torch say of the wheels on PyTorch's own indexes: a row for each minor release,
    index and platform, its version that of the minor (`2.7`).

    A `+PTX` of theirs is left out on Linux: no wheel of CUDA 12.8 to 13.0 that was read holds PTX, whatever the list
    says (2.8.0 to 2.15.0).
    """
    return tuple(
        WheelRow(
            package=framework().name,
            version=Version(raw["release"]),
            index=raw["index"],
            platform=raw["platform"],
            basis=RowBasis.DOCUMENTED,
            source=raw["source"],
            date=_torch_data()["date"],
            cuda=cuda_of_index(raw["index"]),
            main="libtorch_cuda",
            lists=(CodeList(raw["targets"], 1),),
            ptx_isa=raw.get("ptx_isa", {}),
            libraries=_magma_of(raw["index"], raw["platform"]),
        )
        for raw in _torch_data()["rows"]
    )


def _magma_of(index: str, platform: str) -> tuple[WheelLibrary, ...]:
    """The library of the linear algebra in the builds of an index, where the script that builds it says its targets."""
    built = _torch_data()["magma"]
    targets: str | None = built["targets"].get(index) if platform == built["platform"] else None
    if targets is None:
        return ()
    return (WheelLibrary("libtorch_cuda_linalg", 1, dict.fromkeys(targets.split(), 1.0), ptx={}, ptx_isa={}),)


def source_rows(package: str, version: Version) -> tuple[WheelRow, ...]:
    """Return what the sources of a release build wherever it is installed; none where a variable may extend that."""
    source, date = distributions().listed_in_sources_by
    return tuple(
        WheelRow(
            package=package,
            version=version,
            index=PYPI,
            platform="any",
            basis=RowBasis.DOCUMENTED,
            source=source,
            date=date,
            main="its extension",
            lists=(CodeList(targets, 1),),
        )
        for since, until, targets in distributions().listed_in_sources.get(package, ())
        if Version(since) <= version < Version(until)
    )


def documented_rows() -> tuple[WheelRow, ...]:
    """Return the rows that nobody read and a publisher's build scripts say."""
    return torch_rows()


def unlisted_indexes(minor: Version, platform: str) -> tuple[str, ...]:
    """Return the indexes that have this minor release of torch, by its list of CUDA releases, and may have it for the
    platform, of which no build script says what that holds: those of the CUDA releases that the platform has builds
    for in other releases of torch, and of newer ones. None where a script says it of any index."""
    every = [row for row in torch_rows() if row.platform == platform]
    oldest = min((row.index for row in every), default=None)
    if oldest is None or any(row.version == minor for row in every):
        return ()
    cudas: list[str] = _torch_data()["offered"].get(f"{minor.major}.{minor.minor}", [])
    return tuple(index for cuda in cudas if (index := f"cu{cuda.replace('.', '')}") >= oldest)


def plain_torch_index(version: Version) -> str | None:
    """Return the index whose build PyPI's torch of this release is (`cu126` for 2.7); `None` for a release that the
    table does not have."""
    found: str | None = _torch_data()["plain"].get(f"{version.major}.{version.minor}")
    return found


def cuda_of_index(index: str) -> str | None:
    """Return the CUDA release of one of PyTorch's indexes: `12.8` of `cu128`; `None` of one that is none of CUDA."""
    digits = index.removeprefix("cu")
    return f"{digits[:-1]}.{digits[-1]}" if index.startswith("cu") and digits.isdigit() and len(digits) == 3 else None


@cache
def releases() -> Mapping[str, Releases]:
    """Return what PyPI offered of each package, on the day that the table was made."""
    raw = json.loads(table_text("releases.json"))
    yanked = {package: {Version(each): why for each, why in of.items()} for package, of in raw["yanked"].items()}
    others = {package: frozenset(map(Version, of)) for package, of in raw["others"].items()}
    return {
        package: Releases(
            tuple(map(Version, versions)),
            raw["date"],
            yanked.get(package, {}),
            yanked_date=raw["yanked_date"],
            others=others.get(package, frozenset()),
        )
        for package, versions in raw["packages"].items()
    }


def releases_around(package: str, version: Version) -> str:
    """Return which releases PyPI had in place of one that it lacks, in words: `PyPI had no torch 2.6.5 on 2026-11-30,
    but 2.6.0 and 2.7.0`."""
    offered = releases()[package]
    near = " and ".join(map(str, offered.around(version)))
    return f"PyPI had no {package} {version} on {offered.date}, but {near}"


@cache
def packages() -> frozenset[str]:
    """Return the packages that the table knows, by their normalised names."""
    return frozenset(rows())


def rows_of(package: str, platform: str = DEFAULT_PLATFORM, index: str | None = PYPI) -> tuple[WheelRow, ...]:
    """Return the rows of a package that were read, for this platform (those that are for any included) and index, or
    of every index for `None`; the oldest version first."""
    return tuple(
        row
        for row in rows().get(package, ())
        if row.platform in (platform, "any") and (index is None or row.index == index)
    )
