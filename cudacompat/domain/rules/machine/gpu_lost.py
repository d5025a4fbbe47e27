"""A GPU of this machine does not answer.

What it finds: a GPU that the driver lists and cannot reach: fallen off the bus (NVML error 15), waiting for a reset
(16, Xid 154) or a reboot (Xid 154), hanging, not readable, or with firmware (GSP) that does not answer (Xid 119). A
corrupted infoROM is a warning, because CUDA mostly works with it, and so is a GPU that the driver holds on the PCI bus
and does not list with the others: it did not start, or a control group hides it.

Why it matters: programs get fewer GPUs than the machine has. A new process can fail with error 999 even where the lost
GPU is hidden from it.

Example: nvidia-smi says "Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error" and lists the
other one.

What to do: reboot; if that does not help, switch the machine off and on again. A GPU that is lost again and again
needs a look at its power cable, its slot, its temperature and the BIOS.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.rules.machine.card_facts import module_kind, unlisted
from cudacompat.domain.rules.machine.machine_facts import Machine, evidence
from cudacompat.domain.tables.driver_choice import left_out
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, verb
from cudacompat.domain.words.rule import Rule

_WORDS = {
    Cause.GPU_LOST: ("has fallen off the bus", "reboot; if the GPU is still lost, switch the machine off and on again"),
    Cause.GPU_RESET: ("must be reset", "stop all programs that use the GPU, then reset it"),
    Cause.GPU_REBOOT: ("needs a reboot of the system", "reboot; the driver does not take the GPU back before"),
    Cause.GPU_UNREADABLE: (
        "cannot be read",
        "reboot; if it still cannot be read, look at the kernel's log (dmesg)",
    ),
    Cause.NO_ANSWER: ("does not answer", "reboot; Xid lines in the kernel's log (dmesg) say why it hangs"),
    Cause.CRASHED: ("makes the driver's library crash", "reboot, then install one driver's packages only"),
    Cause.GSP: (
        "has firmware (GSP) that does not answer",
        "install the firmware package of the driver's release; then switch the machine off and on again",
    ),
    Cause.NO_WINDOW: (
        "got no valid memory window (BAR) from the firmware of the machine",
        "switch Above 4G Decoding and Resizable BAR on in the BIOS; in a virtual machine use OVMF with a large 64-bit "
        "MMIO window",
    ),
}
_BY_HAND = frozenset({Cause.GSP, Cause.NO_WINDOW})  # no command cures these

_OF_THE_DRIVER = frozenset(
    {Cause.NO_ANSWER, Cause.CRASHED, Cause.GSP}
)  # without a GPU's number, the driver's as a whole


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each GPU in trouble, and one for corrupted infoROMs."""
    about: dict[str, list[Trouble]] = {}
    for trouble in machine.troubles(*_WORDS):
        if trouble.gpu is not None or trouble.cause not in _OF_THE_DRIVER:
            about.setdefault(trouble.gpu or "", []).append(trouble)
    for troubles in about.values():
        yield _finding(machine, troubles)
    if not about:
        yield from _not_listed(machine)
    corrupted = machine.troubles(Cause.INFOROM)
    if corrupted:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"the infoROM of GPU {', '.join(each.gpu or '?' for each in corrupted)} is corrupted",
            found=evidence(corrupted),
            why="data stored on the board is damaged; CUDA mostly works with it",
            help="switch the machine off and on again; if the warning stays, ask the vendor of the GPU",
        )


def _not_listed(machine: Machine) -> Iterable[Finding]:
    """A warning for each card that the driver holds and could serve, beside others that it lists."""
    if machine.facts.container.inside or machine.is_wsl or machine.driver is None or not machine.gpus:
        return
    for card in unlisted(machine):
        if card.holder != "nvidia" or left_out(card.capability, machine.driver.branch, module_kind(machine)):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"the driver holds the {card.label} and does not list it",
            found=f"on the PCI bus: {card.id}, kernel driver nvidia; {count(len(machine.gpus), 'GPU')} listed",
            why="it did not start, or a control group (of Slurm, of systemd) hides it from this process",
            help="read the driver's lines in the kernel's log, which name the reason if it did not start",
            command="sudo dmesg | grep -i nvrm",
        )


def _finding(machine: Machine, troubles: list[Trouble]) -> Finding:
    trouble, inside = troubles[0], machine.facts.container.inside
    what, cure = _WORDS[trouble.cause]
    place = trouble.gpu or "none"
    own = [gpu for gpu in machine.gpus if str(gpu.index) == place or (gpu.bus_id or "").startswith(place)]
    answering = len(machine.gpus) - len(own)
    others = f"; {count(answering, 'other GPU')} {verb(answering, 'answers', 'answer')}" if answering else ""
    reset = trouble.cause is Cause.GPU_RESET and trouble.gpu
    which = own[0].index if own else place if place.isdigit() else f"{place.partition('.')[0]}.0"  # a whole address
    command = f"sudo nvidia-smi --gpu-reset -i {which}" if reset else "sudo reboot"
    return Finding(
        id=RULE.id,
        severity=machine.severity,
        path=None,
        message=f"{f'GPU {trouble.gpu}' if trouble.gpu else 'a GPU'} {what}{others}",
        found=evidence(troubles),
        why="programs get fewer GPUs, and a new process may fail even if it does not use this one",
        help=cure.replace("reboot", "reboot the host", 1) if inside else cure,
        command=None if inside or trouble.cause in _BY_HAND else command,
    )


RULE = Rule("gpu-lost", "A GPU does not answer", __doc__, check)
