"""Which release of another package each release asks for, by its metadata: of releases that were not read, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.distributions import framework, table_text
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.table import rows_of


@cache
def _table() -> Mapping[str, Mapping[Version, str]]:
    raw = json.loads(table_text("required_torch.json"))["packages"]
    return {name: {Version(text): asked for text, asked in found.items()} for name, found in raw.items()}


def asked_in(row: WheelRow) -> SpecifierSet | None:
    """Return what this wheel asks of the framework; `None` where it asks for no certain release."""
    return None if row.package == framework().name else dict(needs_of(row)).get(framework().name) or None


def asked_of_framework(package: str, version: Version | None) -> SpecifierSet | None:
    """Return what this release of a package asks of the framework; `None` where it asks for no certain release, or its
    metadata was not read."""
    if package == framework().name or version is None:
        return None
    return _asked(package, version, framework().name) or None


def asked_by_framework(package: str, version: Version) -> SpecifierSet | None:
    """Return what this release of the framework asks of the package; `None` where that was not read."""
    return _asked(framework().name, version, package)


def pinned_by_releases(package: str) -> dict[Version, Version]:
    """Return the release of the framework that each release of a package pins (`==2.9.0`), by that release of the
    framework the newest of the package's; what asks for a range is left out."""
    known = {row.version for row in rows_of(package, index=None)} | set(_table().get(package, {}))
    found: dict[Version, Version] = {}
    for version in sorted(each for each in known if not each.is_prerelease):
        asked = list(asked_of_framework(package, version) or ())
        if len(asked) == 1 and asked[0].operator == "==" and not asked[0].version.endswith("*"):
            found[Version(asked[0].version)] = version
    return found


def _asked(asking: str, version: Version, of: str) -> SpecifierSet | None:
    row = next((row for row in reversed(rows_of(asking, index=None)) if row.version == version), None)
    if row is not None:
        return dict(needs_of(row)).get(of)
    text = _table().get(asking, {}).get(version)
    asked = Requirement(text) if text else None
    return asked.specifier if asked is not None and asked.name == of else None
