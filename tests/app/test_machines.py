"""Fifty machines: these GPUs, this driver, distribution, compiler and CMake; what has to change, and the least of it.

Each row is a machine as facts; `doctor --facts` has to end in these findings and these steps, in their order, and in no
others. A row without findings is a healthy machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cudacompat.app.doctor import save
from cudacompat.domain.machine.facts import (
    ContainerFacts,
    DriverFacts,
    DriverFiles,
    Found,
    GpuDevice,
    HostCompiler,
    HostFacts,
    Missing,
    PciCard,
    ToolFacts,
    ToolkitFacts,
)
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion
from tests.helpers.run import inside

GPUS = {
    "GTX 970": ("5.2", "10de:13c2"),
    "GTX 1080": ("6.1", "10de:1b80"),
    "P100": ("6.0", "10de:15f8"),
    "K80": ("3.7", "10de:102d"),
    "V100": ("7.0", "10de:1db5"),
    "RTX 2080 Ti": ("7.5", "10de:1e07"),
    "A100": ("8.0", "10de:20b2"),
    "RTX 3090": ("8.6", "10de:2204"),
    "RTX 4090": ("8.9", "10de:2684"),
    "H100": ("9.0", "10de:2330"),
    "RTX 5090": ("12.0", "10de:2b85"),
    "B200": ("10.0", "10de:2901"),
    "Jetson Nano": ("5.3", None),
    "Xavier": ("7.2", None),
    "Orin": ("8.7", None),
    "Thor": ("11.0", None),
    "GB10": ("12.1", "10de:2e12"),
    "B300": ("10.3", "10de:3182"),
    "T4": ("7.5", "10de:1eb8"),
    "L40S": ("8.9", "10de:26b9"),
    "RTX 3050 of a laptop": ("8.6", "10de:25a2"),
    "RTX PRO 6000": ("12.0", "10de:2bb1"),
}
UBUNTU24, UBUNTU25 = "Ubuntu 24.04.2 LTS, Linux 6.8 x86_64", "Ubuntu 25.10, Linux 6.17 x86_64"
DEBIAN13, FEDORA43 = "Debian GNU/Linux 13 (trixie), Linux 6.12 x86_64", "Fedora Linux 43, Linux 6.17 x86_64"
ROCKY9, ARCH = "Rocky Linux 9.5 (Blue Onyx), Linux 5.14 x86_64", "Arch Linux, Linux 6.17 x86_64"
NO_FILES = DriverFiles()
WSL = "Ubuntu 24.04, Linux 6.6 x86_64, WSL"
CUDA_OF = {470: "11.4", 535: "12.2", 540: "12.6", 550: "12.4", 570: "12.8", 580: "13.0", 595: "13.2", 610: "13.3"}


@dataclass(frozen=True)
class Box:
    """A machine. `gpus` answer, `dark` cards are on the bus only; the rest is as in the facts."""

    gpus: tuple[str, ...] = ()
    driver: str | None = "580.65.06"
    kind: str | None = None
    dark: tuple[str, ...] = ()
    on: str = UBUNTU24
    libc: str = "glibc 2.39"
    cuda: str | None = None
    at: str = "PATH"
    gcc: int | None = None
    clang: int | None = None
    cmake: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    container: str | None = None
    trouble: Cause | None = None
    files: DriverFiles = NO_FILES
    holder: str | None = "nvidia"
    holders: tuple[str | None, ...] = ()  # of each dark card, where they differ

    def facts(self) -> HostFacts:
        found = tuple(
            GpuDevice(
                n, f"NVIDIA {name}", ComputeCapability.parse(GPUS[name][0]), None, GPUS[name][1], 1, f"0000:0{n}:00.0"
            )
            for n, name in enumerate(self.gpus)
        )
        bus = [PciCard(gpu.pci_id, "nvidia", gpu.bus_id) for gpu in found if gpu.pci_id]
        holders = self.holders or (self.holder,) * len(self.dark)
        bus += [PciCard(GPUS[name][1] or "", holders[n], f"0000:8{n}:00.0") for n, name in enumerate(self.dark)]
        release = DriverRelease.parse(self.driver) if self.driver else None
        cuda = CUDA_OF.get(release.branch) if release else None
        version = ToolkitVersion.parse(self.cuda or "12.0")
        toolkit = ToolkitFacts("/usr/local/cuda/bin/nvcc", version, self.at == "PATH", self.at)
        compilers = [("gcc", "/usr/bin/g++", self.gcc), ("clang", "/usr/bin/clang++", self.clang)]
        return HostFacts(
            gpus=Found(found, "NVML") if found else Missing("GPU", ("NVML (as told)",)),
            driver=Found(DriverFacts(release, DriverCudaVersion.parse(cuda) if cuda else None, self.kind), "NVML")
            if release
            else Missing("driver", ("NVML (as told)",)),
            toolkits=(toolkit,) if self.cuda else (),
            compilers=tuple(HostCompiler(p, n, f"{m}.1.0", m) for n, p, m in compilers if m is not None),
            cmake=Found(ToolFacts("/usr/bin/cmake", self.cmake), "PATH") if self.cmake else Missing("CMake", ()),
            container=ContainerFacts(self.container is not None, self.container, "as told"),
            environment=self.variables,
            pci_cards=tuple(card.id for card in bus),
            bus=tuple(bus),
            troubles=(Trouble(self.trouble, "as told"),) if self.trouble else (),
            driver_files=self.files,
            platform=self.on,
            libc=self.libc,
        )


Solved = tuple[str, Box, list[str], list[str]]

HEALTHY: tuple[tuple[str, Box], ...] = (
    ("an H100 server", Box(("H100",), kind="open", cuda="12.9", gcc=13, cmake="3.28.3")),
    ("a desktop with an RTX 5090", Box(("RTX 5090",), kind="open", cuda="13.0", gcc=13)),
    ("a GTX 1080 with its last driver", Box(("GTX 1080",), kind="proprietary", cuda="12.9", gcc=13)),
    ("a K80 with its last driver", Box(("K80",), "470.256.02", cuda="11.4", gcc=11, libc="glibc 2.31")),
    ("Pascal and Ada", Box(("GTX 1080", "RTX 4090"), kind="proprietary")),
    ("Turing to Blackwell", Box(("RTX 2080 Ti", "H100", "RTX 5090"), kind="open")),
    ("GB10", Box(("GB10",), on="Ubuntu 24.04, Linux 6.11 aarch64", cuda="13.0", gcc=13)),
    ("Orin", Box(("Orin",), "540.4.0", on="Ubuntu 22.04, Linux 5.15 aarch64", cuda="12.6", gcc=11, libc="glibc 2.35")),
    (
        "a Jetson Nano with JetPack 4.6",
        Box(("Jetson Nano",), None, on="Ubuntu 18.04, Linux 4.9 aarch64", cuda="10.2", gcc=7, libc="glibc 2.27"),
    ),
    ("GB10 and B300", Box(("GB10", "B300"), kind="open", on="Ubuntu 24.04, Linux 6.11 aarch64", cuda="13.0", gcc=13)),
    ("GB10 and B300 with CUDA 12.9", Box(("GB10", "B300"), kind="open", cuda="12.9", gcc=13)),
    ("CMake 3.25 and a list of plain numbers", Box(("RTX 5090",), kind="open", cuda="12.8", gcc=13, cmake="3.25.1")),
    ("Thor", Box(("Thor",), "580.00", on="Ubuntu 24.04, Linux 6.8 aarch64", cuda="13.0", gcc=13)),
    ("WSL with Pascal and Blackwell", Box(("GTX 1080", "RTX 5090"), on=WSL)),
    ("Debian 13 with CUDA 13.0", Box(("RTX 4090",), on=DEBIAN13, libc="glibc 2.41", cuda="13.0", gcc=14)),
    ("glibc 2.43 with CUDA 13.2", Box(("RTX 4090",), driver="595.58.03", libc="glibc 2.43", cuda="13.2", gcc=15)),
    ("a card of a virtual machine", Box(("RTX 5090",), kind="open", dark=("GTX 1080",), holder="vfio-pci")),
    ("a container with one of two cards", Box(("RTX 5090",), dark=("GTX 1080",), container="docker")),
    ("an old compiler that a variable names", Box(("H100",), cuda="12.8", gcc=13, variables=(("CUDAHOSTCXX", "g++"),))),
    ("one of two, by its number", Box(("H100", "H100"), variables=(("CUDA_VISIBLE_DEVICES", "1"),))),
)

SOLVED: tuple[Solved, ...] = (
    # drivers and cards
    (
        "GTX 1080 and RTX 5090 under the open module",
        Box(("RTX 5090",), kind="open", dark=("GTX 1080",)),
        ["gpu-not-driven", "no-driver-for-all"],
        ["no driver serves both GTX 1080 (6.1) and RTX 5090 (12.0)", "no driver serves all GPUs of this machine"],
    ),
    (
        "GTX 1080 and RTX 5090 under the closed module",
        Box(("GTX 1080",), kind="proprietary", dark=("RTX 5090",)),
        ["gpu-not-driven", "no-driver-for-all"],
        ["no driver serves both", "no driver serves all GPUs of this machine"],
    ),
    (
        "K80 and RTX 4090",
        Box(("RTX 4090",), "550.54.15", dark=("K80",)),
        ["gpu-not-driven", "no-driver-for-all"],
        ["no driver serves both", "no driver serves all GPUs of this machine"],
    ),
    (
        "V100 with a driver that left it out",
        Box((), "610.57.04", dark=("V100",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580 && sudo reboot"],
    ),
    (
        "V100 and H100 with a driver that left the V100 out",
        Box(("H100",), "595.58.03", "open", dark=("V100",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580 && sudo reboot"],
    ),
    (
        "RTX 5090 under the closed module, Ubuntu",
        Box((), kind="proprietary", dark=("RTX 5090",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580-open && sudo reboot"],
    ),
    (
        "RTX 5090 under the closed module, Debian",
        Box((), kind="proprietary", dark=("RTX 5090",), on=DEBIAN13),
        ["gpu-not-driven"],
        ["sudo apt install --autoremove --purge nvidia-open && sudo reboot"],
    ),
    (
        "RTX 5090 under the closed module, Rocky",
        Box((), kind="proprietary", dark=("RTX 5090",), on=ROCKY9),
        ["gpu-not-driven"],
        ["sudo dnf module switch-to nvidia-driver:580-open --allowerasing && sudo reboot"],
    ),
    (
        "RTX 5090 with driver 535",
        Box((), "535.183.01", dark=("RTX 5090",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580-open && sudo reboot"],
    ),
    (
        "RTX 4090 beside an RTX 5090 with driver 550",
        Box(("RTX 4090",), "550.54.15", dark=("RTX 5090",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580-open && sudo reboot"],
    ),
    (
        "P100 under the open module",
        Box((), kind="open", dark=("P100",)),
        ["gpu-not-driven"],
        ["sudo apt install nvidia-driver-580 && sudo reboot"],
    ),
    (
        "GTX 970 without a driver",
        Box((), None, dark=("GTX 970",), holder=None),
        ["no-gpu"],
        ["sudo apt install nvidia-driver-580 && sudo reboot"],
    ),
    (
        "RTX 5090 without a driver, Fedora",
        Box((), None, dark=("RTX 5090",), holder=None, on=FEDORA43),
        ["no-gpu"],
        ["sudo dnf install --allowerasing nvidia-open && sudo reboot"],
    ),
    (
        "RTX 5090 without a driver, Arch",
        Box((), None, dark=("RTX 5090",), holder=None, on=ARCH),
        ["no-gpu"],
        ["sudo pacman -S nvidia-open && sudo reboot"],
    ),
    (
        "nouveau holds the second card",
        Box(("RTX 4090",), dark=("RTX 3090",), holder="nouveau"),
        ["gpu-not-driven"],
        ["blacklist nouveau"],
    ),
    (
        "nouveau holds the only card",
        Box((), None, dark=("RTX 3090",), holder="nouveau", trouble=Cause.NOT_LOADED),
        ["driver-not-working"],
        ["blacklist nouveau"],
    ),
    ("an update without a reboot", Box((), trouble=Cause.VERSION_MISMATCH), ["driver-mismatch"], ["sudo reboot"]),
    (
        "an update without a reboot, in a container",
        Box((), trouble=Cause.VERSION_MISMATCH, container="docker"),
        ["driver-mismatch"],
        ["reboot the host"],
    ),
    (
        "a kernel without the module",
        Box((), None, trouble=Cause.NOT_LOADED, files=DriverFiles(on_disk=False)),
        ["driver-not-working"],
        ["sudo dkms autoinstall"],
    ),
    (
        "Secure Boot",
        Box((), None, trouble=Cause.NOT_LOADED, files=DriverFiles(secure_boot=True, on_disk=True)),
        ["driver-not-working"],
        ["sudo mokutil --import"],
    ),
    (
        "NVSwitch without its manager",
        Box(("H100",), trouble=Cause.NOT_READY),
        ["driver-not-working"],
        ["fabricmanager"],
    ),
    ("a wedged driver", Box((), None, trouble=Cause.NO_ANSWER), ["driver-not-working"], ["sudo reboot"]),
    ("WSL that Windows blocks", Box((), None, on=WSL, trouble=Cause.BLOCKED), ["driver-not-working"], ["wsl.exe"]),
    ("WSL without a driver in Windows", Box((), None, on=WSL), ["no-gpu"], ["driver in Windows, none in WSL"]),
    # containers
    ("docker without GPUs", Box((), None, container="docker"), ["no-gpu"], ["docker run --gpus all"]),
    ("apptainer without --nv", Box((), None, container="apptainer"), ["container-access"], ["--nv"]),
    (
        "a container that was given no GPU by the variable",
        Box((), None, container="docker", variables=(("NVIDIA_VISIBLE_DEVICES", "void"),)),
        ["container-access"],
        ["NVIDIA_VISIBLE_DEVICES=all"],
    ),
    (
        "a second card that the driver holds and does not list",
        Box(("RTX 3090",), kind="open", dark=("RTX 5090",)),
        ["gpu-lost"],
        ["dmesg"],
    ),
    (
        "the only card is a virtual machine's",
        Box((), None, dark=("RTX 4090",), holder="vfio-pci"),
        ["no-gpu"],
        ["remove its id from the options of vfio-pci and reboot"],
    ),
    (
        "one card of a virtual machine, and one without a driver",
        Box((), None, dark=("GTX 1080", "RTX 5090"), holders=("vfio-pci", None)),
        ["no-gpu"],
        ["driver 580 with the open kernel module"],
    ),
    ("a pod without a request", Box((), None, container="kubernetes"), ["no-gpu"], ["nvidia.com/gpu"]),
    (
        "a container without compute",
        Box(("H100",), container="docker", variables=(("NVIDIA_DRIVER_CAPABILITIES", "utility"),)),
        ["container-access"],
        ["NVIDIA_DRIVER_CAPABILITIES=compute,utility"],
    ),
    (
        "an image for a newer driver",
        Box(("H100",), "550.54.15", container="docker", variables=(("NVIDIA_REQUIRE_CUDA", "cuda>=12.8"),)),
        ["container-access"],
        ["update the driver of the host"],
    ),
    # visibility
    (
        "a number of no GPU",
        Box(("H100", "H100"), variables=(("CUDA_VISIBLE_DEVICES", "2"),)),
        ["visible-devices"],
        ["unset CUDA_VISIBLE_DEVICES"],
    ),
    (
        "a list that ends early",
        Box(("H100",) * 4, variables=(("CUDA_VISIBLE_DEVICES", "0,1,8,2"),)),
        ["visible-devices"],
        ["nvidia-smi -L"],
    ),
    (
        "unlike GPUs by number",
        Box(("RTX 4090", "RTX 2080 Ti"), variables=(("CUDA_VISIBLE_DEVICES", "1"),)),
        ["visible-devices"],
        ["export CUDA_DEVICE_ORDER=PCI_BUS_ID"],
    ),
    # builds
    ("gcc 15 with CUDA 12.8", Box(("RTX 5090",), cuda="12.8", gcc=15), ["host-compiler-too-new"], ["install g++-14"]),
    (
        "clang 22 with CUDA 12.4",
        Box(("H100",), cuda="12.4", clang=22, variables=(("NVCC_CCBIN", "clang++"),)),
        ["host-compiler-too-new"],
        ["sudo apt install clang-17"],
    ),
    (
        "gcc 16 with CUDA 13.0, Fedora",
        Box(("RTX 5090",), on=FEDORA43, libc="glibc 2.40", cuda="13.0", gcc=16),
        ["host-compiler-too-new"],
        ["sudo dnf install gcc15-c++"],
    ),
    (
        "glibc 2.42 with CUDA 12.8",
        Box(("RTX 5090",), on=UBUNTU25, libc="glibc 2.42", cuda="12.8", gcc=14),
        ["glibc-too-new"],
        ["CUDA 13.2"],
    ),
    (
        "glibc 2.41 with CUDA 12.9",
        Box(("H100",), on=DEBIAN13, libc="glibc 2.41", cuda="12.9", gcc=14),
        ["glibc-too-new"],
        ["CUDA 13.0"],
    ),
    (
        "CUDA 12.4 and RTX 5090",
        Box(("RTX 5090",), cuda="12.4", gcc=12),
        ["toolkit-cannot-build"],
        ["CUDA 12.8 or newer"],
    ),
    (
        "CUDA 12.4 in /usr/local/cuda and none on PATH",
        Box(("RTX 5090",), cuda="12.4", at="/usr/local/cuda", gcc=12),
        ["toolkit-cannot-build"],
        ["CUDA 12.8 or newer"],
    ),
    (
        "CUDA 13 and GTX 970",
        Box(("GTX 970",), cuda="13.0", gcc=13),
        ["toolkit-cannot-build"],
        ["CUDA 12.9, the last release"],
    ),
    (
        "CUDA 12 and a K80",
        Box(("K80",), "470.256.02", cuda="12.0", gcc=11),
        ["toolkit-cannot-build", "toolkit-newer-than-driver"],
        ["CUDA 11.8, the last release"],
    ),
    (
        "GB10 and B300 with CUDA 12.8",
        Box(("GB10", "B300"), kind="open", cuda="12.8", gcc=13),
        ["toolkit-cannot-build"],
        ["CUDA 12.9 or newer"],
    ),
    (
        "a Jetson Nano with a CUDA of others",
        Box(("Jetson Nano",), None, on="Ubuntu 18.04, Linux 4.9 aarch64", cuda="13.0", gcc=7, libc="glibc 2.27"),
        ["toolkit-cannot-build"],
        ["install JetPack 4.6 with its CUDA 10.2"],
    ),
    (
        "CMake 3.16",
        Box(("A100",), cuda="12.2", gcc=11, cmake="3.16.3"),
        ["cmake-too-old"],
        ["pip install --upgrade cmake"],
    ),
    (
        "gcc 15 and glibc 2.42 with CUDA 12.8",
        Box(("RTX 5090",), on=UBUNTU25, libc="glibc 2.42", cuda="12.8", gcc=15),
        ["glibc-too-new", "host-compiler-too-new"],
        ["use CUDA 13.2 or newer"],  # which takes gcc 15, too: one change, not two
    ),
)


def test_there_are_enough() -> None:
    assert len(HEALTHY) + len(SOLVED) >= 40
    assert len({name for name, *_ in (*HEALTHY, *SOLVED)}) == len(HEALTHY) + len(SOLVED)


@pytest.mark.parametrize(("name", "box"), HEALTHY, ids=[name for name, _ in HEALTHY])
def test_a_healthy_machine_is_quiet(tmp_path: Path, name: str, box: Box) -> None:
    file = tmp_path / "facts.json"
    file.write_text(save(box.facts()))
    ran = inside("doctor", "--facts", file, "--format", "json")
    assert ([f["id"] for f in ran.json["findings"]], ran.json["plan"], ran.code) == ([], [], 0)
    text = inside("doctor", "--facts", file)
    assert len(text.out.splitlines()) < 24


@pytest.mark.parametrize(("name", "box", "ids", "steps"), SOLVED, ids=[name for name, *_ in SOLVED])
def test_a_sick_machine_has_the_least_plan(
    tmp_path: Path, name: str, box: Box, ids: list[str], steps: list[str]
) -> None:
    file = tmp_path / "facts.json"
    file.write_text(save(box.facts()))
    ran = inside("doctor", "--facts", file, "--format", "json")
    assert sorted({f["id"] for f in ran.json["findings"]}) == ids
    plan = [f"{step['why']} {step['command'] or ''}" for step in ran.json["plan"]]
    assert len(plan) == len(steps), plan
    for written, expected in zip(plan, steps, strict=True):
        assert expected in written
    is_error = any(f["severity"] == "error" for f in ran.json["findings"])
    assert ran.code == (1 if is_error else 0)
    assert all(f["why"] or f["found"] for f in ran.json["findings"])
