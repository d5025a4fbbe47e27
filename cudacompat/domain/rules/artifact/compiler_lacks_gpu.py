"""A compiler that comes along does not know the GPU.

What it finds: a ptxas, an nvcc or NVRTC in a wheel, a directory or an image whose CUDA release builds no machine code
for the GPU. Where a directory has `ptxas` and `ptxas-blackwell`, the one counts that triton takes for the GPU.

Why it matters: programs such as triton and JAX run the ptxas that they bring along when the first kernel is compiled.
That ends with "Value 'sm_121a' is not defined for option 'gpu-name'", while all machine code in the package runs. NVRTC
is asked for the GPU's own target by some (then it says "invalid value for --gpu-architecture") and for older PTX by
others, so that there it is a note. In triton, which compiles all its kernels with it, it is an error.

Triton itself supports no GPU below 7.0, whatever its ptxas builds. Next to a torch that runs there it is a note, where
nothing else needs it: torch.compile fails, and the rest of torch runs.

Example: triton 3.5 has the ptxas of CUDA 12.8, which ends at sm_120a, on a GB10 (12.1).

What to do: install a release whose compiler knows the GPU: a newer one for a new GPU, an older one for a GPU that a
later CUDA release left out (CUDA 13 begins at 7.5). Triton takes another one that is named in
TRITON_PTXAS_PATH (since 3.6 for GPUs of 10.0 and newer: TRITON_PTXAS_BLACKWELL_PATH).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.bundled_compilers import CompilersOnTarget, CompilingPackage
from cudacompat.domain.tables.run_time_compilers import begins_above, only_a_feature
from cudacompat.domain.words.compiler_files import PTXAS_FOR_TRITON
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

_WHY = {
    "ptxas": "a program that runs it for that GPU ends at its first kernel",
    "nvcc": "it builds PTX for that GPU at best, which the driver compiles",
    "nvrtc": "a program that asks it for that GPU's own code is refused; the driver compiles PTX for older targets",
}
_HELP = {
    "ptxas": "a release of the package with {} ptxas; " + PTXAS_FOR_TRITON,
    "nvcc": "a CUDA toolkit that knows the GPU",
    "nvrtc": "a release of the package with {} NVRTC",
}


def check(facts: CompilersOnTarget) -> Iterable[Finding]:
    """One finding if the compiler that is run for the GPU does not build for it, or the package that runs it supports
    only newer GPUs: a note where all that use the package run without it."""
    chosen, first = facts.lacking, facts.compilers[0]
    path, program = (chosen.path, chosen.compiler.program) if chosen is not None else (first.path, first.program)
    package = facts.package if program == "ptxas" else None
    name = package.name if package is not None else ""
    below = begins_above(name, facts.target.capability)
    said = below if below is not None or chosen is None else chosen.words
    if said is None:
        return
    feature = only_a_feature(name, package.users) if below is not None and package is not None else None
    severity = Severity.WARNING if package is None else Severity.ERROR if feature is None else Severity.NOTE
    yield Finding(
        id=RULE.id,
        severity=severity if program == "ptxas" else Severity.NOTE,
        path=path,
        target=facts.target.id,
        message=f"{said} and does not build for {facts.target.label}",
        why=_WHY.get(program) if feature is None else f"what uses {name} here runs without it, but for {feature}",
        help=_help(package, facts.target, program, ended=chosen is not None and chosen.begins_above)
        if feature is None
        else f"do not use {feature}",
    )


def _help(package: CompilingPackage | None, target: Target, program: str, *, ended: bool) -> str | None:
    """What to install: an older compiler where `ended`, the GPU is older than all that this one knows."""
    if package is None:
        return _HELP[program].format("an older" if ended else "a newer") if program in _HELP else None
    from cudacompat.domain.wheels.published import PublishedPackage  # few checks have a fault in one

    return PublishedPackage(package.name, package.version).help((target,))


RULE = Rule("compiler-lacks-gpu", "A compiler that does not know the GPU", __doc__, check)
