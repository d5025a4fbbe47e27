"""An assembler refuses the PTX that the GPU would run.

What it finds: modules for which the driver would compile PTX, and whose PTX a ptxas of this machine does not compile
for the GPU (`check --assemble`).

Why it matters: the driver's compiler is the same compiler. It refuses the text when the program loads it, with
CUDA_ERROR_INVALID_PTX (218). A list of targets does not show such a text: it looks like any other PTX.

Example: a kernel for `.target sm_90` that uses `wgmma`, which only `sm_90a` has; a template that a program fills in at
run time; a text that was cut or edited.

What to do: read the line of the text that is named. Have the compiler emit PTX for the target that has the instruction,
or build machine code for the GPU.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import module_name, places_of
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, generate_command
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import PtxProof


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if an assembler refuses PTX that a verdict rests on."""
    verdict = judged.verdict
    refused = verdict.assembled(PtxProof.REFUSED)
    first = refused[0].assembly if refused else None
    if first is None:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"ptxas {first.ptxas} refuses the PTX of {len(refused)} of {count(len(verdict.modules), 'module')} for "
        f"{verdict.target.label}",
        found=f"module {module_name(refused[0].module)}, built for {first.target}: {first.said}",
        why="the driver compiles with the same compiler: CUDA error 218 when the module is loaded",
        help=f"compile again: {generate_command(verdict.target)}",
        places=places_of(refused),
    )


RULE = Rule("ptx-refused", "PTX that an assembler refuses", __doc__, check)
