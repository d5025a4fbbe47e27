"""What the first bytes of a file say of how it is read, beyond what it is: what may follow a script, what is searched,
and why a container is not opened."""

from __future__ import annotations

from pathlib import Path

from cudacompat.artifacts.binaries.ar import thin_names
from cudacompat.artifacts.binaries.ptx import SNIFFED, is_ptx
from cudacompat.artifacts.containers.base import Member, Source
from cudacompat.artifacts.containers.closed_kinds import BOOT_SECTORS, FILE_SYSTEM
from cudacompat.artifacts.containers.openers import Opener, opener_of
from cudacompat.artifacts.files.sniff import HEAD, LARGEST_DATA, SCRIPT, Kind, may_hold_data, payload_of, sniff

_SPOKEN_WITH_A_VOWEL = (*"AEIOaeio", "F2", "HFS", "LH", "LZ", "NTFS", "RPM", "XFS", "lz", "xz")  # an RPM package
LARGEST_THIN = 4 << 20  # bytes of a thin archive: it has names alone


def sniffed(source: Source, size: int) -> tuple[bytes, Kind]:
    """Return the first bytes of a file that tell its kind, and the kind."""
    head = source.peek(HEAD)
    kind = sniff(head, size)
    if kind is Kind.MAYBE_PTX:
        kind = Kind.PTX if is_ptx(source.peek(HEAD + SNIFFED)) else Kind.OTHER
    if kind is Kind.OTHER and head.startswith(BOOT_SECTORS) and opener_of(source.peek(FILE_SYSTEM)) is not None:
        return source.peek(FILE_SYSTEM), Kind.CONTAINER
    return head, kind


def payload(source: Source) -> int | None:
    """Where the archive behind a script begins; None where there is none."""
    return payload_of(source.peek(SCRIPT)) if source.peek(2) == b"#!" else None


def is_data(source: Source, size: int, *, named: bool) -> bool:
    """Whether a file of no kind that is known is searched, also for what follows a script: a program, a tar."""
    head = source.peek(HEAD)
    return (head.startswith(b"#!") and b"\0" in source.peek(SCRIPT)) or may_hold_data(head, size, named=named)


def size_of(member: Member, source: Source, head: bytes) -> int:
    """The bytes of a member; where its container does not say, as many as are of interest: those of small data."""
    if member.size is not None:
        return member.size
    return len(source.peek(LARGEST_DATA + 1)) if b"\0" in head else len(head)


def lies_beside(archive: str, data: bytes) -> bool:
    """Whether the members of a thin archive are files in its folder or below: those are read by themselves."""
    names = thin_names(data) if len(data) < LARGEST_THIN else None
    if names is None:
        return False
    folder = Path(archive).parent
    inside = (name and not Path(name).is_absolute() and ".." not in Path(name).parts for name in names)
    return all(inside) and all((folder / name).is_file() for name in names)


def not_opened(opener: Opener | None) -> str:
    """Return why a container is not read, and what makes something of it that is."""
    if opener is None:
        return "a container, which is not opened"
    noun = opener.called
    return f"{'an' if noun.startswith(_SPOKEN_WITH_A_VOWEL) else 'a'} {noun}, which is not opened; {opener.cure}"
