"""Drivers in trouble, from the probe to the plan: real libraries that fail as told, recorded words of nvidia-smi and of
the kernel, and folders in place of /proc, /sys and /dev. Each cause ends in its own cure."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cudacompat.app.doctor.machine_steps import machine_steps
from cudacompat.domain.machine.facts import Found, HostFacts, Missing
from cudacompat.domain.machine.troubles import Cause
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.rules.machine import MACHINE_RULES
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.host.snapshot import snapshot
from cudacompat.places.roots import Roots
from tests.domain.machine.test_kernel_log import GSP, NO_BAR, NO_GSP, OPEN_515, SILENT, TOO_NEW
from tests.helpers.fake_driver import fake_driver
from tests.helpers.machine import program, says
from tests.helpers.run import cudacompat
from tests.host.gpus.test_pci import device


@dataclass(frozen=True)
class Diagnosed:
    """What a machine said of itself, and what doctor makes of it."""

    facts: HostFacts
    findings: tuple[Finding, ...]
    plan: tuple[PlanStep, ...]

    @property
    def ids(self) -> list[str]:
        return sorted(finding.id for finding in self.findings)

    @property
    def words(self) -> str:
        texts = [text for f in self.findings for text in (f.message, f.found, f.why, f.help) if text]
        return "\n".join([*texts, *(f"{step.why} {step.command or ''}" for step in self.plan)])


Diagnose = Callable[..., Diagnosed]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake_driver(tmp_path_factory.mktemp("driver"))


@pytest.fixture
def diagnose(libraries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Diagnose:
    """Diagnose the machine whose files lie in tmp_path, with these variables; no variable of CUDA from outside."""

    def diagnosed(libs: Path | None = libraries, **variables: object) -> Diagnosed:
        for name in list(os.environ):
            if name.startswith(("CUDA", "NVIDIA_", "NV_", "CU_")):
                monkeypatch.delenv(name)
        path = f"{tmp_path / 'bin'}"
        given = {"LD_LIBRARY_PATH": str(libs or tmp_path / "none"), "PATH": path}
        given |= {name: str(value) for name, value in variables.items()}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return diagnosis_of(tmp_path, given)

    return diagnosed


def diagnosis_of(root: Path, environ: Mapping[str, str]) -> Diagnosed:
    facts = snapshot(roots=Roots.under(root, environ))
    findings = tuple(f for rule in MACHINE_RULES for f in rule.check(Machine(facts, ())))
    return Diagnosed(facts, findings, tuple(machine_steps(findings)))


def put(root: Path, name: str, text: str = "") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\n"
CLOSED = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Wed Oct 29 23:15:11 UTC 2025\n"


GPU_IN_LOG = re.compile(r"0000:[0-9a-f]{2}:00\.0")
KEY_LINE = "nvidia: Key was rejected by service"
RECOVERY = "154, GPU recovery action changed from {} to {}"
GSP_LATER = "[ 9.6] NVRM: Xid (PCI:0000:01:00): 119, pid=7, name=python, Timeout after 6s of waiting for RPC response"


def test_a_healthy_driver_has_no_finding(diagnose: Diagnose, tmp_path: Path) -> None:
    put(tmp_path, "proc/driver/nvidia/version", OPEN)
    device(tmp_path, "0000:01:00.0", "0x10de", "0x2b85", "0x030000", "nvidia")
    said = diagnose()
    assert (said.ids, said.plan, said.facts.troubles) == ([], (), ())
    assert isinstance(said.facts.libcuda, Found)
    assert said.facts.libcuda.value.devices == ("0000:01:00.0",)


@pytest.mark.parametrize(
    ("variables", "finding", "cure"),
    [
        ({"NV_init": 18}, "driver-mismatch", "reboot; nothing has to be installed"),
        ({"NV_init": 9}, "driver-not-working", "sudo modprobe nvidia"),
        ({"NV_init": 4}, "driver-not-working", "usermod -aG video"),
        ({"NV_init": 17}, "driver-not-working", "allow the device files"),
        ({"NV_COUNT": 2, "NV_handle_0": 14}, "gpu-lost", "if the warning stays, ask the vendor of the GPU"),
        ({"NV_CRASHES": "init"}, "driver-not-working", "packages of one driver release"),
        ({"NV_COUNT": 0, "CU_init": 100}, "driver-not-working", "dmesg | grep -i nvrm"),
        ({"NV_COUNT": 3, "NV_handle_1": 15}, "gpu-lost", "reboot; if the GPU is still lost"),
        ({"NV_COUNT": 3, "NV_handle_1": 999}, "gpu-lost", "reboot; if the GPU is still lost"),
        ({"NV_COUNT": 3, "NV_memory_1": 15}, "gpu-lost", "reboot; if the GPU is still lost"),
        ({"NV_COUNT": 3, "NV_capability_1": 16}, "gpu-lost", "sudo nvidia-smi --gpu-reset -i 1"),
        ({"NV_COUNT": 2, "NV_MIG": 0}, "driver-not-working", "sudo nvidia-smi -mig 0"),
        ({"NV_COUNT": 1, "NV_MIG": 0}, "driver-not-working", "sudo nvidia-smi -mig 0"),
        ({"NV_COUNT": 2, "NV_MIG_THEN": "0|1"}, "mig-mode-pending", "sudo nvidia-smi --gpu-reset -i 1"),
        ({"NV_COUNT": 1, "NV_MIG": 2, "NV_MIG_THEN": "0"}, "mig-mode-pending", "MIG mode on now, off after a reset"),
        ({"NV_MODES": "2"}, "compute-mode", "sudo nvidia-smi -i 0 -c DEFAULT"),
        ({"NV_COUNT": 2, "NV_MODES": "0|3"}, "compute-mode", "sudo nvidia-smi -i 1 -c DEFAULT"),
        ({"CU_init": 34}, "libcuda-wrong", "grep -vxF"),
        ({"CU_init": 804}, "libcuda-wrong", "LD_LIBRARY_PATH"),
        ({"CU_init": 803}, "libcuda-wrong", "install the driver that this CUDA release needs"),
        ({"CU_init": 802}, "driver-not-working", "nvidia-fabricmanager"),
        ({"CU_init": 999}, "driver-not-working", "nvidia-modprobe"),
        ({"CU_CRASHES": "init"}, "driver-not-working", "packages of one driver release"),
        ({"CUDA_VISIBLE_DEVICES": "1"}, "visible-devices", "unset CUDA_VISIBLE_DEVICES"),
    ],
    ids=lambda value: " ".join(f"{name}={each}" for name, each in value.items()) if isinstance(value, dict) else None,
)
def test_each_failure_has_its_own_cure(
    diagnose: Diagnose, variables: dict[str, object], finding: str, cure: str
) -> None:
    said = diagnose(**variables)
    assert set(said.ids) == {finding}
    assert cure in said.words
    assert len(said.plan) == 1


def test_one_gpu_in_trouble_leaves_the_others(diagnose: Diagnose) -> None:
    said = diagnose(NV_COUNT=8, NV_handle_3=15, NV_BAD_WORDS=1)
    assert isinstance(said.facts.gpus, Found)
    assert [gpu.index for gpu in said.facts.gpus.value] == [0, 1, 2, 4, 5, 6, 7]
    assert "GPU 3 has fallen off the bus; 7 other GPUs answer" in said.words


def test_a_name_that_is_not_utf_8_loses_no_gpu(diagnose: Diagnose) -> None:
    said = diagnose(NV_COUNT=2, NV_NAMES=os.fsdecode(b"NVIDIA \xff\xfe|NVIDIA L40S"))
    assert isinstance(said.facts.gpus, Found)
    assert [gpu.name for gpu in said.facts.gpus.value] == ["NVIDIA \ufffd\ufffd", "NVIDIA L40S"]
    assert said.ids == []


def test_a_wedged_driver_costs_three_seconds_in_all(diagnose: Diagnose) -> None:
    started = time.monotonic()
    said = diagnose(NV_HANGS="init", CU_HANGS="init")
    assert time.monotonic() - started < 6  # three, and what a loaded machine adds
    assert said.ids == ["driver-not-working"]
    assert "no answer within 3 s" in said.words


@pytest.mark.parametrize(
    ("variables", "severities"),
    [
        ({"NV_MODES": "2"}, [Severity.ERROR]),
        ({"NV_MODES": "3"}, [Severity.WARNING]),
        ({"NV_COUNT": 2, "NV_MODES": "2|0"}, [Severity.WARNING]),  # programs take the other one
        ({"NV_COUNT": 2, "NV_MODES": "2|2"}, [Severity.ERROR, Severity.ERROR]),
        ({"NV_COUNT": 2, "NV_MODES": "2|0", "CUDA_VISIBLE_DEVICES": "0"}, [Severity.ERROR]),
        ({"NV_COUNT": 2, "NV_MODES": "2|0", "CUDA_VISIBLE_DEVICES": "1"}, []),
    ],
)
def test_a_compute_mode_counts_where_programs_see_the_gpu(
    diagnose: Diagnose, variables: dict[str, object], severities: list[Severity]
) -> None:
    said = diagnose(CU_COUNT=variables.get("NV_COUNT", 1), CUDA_DEVICE_ORDER="PCI_BUS_ID", **variables)
    assert [f.severity for f in said.findings if f.id == "compute-mode"] == severities


def test_a_cdi_file_of_another_driver(diagnose: Diagnose, tmp_path: Path) -> None:
    folder = tmp_path / "etc/cdi"
    folder.mkdir(parents=True)
    line = "kind: nvidia.com/gpu\n- containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so."
    (folder / "nvidia.yaml").write_text(f"{line}570.86.10\n")
    (folder / "other.yaml").write_text("kind: vendor.com/net\n- libcuda.so.570.86.10\n")
    (folder / "notes.txt").write_text(f"{line}470.86.10\n")
    said = diagnose()
    assert said.ids == ["cdi-outdated"]
    assert "/etc/cdi/nvidia.yaml gives containers driver 570.86.10; the host has 580.65.06" in said.words
    assert "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml" in said.words
    (folder / "nvidia.yaml").write_text(f"{line}580.65.06\n")
    assert diagnose().ids == []


def test_mig_instances_are_counted_and_matched(diagnose: Diagnose) -> None:
    said = diagnose(NV_COUNT=1, NV_MIG=2, CUDA_VISIBLE_DEVICES="MIG-00000001-aaaa-bbbb-cccc-000000000000")
    assert said.ids == []
    assert isinstance(said.facts.gpus, Found)
    assert said.facts.gpus.value[0].mig is not None
    assert len(said.facts.gpus.value[0].mig) == 2
    assert diagnose(NV_MIG=2, CUDA_VISIBLE_DEVICES="MIG-dead").ids == ["visible-devices"]


def test_nvml_without_a_libcuda_is_no_working_cuda(diagnose: Diagnose, libraries: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "libnvidia-ml.so.1").symlink_to(libraries / "libnvidia-ml.so.1")
    if isinstance(diagnose(None).facts.libcuda, Found):
        pytest.skip("a driver is here")
    assert diagnose(alone).ids == ["libcuda-wrong"]


class TestWhatTheSystemShows:
    def test_nouveau_holds_the_card(self, diagnose: Diagnose, tmp_path: Path) -> None:
        device(tmp_path, "0000:01:00.0", "0x10de", "0x2b85", "0x030000", "nouveau")
        said = diagnose(NV_init=9)
        assert said.ids == ["driver-not-working"]
        assert "blacklist nouveau" in said.words
        put(tmp_path, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\n')
        assert "blacklist-nouveau.conf && sudo update-initramfs -u && sudo reboot" in diagnose(NV_init=9).words

    def test_a_card_of_a_virtual_machine(self, diagnose: Diagnose, tmp_path: Path) -> None:
        device(tmp_path, "0000:01:00.0", "0x10de", "0x2b85", "0x030000", "vfio-pci")
        assert "vfio-pci holds the GPU" in diagnose(NV_init=9).words

    def test_secure_boot(self, diagnose: Diagnose, tmp_path: Path) -> None:
        name = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
        put(tmp_path, name).write_bytes(b"\x06\0\0\0\1")
        put(tmp_path, "proc/sys/kernel/osrelease", "6.8.0-1-generic\n")
        put(tmp_path, "lib/modules/6.8.0-1-generic/modules.dep")
        put(tmp_path, "lib/modules/6.8.0-1-generic/updates/dkms/nvidia.ko.zst")
        assert "mokutil" in diagnose(NV_init=9).words
        put(tmp_path, name).write_bytes(b"\x06\0\0\0\0")
        assert "modprobe" in diagnose(NV_init=9).words

    def test_a_kernel_without_a_module(self, diagnose: Diagnose, tmp_path: Path) -> None:
        put(tmp_path, "proc/sys/kernel/osrelease", "6.8.0-2-generic\n")
        put(tmp_path, "lib/modules/6.8.0-2-generic/modules.dep")
        assert "dkms autoinstall" in diagnose(NV_init=9).words

    def test_device_files_that_are_closed(self, diagnose: Diagnose, tmp_path: Path) -> None:
        put(tmp_path, "dev/nvidiactl").chmod(0)
        said = diagnose(NV_init=4)
        assert said.ids == ["driver-not-working"]
        if os.geteuid():  # root may open everything
            assert "closed to this user: /dev/nvidiactl" in said.words

    def test_blackwell_under_the_closed_module(self, diagnose: Diagnose, tmp_path: Path) -> None:
        put(tmp_path, "proc/driver/nvidia/version", CLOSED)
        put(tmp_path, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\n')
        device(tmp_path, "0000:01:00.0", "0x10de", "0x2b85", "0x030000", "nvidia")
        log = [
            "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)",
            "NVRM: installed in this system requires use of the NVIDIA open kernel modules.",
        ]
        says(tmp_path / "bin/dmesg", *log)
        said = diagnose(NV_COUNT=0, CU_init=100)
        assert said.ids == ["gpu-not-driven"]
        assert "sudo apt install nvidia-driver-580-open && sudo reboot" in said.words
        assert "kernel log: The NVIDIA GPU" in said.words

    def test_pascal_beside_blackwell(self, diagnose: Diagnose, tmp_path: Path) -> None:
        put(tmp_path, "proc/driver/nvidia/version", OPEN)
        device(tmp_path, "0000:01:00.0", "0x10de", "0x2b85", "0x030000", "nvidia")
        device(tmp_path, "0000:09:00.0", "0x10de", "0x1b80", "0x030000", "nvidia")
        said = diagnose()
        assert said.ids == ["gpu-not-driven", "no-driver-for-all"]
        assert "no driver serves both GTX 1080 (6.1) and RTX 5090 (12.0)" in said.words

    def test_an_old_card_under_a_new_driver(self, diagnose: Diagnose, tmp_path: Path) -> None:
        device(tmp_path, "0000:09:00.0", "0x10de", "0x13c2", "0x030000", "nvidia")
        put(tmp_path, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\n')
        said = diagnose(NV_COUNT=0, CU_init=100, NV_RELEASE="595.58.03")
        assert "GTX 970 (5.2)" in said.words
        assert "sudo apt install nvidia-driver-580 && sudo reboot" in said.words

    def test_a_card_without_any_driver_is_named(self, diagnose: Diagnose, tmp_path: Path) -> None:
        device(tmp_path, "0000:01:00.0", "0x10de", "0x2b85", "0x030000")
        put(tmp_path, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\n')
        said = diagnose(None)
        if isinstance(said.facts.driver, Found):
            pytest.skip("a driver is here")
        assert said.ids == ["no-gpu"]
        assert "RTX 5090" in said.words
        assert "sudo apt install nvidia-driver-580-open" in said.words

    @pytest.mark.parametrize(
        ("card", "log", "finding", "cure"),
        [
            ("0x1bb3", NO_GSP, "gpu-not-driven", "nvidia-driver-580 && sudo reboot"),
            ("0x2b85", NO_GSP.replace("1bb3", "2b85"), "gpu-not-driven", "switch the machine off and on again"),
            ("0x25a0", TOO_NEW, "gpu-not-driven", "sudo apt install nvidia-driver-580-open"),
            ("0x2684", OPEN_515, "driver-not-working", "sudo dmesg"),
            ("0x2684", GSP, "driver-not-working", "install the firmware package of the driver's release"),
            ("0x2684", GSP_LATER, "gpu-lost", "switch the machine off and on again"),
            ("0x26b5", SILENT, "gpu-lost", "reboot; if the GPU is still lost"),
            ("0x2b85", NO_BAR, "gpu-lost", "switch Above 4G Decoding and Resizable BAR on"),
            ("0x2684", KEY_LINE, "driver-not-working", "mokutil"),
        ],
        ids=["no-gsp", "no-registers", "too-old", "open-515", "gsp", "xid-119", "off-the-bus", "no-bar", "key"],
    )
    def test_a_line_of_the_kernels_log_has_its_own_cure(
        self, diagnose: Diagnose, tmp_path: Path, card: str, log: str, finding: str, cure: str
    ) -> None:
        put(tmp_path, "proc/driver/nvidia/version", OPEN)
        put(tmp_path, "etc/os-release", 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\n')
        address = GPU_IN_LOG.search(log)
        device(tmp_path, address[0] if address else "0000:01:00.0", "0x10de", card, "0x030000", "nvidia")
        says(tmp_path / "bin/dmesg", *log.splitlines())
        release = "520.56.06" if log in (TOO_NEW, OPEN_515) else "580.65.06"
        said = diagnose(NV_COUNT=0, CU_init=100, NV_RELEASE=release)
        assert finding in said.ids
        assert cure in said.words

    def test_firmware_that_does_not_answer_is_of_one_gpu(self, diagnose: Diagnose, tmp_path: Path) -> None:
        says(tmp_path / "bin/dmesg", GSP_LATER.replace("0000:01", "0000:09"))
        said = diagnose()
        assert said.ids == ["gpu-lost"]
        assert "GPU 0000:09:00 has firmware (GSP) that does not answer; 1 other GPU answers" in said.words

    @pytest.mark.parametrize(
        ("lines", "ids", "cure"),
        [
            (["79, GPU has fallen off the bus.", RECOVERY.format("0x0 (None)", "0x2 (Node Reboot Required)")],
             ["gpu-lost"], "reboot; the driver does not take the GPU back before"),
            ([RECOVERY.format("0x0 (None)", "0x2 (OS Reboot)")], ["gpu-lost"], "sudo reboot"),
            ([RECOVERY.format("0x0 (None)", "0x1 (GPU Reset Required)")], ["gpu-lost"],
             "sudo nvidia-smi --gpu-reset -i 0"),
            ([RECOVERY.format("0x0 (None)", "0x1 (PF FLR)")], ["gpu-lost"], "sudo nvidia-smi --gpu-reset -i 0"),
            ([RECOVERY.format("0x0 (None)", "0x1 (GPU Reset Required)"),
              RECOVERY.format("0x1 (GPU Reset Required)", "0x2 (Node Reboot Required)")], ["gpu-lost"], "sudo reboot"),
            ([RECOVERY.format("0x0 (None)", "0x1 (GPU Reset Required)"),
              RECOVERY.format("0x1 (GPU Reset Required)", "0x0 (None)")], [], ""),
        ],
        ids=["lost-and-reboot", "os-reboot", "reset", "flr", "reset-then-reboot", "settled"],
    )  # fmt: skip
    def test_what_the_driver_wants_done_with_a_gpu_stands_until_it_is_taken_back(
        self, diagnose: Diagnose, tmp_path: Path, lines: list[str], ids: list[str], cure: str
    ) -> None:
        """Xid 154; the GPU still answers, and programs on it fail."""
        says(tmp_path / "bin/dmesg", *(f"[ 9.6] NVRM: Xid (PCI:0000:01:00): {line}" for line in lines))
        said = diagnose(NV_COUNT=2)
        assert said.ids == ids
        assert cure in said.words
        assert not ids or "; 1 other GPU answers" in said.words

    def test_what_the_driver_wants_of_a_gpu_that_is_gone_names_its_address(
        self, diagnose: Diagnose, tmp_path: Path
    ) -> None:
        line = RECOVERY.format("0x0 (None)", "0x4 (Drain and Reset)")
        says(tmp_path / "bin/dmesg", f"NVRM: Xid (PCI:0000:09:00): {line}")
        assert "sudo nvidia-smi --gpu-reset -i 0000:09:00.0" in diagnose().words

    def test_a_log_of_the_past_does_not_count(self, diagnose: Diagnose, tmp_path: Path) -> None:
        says(tmp_path / "bin/dmesg", "NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.")
        assert diagnose().ids == []

    def test_a_log_that_may_not_be_read(self, diagnose: Diagnose, tmp_path: Path) -> None:
        says(tmp_path / "bin/dmesg", "NVRM: Xid (PCI:0000:02:00): 79, GPU has fallen off the bus.", code=1)
        assert diagnose().ids == []


class TestContainers:
    """Containers that podman started without a CDI file of the host's, or by hand with the device files alone."""

    def test_without_any_device_the_file_that_the_host_needs_is_said(self, diagnose: Diagnose, tmp_path: Path) -> None:
        put(tmp_path, "run/.containerenv", 'engine="podman-5.4"\n')
        said = diagnose(None)
        if isinstance(said.facts.driver, Found):
            pytest.skip("a driver is here")
        assert said.ids == ["no-gpu"]
        assert "podman run --device nvidia.com/gpu=all" in said.words
        assert "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml" in said.words

    def test_device_files_without_the_drivers_libraries(self, diagnose: Diagnose, tmp_path: Path) -> None:
        put(tmp_path, "run/.containerenv", 'engine="podman-5.4"\n')
        put(tmp_path, "proc/driver/nvidia/version", OPEN)
        for name in ("nvidia0", "nvidiactl", "nvidia-uvm"):
            put(tmp_path, f"dev/{name}")
        said = diagnose(None)
        assert said.ids == ["no-gpu"]
        assert "this container has device files of the GPU and no libraries of the driver" in said.words


class TestNvidiaSmi:
    """Where NVML's library is not there, nvidia-smi's words are what is seen."""

    @pytest.mark.parametrize(
        ("words", "code", "finding"),
        [
            ("Failed to initialize NVML: Driver/library version mismatch", 18, "driver-mismatch"),
            ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9, "driver-not-working"),
            ("Failed to initialize NVML: GPU access blocked by the operating system", 255, "driver-not-working"),
            ("Failed to initialize NVML: Insufficient Permissions", 4, "driver-not-working"),
            ("No devices were found", 6, "driver-not-working"),
        ],
    )
    def test_its_words_are_the_cause(
        self, diagnose: Diagnose, tmp_path: Path, words: str, code: int, finding: str
    ) -> None:
        says(tmp_path / "bin/nvidia-smi", words, code=code)
        said = diagnose(None)
        assert said.ids == [finding]
        assert words[:40] in said.words

    def test_a_corrupted_inforom_leaves_the_gpu_at_work(self, diagnose: Diagnose, tmp_path: Path) -> None:
        """nvidia-smi ends with 14, and its list above that line is good."""
        row = "0, NVIDIA A100-SXM4-80GB, [N/A], 00000000:07:00.0, 0x20B210DE, 8.0, 550.54.15, 81920 MiB"
        says(tmp_path / "bin/nvidia-smi", row, "WARNING: infoROM is corrupted at gpu 0000:07:00.0", code=14)
        said = diagnose(None)
        assert isinstance(said.facts.gpus, Found)
        assert [(f.id, f.severity) for f in said.findings if f.id == "gpu-lost"] == [("gpu-lost", Severity.WARNING)]
        assert "the infoROM of GPU 0000:07:00.0 is corrupted" in said.words

    def test_one_of_two_is_lost(self, diagnose: Diagnose, tmp_path: Path) -> None:
        row = "0, NVIDIA A100-SXM4-80GB, [N/A], 00000000:07:00.0, 0x20B210DE, 8.0, 550.54.15, 81920 MiB"
        lost = "Unable to determine the device handle for GPU1: 0000:0F:00.0: Unknown Error"
        says(tmp_path / "bin/nvidia-smi", row, lost, code=255)
        said = diagnose(None)
        assert isinstance(said.facts.gpus, Found)
        assert [gpu.name for gpu in said.facts.gpus.value] == ["NVIDIA A100-SXM4-80GB"]
        assert "GPU 0000:0f:00.0 has fallen off the bus; 1 other GPU answers" in said.words

    def test_one_that_does_not_end(self, diagnose: Diagnose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cudacompat.host.gpus.smi._TIMEOUT_S", 0.5)
        program(tmp_path / "bin/nvidia-smi", "while :; do :; done")
        assert Cause.NO_ANSWER in {trouble.cause for trouble in diagnose(None).facts.troubles}


def test_the_command_says_the_same(libraries: Path, tmp_path: Path) -> None:
    env = {"LD_LIBRARY_PATH": str(libraries), "NV_init": "18", "VIRTUAL_ENV": "", "CONDA_PREFIX": ""}
    ran = cudacompat("doctor", "--format", "json", env=env, cwd=tmp_path)
    assert ran.code == 1
    assert [f["id"] for f in ran.json["findings"]] == ["driver-mismatch"]
    assert [trouble["cause"] for trouble in ran.json["facts"]["troubles"]] == ["version-mismatch"]
    assert "docker run" not in ran.out
    text = cudacompat("doctor", env=env, cwd=tmp_path)
    assert "error 18" in text.out  # what was seen is on the screen, too
    saved = tmp_path / "facts.json"
    cudacompat("doctor", "--save-facts", saved, env=env, cwd=tmp_path)
    again = cudacompat("doctor", "--facts", saved, "--format", "json")
    assert [f["id"] for f in again.json["findings"]] == ["driver-mismatch"]


def test_the_report_for_an_issue_has_the_machine_and_no_ids(libraries: Path, tmp_path: Path) -> None:
    env = {
        "LD_LIBRARY_PATH": str(libraries),
        "NV_COUNT": "2",
        "NV_handle_1": "15",
        "CUDA_VISIBLE_DEVICES": "GPU-deadbeef-1111-2222-3333-444444444444",
        "VIRTUAL_ENV": "",
    }
    ran = cudacompat("doctor", "--format", "markdown", env=env, cwd=tmp_path)
    assert "| GPU 0 | RTX 5090  12.0  32 GiB  hidden by CUDA_VISIBLE_DEVICES=GPU-\u2026 |" in ran.out
    assert "| driver | 580.65.06" in ran.out
    assert "error 15" in ran.out  # what was seen goes with it
    assert "gpu-lost" in ran.out
    assert "deadbeef" not in ran.out
    assert len(ran.out.splitlines()) < 60
    assert "deadbeef" in cudacompat("doctor", env=env, cwd=tmp_path).out  # who sits at the machine may see it


def test_missing_is_what_there_is_not(diagnose: Diagnose) -> None:
    said = diagnose(None)
    if isinstance(said.facts.driver, Found):
        pytest.skip("a driver is here")
    assert said.ids == ["no-gpu"]
    assert said.facts.troubles == ()
    assert isinstance(said.facts.libcuda, Missing)
