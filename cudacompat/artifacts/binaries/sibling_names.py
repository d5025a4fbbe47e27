"""The kernels of a PTX text from the machine code beside it, where no GPU that is judged for takes the text.

nvcc compiles one text for a target to machine code, and puts both into one module. Where every GPU takes machine code
of that module, the text decides nothing, and most of a library's inflated bytes are such texts: of each the first
directives are read, and its kernels are taken to be those of the machine code of the same target. What would be unseen
is a kernel that only the text holds. In a finished library without units of a device link that is a note (the source
leaves it out) and no fault, and one source does not differ so: `__CUDA_ARCH__` is the same for both. Whatever is not as
told here is read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.artifacts.binaries import compression, fatbin_headers, lz4_front, ptx, zstd_front
from cudacompat.artifacts.binaries.buffer import Buffer
from cudacompat.artifacts.binaries.fatbin import Fatbin
from cudacompat.artifacts.binaries.fatbin_headers import Payload
from cudacompat.artifacts.binaries.fatbin_images import ImageNames, KernelNames
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, FatbinEntry
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

SMALLEST_LEFT = 1 << 16  # bytes of a text from which on it is left: smaller ones are read as fast
_HEAD = 1 << 10  # bytes of a text in which its first directives stand
_LATER = ("",)  # stands for the kernels until those of the machine code are known; known by its identity

Number = tuple[int, ArchSuffix]


def are_left(entries: Iterable[FatbinEntry], gpus: frozenset[ComputeCapability]) -> frozenset[ArchTarget]:
    """Return the targets of the large PTX texts of a module of which nothing more than the head is to be read; none
    where a GPU may take one of them."""
    sass = [each for each in entries if each.kind is CodeKind.SASS and each.target is not None]
    if not all(any(_takes(gpu, each) for each in sass) for gpu in gpus):
        return frozenset()
    compiled = {_number(each.target) for each in sass}
    return frozenset(
        each.target
        for each in entries
        if each.kind is CodeKind.PTX
        and each.target is not None
        and _number(each.target) in compiled
        and _is_large(each)
    )


def still_holds(entries: Sequence[FatbinEntry], gpus: frozenset[ComputeCapability] | None) -> bool:
    """Whether what was read of a module for some GPUs is what would be read of it for these."""
    if not any(each.by_sibling for each in entries):
        return True
    if gpus is None:
        return False
    sass = [each for each in entries if each.kind is CodeKind.SASS and each.kernels]
    return all(any(_takes(gpu, each) for each in sass) for gpu in gpus)


class HeadsOnly:
    """Asks for the kernels of all images of a module but of texts for these targets."""

    def __init__(self, names: KernelNames, buffer: Buffer, left: frozenset[ArchTarget]) -> None:
        self._names = names
        self._buffer = buffer
        self._left = left

    def of(self, image: Payload, target: ArchTarget | None) -> ImageNames:
        """Return the names in an image; of a text that is left, `settled` puts them in later."""
        if (
            image.kind == fatbin_headers.PTX
            and target in self._left
            and (image.inflated or image.stored) > SMALLEST_LEFT
        ):
            head = self._head(image)
            if head is not None and head.target == target:
                return ImageNames(_LATER, head=head)
        return self._names.of(image, target)

    def _head(self, image: Payload) -> ptx.PtxHead | None:
        if image.key or image.flags & fatbin_headers.FLAG_OPAQUE:
            return None
        try:
            first = self._first(image)
        except Exception as error:  # the library's own; whatever it is, the whole reading finds it and says it
            if isinstance(error, OSError):
                raise
            return None
        return ptx.read_head(first) if first is not None and b"\0" not in first else None

    def _first(self, image: Payload) -> bytes | None:
        end = image.start + image.stored
        if image.inflated is None:
            return bytes(self._buffer[image.start : min(end, image.start + _HEAD)])
        if image.inflated > compression.largest_allowed(image.stored):
            return None
        how = compression.by_flags(image.flags)
        if how is Compression.LZ4 and not image.flags & compression.LZ4_FRAME:
            return lz4_front.first(bytes(self._buffer[image.start : min(end, image.start + _HEAD)]), _HEAD)
        if how is not Compression.ZSTD:
            return None
        raw = bytes(self._buffer[image.start : end])
        return zstd_front.ZstdFront(raw).first(_HEAD) if zstd_front.is_whole(raw, image.inflated) else None


def settled(found: Fatbin, gpus: frozenset[ComputeCapability]) -> Fatbin | None:
    """Return a module with the kernels of its texts; None where they have to be read."""
    waiting = [each.kernels is _LATER for each in found.entries]
    if not any(waiting):
        return found
    known = {
        _number(each.target): each
        for each in reversed(found.entries)
        if each.kind is CodeKind.SASS and each.target is not None
    }
    entries = []
    for each, waits in zip(found.entries, waiting, strict=True):
        if not waits:
            entries.append(each)
            continue
        sibling = known.get(_number(each.target))
        if sibling is None or not sibling.kernels:
            return None
        entries.append(replace(each, kernels=sibling.kernels, by_sibling=True))
    if found.damage is not None or not still_holds(entries, gpus):
        return None
    return found._replace(entries=tuple(entries))


def _takes(gpu: ComputeCapability, image: FatbinEntry) -> bool:
    """Whether a GPU surely runs this machine code, so that it takes no PTX."""
    from cudacompat.domain.judge.fits import Fit, sass_fit  # here: to list code takes no verdicts

    return image.target is not None and not image.concatenated and sass_fit(gpu, image.target) in (Fit.OWN, Fit.LOWER)


def _number(target: ArchTarget | None) -> Number | None:
    return None if target is None else (target.number, target.suffix)


def _is_large(text: FatbinEntry) -> bool:
    return (text.uncompressed_size or text.size) > SMALLEST_LEFT
