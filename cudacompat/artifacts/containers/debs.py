"""Debian packages: an `ar` archive of two tar archives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cudacompat.artifacts.binaries.ar import HEADER, MAGIC
from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import Budget, Member, MemberBytes, Source


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the parts of a Debian package in their order."""
    source.skip(len(MAGIC))
    while header := source.read(HEADER):
        size_text = header[48:58].strip()
        if len(header) < HEADER or header[58:60] != b"`\n" or not size_text.isdigit():
            raise UnreadableError("no part begins where one should")
        budget.member()
        size = int(size_text)
        window = MemberBytes(source, size)
        name = header[:16].rstrip(b" /").decode("utf-8", "surrogateescape")
        yield Member(name, size, partial(_same, window), cost=0)
        source.skip(window.left)
        source.read(size % 2)


def _same(window: MemberBytes) -> MemberBytes:
    return window
