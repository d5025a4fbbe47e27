"""Which release of Debian or Ubuntu the tags of Docker's official images stand for that name none: `rust:1.88`.

A tag of a release that is maintained moves to the next Debian; one of a release that is not stays as it was built last.
So a row is the first version whose last image is of that Debian. A version newer than the table is taken for what the
newest row says; that is inferred, until its own row is there.
"""

from __future__ import annotations

import re
from bisect import bisect_right

# From the history of library/NAME in docker-library/official-images from January 2018 to @ 37079fb3 of 22 August 2026:
# the last file that has a tag, and the codename that stands in the same block. Rows only where the codename changes.
_DEBIAN: dict[str, tuple[tuple[tuple[int, ...], str], ...]] = {
    "rust": (
        ((1, 23), "stretch"),
        ((1, 37), "buster"),
        ((1, 55), "bullseye"),
        ((1, 72), "bookworm"),
        ((1, 89), "trixie"),
    ),
    "python": (
        ((2, 7, 16), "buster"),
        ((3, 0), "stretch"),
        ((3, 6, 9), "buster"),
        ((3, 6, 14), "bullseye"),
        ((3, 7), "stretch"),
        ((3, 7, 4), "buster"),
        ((3, 7, 11), "bullseye"),
        ((3, 7, 17), "bookworm"),
        ((3, 8), "buster"),
        ((3, 8, 11), "bullseye"),
        ((3, 8, 17), "bookworm"),
        ((3, 9), "buster"),
        ((3, 9, 6), "bullseye"),
        ((3, 9, 17), "bookworm"),
        ((3, 9, 23), "trixie"),
        ((3, 10), "bullseye"),
        ((3, 10, 12), "bookworm"),
        ((3, 10, 18), "trixie"),
        ((3, 11), "bullseye"),
        ((3, 11, 4), "bookworm"),
        ((3, 11, 13), "trixie"),
        ((3, 12), "bookworm"),
        ((3, 12, 11), "trixie"),
        ((3, 13), "bookworm"),
        ((3, 13, 6), "trixie"),
    ),
    "node": (
        ((6,), "stretch"),
        ((14, 19, 3), "buster"),
        ((15,), "stretch"),
        ((16,), "buster"),
        ((17,), "bullseye"),
        ((18, 16), "bookworm"),
        ((19,), "bullseye"),
        ((20, 3), "bookworm"),
        ((26,), "trixie"),
    ),
    "gcc": (
        ((8, 4), "buster"),
        ((9, 5), "bullseye"),
        ((10, 3), "buster"),
        ((10, 4), "bullseye"),
        ((12, 3), "bookworm"),
        ((14, 3), "trixie"),
        ((15, 1), "bookworm"),
        ((15, 2), "trixie"),
    ),
    "golang": (
        ((1, 9), "stretch"),
        ((1, 11, 12), "buster"),
        ((1, 12), "stretch"),
        ((1, 12, 7), "buster"),
        ((1, 16, 7), "bullseye"),
        ((1, 19, 10), "bookworm"),
        ((1, 20), "bullseye"),
        ((1, 20, 5), "bookworm"),
        ((1, 24, 6), "trixie"),
    ),
}
# The words that stand for a release, as the same files have them. They move.
_WORDS: dict[str, dict[str, str]] = {
    "debian": {"latest": "trixie", "stable": "trixie", "oldstable": "bookworm", "oldoldstable": "bullseye"},
    "buildpack-deps": {
        "latest": "trixie",
        "curl": "trixie",
        "scm": "trixie",
        "stable": "trixie",
        "oldstable": "bookworm",
        "oldoldstable": "bullseye",
    },
    "ubuntu": {"latest": "resolute", "rolling": "resolute"},
}
_NODES = {"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24", "lts": "24", "current": "latest"}
_SUFFIX = {"debian": "-slim", "python": "-slim", "rust": "-slim", "node": "-slim"}
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,2}")
_NEWEST = 10**6  # of the parts that a tag leaves open: the newest release that has the others


def default_suite(name: str, tag: str) -> str | None:
    """The codename of the distribution in the official image of this name and tag, where the tag says none itself;
    `None` for a tag that is something else, or not known."""
    suffix = _SUFFIX.get(name, "")
    plain = "latest" if suffix and tag == suffix[1:] else tag.removesuffix(suffix) if suffix else tag
    if name in _WORDS:
        return _WORDS[name].get(plain)
    rows = _DEBIAN.get(name, ())
    if name == "node":
        plain = _NODES.get(plain, plain)
    if not rows or (plain != "latest" and _VERSION.fullmatch(plain) is None):
        return None
    parts = () if plain == "latest" else tuple(map(int, plain.split(".")))
    found = bisect_right(rows, (*parts, *[_NEWEST] * (3 - len(parts))), key=lambda row: row[0])
    return rows[found - 1][1] if found else None
