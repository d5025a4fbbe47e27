"""Which release cargo takes for a requirement: the newest that it allows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from packaging.version import Version

from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.builds.setting_facts import Window


def newest_allowed(engine: Engine, operator: str, version: str) -> str:
    """Return the newest version of the engine that a requirement of cargo's allows and that is known to differ from
    those before it: `0.14` is 0.14.1 where something is new in that. An older one has the same facts as the newest that
    there is; a lock is read before.

    `operator` is the character before the version: `=` allows that version alone (`=0.14`: its patches, too), `~` newer
    patches, anything else what cargo calls compatible.
    https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
    """
    lowest, below = Version(version), _below(operator, version)
    bounds = (each for window in _windows(engine) for each in (window.since, window.until))
    known = {each for each in (engine.current, *bounds) if each is not None}
    return max((each for each in known if lowest < Version(each) < below), key=Version, default=version)


def _below(operator: str, version: str) -> Version:
    """The first version that is no longer allowed."""
    parts = [int(each) for each in version.split(".")]
    if operator == "=" and len(parts) == 3:
        at = 3
        parts.append(0)
    elif operator in "=~":
        at = min(len(parts), 2) - 1
    else:
        at = next((place for place, each in enumerate(parts) if each), len(parts) - 1)
    return Version(".".join(map(str, [*parts[:at], parts[at] + 1])))


def _windows(part: object) -> Iterator[Window]:
    """The windows of all facts in a record."""
    if isinstance(part, Window):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _windows(each)
    elif dataclasses.is_dataclass(part) and not isinstance(part, type):
        for each in dataclasses.fields(part):
            yield from _windows(getattr(part, each.name))
