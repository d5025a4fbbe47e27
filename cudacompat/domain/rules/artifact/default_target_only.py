"""Only the compiler's default target is present: no architecture option reached nvcc.

What it finds: every module with kernels carries exactly what nvcc builds without an option (5.2 with
CUDA 11 and 12, 7.5 with CUDA 13: machine code and PTX of that one target), and the GPU is another one.

Why it matters: such a file seems to work. The driver compiles the old PTX for the new GPU at first use, and the
program then runs code written for a GPU many generations older: slow paths, missing features, or a trap such as
ggml's "has no device code compatible with CUDA arch 520 … was compiled for: 520". The architecture list of the
build never reached the compiler.

Example: GGML_NATIVE=ON in a container build without a GPU; CMake 3.28 or newer passes -arch=native, nvcc warns
"Cannot find valid GPU for '-arch=native', default arch is used" and exits 0.

What to do: set the list where this build really reads it (`cudacompat generate --gpu 12.0` says where),
clear the build's caches, rebuild, and check the new file.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, generate_command, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Reason

_OF_THE_DRIVER = (Reason.DRIVER_TOO_OLD_FOR_GPU, Reason.DRIVER_DROPPED_GPU, Reason.RUNTIME_NEEDS_DRIVER)


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if the artifact carries just a default target that is not the GPU's own."""
    verdict = judged.verdict
    if verdict.default_target is None or verdict.outcome is Outcome.NATIVE or _is_driver_at_fault(verdict):
        return
    target = verdict.target
    arch = verdict.default_target
    written_for = f"{arch[3:-1]}.{arch[-1]}"
    if verdict.outcome is Outcome.JIT:
        consequence = f"the driver JIT-compiles its PTX, written for {written_for}"
    else:
        consequence = f"the GPU runs it as code for {written_for}, or not at all"
    modules = [v.module for v in verdict.modules]
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=target.id,
        message=f"contains only nvcc's default target {arch}, nothing built for {target.label}",
        found=f"{what_is_there(modules)} in {count(len(modules), 'module')}",
        why=f"nvcc builds {arch} when no architecture option reaches it; {consequence}",
        help=f"set the architecture list ({generate_command(target)} prints it), delete the build cache, rebuild",
        places=places_of(verdict.modules),
    )


def _is_driver_at_fault(verdict: ArtifactVerdict) -> bool:
    """Whether the driver alone keeps it from running: what it would run as is not told then."""
    return verdict.outcome is Outcome.FAILS and verdict.reason in _OF_THE_DRIVER


RULE = Rule("default-target-only", "Only nvcc's default target", __doc__, check)
