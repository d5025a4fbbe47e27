"""What kind of file begins with these bytes. Names and extensions are never asked."""

from __future__ import annotations

import os
import re
from enum import Enum

from cudacompat.artifacts.binaries import ar, elf, fatbin_headers, pe, ptx
from cudacompat.artifacts.containers.openers import opener_of

OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
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
    NVVM_IR = "nvvm-ir"
    TILE_IR = "tile-ir"
    AR = "ar"
    THIN_AR = "thin ar"
    CONTAINER = "container"
    OTHER = "other"


_NVVM_IR = b"\xed\x43\x4e\x7f"  # what `nvcc -dlto -ltoir` and `nvcc --optix-ir` write, measured with 13.0
_TILE_IR = b"\x7fTileIR\0"

SCRIPT = 1 << 20  # bytes of a script in which the archive behind it begins

# Caches of programs that compile when they run hold a cubin behind a head of their own. Larger files with such a head
# (weights, pictures) are searched only when they are named; compiled Python is the bulk of the small ones.
LARGEST_DATA = 64 << 20
_PYTHON = b"\r\n"
_ENGINES = (b"ftrt", b"ptrt")  # those of TensorRT 8 and later, and of older ones
_BEHIND_SCRIPT = re.compile(
    rb"\n(?=\x1f\x8b\x08|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|PK\x03\x04"
    rb"|\x04\x22\x4d\x18|\x02\x21\x4c\x18|\x1f\x9d|LZIP\x01|\x89LZO\0|7z\xbc\xaf\x27\x1c)"
)
_MAKESELF = b"# This script was generated using Makeself "


def is_engine(head: bytes) -> bool:
    """Whether a TensorRT engine begins so. It holds code for one model of GPU, as a rule without a name for it."""
    return head.startswith(_ENGINES) and b"\0" in head[:HEAD]


def may_hold_data(head: bytes, size: int, *, named: bool) -> bool:
    """Whether a file of no kind that is known is searched for device code: binary, and small unless it was named or
    surely holds some."""
    if b"\0" not in head:
        return False
    return named or is_engine(head) or (size <= LARGEST_DATA and head[2:4] != _PYTHON)


def payload_of(script: bytes) -> int | None:
    """Return where the archive behind a script begins, as installers have one; None where there is none."""
    found = _BEHIND_SCRIPT.search(script)
    return None if found is None else found.end()


def is_installer(head: bytes) -> bool:
    """Whether a script that Makeself wrote begins so. It has an archive, which may be encrypted or a text (base64)."""
    return head.startswith(b"#!") and _MAKESELF in head


def sniff(head: bytes, size: int) -> Kind:
    """Return the kind of a file of `size` bytes from its first `HEAD` bytes."""
    start = head[:4]
    if start == elf.MAGIC:
        if elf.machine(head) == elf.EM_CUDA:
            return Kind.CUBIN
        return Kind.CONTAINER if opener_of(head) is not None else Kind.ELF
    if start == fatbin_headers.MAGIC:
        return Kind.FATBIN
    if start == fatbin_headers.OLD_MAGIC:
        return Kind.OLD_FATBIN
    if start[:2] == pe.MAGIC:
        return Kind.PE
    if opener_of(head) is not None:
        return Kind.CONTAINER
    if head.startswith((ar.MAGIC, ar.THIN)):
        return Kind.AR if head.startswith(ar.MAGIC) else Kind.THIN_AR
    if head.startswith(_TILE_IR):
        return Kind.TILE_IR
    if head.startswith(_NVVM_IR):
        return Kind.NVVM_IR
    if pe.is_coff(head, size):
        return Kind.COFF
    return Kind.MAYBE_PTX if ptx.may_be_ptx(head) else Kind.OTHER
