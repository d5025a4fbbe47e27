"""CUDA_VISIBLE_DEVICES hides every GPU from the programs that are started here.

What it finds: the variable with a value that leaves no GPU: `all`, which belongs to NVIDIA_VISIBLE_DEVICES; empty or
-1, which mean none.

Why it matters: with CUDA_VISIBLE_DEVICES=all the driver answers "no CUDA-capable device is detected" (error 100,
measured), and programs fall back to the CPU or stop.

Example: `ENV CUDA_VISIBLE_DEVICES=all` in a Dockerfile.

What to do: unset it, or set the numbers of the GPUs that were meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if CUDA_VISIBLE_DEVICES hides every GPU."""
    value = machine.variable("CUDA_VISIBLE_DEVICES")
    if value is None:
        return
    first = value.split(",")[0].strip()
    if first.isdigit() or first.startswith(("GPU-", "MIG-")):
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=None,
        message=f"CUDA_VISIBLE_DEVICES={value} hides every GPU",
        why="it takes numbers and GPU ids; the first invalid entry hides itself and all that follow (error 100)",
        help="unset CUDA_VISIBLE_DEVICES (for containers, NVIDIA_VISIBLE_DEVICES=all is the one that takes all)",
    )


RULE = Rule("visible-devices", "CUDA_VISIBLE_DEVICES hides every GPU", __doc__, check)
