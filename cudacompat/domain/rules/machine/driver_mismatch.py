"""The kernel module and the libraries of the driver are of different releases.

What it finds: a driver that answers with "Driver/library version mismatch" (NVML error 18, CUDA error 803): the module
in the kernel is older than the libraries on the disk.

Why it matters: no program reaches a GPU until the two match.

Example: unattended-upgrades replaced driver 580.65.06 by 580.95.05; the kernel still runs the module of 580.65.06.

What to do: reboot. The new driver is installed; nothing has to be installed or removed. Where a reboot has to wait,
stop all programs that use the GPU, unload nvidia_drm, nvidia_modeset, nvidia_uvm and nvidia, and load nvidia again. If
the mismatch is still there after a reboot, packages of two drivers are mixed: remove one.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import Found
from cudacompat.domain.machine.troubles import Cause
from cudacompat.domain.rules.machine.machine_facts import Machine, evidence
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if a probe says so."""
    seen = machine.troubles(Cause.VERSION_MISMATCH)
    if not seen:
        return
    libcuda = machine.facts.libcuda.value if isinstance(machine.facts.libcuda, Found) else None
    releases = [f"kernel module {machine.driver}"] if machine.driver is not None else []
    releases += [f"libcuda {libcuda.release}"] if libcuda is not None and libcuda.release is not None else []
    inside = machine.facts.container.inside
    yield Finding(
        id=RULE.id,
        severity=machine.severity,
        path=None,
        message="the loaded kernel module and the driver's libraries are of different releases",
        found="; ".join([evidence(seen), *releases]),
        why="the driver was updated while its older module was loaded, so no program reaches a GPU",
        help="reboot the host; if the mismatch stays, remove the driver's libraries from this container's image"
        if inside
        else "reboot; nothing has to be installed or removed",
        command=None if inside else "sudo reboot",
    )


RULE = Rule("driver-mismatch", "Kernel module and driver libraries do not match", __doc__, check)
