"""A compiler that comes along does not know the GPU.

What it finds: a ptxas, an nvcc or NVRTC in a wheel, a directory or an image whose CUDA release builds no machine code
for the GPU. Where a directory has `ptxas` and `ptxas-blackwell`, the one counts that triton takes for the GPU.

Why it matters: programs such as triton and JAX run the ptxas that they bring along when the first kernel is compiled.
That ends with "Value 'sm_121a' is not defined for option 'gpu-name'", while all machine code in the package runs. NVRTC
is asked for the GPU's own target by some (then it says "invalid value for --gpu-architecture") and for older PTX by
others, so that there it is a note.

Example: triton 3.5 has the ptxas of CUDA 12.8, which ends at sm_120a, on a GB10 (12.1).

What to do: install a release whose compiler knows the GPU. Triton takes another one that is named in
TRITON_PTXAS_PATH.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.bundled_compilers import CompilersOnTarget
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_WHY = {
    "ptxas": "a program that runs it for that GPU ends at its first kernel",
    "nvcc": "it builds PTX for that GPU at best, which the driver compiles",
    "nvrtc": "a program that asks it for that GPU's own code is refused; the driver compiles PTX for older targets",
}
_HELP = {
    "ptxas": "a release of the package with a newer ptxas; for triton, TRITON_PTXAS_PATH names another ptxas",
    "nvcc": "a CUDA toolkit that knows the GPU",
    "nvrtc": "a release of the package with a newer NVRTC",
}


def check(facts: CompilersOnTarget) -> Iterable[Finding]:
    """One finding if the compiler that is run for the GPU does not build for it."""
    chosen = facts.lacking
    if chosen is None:
        return
    program = chosen.compiler.program
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING if program == "ptxas" else Severity.NOTE,
        path=chosen.path,
        target=facts.target.id,
        message=f"{chosen.words} and does not build for {facts.target.label}",
        why=_WHY.get(program),
        help=_HELP.get(program),
    )


RULE = Rule("compiler-lacks-gpu", "A compiler that does not know the GPU", __doc__, check)
