"""The kernels of one image, inflated first where it must be."""

from __future__ import annotations

from cudacompat.artifacts.binaries import compression, cubin, fatbin, ptx
from cudacompat.artifacts.binaries.buffer import Allowance, Buffer, FileBuffer, UnreadableError
from cudacompat.artifacts.binaries.fatbin import FLAG_OPAQUE, ImageNames, Payload

_UNREADABLE_KINDS = {fatbin.NVVM: "LTO-IR is not readable", fatbin.TILE: "Tile IR is not readable"}
_CUBIN, _TEXT = (fatbin.ELF,), (fatbin.PTX, fatbin.RELOCATABLE_PTX)


_USED_UP = "too large: what may be read of this file is used up"
_AT_ONCE = 256 << 20
_COST_OF_TEXT = 8  # to find the kernels of a PTX text takes longer than those of a cubin of its size


class KernelReader:
    """Reads kernels out of the payloads of one buffer, as long as its allowance for inflating and reading lasts."""

    def __init__(self, buffer: Buffer, allowance: Allowance) -> None:
        self._buffer = buffer
        self._allowance = allowance
        self._last: tuple[Payload, bytes] | None = None

    def __call__(self, payload: Payload) -> ImageNames:
        """Return the kernels of an image in a fatbin."""
        kind = payload.kind
        if kind not in _CUBIN and kind not in _TEXT:
            return ImageNames(None, _UNREADABLE_KINDS.get(kind, f"images of kind {kind:#x} are not readable"))
        opaque = bool(payload.key or payload.flags & FLAG_OPAQUE)
        try:
            return self._read(payload)
        except UnreadableError as error:
            if opaque:
                return ImageNames(None, "obfuscated")
            return ImageNames(None, str(error), f"cannot be read: {error}")

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
            return ImageNames(
                ptx.kernels(text), None, ptx.damage(text), unresolved=ptx.unresolved(text), head=ptx.read_head(text)
            )
        if isinstance(buffer, FileBuffer) and size <= _AT_ONCE:
            buffer, start = buffer[start : start + size], 0  # its thousands of names are looked up one by one
        symbols = cubin.read_symbols(buffer, start, start + size)
        head = cubin.read_head(buffer, start)
        return ImageNames(
            symbols.kernels, None, None, unresolved=symbols.unresolved, number=head.number if head else None
        )

    def _inflated(self, payload: Payload) -> bytes | None:
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
