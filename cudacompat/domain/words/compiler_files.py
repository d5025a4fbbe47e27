"""Programs and libraries that compile device code, told by the names of their files or by their bytes; their release by
their bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# How Triton is shown another assembler (knobs.py of its wheel 3.6.0, the first with ptxas-blackwell).
PTXAS_FOR_TRITON = (
    "for triton, TRITON_PTXAS_PATH names another ptxas (since 3.6 for 10.0 and newer: TRITON_PTXAS_BLACKWELL_PATH)"
)

LARGEST = 256 << 20  # bytes; ptxas of CUDA 13 has 30 MB, libnvrtc 110 MB

_ASSEMBLER = re.compile(r"ptxas(?:-blackwell)?(?:\.exe)?")
_COMPILER = re.compile(
    r"(?P<program>ptxas(?:-blackwell)?|nvcc)(?:\.exe)?"
    r"|(?P<library>lib(?:nvrtc|nvvm))(?:-[0-9a-f]{8})?\.so(?:\.\d+)*"  # auditwheel puts a digest into the name
    r"|(?P<dll>nvrtc|nvvm)64_\d+(?:_\d+)?\.dll"
)
RELEASE_BEGIN = b"Cuda compilation tools, release "
RELEASE_MARK = re.compile(
    re.escape(RELEASE_BEGIN) + rb"(?P<release>\d{1,2}\.\d{1,2}), V(?P<build>\d{1,2}\.\d{1,2}\.\d{1,4})?"
)
LONGEST_MARK = 96  # bytes, in which a mark of `release_in` ends

# What only one of them has among its texts. Every program of the toolkit has the mark of the release, which is what it
# prints for --version. Found in ptxas and nvcc 11.8 to 13.5 and in NVRTC 12.8.
SIGNS: tuple[tuple[str, bytes], ...] = (
    ("nvrtc", b"NVRTC_ERROR_INVALID_INPUT"),  # it has an assembler in it
    ("ptxas", b"Ptx optimizing assembler"),
    ("nvcc", b"nvcc.profile"),
)


def is_assembler(file: str) -> bool:
    """Return True for the name of a file that is an assembler, as triton and jax bring one along."""
    return _ASSEMBLER.fullmatch(file) is not None


def compiler_name(file: str) -> str | None:
    """Return which compiler a file of this name is (`ptxas`, `libnvrtc`), None for one that is none."""
    match = _COMPILER.fullmatch(file)
    if match is None:
        return None
    return match["program"] or match["library"] or f"lib{match['dll']}"


def release_in(data: ReadableBuffer, *, build: bool = False) -> str | None:
    """Return the CUDA release that a compiler's bytes name (`12.8`, with `build` `12.8.93`), None without one."""
    match = RELEASE_MARK.search(data)
    if match is None:
        return None
    said = (match["build"] if build else None) or match["release"]
    return ".".join(str(int(part)) for part in said.decode("ascii").split("."))
