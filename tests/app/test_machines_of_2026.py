"""Machines of 2026: new distributions, notebooks, clusters and old cards, as in test_machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.troubles import Cause
from tests.app import test_machines
from tests.app.test_machines import ARCH, DEBIAN13, FEDORA43, ROCKY9, WSL, Box, Solved

UBUNTU22, UBUNTU26 = "Ubuntu 22.04.5 LTS, Linux 6.6 x86_64", "Ubuntu 26.04 LTS, Linux 7.0 x86_64"
RHEL10 = "Red Hat Enterprise Linux 10.1 (Coughlan), Linux 6.12 x86_64"
NIXOS, MANJARO = "NixOS 25.11 (Xantusia), Linux 6.12 x86_64", "Manjaro Linux, Linux 6.17 x86_64"
LEAP16, KALI = "openSUSE Leap 16.0, Linux 6.12 x86_64", "Kali GNU/Linux Rolling, Linux 6.16 x86_64"
ROCKY8, AMAZON2 = "Rocky Linux 8.10 (Green Obsidian), Linux 4.18 x86_64", "Amazon Linux 2, Linux 5.10 x86_64"
UBUNTU20, JETPACK7 = "Ubuntu 20.04.6 LTS, Linux 5.15 x86_64", "Ubuntu 24.04, Linux 6.8 aarch64"
JETPACK6 = "Ubuntu 22.04, Linux 5.15 aarch64"
test_machines.GPUS |= {
    "RTX 2080": ("7.5", "10de:1e87"),
    "Tesla M40": ("5.2", "10de:17fd"),
    "GTX 1650 of WSL": ("7.5", "10de:1f82"),
    "H20": ("9.0", "10de:2329"),
    "L4 of a cloud": ("8.9", "10de:27b8"),
    "A10G": ("8.6", "10de:2237"),
}
COLAB = (("NVIDIA_VISIBLE_DEVICES", "all"), ("NVIDIA_DRIVER_CAPABILITIES", "compute,utility"))

HEALTHY: tuple[tuple[str, Box], ...] = (
    (
        "a notebook in the cloud with a T4",
        Box(
            ("T4",),
            "550.54.15",
            on=UBUNTU22,
            libc="glibc 2.35",
            cuda="12.4",
            gcc=11,
            container="docker",
            variables=COLAB,
        ),
    ),
    ("RHEL 10", Box(("L40S",), "580.95.05", "open", on=RHEL10, cuda="12.9", gcc=14)),
    ("Ubuntu 26.04", Box(("RTX 5090",), "610.57.04", "open", on=UBUNTU26, libc="glibc 2.43", cuda="13.3", gcc=15)),
    ("a laptop with a second card of another maker", Box(("RTX 3050 of a laptop",), "580.95.05", "proprietary")),
    (
        "a Xavier with a CUDA that its JetPack can take",
        Box(("Xavier",), None, on="Ubuntu 20.04, Linux 5.10 aarch64", cuda="12.2", gcc=9, libc="glibc 2.31"),
    ),
    ("Turing and Blackwell, first branch", Box(("RTX 2080", "RTX 5090"), "570.86.10", "open", cuda="12.8", gcc=13)),
    ("an H20 on an older branch", Box(("H20",), "535.161.08", "open", cuda="12.2", gcc=11, libc="glibc 2.35")),
    ("a GTX 1650 in WSL", Box(("GTX 1650 of WSL",), "572.16", on=WSL, cuda="12.8", gcc=13)),
    ("an Orin of JetPack 7", Box(("Orin",), "580.00", on=JETPACK7, cuda="13.0", gcc=13)),
    ("Pascal and Hopper with the closed module", Box(("P100", "H100"), kind="proprietary", cuda="12.8", gcc=13)),
    ("Amazon Linux 2", Box(("A10G",), "535.161.07", on=AMAZON2, libc="glibc 2.26", cuda="12.2", gcc=7)),
    ("Alpine in a container", Box(("RTX 4090",), on="Alpine Linux v3.22", libc="musl 1.2.5", container="docker")),
)

SOLVED: tuple[Solved, ...] = (
    (
        "a notebook whose image is of CUDA 13 on an older driver",
        Box(("T4", "T4"), "560.35.03", on=UBUNTU22, libc="glibc 2.35", cuda="13.0", gcc=11, container="docker"),
        ["toolkit-newer-than-driver"],
        ["update the driver of the host to 580 or newer, or build with CUDA 12.6"],
    ),
    (
        "WSL with CUDA 13 and an older driver of Windows",
        Box(("RTX 5090",), "572.16", on=WSL, cuda="13.0", gcc=13),
        ["toolkit-newer-than-driver"],
        ["update the driver of Windows to 580 or newer, or build with CUDA 12.8"],
    ),
    (
        "an Orin of JetPack 6 with CUDA 13",
        Box(("Orin",), "540.4.0", on="Ubuntu 22.04, Linux 5.15 aarch64", cuda="13.0", gcc=11, libc="glibc 2.35"),
        ["toolkit-newer-than-driver"],
        ["install a JetPack that brings it, or build with CUDA 12.6"],
    ),
    (
        "an Orin of JetPack 6 with a later CUDA 12",
        Box(("Orin",), "540.4.0", on=JETPACK6, cuda="12.9", gcc=11, libc="glibc 2.35"),
        ["toolkit-newer-than-driver"],
        ["code=sm_NN), or install a JetPack that brings it"],
    ),
    (
        "an L4 with CUDA 13 on the branch before",
        Box(("L4 of a cloud",), "550.54.15", "open", cuda="13.0", gcc=13),
        ["toolkit-newer-than-driver"],
        ["or build with CUDA 12.4 sudo apt install nvidia-driver-580-open && sudo reboot"],
    ),
    (
        "a Tesla M40 that a new branch left",
        Box((), "590.44.01", "proprietary", dark=("Tesla M40",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580 && sudo reboot"],
    ),
    (
        "a K80 on a branch after its last",
        Box((), "535.183.01", "proprietary", dark=("K80",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-470 && sudo reboot"],
    ),
    (
        "a Thor with the CUDA that knew it by another number",
        Box(("Thor",), "580.00", on=JETPACK7, cuda="12.8", gcc=13),
        ["toolkit-cannot-build"],
        ["install CUDA 13.0 or newer"],
    ),
    (
        "Rocky 8 without a driver",
        Box((), None, dark=("L40S",), holder=None, on=ROCKY8, libc="glibc 2.28"),
        ["no-gpu"],
        ["sudo dnf module switch-to nvidia-driver:580-open"],
    ),
    (
        "an Ubuntu without packages of that branch",
        Box((), None, dark=("RTX 3090",), holder=None, on=UBUNTU20, libc="glibc 2.31"),
        ["no-gpu"],
        ["install driver 580 with the open kernel module, which Ubuntu has from 22.04 on"],
    ),
    (
        "a node of a cluster whose module is a minor release ahead",
        Box(("A100",), "535.183.01", on=ROCKY9, libc="glibc 2.34", cuda="12.6", gcc=13),
        ["toolkit-newer-than-driver"],
        ["build machine code for every GPU"],
    ),
    (
        "Ubuntu 26.04 with the CUDA of years ago",
        Box(("RTX 5090",), "595.58.03", "open", on=UBUNTU26, libc="glibc 2.43", cuda="12.8", gcc=15),
        ["glibc-too-new", "host-compiler-too-new"],
        ["use CUDA 13.2 or newer"],
    ),
    (
        "gcc 16, which the release that glibc asks for does not take",
        Box(("RTX 4090",), "610.57.04", "open", on=UBUNTU26, libc="glibc 2.43", cuda="12.9", gcc=16),
        ["glibc-too-new", "host-compiler-too-new"],
        ["use CUDA 13.4 or newer"],
    ),
    (
        "a GTX 970 on Ubuntu 26.04",
        Box(("GTX 970",), "580.95.05", "proprietary", on=UBUNTU26, libc="glibc 2.43", cuda="13.0", gcc=15),
        ["glibc-too-new", "toolkit-cannot-build"],
        ["older glibc: no release that goes with glibc 2.43 builds for the GPU (CUDA 12.9 is the last"],
    ),
    (
        "a GTX 1080 after an update of Arch",
        Box((), "595.58.03", "open", dark=("GTX 1080",), on=ARCH),
        ["gpu-not-driven"],
        ["nvidia-580xx-dkms from the AUR"],
    ),
    (
        "a GTX 1080 on Debian",
        Box((), "595.58.03", "open", dark=("GTX 1080",), on=DEBIAN13),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-pinning-580 && sudo apt install --autoremove --purge cuda-drivers"],
    ),
    (
        "a GTX 1080 on Fedora",
        Box((), "595.58.03", "open", dark=("GTX 1080",), on=FEDORA43),
        ["gpu-not-driven"],
        ["sudo dnf versionlock add '*nvidia*580*' && sudo dnf install --allowerasing cuda-drivers"],
    ),
    (
        "a V100 on Rocky 9",
        Box((), None, dark=("V100",), holder=None, on=ROCKY9),
        ["no-gpu"],
        ["sudo dnf module switch-to nvidia-driver:580-dkms"],
    ),
    (
        "a P100 on openSUSE, where nothing is known to hold a branch",
        Box((), None, dark=("P100",), holder=None, on=LEAP16),
        ["no-gpu"],
        ["from NVIDIA's package repository, held at that branch"],
    ),
    (
        "an RTX 5090 on NixOS",
        Box((), "580.95.05", "proprietary", dark=("RTX 5090",), on=NIXOS),
        ["gpu-not-driven"],
        ["hardware.nvidia.open = true;) and sudo nixos-rebuild boot"],
    ),
    (
        "a GTX 970 on NixOS",
        Box((), None, dark=("GTX 970",), holder=None, on=NIXOS),
        ["no-gpu"],
        ["hardware.nvidia.package = config.boot.kernelPackages.nvidiaPackages.legacy_580;"],
    ),
    (
        "a laptop with Manjaro",
        Box((), None, dark=("RTX 3050 of a laptop",), holder=None, on=MANJARO),
        ["no-gpu"],
        ["sudo mhwd -a pci nonfree 0300 && sudo reboot"],
    ),
    (
        "Kali, whose driver is not known",
        Box((), None, dark=("T4",), holder=None, on=KALI),
        ["no-gpu"],
        ["install driver"],
    ),
    (
        "a V100 beside an RTX PRO 6000",
        Box(("V100",), "580.95.05", "proprietary", dark=("RTX PRO 6000",)),
        ["gpu-not-driven", "no-driver-for-all"],
        ["no driver serves both", "no driver serves all GPUs of this machine"],
    ),
    (
        "a container of podman",
        Box((), None, container="podman"),
        ["no-gpu"],
        ["podman run --device nvidia.com/gpu=all"],
    ),
    (
        "a host of Windows that blocks WSL",
        Box((), "560.94", on=WSL, trouble=Cause.BLOCKED),
        ["driver-not-working"],
        ["wsl.exe --update"],
    ),
)


@pytest.mark.parametrize(("name", "box"), HEALTHY, ids=[name for name, _ in HEALTHY])
def test_a_healthy_one_is_quiet(tmp_path: Path, name: str, box: Box) -> None:
    test_machines.test_a_healthy_machine_is_quiet(tmp_path, name, box)


@pytest.mark.parametrize(("name", "box", "ids", "steps"), SOLVED, ids=[name for name, *_ in SOLVED])
def test_a_sick_one_has_the_least_plan(tmp_path: Path, name: str, box: Box, ids: list[str], steps: list[str]) -> None:
    test_machines.test_a_sick_machine_has_the_least_plan(tmp_path, name, box, ids, steps)
