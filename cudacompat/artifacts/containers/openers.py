"""Which files hold files, told by their first bytes; and of each kind who opens it, if anybody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cudacompat.artifacts.containers import file_heads
from cudacompat.artifacts.containers.closed_kinds import ARC, ARJ, CLOSED_KINDS, DISK, LHA, SWAPPED_CPIO, ClosedKind

if TYPE_CHECKING:
    from cudacompat.artifacts.containers.base import Budget, Member, Source

Open = Callable[["Source", "Budget"], "Iterator[Member]"]


class Opener(NamedTuple):
    """A kind of container.

    `magic` are bytes and where they stand, all of which must be there. `open` is None for what is not opened here, and
    `cure` says what makes something of that which is read. `joins` is whether the path of a compressed file stays that
    of the archive in it: `x.tar.gz!/lib.so`.
    """

    called: str
    magic: tuple[tuple[int, bytes], ...]
    open: Open | None = None
    joins: bool = False
    cure: str = ""


def _zip(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import zips  # zipfile is slow to import

    return zips.members(source, budget)


def _tar(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import tars

    return tars.members(source, budget)


def _deb(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import debs

    return debs.members(source, budget)


def _gzip(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.gzip(source, budget)


def _xz(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.xz(source, budget)


def _lzma(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.lzma(source, budget)


def _bzip2(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.bzip2(source, budget)


def _zstd(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.zstd(source, budget)


def _lz4(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.lz4(source, budget)


def _zlib(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.zlib(source, budget)


def _frames(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import compressed

    return compressed.frames(source, budget)


def _cpio(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import cpios

    return cpios.members(source, budget)


def _rpm(source: Source, budget: Budget) -> Iterator[Member]:
    from cudacompat.artifacts.containers import rpms

    return rpms.members(source, budget)


def _closed(kind: ClosedKind) -> Opener:
    return Opener(kind.called, kind.magic, cure=kind.cure)


_CHECKSUM_STARTS = frozenset(b"%c" % byte for byte in b" 0123456789")
_DISK, _LHA = _closed(DISK), _closed(LHA)

TAR = Opener("tar archive", ((257, b"ustar"),), _tar, joins=True)
_CPIO = Opener("cpio archive", (), _cpio, joins=True)

# What begins an LZMA file: the usual parameters, a dictionary of 64 KiB to 1 GiB that is a power of two or two of
# them, and a size: none, or less than 2 ** 40.
_LZMA_HEADS = tuple(
    ((0, b"\x5d" + (size << shift).to_bytes(4, "little")), of_size)
    for shift in range(16, 30)
    for size in (1, 3)
    for of_size in ((5, b"\xff" * 8), (10, bytes(3)))
)

# The magic of gzip with the one method that there is, of bzip2 with the mark of its first block: two or three bytes
# alone begin too many files that are something else.
OPENERS = (
    Opener("zip", ((0, b"PK\x03\x04"),), _zip),
    Opener("zip", ((0, b"PK\x05\x06"),), _zip),
    Opener("zip", ((0, b"PK\x07\x08"),), _zip),
    TAR,
    Opener("gzip file", ((0, b"\x1f\x8b\x08"),), _gzip),
    Opener("xz file", ((0, b"\xfd7zXZ\0"),), _xz),
    Opener("bzip2 file", ((0, b"BZh"), (4, b"1AY&SY")), _bzip2),
    Opener("zstd file", ((0, b"\x28\xb5\x2f\xfd"),), _zstd),
    *(Opener("zstd or LZ4 file", ((0, bytes((first,)) + b"\x2a\x4d\x18"),), _frames) for first in range(0x50, 0x60)),
    Opener("lz4 file", ((0, b"\x04\x22\x4d\x18"),), _lz4),
    *(Opener("LZMA file", head, _lzma) for head in _LZMA_HEADS),
    Opener("Debian package", ((0, b"!<arch>\n"), (8, b"debian-binary")), _deb),
    *(_CPIO._replace(magic=((0, b"07070" + form),)) for form in (b"1", b"2", b"7", b"X")),
    Opener("RPM package", ((0, b"\xed\xab\xee\xdb"),), _rpm),
    *map(_closed, CLOSED_KINDS),
)

# Those whose magic is too short to tell them, by the first byte, with what else has to be true.
_CHECKED: dict[int, tuple[Callable[[bytes], bool], Opener]] = {
    0x1A: (file_heads.is_arc, _closed(ARC)),
    0x60: (file_heads.is_arj, _closed(ARJ)),
    0x71: (file_heads.is_swapped_cpio, _closed(SWAPPED_CPIO)),
    0x78: (file_heads.is_zlib, Opener("zlib file", (), _zlib)),
    0xC7: (file_heads.is_old_cpio, _CPIO),
}


def _that_begin(first: int) -> tuple[tuple[int, bytes, Opener], ...]:
    """The kinds of container whose first byte may be this, with the first of their marks."""
    marks = ((*opener.magic[0], opener) for opener in OPENERS)
    mine = [(at, magic, opener) for at, magic, opener in marks if at or magic[0] == first]
    return tuple(sorted(mine, key=lambda mark: mark[0] > 0))


_BY_FIRST_BYTE = tuple(map(_that_begin, range(256)))


def opener_of(head: bytes) -> Opener | None:
    """Return who opens a file with these first bytes; None for a file that is no container known here."""
    if not head:
        return None
    for at, magic, opener in _BY_FIRST_BYTE[head[0]]:
        if head.startswith(magic, at) and all(head.startswith(other, place) for place, other in opener.magic[1:]):
            return opener
    if (checked := _CHECKED.get(head[0])) is not None and checked[0](head):
        return checked[1]
    if head[2:3] == b"-" and file_heads.is_lha(head):
        return _LHA
    if head[148:149] in _CHECKSUM_STARTS:  # a tar from before POSIX has no magic but a checksum
        from cudacompat.artifacts.containers.tars import is_header

        return TAR if is_header(head) else None
    return _DISK if file_heads.begins_a_disk(head) else None
