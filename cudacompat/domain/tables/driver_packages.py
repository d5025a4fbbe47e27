"""The command that installs a driver, by distribution."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.tables.kernel_modules import ModuleKind

_UBUNTU = re.compile(r"^(?:Ubuntu|Linux Mint|Pop!_OS|Zorin|KDE neon|elementary)")
# packages.ubuntu.com/nvidia-driver-580, read on 2026-11-30: jammy and newer ones
_OLD_UBUNTU, _FIRST_FROM_22 = re.compile(r"^Ubuntu (?:1\d|2[01])\."), 580
_DEBIAN = re.compile(r"^Debian")
_MODULAR = re.compile(
    r"^(?:Red Hat Enterprise Linux|AlmaLinux|Rocky Linux|Oracle Linux)[^,]*? [89](?:\.|\b)|^Amazon Linux 2023"
)
_DNF = re.compile(r"^(?:Fedora|Red Hat Enterprise Linux|AlmaLinux|Rocky Linux|Oracle Linux|Azure Linux)")
_ZYPPER = re.compile(r"^(?:openSUSE|SUSE)")
_ARCH = re.compile(r"^(?:Arch|Manjaro|EndeavourOS|CachyOS)")


_REBOOT = " && sudo reboot"


@dataclass(frozen=True, slots=True)
class DriverInstall:
    """The command that installs a driver on a distribution, and what to know before; no command where the distribution
    has none that this program knows. It needs root, and it reboots."""

    command: str | None
    note: str


def without_nouveau(platform: str) -> str:
    """Return the command that keeps nouveau from the GPUs of this distribution: the blacklist, and where it is known
    how, the initial RAM disk without it (the driver installation guide, "Disabling Nouveau"), and a reboot."""
    keeps = "echo 'blacklist nouveau' | sudo tee /etc/modprobe.d/blacklist-nouveau.conf"
    if _UBUNTU.match(platform) or _DEBIAN.match(platform):
        return f"{keeps} && sudo update-initramfs -u{_REBOOT}"
    if _DNF.match(platform) or _MODULAR.match(platform) or _ZYPPER.match(platform):
        return f"{keeps} && sudo dracut --force{_REBOOT}"
    if _ARCH.match(platform):
        return f"{keeps} && sudo mkinitcpio -P{_REBOOT}"
    return keeps


def install_command(platform: str, branch: int, kind: ModuleKind | None) -> DriverInstall:
    """Return how this system gets a driver of this branch.

    Ubuntu's names are those of its own packages; the others are NVIDIA's, from its repository (the driver installation
    guide, "Kernel Modules" and "Switching between Driver Module Flavors", read in November 2026).
    """
    is_open = kind is ModuleKind.OPEN
    package = "nvidia-open" if is_open else "cuda-drivers"
    of_nvidia = "from NVIDIA's package repository"
    if "WSL" in platform:
        return DriverInstall(None, "install the driver in Windows, none inside WSL")
    if branch >= _FIRST_FROM_22 and _OLD_UBUNTU.match(platform):
        return DriverInstall(None, "which Ubuntu has from 22.04 on")
    if _UBUNTU.match(platform):
        return DriverInstall(f"sudo apt install nvidia-driver-{branch}{'-open' if is_open else ''}{_REBOOT}", "")
    if platform.startswith("NixOS"):
        names = ['services.xserver.videoDrivers = ["nvidia"];', f"hardware.nvidia.open = {str(is_open).lower()};"]
        if not is_open:
            kept = f"config.boot.kernelPackages.nvidiaPackages.legacy_{branch}"
            names.append(f"hardware.nvidia.package = {kept};")
        return DriverInstall(None, f"by configuration.nix ({' '.join(names)}) and sudo nixos-rebuild boot")
    if platform.startswith("Manjaro"):
        return DriverInstall(f"sudo mhwd -a pci nonfree 0300{_REBOOT}", "")
    if not is_open and (last := _last_branch(platform, branch)) is not None:
        return last
    if _DEBIAN.match(platform):
        return DriverInstall(f"sudo apt install --autoremove --purge {package}{_REBOOT}", of_nvidia)
    if _MODULAR.match(platform):
        stream = f"{branch}-open" if is_open else f"{branch}-dkms"
        command = f"sudo dnf module switch-to nvidia-driver:{stream} --allowerasing{_REBOOT}"
        return DriverInstall(command, of_nvidia)
    if _DNF.match(platform):
        return DriverInstall(f"sudo dnf install --allowerasing {package}{_REBOOT}", of_nvidia)
    if _ZYPPER.match(platform):
        return DriverInstall(f"sudo zypper install {package}{_REBOOT}", of_nvidia)
    if _ARCH.match(platform) and is_open:
        return DriverInstall(f"sudo pacman -S nvidia-open{_REBOOT}", "")
    return DriverInstall(None, "")


def _last_branch(platform: str, branch: int) -> DriverInstall | None:
    """Where the repository goes on to branches without the closed module, which old cards need: the branch held first
    (the guide's "Version locking"); `None` where the name of the package says the branch."""
    of_nvidia = "from NVIDIA's package repository, held at that branch"
    cuda_drivers = f"cuda-drivers{_REBOOT}"
    if _DEBIAN.match(platform):
        held = f"sudo apt install nvidia-driver-pinning-{branch}"
        return DriverInstall(f"{held} && sudo apt install --autoremove --purge {cuda_drivers}", of_nvidia)
    if platform.startswith("Azure Linux") or _ZYPPER.match(platform):
        return DriverInstall(None, of_nvidia)
    if _DNF.match(platform) and not _MODULAR.match(platform):
        held = f"sudo dnf install 'dnf-command(versionlock)' && sudo dnf versionlock add '*nvidia*{branch}*'"
        return DriverInstall(f"{held} && sudo dnf install --allowerasing {cuda_drivers}", of_nvidia)
    if _ARCH.match(platform):
        return DriverInstall(None, f"nvidia-{branch}xx-dkms from the AUR, in place of nvidia-open")
    return None
