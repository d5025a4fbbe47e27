"""How a driver of one branch is installed on a system, as one line that can be pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.words.capability import ComputeCapability

# Each with the name of the system at the start of its PRETTY_NAME (os-release); `{kind}` is the package of the kernel
# module that the GPUs need. Names of packages: Ubuntu's archive, and the package lists of NVIDIA's own repositories.
_COMMANDS: tuple[tuple[str, str], ...] = (
    (r"Ubuntu|Linux Mint|Pop!_OS", "sudo apt install nvidia-driver-{branch}{dash_open} && sudo reboot"),
    (r"Debian", "sudo apt install {debian} nvidia-driver && sudo reboot"),
    (r"Fedora", "sudo dnf install akmod-nvidia xorg-x11-drv-nvidia-cuda && sudo reboot"),
    (r"Red Hat|Rocky|AlmaLinux|CentOS|Oracle", "sudo dnf module install nvidia-driver:{stream} && sudo reboot"),
    (r"SLES|openSUSE", "sudo zypper install {suse} && sudo reboot"),
    (r"Arch|Manjaro|EndeavourOS", "sudo pacman -S {arch} nvidia-utils && sudo reboot"),
)
_FIRST_WITH_OPEN = ComputeCapability(7, 5)  # Turing: open modules begin with it


def driver_command(platform: str, branch: int, gpus: Iterable[ComputeCapability]) -> str | None:
    """Return the command that installs this branch on the system of that description (`Ubuntu 24.04, …`), with the
    kernel module that all these GPUs take; `None` where it is installed in another way (Windows, WSL, unknown)."""
    if "WSL" in platform:
        return None
    can_open = all(each >= _FIRST_WITH_OPEN for each in gpus)
    names = {
        "branch": str(branch),
        "dash_open": "-open" if can_open else "",
        "debian": "nvidia-open-kernel-dkms" if can_open else "nvidia-kernel-dkms",
        "stream": f"{branch}-{'open' if can_open else 'dkms'}",
        "suse": f"nvidia-open-driver-G06-signed-{branch}-kmp-default" if can_open else "nvidia-driver-G06-kmp-default",
        "arch": "nvidia-open" if can_open else f"nvidia-{branch}xx-dkms",
    }
    for system, command in _COMMANDS:
        if re.match(system, platform):
            return command.format(**names)
    return None


def drives(branch: int, gpus: Iterable[ComputeCapability]) -> bool:
    """Whether a driver of this branch still knows all these GPUs."""
    known = (architecture(each) for each in gpus)
    return all(each is None or each.last_branch is None or branch <= each.last_branch for each in known)
