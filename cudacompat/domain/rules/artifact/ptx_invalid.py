"""The PTX names a target that its own PTX version does not have.

What it finds: PTX whose `.target` was introduced by a later PTX ISA than its `.version` says.

Why it matters: the driver refuses it with CUDA_ERROR_INVALID_PTX (218); no driver will take it.

Example: `.version 8.0` with `.target sm_120`, which PTX ISA 8.7 introduced. Tools that patch PTX texts make such.

What to do: have the compiler emit the PTX for that target, with a release that knows it.
"""

from __future__ import annotations

from cudacompat.domain.rules.artifact.one_cause import failing_rule
from cudacompat.domain.words.phrases import generate_command
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason


def _words(verdict: ArtifactVerdict, modules: list[ModuleVerdict]) -> tuple[str, str | None, str]:
    first = modules[0].picked
    found = f"{first.target} in PTX of ISA version {first.ptx_isa}" if first else None
    message = f"the PTX is invalid, so nothing runs on {verdict.target.label}"
    return message, found, f"compile again: {generate_command(verdict.target)}"


RULE = Rule(
    "ptx-invalid",
    "PTX with a target that its ISA version lacks",
    __doc__,
    failing_rule("ptx-invalid", Reason.PTX_INVALID, _words),
)
