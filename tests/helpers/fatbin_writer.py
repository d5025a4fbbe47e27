"""Writes CUDA fatbins: any images, in any order, stored in any way, right or wrong on purpose.

NVIDIA's own `fatbinary` sorts what it is given and refuses what does not fit together. Tests need the rest:
two images for one target, a header that contradicts its payload, an image without kernels before a good one.

The container (little-endian): a 16-byte header (magic, version, header size, bytes of all entries), then
the entries one after another. An entry is a header of 64 bytes and strings, whose fields say everything
that picks an image (kind, target number, `a` and `f` bits, PTX ISA), and the payload, padded to 8 bytes.
Where nothing is forced, the bytes are those that fatbinary 13.5 writes for the same image.

    fatbin(sass(cubin), ptx(text, compression="zstd"))
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass, field, replace
from enum import IntEnum

import lz4.block
import lz4.frame
import zstandard

FATBIN_MAGIC = 0xBA55ED50
ENTRY_VERSION = 0x0101
ENTRY_HEADER = 64  # without strings

FLAG_64BIT = 0x1
FLAG_DEBUG = 0x2
FLAG_LINUX = 0x10
FLAG_WINDOWS = 0x40
FLAG_ARCH_SPECIFIC = 0x100000  # the `a` of sm_90a
FLAG_FAMILY = 0x200000  # the `f` of sm_100f
FLAG_MERCURY = 0x1000000  # every cubin from sm_100 on

_SUFFIX_FLAGS = {"": 0, "a": FLAG_ARCH_SPECIFIC, "f": FLAG_FAMILY}
_COMPRESSION_FLAGS = {"none": 0, "zlib": 0x1000, "lz4": 0x2000, "lz4-frame": 0x4000, "zstd": 0x8000}

_HEADER = struct.Struct("<IHHQ")
_ENTRY = struct.Struct("<HHIQIIHHIIIQQQ")
_OPTIONS = struct.Struct("<II")


class Kind(IntEnum):
    """What an entry holds."""

    PTX = 0x01
    ELF = 0x02
    OLD_CUBIN = 0x04
    LTO_IR = 0x08
    UNFINALIZED = 0x10
    INDEX = 0x20
    RELOCATABLE_PTX = 0x40
    TILE_IR = 0x80
    CONCATENATED = 0x100


@dataclass(frozen=True)
class Image:
    """One entry. `arch`, `suffix` and `version` are what its header says, whatever the payload is.

    `version` is the PTX ISA of PTX, and (1, ABI version) of a cubin. `options` is the string that the header
    carries (`None`: no string at all). `flags` are the bits beside those of suffix and compression.
    """

    kind: int
    arch: int
    payload: bytes = field(repr=False)
    suffix: str = ""
    version: tuple[int, int] = (0, 0)
    compression: str = "none"
    options: bytes | None = None
    flags: int = FLAG_64BIT | FLAG_LINUX

    def but(self, **changes: object) -> Image:
        """The same image with other header fields."""
        return replace(self, **changes)  # type: ignore[arg-type]


def sass(cubin: bytes, suffix: str = "", **header: object) -> Image:
    """An entry for machine code. The number comes from the cubin; its suffix is not in there, so name it."""
    abi, arch = cubin_abi(cubin), cubin_arch(cubin)
    image = Image(Kind.ELF, arch, cubin, suffix, (1, abi))
    if arch >= 100:
        compat = cubin_section(cubin, ".nv.compat")
        options = None if compat is None else b"\0" + compat
        image = image.but(options=options, flags=image.flags | FLAG_MERCURY)
    return image.but(**header)


def ptx(text: str | bytes, **header: object) -> Image:
    """An entry for PTX; number, suffix and ISA come from its `.version` and `.target` lines."""
    text = text.encode() if isinstance(text, str) else text
    version = re.search(rb"^\s*\.version\s+(\d+)\.(\d+)", text, re.MULTILINE)
    target = re.search(rb"^\s*\.target\s+sm_(\d+)([af]?)", text, re.MULTILINE)
    if version is None or target is None:
        raise ValueError("PTX without .version or .target")
    isa = (int(version[1]), int(version[2]))
    image = Image(Kind.PTX, int(target[1]), text + b"\0", target[2].decode(), isa, options=b"")
    return image.but(**header)


def entry(image: Image) -> bytes:
    """The bytes of one entry: header, strings, padded payload."""
    stored = _compressed(image.payload, image.compression)
    packed = image.compression != "none"
    strings, options_at = b"", 0
    if image.options is not None:
        options_at = ENTRY_HEADER
        # a cubin's string begins with a zero byte that the stated length leaves out
        length = len(image.options) - (1 if image.options[:1] == b"\0" else 0)
        strings = _OPTIONS.pack(ENTRY_HEADER + _OPTIONS.size, length) + _padded(image.options + b"\0")
    body = _padded(stored)
    flags = image.flags | _SUFFIX_FLAGS[image.suffix] | _COMPRESSION_FLAGS[image.compression]
    major, minor = image.version
    header = _ENTRY.pack(
        image.kind,
        ENTRY_VERSION,
        ENTRY_HEADER + len(strings),
        len(body),
        len(stored) if packed else 0,
        options_at,
        minor,
        major,
        image.arch,
        0,  # no identifier
        0,
        flags,
        0,  # not obfuscated
        len(image.payload) if packed else 0,
    )
    return header + strings + body


def fatbin(*images: Image | bytes) -> bytes:
    """A fatbin of these images, in this order. Bytes are taken as an entry that is ready."""
    entries = b"".join(image if isinstance(image, bytes) else entry(image) for image in images)
    return header(len(entries)) + entries


def header(size: int, *, version: int = 1, magic: int = FATBIN_MAGIC) -> bytes:
    """A fatbin's own 16 bytes; `size` counts the entries."""
    return _HEADER.pack(magic, version, _HEADER.size, size)


def entries_of(data: bytes) -> list[bytes]:
    """The entries of a fatbin, as bytes, for putting them together anew."""
    _, _, start, size = _HEADER.unpack_from(data)
    at, end, found = start, start + size, []
    while at < end:
        head, body = struct.unpack_from("<IQ", data, at + 4)
        found.append(data[at : at + head + body])
        at += head + body
    return found


def cubin_abi(cubin: bytes) -> int:
    """7 for code of CUDA up to 12.9 below sm_100, else 8."""
    if cubin[:4] != b"\x7fELF" or struct.unpack_from("<H", cubin, 18) != (190,):
        raise ValueError("not a cubin")
    return cubin[8]


def cubin_arch(cubin: bytes) -> int:
    """The number of the cubin's target."""
    (flags,) = struct.unpack_from("<I", cubin, 48)
    return int(flags & 0xFF if cubin_abi(cubin) == 7 else flags >> 8 & 0xFF)


def cubin_section(cubin: bytes, name: str) -> bytes | None:
    """The bytes of the first section of this name."""
    (table,) = struct.unpack_from("<Q", cubin, 40)
    size, count, names = struct.unpack_from("<HHH", cubin, 58)
    rows = [struct.unpack_from("<IIQQQQ", cubin, table + size * i) for i in range(count)]
    for row in rows:
        start = rows[names][4] + row[0]
        if cubin[start : cubin.index(b"\0", start)] == name.encode():
            return cubin[row[4] : row[4] + row[5]]
    return None


def _compressed(data: bytes, compression: str) -> bytes:
    if compression == "zlib":
        return zlib.compress(data, 9)
    if compression == "lz4":
        return bytes(lz4.block.compress(data, mode="high_compression", store_size=False))
    if compression == "lz4-frame":
        return bytes(lz4.frame.compress(data))
    if compression == "zstd":
        return zstandard.ZstdCompressor(level=19).compress(data)
    return data


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)
