"""Fatbins: NVIDIA's container of device code for several targets. Headers are read, nothing is inflated."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import NamedTuple, Protocol

from cudacompat.artifacts.binaries.buffer import Buffer, unpack_at
from cudacompat.artifacts.binaries.compression import by_flags
from cudacompat.artifacts.binaries.cubin import HEAD_SIZE, compat_attributes, read_head
from cudacompat.artifacts.binaries.entry_texts import binary_options, options_at, text_at
from cudacompat.artifacts.binaries.ptx import PtxHead
from cudacompat.domain.words.code import Compression, FatbinEntry, KernelUsage
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion

MAGIC = b"\x50\xed\x55\xba"
OLD_MAGIC = b"\x01\x5a\xe5\x1e"
HEADER_SIZE = 16
MOST_ENTRIES = 500_000

PTX, ELF, OLD_ELF, NVVM, MERCURY, INDEX, RELOCATABLE_PTX, TILE, CONCATENATED = (
    0x01,
    0x02,
    0x04,
    0x08,
    0x10,
    0x20,
    0x40,
    0x80,
    0x100,
)
_KINDS = {
    PTX: CodeKind.PTX,
    RELOCATABLE_PTX: CodeKind.PTX,
    ELF: CodeKind.SASS,
    NVVM: CodeKind.LTO_IR,
    TILE: CodeKind.TILE_IR,
}
_KNOWN = frozenset((PTX, ELF, OLD_ELF, NVVM, MERCURY, INDEX, RELOCATABLE_PTX, TILE, CONCATENATED))

FLAG_OPAQUE = 0x10000
FLAG_DEBUG = 0x2
_WITH_OPTIONS = (PTX, NVVM, TILE)  # those of a cubin are no text
_ARCH_SPECIFIC = 0x100000
_FAMILY = 0x200000
_SUFFIXES = _ARCH_SPECIFIC | _FAMILY

_HEADER = Struct("<4xHHQ")  # behind the magic
_ENTRY = Struct("<HHIQIIHHIIIQQQ")
_PAIR = Struct("<II")
_COUNT = Struct("<I4x")
_SMALLEST_ENTRY = _ENTRY.size
_LARGEST_HEADER = 1 << 16
_ENTRY_VERSION = 0x0101
_NEWER_ABI = 8
_FIRST_OF_NEWER_ABI = 100


class FatbinHeader(NamedTuple):
    """What a fatbin begins with, behind its magic."""

    version: int
    header_size: int
    size: int  # of its entries together


class EntryHeader(NamedTuple):
    """What an entry begins with. In a list of concatenated images, `header` is an image's
    offset and `payload` its size."""

    kind: int
    version: int
    header: int  # bytes of the header, with its options and name
    payload: int  # bytes behind the header
    stored: int  # compressed bytes of those; 0: not compressed
    options: int  # where in the header they stand
    minor: int
    major: int
    arch: int
    name: int  # where in the header it stands
    name_length: int
    flags: int
    key: int
    inflated: int


class Payload(NamedTuple):
    """Where an image's bytes lie, and how."""

    kind: int
    start: int
    stored: int
    flags: int
    key: int
    inflated: int | None  # None: not compressed
    inner: tuple[int, int] | None = None  # (offset, size) of the image in what the payload inflates to


class ImageNames(NamedTuple):
    """What a look into an image gave: its kernels or why not, what is wrong with it, and what it says it is for."""

    kernels: tuple[str, ...] | None
    why: str | None = None
    damage: str | None = None
    unresolved: tuple[str, ...] = ()
    head: PtxHead | None = None  # of a PTX text
    number: int | None = None  # of a cubin, its low byte
    toolkit: ToolkitVersion | None = None  # of a cubin whose head names it
    text: str | None = None  # of a PTX text that was kept, its sha256
    usage: tuple[KernelUsage | None, ...] | None = None  # what each kernel takes, where that was asked


class Fatbin(NamedTuple):
    """One fatbin. `end` is where the next one may begin; when damaged, where to look for it."""

    entries: tuple[FatbinEntry, ...]
    end: int
    damage: str | None
    relocatable_ptx: bool = False
    relocatable_cubin: bool = False  # as far as uncompressed cubins show it


NOTHING = ImageNames(None)


class KernelNames(Protocol):
    """Where the names of an image's kernels come from, when they are asked for."""

    def of(self, image: Payload, target: ArchTarget | None) -> ImageNames:
        """Return the names in an image that its fatbin says is for this target, or why there are none."""


def is_fatbin(buffer: Buffer, at: int, limit: int) -> bool:
    """Whether what begins with the magic here is a fatbin, judged by its header and its first entry."""
    if at + HEADER_SIZE + _SMALLEST_ENTRY > limit:
        return False
    head = FatbinHeader._make(unpack_at(_HEADER, buffer, at))
    if head.version != 1 or head.header_size != HEADER_SIZE or head.size & 7 or head.size < _SMALLEST_ENTRY:
        return False
    first = EntryHeader._make(unpack_at(_ENTRY, buffer, at + HEADER_SIZE))
    return (
        first.kind in _KNOWN
        and first.version == _ENTRY_VERSION
        and _SMALLEST_ENTRY <= first.header <= _LARGEST_HEADER
        and not (first.header | first.payload) & 7
        and first.stored <= first.payload
        and first.header + first.payload <= head.size
    )


def read_fatbin(buffer: Buffer, at: int, limit: int, names: KernelNames | None, room: int) -> Fatbin:
    """Read the fatbin that begins at `at` and ends before `limit`, at most `room` entries of it.

    Every entry that is whole is given; `damage` says why the list stops early.
    """
    if at + HEADER_SIZE > limit:
        return Fatbin((), limit, "truncated: no whole fatbin header")
    whole = FatbinHeader._make(unpack_at(_HEADER, buffer, at))
    damage: str | None = None
    if whole.version != 1 or whole.header_size != HEADER_SIZE:
        damage = f"fatbin version {whole.version} with a header of {whole.header_size} bytes, read as version 1"
    q = at + HEADER_SIZE
    end = q + whole.size
    if end > limit:
        damage = f"truncated: says {whole.size} bytes of entries, {limit - q} are left"
        end = limit
    entries: list[FatbinEntry] = []
    relocatable_ptx = relocatable_cubin = False
    while q < end:
        if q + _SMALLEST_ENTRY > end:
            damage = damage or f"{end - q} bytes are left after its entries"
            break
        head = EntryHeader._make(unpack_at(_ENTRY, buffer, q))
        kind, header, payload, stored = head.kind, head.header, head.payload, head.stored
        flags, key, inflated = head.flags, head.key, head.inflated
        after = q + header + payload
        if header < _SMALLEST_ENTRY or header > _LARGEST_HEADER or after > end or (header | payload) & 7:
            damage = _cut(damage, len(entries), header, payload=payload, left=end - q)
            end = q + 4
            break
        if len(entries) >= room:
            damage = f"more than {MOST_ENTRIES} images in one file; the rest was not read"
            end = limit
            break
        start = q + header
        fault: str | None = None
        if head.version != _ENTRY_VERSION:
            fault = f"has version {head.version:#x}"
        elif stored > payload:
            fault = f"says {stored} compressed bytes in {payload}"
            stored = payload
        if kind == CONCATENATED:
            more, fault = _concatenated(buffer, q, head, names=names, fault=fault)
            entries += more
        else:
            arch = head.arch
            target, isa = _target(kind, arch, flags & _SUFFIXES, major=head.major, minor=head.minor)
            toolkit: ToolkitVersion | None = None
            if kind == ELF:
                fault = fault or (None if 0 < arch < 1000 else f"names architecture {arch}")
                if not stored:
                    cubin_head = read_head(buffer, start) if payload >= HEAD_SIZE else None
                    if cubin_head is None:
                        fault = fault or f"is labeled as a cubin for sm_{arch} but is not a cubin"
                    else:
                        number, relocatable, toolkit = cubin_head
                        relocatable_cubin |= relocatable
                        if number is not None and number != arch & 0xFF:
                            fault = fault or f"is labeled sm_{arch} but contains a cubin for sm_{number}"
                if toolkit is None and arch >= 100 and head.options:
                    toolkit = _toolkit_by_compat(binary_options(buffer, q, header, at=head.options))
            elif kind == TILE:
                toolkit = _tile_toolkit(head.major)
            elif kind == RELOCATABLE_PTX:
                relocatable_ptx = True
            found, stated = NOTHING, target
            if names is not None:
                found = names.of(
                    Payload(
                        kind, start, stored or payload, flags=flags, key=key, inflated=inflated if stored else None
                    ),
                    target,
                )
                isa = found.head.isa if found.head is not None else isa  # the driver compiles by what the text says
                target = _by_text(target, found)
                fault = fault or found.damage or _contradiction(target, found)
                toolkit = toolkit or found.toolkit
            entries.append(
                FatbinEntry(
                    _KINDS.get(kind, CodeKind.UNKNOWN),
                    target,
                    isa,
                    compression=by_flags(flags) if stored else Compression.NONE,
                    size=stored or payload,
                    uncompressed_size=inflated if stored else None,
                    toolkit=toolkit,
                    kernels=found.kernels,
                    kernels_why=found.why,
                    unresolved=found.unresolved,
                    text=found.text,
                    header_target=stated if target != stated else None,
                    usage=found.usage,
                    source=text_at(buffer, q, header, at=head.name, size=head.name_length),
                    options=options_at(buffer, q, header, at=head.options) if kind in _WITH_OPTIONS else None,
                    debug=bool(flags & FLAG_DEBUG),
                    since=_since(kind, arch, abi=head.minor),
                    beyond_ascii=found.head is not None and found.head.beyond_ascii,
                )
            )
        if fault and damage is None:
            damage = f"image {len(entries)} {fault}"
        q = after
    return Fatbin(tuple(entries), end, damage, relocatable_ptx=relocatable_ptx, relocatable_cubin=relocatable_cubin)


def _by_text(target: ArchTarget | None, found: ImageNames) -> ArchTarget | None:
    """Return what the text in an entry is for, where its suffix is all that the entry's header leaves out: the driver
    compiles by the text. TensorFlow 2.16 to 2.20 write `compute_90` over PTX for `sm_90a`."""
    text = found.head.target if found.head is not None else None
    if text is None or target is None or target.suffix is not ArchSuffix.NONE:
        return target
    return text if (text.kind, text.number) == (target.kind, target.number) else target


def _contradiction(target: ArchTarget | None, found: ImageNames) -> str | None:
    """Return how an image contradicts the header of its entry, None where it does not."""
    if found.head is not None and found.head.target != target:
        return f"is labeled {target} but its text is {found.head.target or 'without a target'}"
    if found.number is not None and target is not None and found.number != target.number & 0xFF:
        return f"is labeled {target} but contains a cubin for sm_{found.number}"
    return None


def _cut(damage: str | None, count: int, header: int, payload: int, left: int) -> str:
    if header + payload > left:
        what = f"image {count + 1} says {header + payload} bytes, {left} are left"
    else:
        what = f"image {count + 1} has a header of {header} and a payload of {payload} bytes"
    return f"{damage}; {what}" if damage else what


@lru_cache(maxsize=4096)
def _target(kind: int, arch: int, suffixes: int, *, major: int, minor: int) -> tuple[ArchTarget | None, PtxIsa | None]:
    code = _KINDS.get(kind)
    if code is None:
        return None, None
    suffix = ArchSuffix.NONE
    if suffixes & _ARCH_SPECIFIC:
        suffix = ArchSuffix.ARCH_SPECIFIC
    elif suffixes:
        suffix = ArchSuffix.FAMILY
    return ArchTarget(code, arch, suffix), PtxIsa(major, minor) if code is CodeKind.PTX else None


@lru_cache(maxsize=1024)
def _toolkit_by_compat(raw: bytes) -> ToolkitVersion | None:
    """Return the toolkit that a copy of `.nv.compat` gives away; None where several write the same."""
    attributes = compat_attributes(raw)
    if 0x09 in attributes and 0x06 in attributes:
        return ToolkitVersion(13, 0)
    if 0x0E in attributes:
        return {0x400: ToolkitVersion(13, 4), 0x440: ToolkitVersion(13, 5)}.get(attributes[0x0E])
    return ToolkitVersion(13, 3) if 0x0D in attributes else None


def _since(kind: int, arch: int, abi: int) -> ToolkitVersion | None:
    """Return the oldest release that writes such a cubin: from CUDA 13.0 on those for sm_75 to sm_90 have the ABI that
    12.8 began for sm_100. The header of an entry names it where a text has its ISA."""
    return ToolkitVersion(13, 0) if (kind, abi) == (ELF, _NEWER_ABI) and arch < _FIRST_OF_NEWER_ABI else None


def _tile_toolkit(word: int) -> ToolkitVersion | None:
    return ToolkitVersion(word >> 8, word & 0xFF) if word >> 8 else None


def _concatenated(
    buffer: Buffer, at: int, head: EntryHeader, names: KernelNames | None, fault: str | None
) -> tuple[list[FatbinEntry], str | None]:
    """Read the table of an entry that holds several cubins in one compressed stream."""
    payload, stored, table, flags, inflated = head.payload, head.stored, head.options, head.flags, head.inflated
    end = at + head.header
    nothing = [
        FatbinEntry(
            CodeKind.UNKNOWN,
            None,
            None,
            compression=by_flags(flags),
            size=stored or payload,
            uncompressed_size=inflated,
            toolkit=None,
        )
    ]
    where = Payload(
        CONCATENATED, end, stored or payload, flags=flags, key=head.key, inflated=inflated if stored else None
    )
    if not table or table + 8 > head.header:
        return nothing, fault or "has no table of the images in it"
    (count,) = unpack_at(_COUNT, buffer, at + table)
    q = at + table + 8
    whole = inflated if stored else payload
    entries: list[FatbinEntry] = []
    for index in range(count):
        if q + _SMALLEST_ENTRY > end:
            fault = fault or f"lists {count} images, its header holds {index}"
            break
        sub = EntryHeader._make(unpack_at(_ENTRY, buffer, q))
        kind, arch, offset, size = sub.kind, sub.arch, sub.header, sub.payload
        if offset + size > whole:
            fault = fault or f"lists an image that ends {offset + size - whole} bytes after its end"
            break
        target, isa = _target(kind, arch, sub.flags & _SUFFIXES, major=sub.major, minor=sub.minor)
        one = where._replace(kind=kind, inner=(offset, size))
        found = names.of(one, target) if names is not None else NOTHING
        isa = found.head.isa if found.head is not None else isa
        stated, target = target, _by_text(target, found)
        fault = fault or found.damage or _contradiction(target, found)
        toolkit = found.toolkit
        stop = _SMALLEST_ENTRY
        if sub.options:
            if sub.options + 8 > end - q:
                fault = fault or "has a table whose options are outside"
                break
            text, length = unpack_at(_PAIR, buffer, q + sub.options)
            stop = max(stop, text + length + 1)
            if kind == ELF and arch >= 100:
                toolkit = toolkit or _toolkit_by_compat(binary_options(buffer, q, end - q, at=sub.options))
        elif sub.name:
            stop = max(stop, sub.name + sub.name_length + 1)
        entries.append(
            FatbinEntry(
                _KINDS.get(kind, CodeKind.UNKNOWN),
                target,
                isa,
                compression=by_flags(flags) if stored else Compression.NONE,
                size=stored * size // whole if stored and whole else size,  # its share of the common stream
                uncompressed_size=size if stored else None,
                toolkit=toolkit,
                kernels=found.kernels,
                kernels_why=found.why,
                unresolved=found.unresolved,
                concatenated=True,
                text=found.text,
                header_target=stated if target != stated else None,
                usage=found.usage,
                source=text_at(buffer, q, end - q, at=sub.name, size=sub.name_length),
                debug=bool(sub.flags & FLAG_DEBUG),
                since=_since(kind, arch, abi=sub.minor),
                beyond_ascii=found.head is not None and found.head.beyond_ascii,
            )
        )
        q += stop + 7 & ~7
    if not entries:
        return nothing, fault or "lists no images"
    return entries, fault
