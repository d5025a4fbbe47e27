"""One value of a policy, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """Whose value wins: an option's over a variable's over a file's."""

    FILE = 0
    ENVIRONMENT = 1
    OPTION = 2


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One value of a policy, parsed, and where it came from: `--ptx`, `CUDACOMPAT_PTX` or
    `pyproject.toml: tool.cudacompat.ptx`. `text` is the value as it was written."""

    key: str
    value: object
    text: str
    origin: str
    rank: Rank
