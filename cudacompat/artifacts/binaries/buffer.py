"""What every parser here reads from: bytes in memory or a mapped file, always through a window of it."""

from __future__ import annotations

import mmap
from typing import TypeAlias

from cudacompat.domain.words.errors import CudacompatError

Buffer: TypeAlias = bytes | bytearray | mmap.mmap


class UnreadableError(CudacompatError):
    """The bytes are not what they should be; the text says in one line what is wrong."""


class Allowance:
    """How many bytes may still be inflated on behalf of one file, so that a small file cannot cost hours."""

    __slots__ = ("left",)

    def __init__(self, total: int) -> None:
        self.left = total

    def take(self, count: int) -> bool:
        """Spend `count` bytes; False, and nothing spent, when that many are not left."""
        if count > self.left:
            return False
        self.left -= count
        return True
