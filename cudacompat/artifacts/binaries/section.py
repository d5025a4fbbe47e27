"""What ELF, PE and COFF have in common for us: named stretches of bytes, and which may hold device code."""

from __future__ import annotations

from typing import NamedTuple

from cudacompat.domain.words.code import FileFormat, Registration

# The names in ELF, and as PE cuts them to eight characters.
OFFICIAL = {
    ".nv_fatbin": Registration.REGISTERED,
    ".nv_fatb": Registration.REGISTERED,
    "__nv_relfatbin": Registration.RELOCATABLE,
    "__nv_rel": Registration.RELOCATABLE,
}

MAX_SECTIONS = 300_000
LONGEST_NAME = 512  # characters of a name that are kept, of a member of an archive or of a section


class Section(NamedTuple):
    """A section's bytes in the buffer. `present` is False where the file only names it (NOBITS);
    `data` is whether it holds data that could be device code (never the host's instructions)."""

    name: str
    start: int
    end: int
    present: bool
    data: bool


class HostImage(NamedTuple):
    """The sections of one host binary; `sections` is None where its table was stripped or cannot be used. `end` is
    where its headers and sections end; None where that is not known. `processor` is whose instructions it has, as Linux
    calls that (x86_64, aarch64); None for others, and for formats that are not read for it."""

    format: FileFormat
    linked: bool
    sections: list[Section] | None
    problems: tuple[str, ...]
    end: int | None = None
    processor: str | None = None
