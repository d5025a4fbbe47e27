"""No GPU is visible here.

What it finds: neither NVML nor nvidia-smi shows a GPU; and, where the PCI bus shows a GPU without a driver, that
GPU.

Why it matters: nothing will run on a GPU on this machine as it is, and builds that ask for the machine's own
architecture (-arch=native) silently get the compiler's default instead.

Example: a container started without `--gpus all`; a CI runner; a fresh machine without the driver.

What to do: on a machine that should have one, install the driver, or start the container with its GPUs. To check for
another machine's GPU, name it: `--gpu "RTX 5070 Ti"`. WSL uses the driver of Windows.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import Missing
from cudacompat.domain.machine.troubles import Cause
from cudacompat.domain.rules.machine import container_access, gpu_not_driven
from cudacompat.domain.rules.machine.card_facts import unlisted
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.driver_choice import DriverChoice, choose_driver, in_words
from cudacompat.domain.tables.driver_packages import install_command
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if no GPU was found: an error if none was named to judge for either, else a note."""
    facts = machine.facts
    if not isinstance(facts.gpus, Missing) or _is_explained(machine):
        return
    cards = ", ".join(facts.pci_cards)
    command = None
    if facts.container.inside:
        # the bus is the host's: a card there was not necessarily given to this container
        message = "no GPU is visible in this container" + (f"; the host has a GPU ({cards})" if cards else "")
        if "nvidiactl" in dict(facts.driver_files.nodes) and isinstance(facts.libcuda, Missing):
            message = "this container has device files of the GPU and no libraries of the driver"
        help_ = _START.get(facts.container.kind or "", _START["docker"])
    elif machine.is_wsl:
        message = "no NVIDIA GPU is visible in WSL"
        help_ = f"{_IN_WINDOWS}; {_ELSEWHERE}"
    elif cards:
        message = f"there is an NVIDIA GPU ({_named(machine) or cards}) but no working driver"
        help_, command = _driver(machine)
        if {card.driver for card in facts.bus} == {"vfio-pci"}:
            message, help_, command = f"vfio-pci holds the NVIDIA GPU ({_named(machine) or cards})", _VIRTUAL, None
    else:
        message = "no NVIDIA GPU found on this machine"
        help_ = _ELSEWHERE
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE if machine.is_elsewhere else Severity.ERROR,
        path=None,
        message=message,
        found=f"looked in: {'; '.join(facts.gpus.tried)}",
        help=help_,
        command=command,
    )


_IN_WINDOWS = "install or update the NVIDIA driver in Windows, none in WSL, then run wsl.exe --shutdown"
_ELSEWHERE = 'to check for another machine, name its GPU: --gpu "RTX 5070 Ti" or --gpu 12.0'


def _named(machine: Machine) -> str:
    """The cards by their names, as far as the tables know them."""
    return ", ".join(f"{card.name or card.id}, {card.id}" for card in unlisted(machine))


def _driver(machine: Machine) -> tuple[str, str | None]:
    """How to get a driver for the cards on the bus, and the command."""
    cards = [card for card in unlisted(machine) if card.holder != "vfio-pci"]
    choice = choose_driver((card.capability for card in cards), linux=not machine.is_wsl)
    if not isinstance(choice, DriverChoice):
        return "install the NVIDIA driver, reboot, then run cudacompat doctor again", None
    install = install_command(machine.facts.platform, choice.branch, choice.kind)
    note = f", {install.note}" if install.note else ""
    return f"install {in_words(choice)}{note}, reboot, and run cudacompat doctor again", install.command


_VIRTUAL = "use the GPU in its virtual machine, or remove its id from the options of vfio-pci and reboot"

# Troubles that are no reason for a GPU that is not there, or that no other rule tells of without knowing the card.
_NO_REASON = frozenset(
    {
        Cause.INFOROM,
        Cause.LEGACY_GPU,
        Cause.NEW_GPU,
        Cause.OPEN_REQUIRED,
        Cause.CLOSED_REQUIRED,
        Cause.NO_DEVICES,
        Cause.MIG_PENDING,
    }
)


def _is_explained(machine: Machine) -> bool:
    """Return True if another rule says why there is no GPU."""
    if machine.facts.container.inside and any(True for _ in container_access.lacking(machine)):
        return True
    empty = bool(machine.troubles(Cause.NO_DEVICES)) and not machine.facts.container.inside
    other = any(trouble.cause not in _NO_REASON for trouble in machine.facts.troubles)
    return empty or other or any(True for _ in gpu_not_driven.check(machine))


_CDI = "if that is unresolvable, first on the host: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"
_START = {
    "docker": (
        "start the container with GPU access: docker run --gpus all … or podman run --device nvidia.com/gpu=all …"
        f"; {_CDI}"
    ),
    "podman": f"start it with its GPUs: podman run --device nvidia.com/gpu=all …; {_CDI}",
    "apptainer": "start it with its GPUs: apptainer exec --nv …",
    "kubernetes": "request a GPU for the pod: resources.limits nvidia.com/gpu: 1",
    "lxc": "give the container the device files /dev/nvidia* and the driver's libraries of the host's release",
}

RULE = Rule("no-gpu", "No visible GPU", __doc__, check)
