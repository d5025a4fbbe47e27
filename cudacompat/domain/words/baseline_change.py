"""What an artifact lost and gained since the baseline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BaselineChange:
    """What an artifact lost and gained since the baseline, in words. `path` is where it lies now, or the lock file
    where it is gone. `absent` is whether its container was no part of this run, so that nothing was compared."""

    name: str
    path: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    file: str
    absent: bool = False
