"""An environment variable changes what the driver does: `visible-devices` and `jit-variable`.

What it finds: CUDA_VISIBLE_DEVICES that hides every GPU (`all` belongs to NVIDIA_VISIBLE_DEVICES; empty or -1 means
none), and CUDA_FORCE_PTX_JIT or CUDA_DISABLE_PTX_JIT (CUDA_FORCE_JIT and CUDA_DISABLE_JIT do the same).

Why it matters: with CUDA_VISIBLE_DEVICES=all the driver answers "no CUDA-capable device is detected" (error 100,
measured). Forcing the JIT ignores all machine code; disabling it fails whatever has only PTX.

Example: `ENV CUDA_VISIBLE_DEVICES=all` in a Dockerfile.

What to do: unset it, or set what was meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check_visible_devices(machine: Machine) -> Iterable[Finding]:
    """One finding if CUDA_VISIBLE_DEVICES hides every GPU."""
    value = machine.variable("CUDA_VISIBLE_DEVICES")
    if value is None:
        return
    first = value.split(",")[0].strip()
    if first.isdigit() or first.startswith(("GPU-", "MIG-")):
        return
    yield Finding(
        id=VISIBLE_DEVICES.id,
        severity=Severity.ERROR,
        path=None,
        message=f"CUDA_VISIBLE_DEVICES={value} hides every GPU",
        why="it takes numbers and GPU ids; the first invalid entry hides itself and all that follow (error 100)",
        help="unset CUDA_VISIBLE_DEVICES (for containers, NVIDIA_VISIBLE_DEVICES=all is the one that takes all)",
    )


def check_jit_variable(machine: Machine) -> Iterable[Finding]:
    """One finding for each variable that forces or forbids the JIT."""
    for word, effect in (
        ("FORCE", "all machine code is ignored and PTX is compiled anew"),
        ("DISABLE", "code that has only PTX for this GPU fails"),
    ):
        # the short form counts where the long one is not set, not even to nothing (measured on driver 580.159.04)
        long, short = f"CUDA_{word}_PTX_JIT", f"CUDA_{word}_JIT"
        name = long if machine.variable(long) is not None else short
        if machine.variable(name) == "1":
            yield Finding(
                id=JIT_VARIABLE.id,
                severity=Severity.WARNING,
                path=None,
                message=f"{name}=1 is set: {effect}",
                help=f"unset {name} unless you are testing",
            )


VISIBLE_DEVICES = Rule("visible-devices", "CUDA_VISIBLE_DEVICES hides every GPU", __doc__, check_visible_devices)
JIT_VARIABLE = Rule("jit-variable", "A variable forces or forbids the JIT", __doc__, check_jit_variable)
