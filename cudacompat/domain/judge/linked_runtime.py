"""The CUDA runtime of a program: the library that it names, or the one that was linked into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudacompat.domain.tables.ptx import PTX_ISAS
from cudacompat.domain.words.code import BinaryArtifact, FatbinEntry, Registration

_RELEASES = {row.isa: row.cuda.major for row in PTX_ISAS if row.cuda is not None}


def runtime_of(artifact: BinaryArtifact) -> int | None:
    """Return the major release of the CUDA runtime that the artifact needs, `None` where its bytes do not show it.

    nvcc links the runtime into a program (`--cudart static` is its default), whose bytes do not name its release. It
    comes with the compiler, so it is at least of the oldest release that built any of the modules which it registers:
    by the PTX ISA that this release writes, the release that ptxas wrote into an image, or the first that writes
    cubins of its kind. Source: measured, a program of nvcc 13.5 for sm_86; NVIDIA, CUDA Compatibility,
    "cudaErrorInsufficientDriver"; nvcc's manual, --cudart.
    """
    if artifact.runtime is not None or not artifact.linked:
        return artifact.runtime
    registered = (module for module in artifact.modules if module.registration is Registration.REGISTERED)
    return min(releases_of(entry for module in registered for entry in module.entries), default=None)


def releases_of(entries: Iterable[FatbinEntry]) -> Iterator[int]:
    """Yield the major release of CUDA that made each of these images, of those that show it."""
    for entry in entries:
        if entry.toolkit is not None:
            yield entry.toolkit.major
        elif entry.ptx_isa in _RELEASES:
            yield _RELEASES[entry.ptx_isa]
        elif entry.since is not None:
            yield entry.since.major
