"""The kernels of one image, inflated first as far as it must be.

For a verdict on given GPUs the images that one of them may pick are read whole, and with them every PTX text but those
that `sibling_names` leaves: what is damaged there would not run. Of a cubin that none of them can pick only the names
are of interest (a module lacks a kernel where another image of it has one), and they are taken from its front where
that proves them: `front` says how, `zstd_front.is_whole` sees to it that no part of the image was cut off. What remains
unseen is damage inside the later blocks of such an image. It cannot turn a verdict green that is not: nothing of these
blocks would be loaded, and the names stand in front of them. At worst a file with damaged code for other GPUs is not
called damaged.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.artifacts.binaries import compression, cubin, fatbin_headers, front, ptx, zstd_front
from cudacompat.artifacts.binaries.buffer import Allowance, Buffer, FileBuffer, UnreadableError
from cudacompat.artifacts.binaries.fatbin_headers import FLAG_OPAQUE, Payload
from cudacompat.artifacts.binaries.fatbin_images import ImageNames
from cudacompat.artifacts.binaries.text_keeper import TextKeeper
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, KernelUsage
from cudacompat.domain.words.target import ArchTarget

_UNREADABLE_KINDS = {fatbin_headers.NVVM: "LTO-IR is not readable", fatbin_headers.TILE: "Tile IR is not readable"}
_CUBIN, _TEXT = (fatbin_headers.ELF,), (fatbin_headers.PTX, fatbin_headers.RELOCATABLE_PTX)


_USED_UP = "too large: the read limit for this file is reached"
_AT_ONCE = 256 << 20
_FRONT = 1 << 15  # bytes of a front that is tried first: of half of the images of libcublasLt 13 it has the tables
WORTH_A_FRONT = 1 << 17  # bytes of an image from which on its front is tried: smaller ones have one block
_COST_OF_TEXT = 8  # to find the kernels of a PTX text takes longer than those of a cubin of its size


class KernelReader:
    """Reads kernels out of the payloads of one buffer, as long as its allowance for inflating and reading lasts.

    `gpus` are those that will be judged for; None: any may be, and every image is read whole. `keeper` keeps PTX texts.
    With `usage`, what each kernel takes is read, too.
    """

    def __init__(
        self,
        buffer: Buffer,
        allowance: Allowance,
        gpus: frozenset[ComputeCapability] | None = None,
        keeper: TextKeeper | None = None,
        *,
        usage: bool = False,
    ) -> None:
        self._usage = usage
        self._keeper = keeper
        self._buffer = buffer
        self._allowance = allowance
        self._gpus = gpus
        self._unpicked: dict[ArchTarget, bool] = {}
        self._lists: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._last: tuple[Payload, bytes | bytearray] | None = None

    def of(self, image: Payload, target: ArchTarget | None) -> ImageNames:
        """Return the kernels of an image in a fatbin."""
        payload, kind = image, image.kind
        if kind not in _CUBIN and kind not in _TEXT:
            return ImageNames(None, _UNREADABLE_KINDS.get(kind, f"images of kind {kind:#x} are not readable"))
        opaque = bool(payload.key or payload.flags & FLAG_OPAQUE)
        try:
            return self._shared(self._of_front(payload, target) or self._read(payload))
        except UnreadableError as error:
            if opaque:
                return ImageNames(None, "obfuscated")
            return ImageNames(None, str(error), f"cannot be read: {error}")

    def _shared(self, found: ImageNames) -> ImageNames:
        """The same, its list of kernels kept once: the images of a module mostly have one and the same."""
        if not found.kernels:
            return found
        return found._replace(kernels=self._lists.setdefault(found.kernels, found.kernels))

    def _of_front(self, payload: Payload, target: ArchTarget | None) -> ImageNames | None:
        """Return the kernels that the front of a cubin proves; None where the cubin is to be read whole."""
        size = payload.inflated or 0
        if (
            payload.kind != fatbin_headers.ELF
            or compression.by_flags(payload.flags) is not Compression.ZSTD
            or not WORTH_A_FRONT < size <= compression.largest_allowed(payload.stored)
            or payload.inner is not None
            or target is None
            or not self._is_unpicked(target)
        ):
            return None
        raw = bytes(self._buffer[payload.start : payload.start + payload.stored])
        if not zstd_front.is_whole(raw, size):
            return None
        try:
            return self._grown(zstd_front.ZstdFront(raw), size)
        except Exception as error:  # the library's own; whatever it is, the whole reading finds it and says it
            if isinstance(error, OSError):
                raise
            return None

    def _grown(self, image: zstd_front.ZstdFront, size: int) -> ImageNames | None:
        """Try what probably is enough of a front, then more and more of it, up to half of the image."""
        wanted, most = min(_FRONT, size // 2), size // 2
        while self._allowance.take(wanted):
            first = image.first(wanted)
            if not front.may_be_proved(first):
                return self._of_tables(image, first, size)
            symbols = front.symbols_in_front(first)
            if symbols is not None:
                return _named(symbols, cubin.read_head(first, 0))
            if wanted == most:
                return None
            likely = front.likely_end(first)
            wanted = min(likely if likely > wanted else 2 * wanted, most)
        return None

    def _of_tables(self, image: zstd_front.ZstdFront, first: bytes, size: int) -> ImageNames | None:
        """Return what the tables in the front of an image say, where it has them there."""
        end = front.end_of_tables(first)
        if end is None or 2 * end > size or not self._allowance.take(end):
            return None
        first = image.first(max(end, len(first)))
        if len(first) < end:
            return None
        symbols = cubin.read_symbols(first, 0, len(first))
        return _named(symbols, cubin.read_head(first, 0))

    def _is_unpicked(self, target: ArchTarget) -> bool:
        """Whether no GPU that is judged for can pick machine code of this target."""
        if self._gpus is None:
            return False
        if target not in self._unpicked:
            self._unpicked[target] = is_unpicked(target, self._gpus)
        return self._unpicked[target]

    def _read(self, payload: Payload) -> ImageNames:
        buffer, start, size = self._buffer, payload.start, payload.stored
        if payload.inflated is not None:
            if payload.inflated > compression.largest_allowed(payload.stored):
                return ImageNames(None, f"too large: {payload.stored} bytes claim to inflate to {payload.inflated}")
            image = self._inflated(payload)
            if image is None:
                return ImageNames(None, _USED_UP)
            buffer, start, size = image, 0, len(image)
        if payload.inner is not None:
            start, size = start + payload.inner[0], payload.inner[1]
        if not self._allowance.take(size * (_COST_OF_TEXT if payload.kind in _TEXT else 1)):
            return ImageNames(None, _USED_UP)
        if payload.kind in _TEXT:
            text = ptx.window(buffer, start, start + size)
            if not ptx.is_ptx(text):
                raise UnreadableError("no PTX text")
            head = ptx.read_head(text)
            kept = self._keeper.offer(text, head) if self._keeper is not None else None
            return ImageNames(
                ptx.kernels(text), None, ptx.damage(text), unresolved=ptx.unresolved(text), head=head, text=kept
            )
        if isinstance(buffer, FileBuffer) and size <= _AT_ONCE:
            buffer, start = buffer[start : start + size], 0  # its thousands of names are looked up one by one
        symbols = cubin.read_symbols(buffer, start, start + size)
        code = cubin.read_head(buffer, start)
        usage = self._usage_of(buffer, start, size, kernels=symbols.kernels)
        return _named(symbols, code)._replace(usage=usage)

    def _usage_of(
        self, buffer: Buffer, start: int, size: int, *, kernels: tuple[str, ...]
    ) -> tuple[KernelUsage | None, ...] | None:
        """What each of these kernels takes, if that is asked for."""
        if not self._usage:
            return None
        from cudacompat.artifacts.binaries.cubin_usage import kernel_usage

        found = kernel_usage(buffer, start, start + size)
        return tuple(found.get(name) for name in kernels)

    def _inflated(self, payload: Payload) -> bytes | bytearray | None:
        """Return the inflated image, None when the allowance is spent; images of one stream share one."""
        if self._last is not None and self._last[0] == payload._replace(kind=0, inner=None):
            return self._last[1]
        wanted = payload.inflated or 0
        if not self._allowance.take(wanted):
            return None
        raw = bytes(self._buffer[payload.start : payload.start + payload.stored])
        image = compression.inflate(raw, payload.flags, wanted)
        if payload.inner is not None:
            self._last = (payload._replace(kind=0, inner=None), image)
        return image


def is_unpicked(target: ArchTarget, gpus: Iterable[ComputeCapability]) -> bool:
    """Return whether none of these GPUs can pick machine code of this target."""
    from cudacompat.domain.judge.fits import Fit, sass_fit  # here: to list code takes no verdicts

    return all(sass_fit(gpu, target) is Fit.NO for gpu in gpus)


def _named(symbols: cubin.Symbols, head: cubin.CubinHead | None) -> ImageNames:
    """What a cubin gave: its names, and what its head says of it."""
    found = ImageNames(symbols.kernels, unresolved=symbols.unresolved)
    return found if head is None else found._replace(number=head.number, toolkit=head.toolkit)
