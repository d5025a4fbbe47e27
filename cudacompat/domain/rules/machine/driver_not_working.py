"""The driver is here and does not work.

What it finds: a driver that does not answer, with the cause as it was seen: the kernel module is not loaded, was
refused by Secure Boot or is not built for this kernel; nouveau or vfio-pci holds the GPU; the device files may not be
opened; the system blocks the access; the GPU's firmware does not start; the fabric manager does not run; a library
hangs or crashes.

Why it matters: each of these has its own cure, and installing the driver again cures none of them.

Example: "couldn't communicate with the NVIDIA driver" after an update of the kernel for which DKMS built no module.

What to do: what the finding says. The kernel's log (`sudo dmesg | grep -i nvrm`) has the rest.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.troubles import Cause
from cudacompat.domain.rules.machine.driver_facts import Diagnosis, diagnoses
from cudacompat.domain.rules.machine.machine_facts import Machine, evidence
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each cause; none where the versions do not match, which explains the rest."""
    if machine.troubles(Cause.VERSION_MISMATCH):
        return
    for diagnosis in diagnoses(machine):
        yield _finding(machine, diagnosis)


def _finding(machine: Machine, diagnosis: Diagnosis) -> Finding:
    return Finding(
        id=RULE.id,
        severity=machine.severity if diagnosis.is_whole else Severity.WARNING,
        path=None,
        message=diagnosis.message,
        found="; ".join(filter(None, (evidence(diagnosis.troubles), diagnosis.sign))) or None,
        why=diagnosis.why,
        help=diagnosis.help,
        command=diagnosis.command,
    )


RULE = Rule("driver-not-working", "The driver does not work", __doc__, check)
