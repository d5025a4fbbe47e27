"""From which compute capability on packages support GPUs that compile their kernels at run time, whatever their
assembler can build.

triton: torch/_inductor/scheduler.py, "Triton only supports devices of CUDA Capability >= 7.0" (GPUTooOldForTriton).
flashinfer-python: flashinfer/jit/core.py, check_cuda_arch: "FlashInfer requires GPUs with sm75 or higher".
"""

from __future__ import annotations

from collections.abc import Mapping

from cudacompat.domain.words.capability import ComputeCapability

COMPILES_FROM: Mapping[str, ComputeCapability] = {
    "triton": ComputeCapability(7, 0),
    "flashinfer-python": ComputeCapability(7, 5),
}


def begins_above(package: str, capability: ComputeCapability) -> str | None:
    """Return in words from which GPUs on the package compiles kernels (`triton begins at sm_70`) where this one is
    older; `None` for the others, and for packages of which nothing is known."""
    first = COMPILES_FROM.get(package)
    return f"{package} begins at sm_{first.number}" if first is not None and capability < first else None
