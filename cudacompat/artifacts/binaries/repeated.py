"""Fatbins that lie in a file many times, byte for byte: they are read once.

Of the 2937 modules of libcublasLt 13 there are 2235 repeated, nearly all of them a few images without a kernel or with
one. What is read of a fatbin depends on nothing but its bytes and on how it is registered, so it holds wherever the
same bytes lie.
"""

from __future__ import annotations

from cudacompat.artifacts.binaries.buffer import Buffer
from cudacompat.artifacts.binaries.fatbin import Fatbin
from cudacompat.artifacts.binaries.fatbin_headers import HEADER_SIZE, FatbinHeader
from cudacompat.domain.words.code import Registration

_LARGEST = 1 << 13  # bytes of one that is kept: larger ones are hardly ever repeated
_MOST = 8 << 20  # bytes of all that are kept

Form = tuple[bytes, Registration]


class Repeated:
    """Remembers the small fatbins of one file."""

    def __init__(self) -> None:
        self._known: dict[Form, Fatbin] = {}
        self._size = 0

    @staticmethod
    def form(buffer: Buffer, at: int, limit: int, registration: Registration) -> Form | None:
        """Return what has to be the same in another fatbin; None for a large one, and for what ends after `limit`."""
        if at + HEADER_SIZE > limit:
            return None
        size = HEADER_SIZE + FatbinHeader.at(buffer, at).size
        if size > min(_LARGEST, limit - at):
            return None
        return bytes(buffer[at : at + size]), registration

    def get(self, form: Form, at: int, room: int) -> Fatbin | None:
        """Return what was read of such a fatbin, as if it lay at `at`; None where there was none, or where `room` is
        too little for its images."""
        known = self._known.get(form)
        if known is None or len(known.entries) > room:
            return None
        return known._replace(end=at + len(form[0]))

    def put(self, form: Form, at: int, found: Fatbin) -> None:
        """Remember what was read of the fatbin at `at`, unless it is damaged."""
        size = len(form[0])
        if found.damage is None and found.end == at + size and self._size + size <= _MOST:
            self._known[form] = found
            self._size += size
