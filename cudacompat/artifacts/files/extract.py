"""One member taken out of its containers, for those who need its bytes and no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import Budget, Source
from cudacompat.artifacts.containers.openers import opener_of
from cudacompat.artifacts.files.sniff import HEAD
from cudacompat.domain.words.limits import Limits
from cudacompat.domain.words.paths import ArtifactPath

_CHUNK = 1 << 20
_LARGEST = 8 << 30


def bytes_of(path: ArtifactPath) -> Iterator[bytes]:
    """Give the bytes of a member as the reader named it, piece by piece. `UnreadableError` when it is not there;
    other errors are those of its containers."""
    with Path(path.outer).open("rb", buffering=0) as file:
        source = Source(path.outer, Path(path.outer).stat().st_size, file, pay=_free, file=file)
        left = _LARGEST
        found = _find(source, ArtifactPath.of_file(path.outer), path, budget=Budget(Limits()))
        while piece := found.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise UnreadableError(f"larger than {_LARGEST >> 30} GiB")
            yield piece


def _find(source: Source, here: ArtifactPath, wanted: ArtifactPath, budget: Budget) -> Source:
    opener = opener_of(source.peek(HEAD))
    if opener is None or opener.open is None:
        raise UnreadableError("no container that is opened here")
    for member in opener.open(source, budget):
        there = here.member(member.name)
        inside = Source(member.name, member.size, member.open(), pay=_free) if member.sealed is None else None
        if inside is None:
            continue
        if member.alone:
            joined = opener_of(inside.peek(HEAD))
            there = here if joined is not None and joined.joins else there
        if there == wanted:
            return inside
        if wanted.members[: len(there.members)] == there.members:
            return _find(inside, there, wanted, budget=budget)
    raise UnreadableError("it is not there any more")


def _free(_: int) -> None:
    pass
