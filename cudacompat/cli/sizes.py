"""Sizes as they are typed: `500M`, `2G`, `1.5GiB`."""

from __future__ import annotations

import re

from cudacompat.domain.words.errors import UsageError

_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([kKMGT]?)(i?[bB])?")
_POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}


def parse_size(text: str) -> int:
    """Return the bytes; GPU memory is counted in powers of 1024, with or without the i. `UsageError` for what is no
    size, or none at all."""
    match = _FORM.fullmatch(text.strip())
    size = int(float(match[1]) * 1024 ** _POWERS[match[2]]) if match else 0
    if size <= 0:
        raise UsageError(f"invalid size: {text!r} (examples: 500M, 2G)")
    return size
