"""The rules about a machine: each cause has its own cure, and what was seen is never thrown away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cudacompat.domain.machine.facts import (
    SEARCH_PATH,
    ContainerFacts,
    DriverFacts,
    DriverFiles,
    Found,
    GpuDevice,
    HostCompiler,
    HostFacts,
    LibcudaFacts,
    Missing,
    PciCard,
    ToolFacts,
    ToolkitFacts,
)
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.rules.machine import MACHINE_RULES, driver_not_working
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion
from tests.helpers.each_row import each_case
from tests.helpers.rule_case import RuleCase

UBUNTU = "Ubuntu 24.04.2 LTS, Linux 6.8 x86_64"
DOCKER = ContainerFacts(True, "docker", "/.dockerenv")
NONE: Missing = Missing("GPU", ("NVML (error)",))


def gpu(name: str = "NVIDIA H200", capability: str = "9.0", pci_id: str = "10de:2335", index: int = 0) -> GpuDevice:
    bus = f"0000:0{index + 1}:00.0"
    return GpuDevice(index, name, ComputeCapability.parse(capability), None, pci_id, None, bus_id=bus)


H200 = gpu()
RTX5090 = gpu("NVIDIA GeForce RTX 5090", "12.0", "10de:2b85")
GTX1080 = PciCard("10de:1b80", None, "0000:09:00.0")


def facts(release: str = "580.65.06", kind: str | None = None, cuda: str = "13.0", **more: Any) -> HostFacts:
    driver = DriverFacts(DriverRelease.parse(release), DriverCudaVersion.parse(cuda), kind)
    base = HostFacts(gpus=Found((H200,), "NVML"), driver=Found(driver, "NVML"), platform=UBUNTU)
    return replace(base, **more)


def machine(*targets: str, driver: str | None = None, **more: Any) -> Machine:
    release = DriverRelease.parse(driver) if driver else None
    named = tuple(Target(each, None, ComputeCapability.parse(each), release, JitPolicy.NORMAL) for each in targets)
    return Machine(facts(**more), named)


def sick(cause: Cause, number: str | None = None, seen: str = "NVML: error 1", **more: Any) -> Machine:
    """A machine without a GPU, because of this cause; with one if the cause is another GPU's."""
    more.setdefault("gpus", Found((H200,), "NVML") if number else NONE)
    return machine(troubles=(Trouble(cause, seen, number),), **more)


def loads(init: int, cause: Cause, path: str = "/opt/stubs/libcuda.so.1", **more: Any) -> Machine:
    libcuda = Found(LibcudaFacts(path, None, None, init), SEARCH_PATH)
    return machine(libcuda=libcuda, troubles=(Trouble(cause, f"libcuda.so.1: error {init}"),), **more)


def inside(*variables: tuple[str, str], **more: Any) -> Machine:
    more.setdefault("container", DOCKER)
    return machine(environment=variables, **more)


def builds(toolkit: str, *compilers: HostCompiler, **more: Any) -> Machine:
    found = ToolkitFacts("/usr/local/cuda/bin/nvcc", ToolkitVersion.parse(toolkit), True, "PATH")
    return machine(**{"toolkits": (found,), "compilers": compilers, **more})


def cmake(version: str) -> Found[ToolFacts]:
    return Found(ToolFacts("/usr/bin/cmake", version), "PATH")


GCC15 = HostCompiler("/usr/bin/g++", "gcc", "15.2.0", 15)
GCC13 = HostCompiler("/usr/bin/g++-13", "gcc", "13.3.0", 13)
CLANG22 = HostCompiler("/usr/bin/clang++", "clang", "22.1.0", 22)
HEALTHY = machine()

RULE_CASES: tuple[RuleCase, ...] = (
    RuleCase("driver-mismatch", sick(Cause.VERSION_MISMATCH), HEALTHY),
    RuleCase("driver-mismatch", sick(Cause.VERSION_MISMATCH, container=DOCKER), sick(Cause.NOT_LOADED)),
    *(
        RuleCase("driver-not-working", sick(cause), sick(Cause.VERSION_MISMATCH))
        for cause in (
            Cause.NOT_LOADED,
            Cause.NO_PERMISSION,
            Cause.BLOCKED,
            Cause.NO_DEVICES,
            Cause.NO_ANSWER,
            Cause.CRASHED,
            Cause.NOT_READY,
            Cause.GSP,
            Cause.SIGNATURE,
            Cause.CUDA_FAILS,
            Cause.MIG_EMPTY,
        )
    ),
    RuleCase("driver-not-working", sick(Cause.MIG_EMPTY, "0"), sick(Cause.VERSION_MISMATCH)),
    RuleCase("driver-not-working", sick(Cause.BLOCKED, platform="Ubuntu 24.04, Linux 6.6 x86_64, WSL"), HEALTHY),
    RuleCase("driver-not-working", sick(Cause.NOT_LOADED, container=DOCKER), HEALTHY),
    *(
        RuleCase("gpu-lost", sick(cause, "1"), HEALTHY)
        for cause in (Cause.GPU_LOST, Cause.GPU_RESET, Cause.GPU_UNREADABLE, Cause.NO_ANSWER, Cause.CRASHED)
    ),
    RuleCase("gpu-lost", sick(Cause.INFOROM, "0"), sick(Cause.NO_ANSWER)),
    RuleCase(
        "gpu-lost",
        machine(gpus=Found((RTX5090,), "NVML"), bus=(PciCard("10de:2204", "nvidia", "0000:09:00.0"),)),
        machine(gpus=Found((RTX5090,), "NVML"), bus=(PciCard("10de:2204", None, "0000:09:00.0"),)),
    ),
    RuleCase("mig-mode-pending", sick(Cause.MIG_PENDING, "0"), HEALTHY),
    RuleCase("libcuda-wrong", loads(34, Cause.STUB), HEALTHY),
    RuleCase("libcuda-wrong", loads(804, Cause.COMPAT_UNSUPPORTED), sick(Cause.VERSION_MISMATCH)),
    RuleCase("libcuda-wrong", loads(803, Cause.COMPAT_MISMATCH), HEALTHY),
    RuleCase("libcuda-wrong", machine(libcuda=Missing("libcuda", ("libcuda.so.1 (not found)",))), HEALTHY),
    RuleCase("gpu-outside-driver", machine("12.0", driver="535.183.01"), machine("12.0", "8.9", driver="570.86.10")),
    RuleCase("gpu-outside-driver", machine("6.1", driver="595.58.03"), machine("6.1", driver="580.65.06")),
    RuleCase(
        "no-driver-for-all",
        machine(gpus=Found((RTX5090,), "NVML"), bus=(GTX1080,)),
        machine(gpus=Found((RTX5090,), "NVML"), bus=(replace(GTX1080, driver="vfio-pci"),)),
    ),
    RuleCase("no-driver-for-all", machine("6.1", "12.0", driver="575"), machine("6.1", "9.0", driver="575")),
    RuleCase(
        "gpu-not-driven",
        machine(release="595.58.03", bus=(PciCard("10de:1b80", "nvidia", "0000:09:00.0"),)),
        machine(release="580.65.06", kind="proprietary", bus=(PciCard("10de:1b80", "nvidia", "0000:09:00.0"),)),
    ),
    RuleCase(
        "gpu-not-driven",
        machine(kind="proprietary", gpus=NONE, bus=(PciCard("10de:2b85", "nvidia", "0000:01:00.0"),)),
        machine(kind="open", gpus=Found((RTX5090,), "NVML"), bus=(PciCard("10de:2b85", "nvidia", "0000:01:00.0"),)),
    ),
    RuleCase("container-access", inside(("NVIDIA_DRIVER_CAPABILITIES", "utility")), inside()),
    RuleCase(
        "container-access",
        inside(("NVIDIA_VISIBLE_DEVICES", "void"), gpus=NONE),
        inside(("NVIDIA_VISIBLE_DEVICES", "all"), ("NVIDIA_DRIVER_CAPABILITIES", "compute,utility"), gpus=NONE),
    ),
    RuleCase(
        "container-access",
        inside(("NVIDIA_REQUIRE_CUDA", "cuda>=13.2 brand=tesla,driver>=590,driver<591")),
        inside(("NVIDIA_REQUIRE_CUDA", "cuda>=13.2 brand=tesla,driver>=580,driver<581")),
    ),
    RuleCase(
        "container-access",
        inside(driver_files=DriverFiles(nodes=(("nvidia0", True), ("nvidiactl", True)))),
        inside(driver_files=DriverFiles(nodes=(("nvidia-uvm", True), ("nvidia0", True), ("nvidiactl", True)))),
    ),
    RuleCase(
        "container-access",
        inside(container=ContainerFacts(True, "apptainer", "/.singularity.d"), gpus=NONE),
        inside(container=ContainerFacts(True, "apptainer", "/.singularity.d")),
    ),
    RuleCase("glibc-too-new", builds("12.8", libc="glibc 2.42"), builds("13.2", libc="glibc 2.43")),
    RuleCase("glibc-too-new", builds("13.1", libc="glibc 2.42"), builds("13.0", libc="glibc 2.41")),
    RuleCase("host-compiler-too-new", builds("12.4", CLANG22, environment=(("NVCC_CCBIN", "clang++"),)), HEALTHY),
    RuleCase(
        "host-compiler-too-new",
        builds("12.9", GCC15, GCC13, environment=(("CUDAHOSTCXX", "g++"),)),
        builds("12.9", GCC15, GCC13, environment=(("CUDAHOSTCXX", "/usr/bin/g++-13"),)),
    ),
    RuleCase("cmake-too-old", builds("12.4", cmake=cmake("3.16.3")), builds("12.4", cmake=cmake("3.18.0"))),
    RuleCase(
        "toolkit-cannot-build",
        machine(
            "12.0", toolkits=(ToolkitFacts("/usr/local/cuda-12.4/bin/nvcc", ToolkitVersion(12, 4), False, "CUDA_HOME"),)
        ),
        machine("12.0", toolkits=(ToolkitFacts("/x/nvidia/cu12/bin/nvcc", ToolkitVersion(12, 4), False, "pip"),)),
    ),
    RuleCase(
        "visible-devices",
        inside(("CUDA_VISIBLE_DEVICES", "1")),
        inside(("CUDA_VISIBLE_DEVICES", "0")),
    ),
    RuleCase("no-gpu", sick(Cause.INFOROM, gpus=NONE), sick(Cause.NO_ANSWER)),
)


def said(machine_: Machine) -> list[Finding]:
    return [finding for rule in MACHINE_RULES for finding in rule.check(machine_)]


def one(machine_: Machine) -> Finding:
    (finding,) = said(machine_)
    return finding


def test_a_healthy_machine_is_silent() -> None:
    assert said(HEALTHY) == []
    assert said(machine("9.0", libcuda=Found(LibcudaFacts(None, None, None, 0), "libcuda.so.1"))) == []


@each_case("cause", [cause for cause in Cause if cause not in (Cause.INFOROM,)])
def test_no_cause_is_green_where_no_gpu_answers(cause: Cause) -> None:
    """Whatever was seen: with no GPU left the machine has an error, and the finding quotes what was seen."""
    findings = said(sick(cause, seen="what a probe saw", libcuda=Missing("libcuda", ())))
    assert Severity.ERROR in {finding.severity for finding in findings}
    if not any(finding.id == "no-gpu" for finding in findings):
        assert any("what a probe saw" in (finding.found or "") for finding in findings)


def test_the_cause_is_said_once_and_nothing_is_installed_for_a_mismatch() -> None:
    finding = one(sick(Cause.VERSION_MISMATCH, seen="NVML: error 18"))
    assert (finding.id, finding.command) == ("driver-mismatch", "sudo reboot")
    assert "NVML: error 18" in (finding.found or "")
    assert "nothing has to be installed" in (finding.help or "")


@pytest.mark.parametrize(
    ("more", "command"),
    [
        ({}, "sudo modprobe nvidia"),
        ({"driver_files": DriverFiles(on_disk=False)}, "sudo dkms autoinstall"),
        ({"driver_files": DriverFiles(secure_boot=True, on_disk=True)}, "sudo mokutil --import"),
        ({"bus": (PciCard("10de:2335", "nouveau"),)}, "blacklist nouveau"),
        ({"driver_files": DriverFiles(("nouveau",))}, "blacklist nouveau"),
        ({"bus": (PciCard("10de:2335", "vfio-pci"),)}, None),
        ({"container": DOCKER}, None),
    ],
    ids=["plain", "no-module-for-kernel", "secure-boot", "nouveau", "nouveau-loaded", "vfio", "container"],
)
def test_a_module_that_is_not_loaded_has_the_cure_of_its_reason(more: dict[str, Any], command: str | None) -> None:
    finding = one(sick(Cause.NOT_LOADED, **more))
    assert finding.id == "driver-not-working"
    assert (finding.command is None) == (command is None)
    assert (command or "") in (finding.command or "")


@each_case(
    ("platform", "command"),
    [
        (UBUNTU, "sudo apt install nvidia-driver-580-open"),
        ("Debian GNU/Linux 13 (trixie), Linux 6.12 x86_64", "sudo apt install --autoremove --purge nvidia-open"),
        ("Rocky Linux 9.5 (Blue Onyx), Linux 5.14 x86_64", "nvidia-driver:580-open --allowerasing"),
        ("Red Hat Enterprise Linux 10.0 (Coughlan), Linux 6.12 x86_64", "sudo dnf install --allowerasing nvidia-open"),
        ("Fedora Linux 43 (Workstation Edition), Linux 6.17 x86_64", "sudo dnf install --allowerasing nvidia-open"),
        ("openSUSE Leap 15.6, Linux 6.4 x86_64", "sudo zypper install nvidia-open"),
        ("Arch Linux, Linux 6.17 x86_64", "sudo pacman -S nvidia-open"),
        ("NixOS 25.05 (Warbler), Linux 6.12 x86_64", None),
    ],
)
def test_a_closed_module_under_blackwell_is_replaced_by_the_distribution_s_open_one(
    platform: str, command: str | None
) -> None:
    bus = (PciCard("10de:2b85", "nvidia", "0000:01:00.0"),)
    empty = (Trouble(Cause.OPEN_REQUIRED, "kernel log: x (PCI ID: 10de:2b85)", "0000:01:00.0"),)
    findings = said(machine(kind="proprietary", gpus=NONE, bus=bus, troubles=empty, platform=platform))
    finding = next(each for each in findings if each.id == "gpu-not-driven")
    assert "needs the open kernel module" in (finding.why or "")
    assert (command or "") in (finding.command or "")
    assert (finding.command is None) == (command is None)


def test_an_old_card_gets_its_last_branch_with_the_closed_module() -> None:
    bus = (PciCard("10de:1b80", "nvidia", "0000:09:00.0"),)
    finding = one(machine(release="595.58.03", gpus=Found((gpu("NVIDIA L40S", "8.9"),), "NVML"), bus=bus))
    assert finding.command == "sudo apt install nvidia-driver-580 && sudo reboot"
    assert "GTX 1080 (6.1)" in finding.message


def test_a_gpu_whose_registers_cannot_be_read_needs_no_other_driver() -> None:
    seen = "kernel log: The NVIDIA GPU (PCI ID: 10de:2b85) is not supported by open nvidia.ko"
    findings = said(sick(Cause.CLOSED_REQUIRED, seen=seen, kind="open"))
    (finding,) = [each for each in findings if each.id == "gpu-not-driven"]
    assert "another driver does not help" in (finding.help or "")


def test_the_stub_s_folder_is_named_with_the_command_that_takes_it_out() -> None:
    finding = one(loads(34, Cause.STUB))
    assert "/opt/stubs" in (finding.help or "")
    assert "grep -vxF /opt/stubs" in (finding.command or "")
    linked = machine(
        libcuda=Found(LibcudaFacts("/usr/lib/libcuda.so.1", None, None, 34), "libcuda.so.1"),
        troubles=(Trouble(Cause.STUB, "libcuda.so.1: error 34"),),
    )
    assert one(linked).command is None  # no variable leads there


def test_a_mismatch_is_not_blamed_on_the_libcuda() -> None:
    both = (Trouble(Cause.VERSION_MISMATCH, "NVML: error 18"), Trouble(Cause.COMPAT_MISMATCH, "libcuda: error 803"))
    assert [finding.id for finding in said(machine(gpus=NONE, troubles=both))] == ["driver-mismatch"]


def test_two_probes_that_see_one_lost_gpu_are_one_finding_with_both() -> None:
    seen = (Trouble(Cause.GPU_LOST, "NVML: a", "1"), Trouble(Cause.GPU_LOST, "nvidia-smi: b", "1"))
    assert one(machine(troubles=seen)).found == "NVML: a; nvidia-smi: b"


def test_another_machine_s_gpu_makes_a_trouble_here_a_warning() -> None:
    named = Target("RTX 4090", "NVIDIA GeForce RTX 4090", ComputeCapability(8, 9), None, JitPolicy.NORMAL)
    broken = replace(facts(), gpus=NONE, troubles=(Trouble(Cause.NO_ANSWER, "NVML: x"),))
    assert one(Machine(broken, (named,))).severity is Severity.WARNING


def test_a_compiler_that_fits_and_is_here_is_named() -> None:
    finding = one(builds("12.9", GCC15, GCC13))
    assert finding.command == "export CUDAHOSTCXX=/usr/bin/g++-13"
    alone = one(builds("12.9", GCC15))
    assert alone.command == "sudo apt install g++-14"
    clang = one(builds("12.4", CLANG22, environment=(("NVCC_CCBIN", "clang++"),)))
    assert "up to clang 17" in clang.message
    assert "NVCC_CCBIN=clang++-17" in (clang.help or "")


def test_a_toolkit_that_can_build_and_is_here_is_named() -> None:
    old = ToolkitFacts("/usr/local/cuda-12.4/bin/nvcc", ToolkitVersion(12, 4), True, "PATH")
    new = ToolkitFacts("/usr/local/cuda-13.0/bin/nvcc", ToolkitVersion(13, 0), False, "/usr/local/cuda-13.0")
    finding = one(machine("12.0", driver="580.65.06", toolkits=(old, new)))
    assert finding.command == "export CUDACXX=/usr/local/cuda-13.0/bin/nvcc"


@each_case(
    ("required", "met"),
    [
        ("cuda>=12.4", True),
        ("cuda>=13.1", False),
        ("cuda>=13.1 cuda>=12.0", True),
        ("cuda>=13.1,brand=tesla", False),
        ("brand=tesla,driver>=570,driver<571 brand=grid,driver>=580,driver<581 cuda>=14.0", True),
        ("cuda!=13.0", False),
        ("driver=580", True),
        ("driver>580", False),
        ("arch=x86", True),
        ("nonsense", True),
    ],
)
def test_conditions_of_an_image(required: str, met: bool) -> None:
    assert (said(inside(("NVIDIA_REQUIRE_CUDA", required))) == []) is met
    assert said(inside(("NVIDIA_REQUIRE_CUDA", required), ("NVIDIA_DISABLE_REQUIRE", "1"))) == []


@pytest.mark.parametrize(
    ("closed", "visible", "severity", "command"),
    [
        (("0", "1"), None, Severity.ERROR, "sudo nvidia-smi -mig 0"),
        (("1",), None, Severity.WARNING, "sudo nvidia-smi -i 1 -mig 0"),
        (("1",), "1", Severity.ERROR, "sudo nvidia-smi -i 1 -mig 0"),
        (("1",), "0", None, ""),
    ],
)
def test_mig_without_instances_weighs_by_the_gpus_that_programs_see(
    closed: tuple[str, ...], visible: str | None, severity: Severity | None, command: str
) -> None:
    """Switching it off for all would take the instances of the others away."""
    troubles = tuple(Trouble(Cause.MIG_EMPTY, "NVML: no MIG instance", each) for each in closed)
    variables = (("CUDA_VISIBLE_DEVICES", visible),) if visible is not None else ()
    both = Found((H200, gpu(index=1)), "NVML")
    found = list(driver_not_working.check(machine(gpus=both, troubles=troubles, environment=variables)))
    assert [(each.severity, each.command) for each in found] == ([(severity, command)] if severity else [])
