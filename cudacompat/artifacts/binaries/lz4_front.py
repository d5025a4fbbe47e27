"""The first bytes that an LZ4 block inflates to."""

from __future__ import annotations

_MORE = 15  # in the token: the length goes on in the bytes that follow
_SMALLEST_MATCH = 4


def first(raw: bytes, size: int) -> bytes | None:
    """Return the first `size` bytes of a block that begins with `raw`, fewer where these bytes make no more; None for
    what is no such block."""
    made = bytearray()
    at = 0
    try:
        while len(made) < size:
            token = raw[at]
            literals, at = _length(raw, at + 1, token >> 4)
            made += raw[at : at + literals]
            at += literals
            if at + 2 > len(raw):
                break
            distance = int.from_bytes(raw[at : at + 2], "little")
            length, at = _length(raw, at + 2, token & _MORE)
            if not 0 < distance <= len(made):
                return None
            for _ in range(min(length + _SMALLEST_MATCH, size)):  # one by one: a match may reach into itself
                made.append(made[-distance])
    except IndexError:
        pass
    return bytes(made[:size])


def _length(raw: bytes, at: int, length: int) -> tuple[int, int]:
    """A length whose first four bits are these, and where it ends."""
    if length == _MORE:
        while raw[at] == 0xFF:
            length += 0xFF
            at += 1
        length += raw[at]
        at += 1
    return length, at
