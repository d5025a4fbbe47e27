"""Whether a program or library is one of NVIDIA's compilers: ptxas, nvcc or NVRTC. Its bytes say it; it is not run."""

from __future__ import annotations

import re

from cudacompat.artifacts.binaries.buffer import Buffer, search
from cudacompat.artifacts.binaries.section import Section
from cudacompat.domain.words.compiler_files import LONGEST_MARK, RELEASE_MARK, SIGNS, release_in
from cudacompat.domain.words.versions import ToolkitVersion

_TEXTS = (".rodata", ".rdata")  # where ELF and PE keep the strings of a program
_SMALLEST = 1 << 20  # bytes: nvcc 11.8 has 5 MB


def compiler_of(buffer: Buffer, sections: list[Section]) -> tuple[str, ToolkitVersion] | None:
    """Return which compiler this is (`ptxas`, `nvcc`, `nvrtc`) and its CUDA release; `None` for any other file."""
    if len(buffer) < _SMALLEST:
        return None
    for section in sections:
        if section.name not in _TEXTS or not section.data:
            continue
        at = search(RELEASE_MARK, LONGEST_MARK, buffer, start=section.start, end=section.end)
        if at < 0:
            continue
        said = release_in(bytes(buffer[at : at + LONGEST_MARK]))
        for name, sign in SIGNS:
            found = search(re.compile(re.escape(sign)), len(sign), buffer, start=section.start, end=section.end)
            if found >= 0 and said is not None:
                return name, ToolkitVersion.parse(said)
    return None
