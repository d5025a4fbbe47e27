"""The PTX is newer than the driver compiles.

What it finds: no machine code fits the GPU, and the PTX that the driver picks has a PTX ISA version above the one
this driver knows (with --driver or on this machine), or above every driver that still supports the GPU.

Why it matters: loading ends in "the provided PTX was compiled with an unsupported toolchain" (CUDA error 222).
The compatibility that CUDA promises between minor releases does not cover PTX.

Example: a library built by CUDA 13.5 (PTX 9.5) with compute_90 PTX only, on driver 580 (CUDA 13.0, PTX 9.0).

What to do: put machine code for the GPU into the build (then nothing is compiled at run time), update the driver,
or build with a CUDA release not newer than the driver's own.
"""

from __future__ import annotations

from cudacompat.domain.rules.artifact.one_cause import failing_rule
from cudacompat.domain.tables.drivers import first_branch_taking
from cudacompat.domain.words.phrases import generate_command
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason


def _words(verdict: ArtifactVerdict, modules: list[ModuleVerdict]) -> tuple[str, str | None, str]:
    isas = sorted({v.picked.ptx_isa for v in modules if v.picked and v.picked.ptx_isa})
    driver = f"driver {verdict.target.driver}" if verdict.target.driver else "every driver that supports this GPU"
    taking = first_branch_taking(isas[-1]) if isas else None
    cure = f"use driver {taking.branch} or newer; or " if taking and verdict.target.driver else ""
    return (
        f"the PTX is too new for {driver} on {verdict.target.label}",
        f"PTX ISA {', '.join(map(str, isas))}" if isas else None,
        f"{cure}build machine code: {generate_command(verdict.target)}",
    )


RULE = Rule(
    "ptx-newer-than-driver",
    "PTX newer than the driver supports",
    __doc__,
    failing_rule("ptx-newer-than-driver", Reason.PTX_ISA_TOO_NEW, _words),
)
