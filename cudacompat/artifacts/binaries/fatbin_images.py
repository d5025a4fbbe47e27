"""One image of a fatbin: what its header says, and what its bytes say where they are looked into."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import NamedTuple, Protocol

from cudacompat.artifacts.binaries.buffer import Buffer, unpack_at
from cudacompat.artifacts.binaries.compression import by_flags
from cudacompat.artifacts.binaries.cubin import HEAD_SIZE, compat_attributes, read_head
from cudacompat.artifacts.binaries.entry_texts import binary_options, options_at, text_at
from cudacompat.artifacts.binaries.fatbin_headers import (
    CONCATENATED,
    ELF,
    FLAG_ARCH_SPECIFIC,
    FLAG_DEBUG,
    FLAG_FAMILY,
    NVVM,
    PTX,
    RELOCATABLE_PTX,
    SMALLEST_ENTRY,
    TILE,
    EntryHeader,
    Payload,
)
from cudacompat.artifacts.binaries.ptx import PtxHead
from cudacompat.domain.words.code import Compression, FatbinEntry, KernelUsage
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion

_KINDS = {
    PTX: CodeKind.PTX,
    RELOCATABLE_PTX: CodeKind.PTX,
    ELF: CodeKind.SASS,
    NVVM: CodeKind.LTO_IR,
    TILE: CodeKind.TILE_IR,
}
_WITH_OPTIONS = (PTX, NVVM, TILE)  # those of a cubin are no text
_SUFFIXES = FLAG_ARCH_SPECIFIC | FLAG_FAMILY
_MOST_ARCH = 1000
_PAIR = Struct("<II")  # where a text stands, and its length
_COUNT = Struct("<I4x")
_FIRST_WITH_COMPAT = 100  # the first architecture whose cubins carry `.nv.compat`
_NEWER_ABI = 8
_FIRST_OF_NEWER_ABI = 100


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


NOTHING = ImageNames(None)


class KernelNames(Protocol):
    """Where the names of an image's kernels come from, when they are asked for."""

    def of(self, image: Payload, target: ArchTarget | None) -> ImageNames:
        """Return the names in an image that its fatbin says is for this target, or why there are none."""


class FoundImages(NamedTuple):
    """The images of one entry, what is wrong with them, and whether one is a relocatable cubin."""

    entries: list[FatbinEntry]
    fault: str | None
    relocatable: bool = False


def read_entry(buffer: Buffer, at: int, head: EntryHeader, names: KernelNames | None) -> FoundImages:
    """Return the image of the entry that begins at `at`, or the images of one that holds several."""
    fault = head.fault
    if head.stored > head.payload:
        head = head._replace(stored=head.payload)
    start = at + head.header
    image = Payload(
        head.kind,
        start,
        head.stored or head.payload,
        flags=head.flags,
        key=head.key,
        inflated=head.inflated if head.stored else None,
    )
    if head.kind == CONCATENATED:
        return _read_concatenated(buffer, at, head, image=image, names=names, fault=fault)
    cubin = _look_at_cubin(buffer, at, head) if head.kind == ELF else _NO_CUBIN
    toolkit = _tile_toolkit(head.major) if head.kind == TILE else cubin.toolkit
    entry, wrong = _entry(
        head,
        _named(head, image, names),
        compression=by_flags(head.flags) if head.stored else Compression.NONE,
        size=image.stored,
        uncompressed_size=image.inflated,
        toolkit=toolkit,
        source=text_at(buffer, at, head.header, at=head.name, size=head.name_length),
        options=options_at(buffer, at, head.header, at=head.options) if head.kind in _WITH_OPTIONS else None,
    )
    return FoundImages([entry], fault or cubin.fault or wrong, relocatable=cubin.relocatable)


class _CubinLook(NamedTuple):
    """What an entry that is labeled as a cubin shows without being inflated."""

    toolkit: ToolkitVersion | None = None
    fault: str | None = None
    relocatable: bool = False


_NO_CUBIN = _CubinLook()


def _look_at_cubin(buffer: Buffer, at: int, head: EntryHeader) -> _CubinLook:
    fault = None if 0 < head.arch < _MOST_ARCH else f"names architecture {head.arch}"
    toolkit: ToolkitVersion | None = None
    relocatable = False
    if not head.stored:
        found = read_head(buffer, at + head.header) if head.payload >= HEAD_SIZE else None
        if found is None:
            fault = fault or f"is labeled as a cubin for sm_{head.arch} but is not a cubin"
        else:
            number, relocatable, toolkit = found
            if number is not None and number != head.arch & 0xFF:
                fault = fault or f"is labeled sm_{head.arch} but contains a cubin for sm_{number}"
    if toolkit is None and head.arch >= _FIRST_WITH_COMPAT and head.options:
        toolkit = _toolkit_by_compat(binary_options(buffer, at, head.header, at=head.options))
    return _CubinLook(toolkit, fault, relocatable)


class _Named(NamedTuple):
    """The target and the ISA that an image's header says, and what a look into the image gave."""

    target: ArchTarget | None
    isa: PtxIsa | None
    found: ImageNames


def _named(head: EntryHeader, image: Payload, names: KernelNames | None) -> _Named:
    target, isa = _target(head.kind, head.arch, head.flags & _SUFFIXES, major=head.major, minor=head.minor)
    return _Named(target, isa, names.of(image, target) if names is not None else NOTHING)


def _entry(
    head: EntryHeader,
    named: _Named,
    *,
    compression: Compression,
    size: int,
    uncompressed_size: int | None,
    toolkit: ToolkitVersion | None,
    source: str | None,
    options: str | None = None,
    concatenated: bool = False,
) -> tuple[FatbinEntry, str | None]:
    """The image as it is listed, and how its bytes contradict its header."""
    stated, isa, found = named
    target = _by_text(stated, found)
    entry = FatbinEntry(
        _KINDS.get(head.kind, CodeKind.UNKNOWN),
        target,
        found.head.isa if found.head is not None else isa,  # the driver compiles by what the text says
        compression=compression,
        size=size,
        uncompressed_size=uncompressed_size,
        toolkit=toolkit or found.toolkit,
        kernels=found.kernels,
        kernels_why=found.why,
        unresolved=found.unresolved,
        concatenated=concatenated,
        text=found.text,
        header_target=stated if target != stated else None,
        usage=found.usage,
        source=source,
        options=options,
        debug=bool(head.flags & FLAG_DEBUG),
        since=_since(head.kind, head.arch, abi=head.minor),
        beyond_ascii=found.head is not None and found.head.beyond_ascii,
    )
    return entry, found.damage or _contradiction(target, found)


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


@lru_cache(maxsize=4096)
def _target(kind: int, arch: int, suffixes: int, *, major: int, minor: int) -> tuple[ArchTarget | None, PtxIsa | None]:
    code = _KINDS.get(kind)
    if code is None:
        return None, None
    suffix = ArchSuffix.NONE
    if suffixes & FLAG_ARCH_SPECIFIC:
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


# -- several images in one compressed stream


def _read_concatenated(
    buffer: Buffer, at: int, head: EntryHeader, image: Payload, *, names: KernelNames | None, fault: str | None
) -> FoundImages:
    """Read the table of an entry that holds several cubins in one compressed stream."""
    table, end = head.options, at + head.header
    if not table or table + _COUNT.size > head.header:
        return FoundImages([_unknown(head, image)], fault or "has no table of the images in it")
    (count,) = unpack_at(_COUNT, buffer, at + table)
    position = at + table + _COUNT.size
    whole = head.inflated if head.stored else head.payload
    entries: list[FatbinEntry] = []
    for index in range(count):
        if position + SMALLEST_ENTRY > end:
            fault = fault or f"lists {count} images, its header holds {index}"
            break
        sub = EntryHeader.at(buffer, position)
        offset, size = sub.header, sub.payload
        if offset + size > whole:
            fault = fault or f"lists an image that ends {offset + size - whole} bytes after its end"
            break
        if sub.options and sub.options + _PAIR.size > end - position:
            fault = fault or "has a table whose options are outside"
            break
        named = _named(sub, image._replace(kind=sub.kind, inner=(offset, size)), names)
        entry, wrong = _entry(
            sub,
            named,
            compression=by_flags(head.flags) if head.stored else Compression.NONE,
            size=head.stored * size // whole if head.stored and whole else size,  # its share of the common stream
            uncompressed_size=size if head.stored else None,
            toolkit=named.found.toolkit or _toolkit_of_listed(buffer, position, sub, end=end),
            source=text_at(buffer, position, end - position, at=sub.name, size=sub.name_length),
            concatenated=True,
        )
        fault = fault or wrong
        entries.append(entry)
        position += _size_of_listed(buffer, position, sub)
    if not entries:
        return FoundImages([_unknown(head, image)], fault or "lists no images")
    return FoundImages(entries, fault)


def _unknown(head: EntryHeader, image: Payload) -> FatbinEntry:
    return FatbinEntry(
        CodeKind.UNKNOWN,
        None,
        None,
        compression=by_flags(head.flags),
        size=image.stored,
        uncompressed_size=head.inflated,
        toolkit=None,
    )


def _toolkit_of_listed(buffer: Buffer, position: int, listed: EntryHeader, end: int) -> ToolkitVersion | None:
    if not listed.options or listed.kind != ELF or listed.arch < _FIRST_WITH_COMPAT:
        return None
    return _toolkit_by_compat(binary_options(buffer, position, end - position, at=listed.options))


def _size_of_listed(buffer: Buffer, position: int, listed: EntryHeader) -> int:
    """The bytes of a row of the table, with the options or the name behind it, in words of 8."""
    stop = SMALLEST_ENTRY
    if listed.options:
        text, length = unpack_at(_PAIR, buffer, position + listed.options)
        stop = max(stop, text + length + 1)
    elif listed.name:
        stop = max(stop, listed.name + listed.name_length + 1)
    return stop + 7 & ~7
