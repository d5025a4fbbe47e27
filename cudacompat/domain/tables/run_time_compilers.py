"""Packages that compile their kernels at run time: which GPUs they support, whatever their assembler can build, and
what the packages that use them do without.

triton: torch/_inductor/scheduler.py, "Triton only supports devices of CUDA Capability >= 7.0" (GPUTooOldForTriton).
flashinfer-python: flashinfer/jit/core.py, check_cuda_arch: "FlashInfer requires GPUs with sm75 or higher".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from cudacompat.domain.tables.generated import rows
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


@cache
def _features() -> Mapping[str, Mapping[str, str]]:
    """What packages do not do without a compiler, by its name and theirs (`data/run_time_compilers.json`)."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows("run_time_compilers"):
        found[row["compiler"]][row["user"]] = row["lacks"]
    return found


def may_be_a_feature(package: str) -> bool:
    """Return whether some of the packages that use this one run without it."""
    return package in _features()


def only_a_feature(package: str, users: Iterable[str]) -> str | None:
    """Return what does not work without this package (`torch.compile`) where all of its users, by their normalised
    names, run without it; `None` where there are none, or one of them needs it."""
    known, names = _features().get(package, {}), dict.fromkeys(users)
    if not names or not all(name in known for name in names):
        return None
    return " and ".join(filter(None, (known[name] for name in names))) or "what it compiles"
