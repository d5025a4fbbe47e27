"""An environment variable forces or forbids the JIT of the driver.

What it finds: CUDA_FORCE_PTX_JIT or CUDA_DISABLE_PTX_JIT (CUDA_FORCE_JIT and CUDA_DISABLE_JIT do the same) in the
environment of this machine.

Why it matters: forcing the JIT ignores all machine code, so each start compiles, and what carries no PTX fails.
Disabling it fails whatever has only PTX for the GPU.

Example: `export CUDA_FORCE_PTX_JIT=1` left over from a test.

What to do: unset it; it is for a test of one command.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each variable that forces or forbids the JIT."""
    for word, effect in (
        ("FORCE", "all machine code is ignored and PTX is compiled again"),
        ("DISABLE", "code with only PTX for this GPU fails to load"),
    ):
        # the short form counts where the long one is not set, not even to nothing (measured on driver 580.159.04)
        long, short = f"CUDA_{word}_PTX_JIT", f"CUDA_{word}_JIT"
        name = long if machine.variable(long) is not None else short
        if machine.variable(name) == "1":
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                path=None,
                message=f"{name}=1 is set: {effect}",
                help=f"unset {name}, unless you are testing",
            )


RULE = Rule("jit-variable", "Environment variable that controls JIT compilation", __doc__, check)
