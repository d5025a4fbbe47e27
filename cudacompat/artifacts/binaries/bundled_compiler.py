"""Whether a program or library is one of NVIDIA's compilers: ptxas, nvcc or NVRTC. Its bytes say it; it is not run."""

from __future__ import annotations

from cudacompat.artifacts.binaries.buffer import Buffer, search
from cudacompat.artifacts.binaries.needle import Needle
from cudacompat.artifacts.binaries.section import Section
from cudacompat.domain.words.compiler_files import LONGEST_MARK, RELEASE_BEGIN, RELEASE_MARK, SIGNS, release_in
from cudacompat.domain.words.versions import ToolkitVersion

_TEXTS = (".rodata", ".rdata")  # where ELF and PE keep the strings of a program
_SMALLEST = 1 << 20  # bytes: nvcc 11.8 has 5 MB
_BEGIN = Needle(RELEASE_BEGIN)
_SIGNS = tuple((name, Needle(sign)) for name, sign in SIGNS)


def compiler_of(buffer: Buffer, sections: list[Section]) -> tuple[str, ToolkitVersion] | None:
    """Return which compiler this is (`ptxas`, `nvcc`, `nvrtc`) and its CUDA release; `None` for any other file."""
    if len(buffer) < _SMALLEST:
        return None
    for section in sections:
        if section.name not in _TEXTS or not section.data:
            continue
        said = _release(buffer, section)
        if said is None:
            continue
        for name, sign in _SIGNS:
            if search(sign, buffer, section.start, end=section.end) >= 0:
                return name, ToolkitVersion.parse(said)
    return None


def _release(buffer: Buffer, section: Section) -> str | None:
    at = section.start
    while (at := search(_BEGIN, buffer, at, end=section.end)) >= 0:
        mark = bytes(buffer[at : min(at + LONGEST_MARK, section.end)])
        if RELEASE_MARK.match(mark):
            return release_in(mark)
        at += len(RELEASE_BEGIN)
    return None
