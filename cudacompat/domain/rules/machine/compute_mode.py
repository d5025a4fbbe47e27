"""A GPU's compute mode keeps programs out.

What it finds: a GPU in compute mode Prohibited, which no CUDA program may use, or in an exclusive mode, in which one
program at a time may.

Why it matters: nvidia-smi lists the GPU and looks healthy. A program that may not use it ends with "all CUDA-capable
devices are busy or unavailable" (CUDA error 46), or silently takes another GPU.

Example: a cluster sets Exclusive_Process for its jobs, and a server process holds the GPU when a notebook starts.

What to do: `sudo nvidia-smi -i N -c DEFAULT`, or ask who set the mode. Several programs share an exclusive GPU by MPS.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each GPU that programs see and whose mode is not the default; an error where none is left."""
    seen = {str(gpu.index) for gpu in machine.visible.seen}
    closed = {trouble.gpu for trouble in machine.troubles(Cause.PROHIBITED)}
    for trouble in machine.troubles(Cause.PROHIBITED, Cause.EXCLUSIVE):
        if trouble.gpu in seen or not machine.gpus:
            yield _finding(machine, trouble, none_left=seen <= closed)


def _finding(machine: Machine, trouble: Trouble, *, none_left: bool) -> Finding:
    closed = trouble.cause is Cause.PROHIBITED
    inside = machine.facts.container.inside
    what = "no program may use it" if closed else "one program at a time may use it"
    return Finding(
        id=RULE.id,
        severity=machine.severity if none_left else Severity.WARNING,
        path=None,
        message=f"the compute mode of GPU {trouble.gpu} is {trouble.seen.rpartition(' ')[2]}: {what}",
        found=trouble.seen,
        why="others end with CUDA error 46 (devices are busy or unavailable), though nvidia-smi looks healthy",
        help="set the default mode on the host" if inside else "set the default mode, or ask who set this one",
        command=None if inside else f"sudo nvidia-smi -i {trouble.gpu} -c DEFAULT",
    )


RULE = Rule("compute-mode", "A compute mode keeps programs out", __doc__, check)
