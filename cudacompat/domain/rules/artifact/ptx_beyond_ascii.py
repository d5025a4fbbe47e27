"""The PTX has characters that the driver's compiler does not take.

What it finds: no machine code fits the GPU, and the PTX that the driver picks has characters beyond ASCII, where the
driver (or, without --driver, every driver for the GPU) is older than 590.

Why it matters: the compilers of CUDA 13.0 and older refuse them, even in comments: "Unexpected non-ASCII character".
The driver answers with CUDA_ERROR_INVALID_PTX (218). Measured on driver 580.159.04.

Example: a comment in German in inline assembly, or a path with an accent that a tool wrote into the text.

What to do: take the characters out of the PTX (and of inline assembly), update the driver, or build machine code for
the GPU.
"""

from __future__ import annotations

from cudacompat.domain.rules.artifact.one_cause import failing_rule
from cudacompat.domain.tables.drivers import first_branch_taking
from cudacompat.domain.tables.ptx import BEYOND_ASCII
from cudacompat.domain.words.phrases import generate_command
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason


def _words(verdict: ArtifactVerdict, modules: list[ModuleVerdict]) -> tuple[str, str | None, str]:
    driver = f"driver {verdict.target.driver}" if verdict.target.driver else "every driver that supports this GPU"
    taking = first_branch_taking(BEYOND_ASCII)
    newer = f", use driver {taking.branch} or newer" if taking and verdict.target.driver else ""
    return (
        f"the PTX for {verdict.target.label} has characters beyond ASCII, which {driver} does not compile",
        ", ".join(sorted({str(v.picked.target) for v in modules if v.picked and v.picked.target})) or None,
        f"write the PTX in ASCII{newer}, or build machine code: {generate_command(verdict.target)}",
    )


RULE = Rule(
    "ptx-beyond-ascii",
    "PTX with characters beyond ASCII",
    __doc__,
    failing_rule("ptx-beyond-ascii", Reason.PTX_BEYOND_ASCII, _words),
)
