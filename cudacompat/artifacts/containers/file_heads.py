"""Heads of containers that have no magic number, or one of two bytes: what else must be true of the first 512 bytes."""

from __future__ import annotations

import re
import zlib
from struct import Struct

_SECTOR, _BOOT, _PARTITIONS = 512, b"\x55\xaa", range(446, 510, 16)
_LARGEST_ARJ = 2600  # bytes of its header (the technical notes of ARJ 2.6)
_ARJ_MAIN = b"\2"  # the kind of the header that stands first
_LHA = re.compile(rb"..-(?:l[hz]|pm)[0-9ds]-.{13}[\0-\3]", re.DOTALL)  # method, and the level of the header
# method (1 begins files of terminfo, too) and a name of MS-DOS
_ARC = re.compile(rb"\x1a[\x02-\x0b](?=[^\0]{1,12}\0)[!-~]+\0")
_ARC_SIZES = Struct("<IHHHI")  # bytes that are packed, date and time of MS-DOS, checksum, bytes
# magic, two fields, mode of a file, a folder or a link, six fields, length of a name of less than 4096 bytes, size
_CPIO = re.compile(rb"\xc7\x71.{4}.[\x40-\x4f\x80-\x8f\xa0-\xaf].{12}(.[\0-\x0f]).{4}", re.DOTALL)
_CPIO_SWAPPED = re.compile(rb"\x71\xc7.{4}[\x40-\x4f\x80-\x8f\xa0-\xaf].{13}[\0-\x0f].{5}", re.DOTALL)
_OF_GIT = re.compile(rb"(?:blob|tree|commit|tag) \d+\0")  # objects of a history, which no program loads
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_PROOF = 64  # bytes that the first of a zlib file inflate to; others that begin so are damaged before


def begins_a_disk(head: bytes) -> bool:
    """Whether these are the first bytes of a disk: a boot sector with a table of four partitions, each of which may be
    booted or not."""
    return (
        head[_SECTOR - 2 : _SECTOR] == _BOOT
        and all(head[at] in (0, 0x80) for at in _PARTITIONS)
        and any(head[at + 4] for at in _PARTITIONS)  # the kind of a partition
    )


def is_arj(head: bytes) -> bool:
    """Whether the main header of an ARJ archive stands here, with its checksum."""
    size = int.from_bytes(head[2:4], "little")
    if not head.startswith(b"\x60\xea") or not 30 <= size <= _LARGEST_ARJ or head[10:11] != _ARJ_MAIN:
        return False
    known = head[4 + size : 8 + size]
    return len(known) < 4 or zlib.crc32(head[4 : 4 + size]) == int.from_bytes(known, "little")


def is_lha(head: bytes) -> bool:
    """Whether the header of a member of an LHA archive stands here."""
    return _LHA.match(head) is not None


def is_arc(head: bytes) -> bool:
    """Whether the header of a member of an ARC archive stands here."""
    if _ARC.match(head) is None or len(head) < 29:
        return False
    packed, date, time, _, size = _ARC_SIZES.unpack_from(head, 15)
    is_date = date & 31 > 0 and 0 < date >> 5 & 15 <= 12
    is_time = time >> 11 < 24 and time >> 5 & 63 < 60
    return bool(is_date and is_time and packed <= 2 * size + _SECTOR)  # what did not become smaller is stored


def is_old_cpio(head: bytes) -> bool:
    """Whether the header of a member of a cpio archive of the first form stands here, with the name that it
    announces."""
    if (match := _CPIO.match(head)) is None:
        return False
    size = int.from_bytes(match[1], "little")
    return size > 1 and head.find(b"\0", match.end(), match.end() + size) in (match.end() + size - 1, -1)


def is_swapped_cpio(head: bytes) -> bool:
    """Whether such a header stands here in the other order of bytes."""
    return _CPIO_SWAPPED.match(head) is not None


def is_zlib(head: bytes) -> bool:
    """Whether a zlib stream begins so. Its magic are two bytes, and what follows has to inflate."""
    if _ZLIB.match(head) is None:
        return False
    try:
        first = zlib.decompressobj().decompress(head, _PROOF)
    except zlib.error:
        return False
    return len(first) == _PROOF and _OF_GIT.match(first) is None
