"""It ran through code that the driver compiled from PTX.

What it finds: code that the driver compiled from PTX while the command ran, or took out of its cache of such code.

Why it matters: the JIT costs seconds to half an hour at the first start on every machine and after every driver update,
and fails where the driver is older than the PTX.

Example: a library that holds compute_75 PTX only, on an H200: the driver maps its PTX compiler into the process, and
its cache grows by 22 MB.

What to do: build for the GPU's own architecture (`cudacompat generate`); `--expect gpu` accepts the JIT. A program that
compiles its own kernels while it runs (by NVRTC or ptxas) does so by design: nothing
can be rebuilt, a cache that outlives the container shortens the next start.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.observation import Observation
from cudacompat.domain.runs.run_time_compilers import compiles_by_design, run_time_compilers
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Expect, Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One finding for code that was compiled: an error where more was expected, else a note."""
    if verified.decision.verdict is not Verdict.GPU_JIT:
        return
    enough = verified.expected is Expect.GPU
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE if enough else Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} ran on the GPU with code that the driver compiled from PTX",
        why=verified.decision.why,
        help=None if enough else _help(verified.seen),
    )


def _help(seen: Observation) -> str:
    compilers = " and ".join(run_time_compilers(seen.view))
    if compilers and compiles_by_design(seen):
        return (
            f"nothing to rebuild: the program compiles its own kernels at run time ({compilers}); --expect gpu accepts "
            "it, and a kept JIT cache (CUDA_CACHE_PATH) makes the next start short"
        )
    build = "build for this GPU (cudacompat generate --gpu native), or accept JIT with --expect gpu"
    if compilers:
        return f"{build}; if the program compiles its own kernels ({compilers} was loaded), nothing must be rebuilt"
    return build


RULE = Rule("jit-at-start", "Ran through JIT compilation", __doc__, check)
