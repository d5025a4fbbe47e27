"""Inflating one image: LZ4 block and frame, zstd and zlib, never more than its header promised."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.domain.words.code import Compression

if TYPE_CHECKING:
    import zstandard

_LOCAL = threading.local()

_MIB = 1 << 20
_LARGE = 32 * _MIB  # from here on an image is not copied
_LARGEST = 512 * _MIB  # the largest image in published libraries has 134 MB

_ZLIB = 0x1000
_LZ4_BLOCK = 0x2000
LZ4_FRAME = 0x4000
ZSTD = 0x8000
_ANY = _ZLIB | _LZ4_BLOCK | LZ4_FRAME | ZSTD

_BY_FLAG = {
    0: Compression.UNKNOWN,
    _ZLIB: Compression.ZLIB,
    _LZ4_BLOCK: Compression.LZ4,
    LZ4_FRAME: Compression.LZ4,
    ZSTD: Compression.ZSTD,
}


def by_flags(flags: int) -> Compression:
    """Return the compression that the flags of a compressed entry name; UNKNOWN for none or several."""
    return _BY_FLAG.get(flags & _ANY, Compression.UNKNOWN)


def largest_allowed(stored: int) -> int:
    """The most bytes an image stored in `stored` bytes may claim; real ones stay below a ratio of 254."""
    return min(_LARGEST, max(_MIB, 1024 * stored))


def inflate(raw: bytes, flags: int, expected: int) -> bytes | bytearray:
    """Return the image behind `raw`, exactly `expected` bytes long; `UnreadableError` for anything else."""
    if expected > largest_allowed(len(raw)):
        raise UnreadableError(f"claims to expand from {len(raw)} to {expected} bytes; not expanded")
    try:
        image = _inflate(raw, flags & _ANY, expected)
    except UnreadableError:
        raise
    except (MemoryError, OverflowError) as error:
        raise UnreadableError(f"{expected} bytes do not fit in memory") from error
    except Exception as error:  # each library raises errors of its own, some of them a bare RuntimeError
        raise UnreadableError(f"corrupt compressed data ({type(error).__name__})") from error
    if len(image) != expected:
        raise UnreadableError(f"inflates to {len(image)} bytes, its header says {expected}")
    return image


def _inflate(raw: bytes, which: int, expected: int) -> bytes | bytearray:
    if which == ZSTD or (which not in _BY_FLAG and raw[:4] == b"\x28\xb5\x2f\xfd"):
        return _zstd(raw, expected)
    if which == _LZ4_BLOCK:
        return _lz4_block(raw, expected)
    if which == LZ4_FRAME or raw[:4] == b"\x04\x22\x4d\x18":
        import lz4.frame

        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(raw, max_length=expected + 1))
    if which == _ZLIB:
        import zlib

        return zlib.decompressobj().decompress(raw, expected + 1)
    if raw[:4] == b"\x28\xb5\x2f\xfd":
        return _zstd(raw, expected)
    raise UnreadableError("compressed in an unknown way")


def _lz4_block(raw: bytes, expected: int) -> bytes | bytearray:
    import lz4.block

    if expected >= _LARGE:
        into = _large_lz4_block(raw, expected)
        if into is not None:
            return into
    return bytes(lz4.block.decompress(raw, uncompressed_size=expected))


def _large_lz4_block(raw: bytes, expected: int) -> bytearray | None:
    """The image, inflated to where it stays; None where the library does not show its function. What `lz4.block` gives
    is a copy, for which there are two images in memory: the largest have 160 MB."""
    import ctypes

    from lz4.block import _block

    try:
        inflate_block = ctypes.CDLL(_block.__file__).LZ4_decompress_safe  # of lz4.h, which the library is made from
    except (AttributeError, OSError):
        return None
    inflate_block.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
    inflate_block.restype = ctypes.c_int
    image = bytearray(expected)
    room = (ctypes.c_char * expected).from_buffer(image)
    if inflate_block(raw, ctypes.addressof(room), len(raw), expected) != expected:
        raise UnreadableError("corrupt compressed data (LZ4BlockError)")
    return image


def _zstd(raw: bytes, expected: int) -> bytes:
    import zstandard

    stated = zstandard.get_frame_parameters(raw).content_size
    if stated not in (expected, zstandard.CONTENTSIZE_UNKNOWN):
        raise UnreadableError(f"its zstd frame states {stated} bytes, its header says {expected}")
    return decompressor().decompress(raw, max_output_size=expected)


def decompressor() -> zstandard.ZstdDecompressor:
    """The one of this thread: to make one for each image takes a third longer."""
    import zstandard

    if not hasattr(_LOCAL, "zstd"):
        _LOCAL.zstd = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    made: zstandard.ZstdDecompressor = _LOCAL.zstd
    return made
