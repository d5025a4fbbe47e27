"""The kernel's log: one message over several lines in several forms, and what has passed."""

from __future__ import annotations

import pytest

from cudacompat.domain.machine.facts import Found, GpuDevice, Missing
from cudacompat.domain.machine.kernel_log import card_in, still_there, troubles_in
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.words.capability import ComputeCapability
from tests.helpers.each_row import each_case

OPEN_ONLY = """\
[    5.5] NVRM: loading NVIDIA UNIX x86_64 Kernel Module  580.1.2
[    5.6] NVRM: The NVIDIA GPU 0000:02:00.0 (PCI ID: 10de:2c58)
               NVRM: installed in this system requires use of the NVIDIA open kernel modules.
[    5.7] NVRM: GPU 0000:02:00.0: RmInitAdapter failed! (0x22:0x56:884)
"""
NO_GSP = """\
NVRM: The NVIDIA GPU 0000:03:00.0 (PCI ID: 10de:1bb3)
NVRM: installed in this system is not supported by open
NVRM: nvidia.ko because it does not include the required GPU
NVRM: System Processor (GSP).
"""
LEGACY = """\
kernel: NVRM: The NVIDIA NVIDIA GeForce GTX 1050 GPU installed in this system is
kernel: NVRM:  supported through the NVIDIA 580.xx Legacy drivers. Please
kernel: NVRM:  visit the site for more information.  The 595.1 NVIDIA driver will ignore
kernel: NVRM:  this GPU.  Continuing probe...
"""
TOO_NEW = """\
[ +0.1] NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:25a0)
        NVRM: installed in this system is not supported by the
        NVRM: NVIDIA 520.56.06 driver release.
"""
XID = "kernel: NVRM: Xid (PCI:0000:2b:00): 79, GPU has fallen off the bus.\n"
GSP = "[9.6] NVRM: RmInitAdapter: Cannot initialize GSP firmware RM\n"
KEY = "modprobe: ERROR: could not insert 'nvidia': Key was rejected by service\n"
OPEN_515 = """\
[    3.5] NVRM: Open nvidia.ko is only ready for use on Data Center GPUs.
[    3.5] NVRM: To force use of Open nvidia.ko on other GPUs, see the
[    3.5] NVRM: 'OpenRmEnableUnsupportedGpus' kernel module parameter described
[    3.5] NVRM: in the README.
[    3.8] NVRM: GPU 0000:04:00.0: RmInitAdapter failed! (0x63:0x0:1905)
"""
SILENT = """\
[ 9.3] NVRM: The NVIDIA GPU 0000:b3:00.0
               NVRM: (PCI ID: 10de:26b5) installed in this system has
               NVRM: fallen off the bus and is not responding to commands.
[ 9.4] NVRM: The NVIDIA probe routine failed for 1 device(s).
"""
NO_BAR = """\
[ 4.2] NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:
[ 4.2] NVRM: BAR1 is 0M @ 0x0 (PCI:0000:01:00.0)
[ 4.3] nvidia: probe of 0000:01:00.0 failed with error -1
"""
UNSIGNED = "Loading of unsigned module is rejected\n"


@each_case(
    ("log", "cause", "gpu"),
    [
        (OPEN_ONLY, Cause.OPEN_REQUIRED, "0000:02:00.0"),
        (NO_GSP, Cause.CLOSED_REQUIRED, "0000:03:00.0"),
        (LEGACY, Cause.LEGACY_GPU, None),
        (TOO_NEW, Cause.NEW_GPU, "0000:01:00.0"),
        (XID, Cause.GPU_LOST, "0000:2b:00"),
        (GSP, Cause.GSP, None),
        (OPEN_515, Cause.NEW_GPU, None),
        (SILENT, Cause.GPU_LOST, "0000:b3:00.0"),
        (NO_BAR, Cause.NO_WINDOW, "0000:01:00.0"),
        (UNSIGNED, Cause.SIGNATURE, None),
        ("nvidia: Key was rejected by service\n", Cause.SIGNATURE, None),
    ],
    ids=["open", "closed", "legacy", "new", "xid", "gsp", "open-515", "off-the-bus", "no-bar", "unsigned", "key"],
)
def test_a_line_names_the_cause(log: str, cause: Cause, gpu: str | None) -> None:
    (trouble,) = troubles_in(f"usb 1-1: new device\n{log}eth0: link up\n")
    assert (trouble.cause, trouble.gpu) == (cause, gpu)
    assert trouble.seen.startswith("kernel log: ")


@pytest.mark.parametrize(
    "log",
    [
        "",
        "[3.1] NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  570.158.01  Release Build\n",
        "[1.0] nvidia: module verification failed: signature and/or required key missing - tainting kernel\n",
        "[2.0] NVRM: Xid (PCI:0000:2b:00): 31, pid=1, name=python\n",
    ],
)
def test_a_healthy_log_names_none(log: str) -> None:
    assert troubles_in(log) == ()


def test_what_is_said_again_and_again_is_said_once_and_memory_is_bounded() -> None:
    assert len(troubles_in(NO_GSP * 1000)) == 1
    many = "".join(XID.replace("2b", f"{number:02x}") for number in range(200))
    assert len(troubles_in(many)) == 32


def test_the_card_is_named_by_its_id() -> None:
    (trouble,) = troubles_in(NO_GSP)
    assert card_in(trouble) == "10de:1bb3"
    assert card_in(Trouble(Cause.GSP, "no id")) is None


def test_a_gpu_that_answers_now_is_not_in_trouble() -> None:
    gpu = GpuDevice(0, "NVIDIA H200", ComputeCapability(9, 0), None, None, None, bus_id="0000:2b:00.0")
    log = troubles_in(XID + GSP)
    assert still_there(log, Found((gpu,), "NVML")) == ()
    elsewhere = GpuDevice(0, "NVIDIA H200", ComputeCapability(9, 0), None, None, None, bus_id="0000:3b:00.0")
    assert [each.cause for each in still_there(log, Found((elsewhere,), "NVML"))] == [Cause.GPU_LOST]
    assert still_there(log, Missing("GPU", ())) == log
