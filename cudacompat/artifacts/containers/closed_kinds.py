"""Kinds of files that hold files and are not opened here: their marks, and what opens them.

A file of such a kind is `not_read` wherever it stands. The marks are those of file(1) 5.44 or of the formats' own
descriptions. Where Debian 12 has a program that writes the kind, a file of that program was told by them.
"""

from __future__ import annotations

from typing import NamedTuple


class ClosedKind(NamedTuple):
    """A kind of file: `magic` are bytes and where they stand, all of which must be there; `cure` says what makes
    something of it that is read."""

    called: str
    magic: tuple[tuple[int, bytes], ...]
    cure: str


# A file system leaves its first sectors to whoever boots from it. What it is stands behind: its kinds are told where a
# file begins with a sector of zeros or with a map of partitions of Apple's, and only then so much of it is looked at.
BLANK = bytes(512)
_APPLE = b"ER"
BOOT_SECTORS = (BLANK, _APPLE + b"\2\0", _APPLE + b"\x08\0")
FILE_SYSTEM = 0x10048  # bytes, of which btrfs has its mark in the last eight
_BOOTS = (510, b"\x55\xaa")

_7Z = "7z x unpacks it"
_MOUNT = "mount -o loop shows its files"
_DISK = "guestmount -i shows its files"

CLOSED_KINDS = (
    ClosedKind("AppImage", ((0, b"\x7fELF"), (8, b"AI\x01")), _7Z),
    ClosedKind("AppImage", ((0, b"\x7fELF"), (8, b"AI\x02")), "its option --appimage-extract unpacks it"),
    ClosedKind("Apptainer image", ((32, b"SIF_MAGIC"),), "apptainer build --sandbox DIR unpacks it"),
    ClosedKind("7z archive", ((0, b"7z\xbc\xaf\x27\x1c"),), _7Z),
    ClosedKind("RAR archive", ((0, b"Rar!\x1a\x07"),), "unrar x unpacks it"),
    ClosedKind("ACE archive", ((7, b"**ACE**"),), "unace x unpacks it"),
    ClosedKind("ZOO archive", ((20, b"\xdc\xa7\xc4\xfd"),), "zoo x unpacks it"),
    ClosedKind("StuffIt archive", ((0, b"SIT!"), (10, b"rLau")), "unar unpacks it"),
    ClosedKind("StuffIt archive", ((0, b"StuffIt (c)1997-"),), "unar unpacks it"),
    ClosedKind("archive of dar", ((0, b"\0\0\0\x7b"), (14, b"T")), "dar -x unpacks it"),
    ClosedKind("archive of dar", ((0, b"\0\0\0\x7b"), (14, b"N")), "dar -x unpacks it"),
    ClosedKind("archive of FreeArc", ((0, b"ArC\x01"),), "arc x of FreeArc unpacks it"),
    ClosedKind("xar archive", ((0, b"xar!\0\x1c"),), "xar -xf unpacks it"),
    ClosedKind("Nix archive", ((0, b"\x0d\0\0\0\0\0\0\0nix-archive-1"),), "nix-store --restore unpacks it"),
    ClosedKind("archive of Electron", ((0, b"\4\0\0\0"), (16, b'{"files":')), "asar extract unpacks it"),
    ClosedKind("ZIM archive", ((0, b"ZIM\x04"),), "zimdump dump unpacks it"),
    ClosedKind("LZ4 file of the old form", ((0, b"\x02\x21\x4c\x18"),), "lz4 -d unpacks it"),
    *(
        ClosedKind("zstd file of an old form", ((0, bytes((form,)) + b"\xb5\x2f\xfd"),), "zstd -d unpacks it")
        for form in range(0x22, 0x28)
    ),
    ClosedKind("lzip file", ((0, b"LZIP\x01"),), "lzip -d unpacks it"),
    ClosedKind("lzop file", ((0, b"\x89LZO\0\r\n\x1a\n"),), "lzop -d unpacks it"),
    ClosedKind("bzip3 file", ((0, b"BZ3v1"),), "bzip3 -d unpacks it"),
    ClosedKind("file of rzip", ((0, b"RZIP\x02"),), "rzip -d unpacks it"),
    ClosedKind("file of lrzip", ((0, b"LRZI\0"),), "lrzip -d unpacks it"),
    *(  # by the third byte the longest code has 9 to 16 bits
        ClosedKind("file of compress", ((0, bytes((0x1F, 0x9D, flags | bits))),), "gzip -d unpacks it")
        for flags in (0, 0x80)
        for bits in range(9, 17)
    ),
    ClosedKind("file of pack", ((0, b"\x1f\x1e"), (2, b"\0")), "gzip -d unpacks it"),
    ClosedKind("file of snappy", ((0, b"\xff\6\0\0sNaPpY"),), "snzip -d unpacks it"),
    ClosedKind("file of zpaq", ((0, b"7kSt\xa0\x31\x83\xd3"),), "zpaq x unpacks it"),
    *(ClosedKind("file of LZFSE", ((0, b"bvx" + form),), "lzfse -decode unpacks it") for form in (b"1", b"2", b"n")),
    *(ClosedKind("archive of Apple's", ((0, b"pbz" + form),), "aa extract unpacks it") for form in (b"e", b"x", b"z")),
    ClosedKind("file of Microsoft's compress", ((0, b"SZDD\x88\xf0\x27\x33"),), _7Z),
    ClosedKind("cabinet", ((0, b"MSCF\0\0\0\0"),), "cabextract unpacks it"),
    ClosedKind("cabinet of InstallShield", ((0, b"ISc("),), "unshield x unpacks it"),
    ClosedKind("help file of Windows", ((0, b"ITSF\3\0\0\0"),), _7Z),
    ClosedKind("Windows image", ((0, b"MSWIM\0\0\0"),), "wimapply unpacks it"),
    ClosedKind("Windows image", ((0, b"WLPWM\0\0\0"),), "wimapply unpacks it"),
    ClosedKind("Flatpak bundle", ((0, b"flatpak\0\1\0\x89\xe5"),), "flatpak install --bundle unpacks it"),
    ClosedKind("Flatpak bundle", ((0, b"xdg-app\0\1\0\x89\xe5"),), "flatpak install --bundle unpacks it"),
    ClosedKind("file of age", ((0, b"age-encryption.org/v1\n"),), "age -d decrypts it"),
    ClosedKind("file that OpenSSL encrypted", ((0, b"Salted__"),), "openssl enc -d decrypts it"),
    ClosedKind("encrypted disk", ((0, b"LUKS\xba\xbe"),), "cryptsetup open decrypts it"),
    ClosedKind("squashfs image", ((0, b"hsqs"),), "unsquashfs unpacks it"),
    ClosedKind("squashfs image", ((0, b"sqsh"),), "unsquashfs unpacks it"),
    ClosedKind("DwarFS image", ((0, b"DWARFS"),), "dwarfsextract unpacks it"),
    ClosedKind("cramfs image", ((0, b"\x45\x3d\xcd\x28"),), _MOUNT),
    ClosedKind("romfs image", ((0, b"-rom1fs-"),), _MOUNT),
    ClosedKind("Android image", ((0, b"\x3a\xff\x26\xed"),), "simg2img makes an image of it that can be mounted"),
    ClosedKind("XFS image", ((0, b"XFSB"),), _MOUNT),
    ClosedKind("UBI image", ((0, b"UBI#\x01"),), "ubireader_extract_files unpacks it"),
    ClosedKind("UBIFS image", ((0, b"\x31\x18\x10\x06"),), "ubireader_extract_files unpacks it"),
    *(ClosedKind("JFFS2 image", ((0, b"\x85\x19" + node),), "jefferson unpacks it")
      for node in (b"\3\x20", b"\1\xe0", b"\2\xe0")),
    ClosedKind("NTFS image", ((3, b"NTFS    "), _BOOTS), _MOUNT),
    ClosedKind("exFAT image", ((3, b"EXFAT   "), _BOOTS), _MOUNT),
    ClosedKind("FAT image", ((54, b"FAT12   "), _BOOTS), _MOUNT),
    ClosedKind("FAT image", ((54, b"FAT16   "), _BOOTS), _MOUNT),
    ClosedKind("FAT image", ((82, b"FAT32   "), _BOOTS), _MOUNT),
    *(ClosedKind("ISO image", ((0, sector), (32769, b"CD001")), _7Z) for sector in BOOT_SECTORS),
    ClosedKind("UDF image", ((0, BLANK), (32769, b"BEA01")), _MOUNT),
    # two bytes of magic, a state of less than 256, a creator of less than 256
    ClosedKind("ext4 image", ((0, BLANK), (1080, b"\x53\xef"), (1083, b"\0"), (1097, bytes(3))), _MOUNT),
    ClosedKind("EROFS image", ((0, BLANK), (1024, b"\xe2\xe1\xf5\xe0")), "fsck.erofs --extract=DIR unpacks it"),
    ClosedKind("F2FS image", ((0, BLANK), (1024, b"\x10\x20\xf5\xf2")), _MOUNT),
    ClosedKind("HFS+ image", ((0, BLANK), (1024, b"H+\0\4")), _MOUNT),
    ClosedKind("HFS+ image", ((0, BLANK), (1024, b"HX\0\5")), _MOUNT),
    ClosedKind("btrfs image", ((0, BLANK), (0x10040, b"_BHRfS_M")), _MOUNT),
    ClosedKind("APFS image", ((32, b"NXSB"), (36, b"\0\x10\0\0")), _MOUNT),
    ClosedKind("virtual disk of QEMU", ((0, b"QFI\xfb"),), _DISK),
    ClosedKind("virtual disk of QEMU", ((0, b"QED\0"),), _DISK),
    ClosedKind("virtual disk of VMware", ((0, b"KDMV"),), _DISK),
    ClosedKind("virtual disk of VMware", ((0, b"COWD"),), _DISK),
    ClosedKind("virtual disk of Hyper-V", ((0, b"vhdxfile"),), _DISK),
    ClosedKind("virtual disk of Hyper-V", ((0, b"conectix"),), _DISK),
    ClosedKind("virtual disk of VirtualBox", ((0, b"<<< "), (64, b"\x7f\x10\xda\xbe")), _DISK),
    ClosedKind("virtual disk of Parallels", ((0, b"WithoutFreeSpace"),), _DISK),
    ClosedKind("virtual disk of Parallels", ((0, b"WithouFreSpacExt"),), _DISK),
)  # fmt: skip

# Those that only a check of their first bytes tells, from `file_heads`.
DISK = ClosedKind("disk image", (), _DISK)
ARJ = ClosedKind("ARJ archive", (), "arj x unpacks it")
LHA = ClosedKind("LHA archive", (), "lha x unpacks it")
ARC = ClosedKind("ARC archive", (), "arc x unpacks it")
SWAPPED_CPIO = ClosedKind("cpio archive of another order of bytes", (), "cpio -i --swap unpacks it")
