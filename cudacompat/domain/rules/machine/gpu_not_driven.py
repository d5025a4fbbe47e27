"""A GPU on the bus that the driver does not serve.

What it finds: an NVIDIA GPU on the PCI bus that is not among the GPUs that the driver lists, with the reason: the
driver is too old or too new for it, its kernel module is of the wrong kind (Blackwell needs the open one, Maxwell,
Pascal and Volta the closed one), or nouveau holds the GPU.

Why it matters: programs do not see the GPU, and nothing else says why.

Example: a GTX 1080 in a machine with driver 595; its last driver branch is 580.

What to do: install the driver that serves all GPUs. If none does, run one of them without NVIDIA's driver or in
another machine.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.kernel_log import card_in
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.rules.machine.card_facts import Card, known_card, module_kind, unlisted
from cudacompat.domain.rules.machine.machine_facts import Machine, evidence
from cudacompat.domain.tables.driver_choice import DriverChoice, choose_driver, in_words, left_out
from cudacompat.domain.tables.driver_packages import install_command, without_nouveau
from cudacompat.domain.tables.kernel_modules import ModuleKind, kinds
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each card that is left out, if the reason is one of the driver's."""
    if machine.facts.container.inside or machine.is_wsl:
        return  # the bus is the host's, and what the container was given is another question
    said = set()
    for card in unlisted(machine):
        why = _why(machine, card)
        if why is not None:
            said.add(card.id)
            yield _finding(machine, card, why)
    for trouble in machine.troubles(*_LOGGED):
        card_id = card_in(trouble)
        if card_id not in said:
            said.add(card_id or "")
            yield _logged(machine, trouble, known_card(card_id) if card_id else None)


def _why(machine: Machine, card: Card) -> str | None:
    """Why the driver here leaves the card out; `None` where that is not known, or another rule says it."""
    if card.holder == "vfio-pci":
        return None  # given to a virtual machine: what was wanted, or the whole driver's trouble
    if card.holder == "nouveau":
        return "nouveau holds it" if machine.gpus else None
    if machine.driver is None:
        return None
    return left_out(card.capability, machine.driver.branch, module_kind(machine))


_LOGGED = {
    Cause.LEGACY_GPU: ("is newer than the last driver for it", "install the driver branch that the line names"),
    Cause.NEW_GPU: ("is older than the first driver for it", "install a newer driver"),
    Cause.OPEN_REQUIRED: ("has the closed kernel module, and the GPU needs the open one", "install the open module"),
    Cause.CLOSED_REQUIRED: (
        "has the open kernel module, and the GPU needs the closed one",
        "install the closed module",
    ),
}


def _logged(machine: Machine, trouble: Trouble, card: Card | None) -> Finding:
    """What the kernel's log alone says. It takes a GPU whose registers cannot be read for one without a GSP."""
    why, cure = _LOGGED[trouble.cause]
    gpu = card.label if card is not None else f"GPU {trouble.gpu}" if trouble.gpu else "GPU"
    if trouble.cause is Cause.CLOSED_REQUIRED and card is not None and ModuleKind.OPEN in kinds(card.capability):
        return Finding(
            id=RULE.id,
            severity=machine.severity,
            path=None,
            message=f"the {gpu} cannot be read, although its driver fits",
            found=trouble.seen,
            why="its registers read as nothing: after a failed reset, or in a confidential guest",
            help="switch the machine off and on again; another driver does not help",
        )
    help_, command = _cure(machine, card) if card is not None else (cure, None)
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING if machine.gpus else machine.severity,
        path=None,
        message=f"the driver does not serve the {gpu}",
        found=trouble.seen,
        why=f"the driver {why}",
        help=help_,
        command=command,
    )


def _finding(machine: Machine, card: Card, why: str) -> Finding:
    log = machine.troubles(Cause.LEGACY_GPU, Cause.NEW_GPU, Cause.OPEN_REQUIRED, Cause.CLOSED_REQUIRED)
    found = (f"on the PCI bus: {card.id}", f"driver {machine.driver}" if machine.driver else "", evidence(log))
    help_, command = _cure(machine, card)
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING if machine.gpus else machine.severity,
        path=None,
        message=f"the driver does not serve the {card.label}",
        found="; ".join(filter(None, found)),
        why=why,
        help=help_,
        command=command,
    )


def _cure(machine: Machine, card: Card) -> tuple[str, str | None]:
    if card.holder == "nouveau":
        cure = "blacklist nouveau, rebuild the initial RAM disk and reboot, if the GPU is meant for CUDA"
        return cure, without_nouveau(machine.facts.platform)
    choice = choose_driver([card.capability, *(gpu.capability for gpu in machine.gpus)])
    if not isinstance(choice, DriverChoice):
        return "no driver serves all GPUs of this machine: give one to vfio-pci or nouveau, or to another machine", None
    install = install_command(machine.facts.platform, choice.branch, choice.kind)
    return (
        f"install {in_words(choice)}, which serves all GPUs of this machine"
        f"{', ' if install.note else ''}{install.note}",
        install.command,
    )


RULE = Rule("gpu-not-driven", "A GPU that the driver does not serve", __doc__, check)
