"""What kind of file begins with these bytes. Names and extensions are never asked."""

from __future__ import annotations

from enum import Enum

from cudacompat.artifacts.binaries import ar, elf, fatbin, pe, ptx

HEAD = 512  # bytes of a file that a sniff wants; `ptx.SNIFFED` when it says MAYBE_PTX


class Kind(Enum):
    """How a file is to be read."""

    ELF = "elf"
    PE = "pe"
    COFF = "coff"
    CUBIN = "cubin"
    FATBIN = "fatbin"
    OLD_FATBIN = "old fatbin"
    PTX = "ptx"
    MAYBE_PTX = "text"
    TILE_IR = "tile-ir"
    AR = "ar"
    THIN_AR = "thin ar"
    ZIP = "zip"
    SEALED = "sealed"
    OTHER = "other"


_TILE_IR = b"\x7fTileIR\0"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

# Archives and compressed files that may hold anything, and are not opened here.
_SEALED = (
    (b"\x1f\x8b", "a gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"\x04\x22\x4d\x18", "an lz4 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"\xed\xab\xee\xdb", "an rpm package"),
    (b"hsqs", "a squashfs image"),
)


def sniff(head: bytes, size: int) -> Kind:
    """Return the kind of a file of `size` bytes from its first `HEAD` bytes."""
    start = head[:4]
    if start == elf.MAGIC:
        if elf.machine(head) == elf.EM_CUDA:
            return Kind.CUBIN
        return Kind.SEALED if head[8:11] in (b"AI\x01", b"AI\x02") else Kind.ELF
    if start == fatbin.MAGIC:
        return Kind.FATBIN
    if start == fatbin.OLD_MAGIC:
        return Kind.OLD_FATBIN
    if start[:2] == pe.MAGIC:
        return Kind.PE
    if head.startswith((ar.MAGIC, ar.THIN)):
        return Kind.AR if head.startswith(ar.MAGIC) else Kind.THIN_AR
    if start in _ZIP:
        return Kind.ZIP
    if head.startswith(_TILE_IR):
        return Kind.TILE_IR
    if sealed_as(head) is not None:
        return Kind.SEALED
    if pe.is_coff(head, size):
        return Kind.COFF
    return Kind.MAYBE_PTX if ptx.may_be_ptx(head) else Kind.OTHER


def sealed_as(head: bytes) -> str | None:
    """Return what a file that is not opened here is called, None for all others."""
    if head[:4] == elf.MAGIC and head[8:10] == b"AI":
        return "an AppImage"
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((name for magic, name in _SEALED if head.startswith(magic)), None)
