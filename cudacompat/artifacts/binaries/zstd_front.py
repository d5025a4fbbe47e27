"""The first bytes of a zstd frame, and whether all of it is there."""

from __future__ import annotations

from cudacompat.artifacts.binaries.compression import decompressor

_BLOCK = 3  # bytes in front of each block: u24 of last (1 bit), type (2) and size (21)
_LARGEST_BLOCK = 1 << 17
_RAW, _RLE, _RESERVED = 0, 1, 3
_CHECKSUM = 4


def is_whole(raw: bytes, expected: int) -> bool:
    """Whether `raw` is one frame from its header to its last block, whose blocks can make `expected` bytes.

    Its blocks are stepped over, not inflated: a frame that was cut short, shifted or overwritten across the head of a
    block is told so; one that is damaged inside a block is not.
    """
    import zstandard

    try:
        frame = zstandard.get_frame_parameters(raw)
        at = zstandard.frame_header_size(raw)
    except zstandard.ZstdError:
        return False
    if frame.content_size != expected or frame.dict_id:
        return False
    made, last = 0, False
    while not last:
        if at + _BLOCK > len(raw):
            return False
        head = int.from_bytes(raw[at : at + _BLOCK], "little")
        last, kind, size = bool(head & 1), head >> 1 & 3, head >> 3
        if kind == _RESERVED or size > _LARGEST_BLOCK:
            return False
        made += size if kind in (_RAW, _RLE) else _LARGEST_BLOCK
        at += _BLOCK + (1 if kind == _RLE else size)
    return at + _CHECKSUM * frame.has_checksum == len(raw) and made >= expected


class ZstdFront:
    """Inflates a frame from its beginning, as far as is asked for. One at a time."""

    def __init__(self, raw: bytes) -> None:
        self._reader = decompressor().stream_reader(raw)
        self._front = b""

    def first(self, size: int) -> bytes:
        """Return its first `size` bytes, all of them where it has fewer. Sizes must not become smaller. Whatever the
        library raises for bytes that are none is passed on."""
        while len(self._front) < size:
            more = self._reader.read(size - len(self._front))
            if not more:
                break
            self._front += more
        return self._front
