"""cpio archives: member by member as the bytes come, in all forms that GNU cpio writes but that of another order of
bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from cudacompat.artifacts.binaries.buffer import UnreadableError
from cudacompat.artifacts.containers.base import Budget, Member, MemberBytes, Source

_KIND, _REGULAR = 0o170000, 0o100000  # bits of a mode
_LONGEST_NAME = 1 << 16
_END = b"TRAILER!!!"
_STRIPPED = b"07070X"  # rpm, of packages with a file over 4 GiB: the names and sizes stand in its own header


class _Header(NamedTuple):
    """What stands in front of a member, and to what its name and its bytes are filled up."""

    mode: int
    name: int
    size: int
    filled: int


class _Form(NamedTuple):
    """One way to write a header of so many bytes."""

    magic: bytes
    length: int
    parse: Callable[[bytes], _Header]


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the regular files of a cpio archive in their order, and what follows its end as one more."""
    while (form := _form_of(source)) is not None:
        yield from _one_archive(source, form, budget)
    if source.peek(1):
        budget.member()
        yield Member("what follows the archive", None, lambda: source, cost=0)


def _form_of(source: Source) -> _Form | None:
    """The form of the archive that comes next behind zeros; archives may follow one another, as in an initramfs."""
    while (head := source.peek(len(_STRIPPED))) and not head.strip(b"\0"):
        source.read(len(head))
    while source.peek(1) == b"\0":
        source.read(1)
    head = source.peek(len(_STRIPPED))
    if head == _STRIPPED:
        raise UnreadableError("the form of rpm for files over 4 GiB; rpm2archive makes a tar of it")
    return next((form for form in _FORMS if head.startswith(form.magic)), None)


def _one_archive(source: Source, form: _Form, budget: Budget) -> Iterator[Member]:
    while True:
        raw = source.read(form.length)
        if len(raw) < form.length:
            raise UnreadableError("truncated: it has no end mark")
        if not raw.startswith(form.magic):
            raise UnreadableError("no member begins where one should")
        header = _parsed(form, raw)
        name = source.read(header.name).rstrip(b"\0")
        if name == _END:
            return
        source.skip(-(form.length + header.name) % header.filled)
        budget.member()
        window = MemberBytes(source, header.size)
        if header.mode & _KIND == _REGULAR:
            text = name.decode("utf-8", "surrogateescape")
            yield Member(text, header.size, partial(_same, window), cost=0)
        source.skip(window.left + -header.size % header.filled)


def _parsed(form: _Form, raw: bytes) -> _Header:
    try:
        header = form.parse(raw)
    except ValueError:
        raise UnreadableError("a header that has no numbers where they should be") from None
    if not 0 < header.name <= _LONGEST_NAME or header.size < 0:
        raise UnreadableError("a header of an impossible length")
    return header


def _new(raw: bytes) -> _Header:
    """Fields of eight hexadecimal digits behind the magic: 13 of them."""
    field = [int(raw[at : at + 8], 16) for at in range(6, 110, 8)]
    return _Header(mode=field[1], name=field[11], size=field[6], filled=4)


def _odc(raw: bytes) -> _Header:
    """Fields of six octal digits, times and sizes of eleven (POSIX.1-1988)."""
    return _Header(mode=int(raw[18:24], 8), name=int(raw[59:65], 8), size=int(raw[65:76], 8), filled=1)


def _old(raw: bytes) -> _Header:
    """Thirteen numbers of two bytes; of those that are put together the higher comes first."""
    number = [int.from_bytes(raw[at : at + 2], "little") for at in range(0, 26, 2)]
    return _Header(mode=number[3], name=number[10], size=number[11] << 16 | number[12], filled=2)


_FORMS = (
    _Form(b"070701", 110, _new),
    _Form(b"070702", 110, _new),
    _Form(b"070707", 76, _odc),
    _Form(b"\xc7\x71", 26, _old),
)


def _same(window: MemberBytes) -> MemberBytes:
    return window
