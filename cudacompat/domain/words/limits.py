"""What reading may cost: one path of the command line, one build file."""

from __future__ import annotations

from dataclasses import dataclass

_GIB = 1 << 30
_ENDLESS = 1 << 62
MOST_OF_BUILD_FILE = 1 << 20  # bytes; nobody writes a longer one by hand


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one path of the command line may cost, whatever lies in it.

    `members` are the entries of all containers in it together, `bytes` what all of them and the images in them are
    inflated to, `seconds` the time, `depth` containers within containers, `rows` the entries of `not_read` that are
    kept (the others are counted). `per_file`: one file may inflate to 100 times its own size, but at least to 1 GiB;
    None where the user chose `bytes`.
    """

    members: int = 500_000
    bytes: int = 256 * _GIB
    seconds: float = 900.0
    depth: int = 8
    rows: int = 1000
    per_file: int | None = 100

    def of_file(self, size: int) -> int:
        """The bytes that a file of `size` bytes may inflate to."""
        return _ENDLESS if self.per_file is None else max(_GIB, self.per_file * size)
