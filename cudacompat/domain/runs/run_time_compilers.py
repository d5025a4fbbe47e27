"""Compilers that a program brings to compile its kernels while it runs, by what was mapped.

Measured on an H200 with driver 580: CuPy maps libnvrtc-builtins, and its code comes into the JIT's cache; JAX runs
ptxas and lets the driver compile the rest; PyTorch maps libnvrtc-builtins at import, whether it compiles or not.
"""

from __future__ import annotations

from cudacompat.domain.runs.observation import Observation, ProcessView
from cudacompat.domain.words.verdict import Outcome

_NVRTC = "libnvrtc-builtins.so"
_PTXAS = "ptxas"


def run_time_compilers(view: ProcessView | None) -> tuple[str, ...]:
    """Return the compilers that its processes had mapped, such as `NVRTC` and `ptxas for sm_90a`."""
    if view is None:
        return ()
    names = {file.path.rpartition("/")[2] for file in view.files}
    found = ["NVRTC"] if any(name.startswith(_NVRTC) for name in names) else []
    if _PTXAS in names:
        found.append(" ".join(["ptxas for", ", ".join(view.ptxas_targets)]) if view.ptxas_targets else _PTXAS)
    return tuple(found)


def compiles_by_design(seen: Observation) -> bool:
    """Whether what the driver compiled can only come from the program's own compiler: it ran ptxas, or it had NVRTC and
    none of its files holds code that the driver would have to compile."""
    compilers = run_time_compilers(seen.view)
    if any(name.startswith(_PTXAS) for name in compilers):
        return True
    return bool(compilers) and not any(each.count(Outcome.JIT) for each in seen.judged)
