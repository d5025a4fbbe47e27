"""A GPU waits for a reset to change its MIG mode.

What it finds: a GPU whose current MIG mode and pending MIG mode differ.

Why it matters: `nvidia-smi -mig 1` succeeds, and the GPU keeps its old mode until it is reset. Until then no instance
can be made, or the old instances are still there, and jobs that expect the other mode find no GPU.

Example: MIG was switched on while a monitor used the GPU: "Enabled*" in nvidia-smi, and no instance can be created.

What to do: stop all programs that use the GPU, monitors among them, and run `sudo nvidia-smi --gpu-reset -i N`. In a
virtual machine, reboot it. To keep the current mode, ask for it again with `nvidia-smi -mig`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.troubles import Cause
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One warning for each GPU that waits."""
    inside = machine.facts.container.inside
    for trouble in machine.troubles(Cause.MIG_PENDING):
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"the MIG mode of GPU {trouble.gpu} changes at its next reset",
            found=trouble.seen,
            why="until then the GPU keeps its old mode, although nvidia-smi -mig succeeded",
            help=f"stop all programs that use the GPU, then reset it{' on the host' if inside else ''}",
            command=None if inside else f"sudo nvidia-smi --gpu-reset -i {trouble.gpu}",
        )


RULE = Rule("mig-mode-pending", "A MIG mode that waits for a reset", __doc__, check)
