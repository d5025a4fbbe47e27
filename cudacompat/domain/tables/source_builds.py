"""From which compute capability on the sources of packages build: below it, no build of one's own cures a wheel.

vllm: CMakeLists.txt of its sources on the package index, 0.9.2 to 0.33.0: the lowest of CUDA_SUPPORTED_ARCHS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cudacompat.domain.words.capability import ComputeCapability

BUILDS_FROM: Mapping[str, ComputeCapability] = {"vllm": ComputeCapability(7, 0)}


def builds_above(package: str, capabilities: Iterable[ComputeCapability]) -> str | None:
    """Return in words from which GPUs on the sources of the package build (`its sources build from sm_70 on`) where one
    of these is older; `None` for the others, and for packages of which nothing is known."""
    first = BUILDS_FROM.get(package)
    if first is None or all(each >= first for each in capabilities):
        return None
    return f"its sources build from sm_{first.number} on"
