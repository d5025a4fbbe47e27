"""Which files hold files, told by their first bytes; and of each kind who opens it, if anybody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cudacompat.artifacts.containers.base import Budget, Member, Source

Open = Callable[["Source", "Budget"], "Iterator[Member]"]


class Opener(NamedTuple):
    """A kind of container.

    `magic` are bytes and where they stand, all of which must be there. `open` is None for what is not opened here.
    `joins` is whether the path of a compressed file stays that of the archive in it: `x.tar.gz!/lib.so`.
    """

    called: str
    magic: tuple[tuple[int, bytes], ...]
    open: Open | None = None
    joins: bool = False


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


_CHECKSUM_STARTS = frozenset(b"%c" % byte for byte in b" 0123456789")
_DISK = Opener("disk image", ())
_SECTOR, _BOOT, _PARTITIONS = 512, b"\x55\xaa", range(446, 510, 16)

# A file system leaves its first sectors to whoever boots from it. What it is stands behind: its kinds are told where a
# file begins with a sector of zeros, and only then so much of it is looked at.
BLANK = bytes(_SECTOR)
FILE_SYSTEM = 32774  # bytes

_TAR = Opener("tar archive", ((257, b"ustar"),), _tar, joins=True)

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
    _TAR,
    Opener("gzip file", ((0, b"\x1f\x8b\x08"),), _gzip),
    Opener("xz file", ((0, b"\xfd7zXZ\0"),), _xz),
    Opener("bzip2 file", ((0, b"BZh"), (4, b"1AY&SY")), _bzip2),
    Opener("zstd file", ((0, b"\x28\xb5\x2f\xfd"),), _zstd),
    *(Opener("zstd file", ((0, bytes((first,)) + b"\x2a\x4d\x18"),), _zstd) for first in range(0x50, 0x60)),
    Opener("lz4 file", ((0, b"\x04\x22\x4d\x18"),), _lz4),
    *(Opener("LZMA file", head, _lzma) for head in _LZMA_HEADS),
    Opener("Debian package", ((0, b"!<arch>\n"), (8, b"debian-binary")), _deb),
    Opener("AppImage", ((0, b"\x7fELF"), (8, b"AI\x01"))),
    Opener("AppImage", ((0, b"\x7fELF"), (8, b"AI\x02"))),
    Opener("Apptainer image", ((32, b"SIF_MAGIC"),)),
    Opener("7z archive", ((0, b"7z\xbc\xaf\x27\x1c"),)),
    Opener("RAR archive", ((0, b"Rar!\x1a\x07"),)),
    Opener("LZ4 file of the old form", ((0, b"\x02\x21\x4c\x18"),)),
    Opener("lzip file", ((0, b"LZIP\x01"),)),
    Opener("lzop file", ((0, b"\x89LZO\0\r\n\x1a\n"),)),
    Opener("file of compress", ((0, b"\x1f\x9d"),)),
    Opener("RPM package", ((0, b"\xed\xab\xee\xdb"),)),
    Opener("squashfs image", ((0, b"hsqs"),)),
    Opener("cabinet", ((0, b"MSCF\0\0\0\0"),)),
    *(Opener("cpio archive", ((0, b"07070" + form),)) for form in (b"1", b"2", b"7")),
    Opener("xar archive", ((0, b"xar!\0\x1c"),)),
    Opener("Nix archive", ((0, b"\x0d\0\0\0\0\0\0\0nix-archive-1"),)),
    Opener("Flatpak bundle", ((0, b"flatpak\0\1\0\x89\xe5"),)),
    Opener("Flatpak bundle", ((0, b"xdg-app\0\1\0\x89\xe5"),)),
    Opener("archive of Electron", ((0, b"\4\0\0\0"), (16, b'{"files":'))),
    Opener("file of snappy", ((0, b"\xff\6\0\0sNaPpY"),)),
    Opener("file of lrzip", ((0, b"LRZI\0"),)),
    Opener("file of zpaq", ((0, b"7kSt\xa0\x31\x83\xd3"),)),
    Opener("file of age", ((0, b"age-encryption.org/v1\n"),)),
    Opener("encrypted disk", ((0, b"LUKS\xba\xbe"),)),
    Opener("DwarFS image", ((0, b"DWARFS"),)),
    Opener("cramfs image", ((0, b"\x45\x3d\xcd\x28"),)),
    Opener("Android image", ((0, b"\x3a\xff\x26\xed"),)),
    Opener("XFS image", ((0, b"XFSB"),)),
    Opener("ISO image", ((0, BLANK), (32769, b"CD001"))),
    Opener("ext4 image", ((0, BLANK), (1080, b"\x53\xef"))),
    Opener("EROFS image", ((0, BLANK), (1024, b"\xe2\xe1\xf5\xe0"))),
    Opener("F2FS image", ((0, BLANK), (1024, b"\x10\x20\xf5\xf2"))),
    Opener("Windows image", ((0, b"MSWIM\0\0\0"),)),
    Opener("virtual disk of QEMU", ((0, b"QFI\xfb"),)),
    Opener("virtual disk of VMware", ((0, b"KDMV"),)),
    Opener("virtual disk of Hyper-V", ((0, b"vhdxfile"),)),
    Opener("virtual disk of Hyper-V", ((0, b"conectix"),)),
    Opener("virtual disk of VirtualBox", ((0, b"<<< "), (64, b"\x7f\x10\xda\xbe"))),
)


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
    if head[148:149] in _CHECKSUM_STARTS:  # a tar from before POSIX has no magic but a checksum
        from cudacompat.artifacts.containers.tars import is_header

        return _TAR if is_header(head) else None
    return _DISK if _begins_a_disk(head) else None


def _begins_a_disk(head: bytes) -> bool:
    """Whether these are the first bytes of a disk: a boot sector with a table of four partitions, each of which may be
    booted or not."""
    return (
        head[_SECTOR - 2 : _SECTOR] == _BOOT
        and all(head[at] in (0, 0x80) for at in _PARTITIONS)
        and any(head[at + 4] for at in _PARTITIONS)  # the kind of a partition
    )
