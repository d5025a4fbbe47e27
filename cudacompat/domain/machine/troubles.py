"""What goes wrong between a program and a GPU, as the probes saw it: the cause is kept, whoever asks later.

The numbers are those of NVML (nvml.h, nvmlReturn_enum) and of CUDA (cuda.h, CUresult); the words are nvidia-smi's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Cause(Enum):
    """Why the driver, or one GPU, does not answer as it should. The values are the words of the JSON."""

    VERSION_MISMATCH = "version-mismatch"  # the loaded kernel module and the libraries are of different releases
    NOT_LOADED = "module-not-loaded"
    NO_PERMISSION = "no-permission"
    BLOCKED = "blocked-by-system"  # NVML 17: Windows, a container or a control group keeps the GPU back
    NO_DEVICES = "no-devices"  # the module is loaded and has initialized no GPU
    NO_ANSWER = "no-answer"
    CRASHED = "crashed"
    GPU_LOST = "gpu-lost"
    GPU_RESET = "gpu-needs-reset"
    GPU_REBOOT = "gpu-needs-reboot"  # the driver asks for a reboot of the system
    GPU_UNREADABLE = "gpu-unreadable"
    INFOROM = "inforom-corrupted"
    MIG_EMPTY = "mig-without-instances"
    MIG_PENDING = "mig-mode-pending"  # another MIG mode was asked for, and waits for a reset
    PROHIBITED = "compute-prohibited"  # compute mode: no program may use the GPU
    EXCLUSIVE = "compute-exclusive"  # compute mode: one program at a time may
    STUB = "stub-library"
    COMPAT_UNSUPPORTED = "compat-unsupported"  # CUDA 804
    COMPAT_MISMATCH = "compat-mismatch"  # CUDA 803 while the driver's own parts match
    NOT_READY = "not-ready"  # CUDA 802
    LEGACY_GPU = "legacy-gpu"  # the driver is newer than the last for this GPU
    NEW_GPU = "new-gpu"  # the driver is older than the first for this GPU
    OPEN_REQUIRED = "open-module-required"
    CLOSED_REQUIRED = "closed-module-required"
    GSP = "gsp-firmware"
    NO_WINDOW = "no-memory-window"  # the firmware of the machine gave the GPU no valid BAR
    SIGNATURE = "module-signature"  # Secure Boot refused the module
    CUDA_FAILS = "cuda-fails"  # cuInit ends with another error


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong: its cause, what shows it (`NVML: error 15`), and the GPU if it is one GPU's (its
    number, or its address on the PCI bus)."""

    cause: Cause
    seen: str
    gpu: str | None = None


NVML_CAUSES: Mapping[int, Cause] = MappingProxyType(
    {
        4: Cause.NO_PERMISSION,
        9: Cause.NOT_LOADED,
        14: Cause.INFOROM,
        15: Cause.GPU_LOST,
        16: Cause.GPU_RESET,
        17: Cause.BLOCKED,
        18: Cause.VERSION_MISMATCH,
    }
)

# cuInit's; 100 (no GPU visible) is no trouble of its own: CUDA_VISIBLE_DEVICES, a container or another trouble is.
CUDA_CAUSES: Mapping[int, Cause] = MappingProxyType(
    {34: Cause.STUB, 802: Cause.NOT_READY, 803: Cause.COMPAT_MISMATCH, 804: Cause.COMPAT_UNSUPPORTED}
)
NO_DEVICE = 100

# nvidia-smi's lines, of drivers 470 to 610.
_SAID: tuple[tuple[re.Pattern[str], Cause], ...] = (
    (re.compile(r"version mismatch", re.IGNORECASE), Cause.VERSION_MISMATCH),
    (re.compile(r"couldn't communicate with the NVIDIA driver|Driver Not Loaded"), Cause.NOT_LOADED),
    (re.compile(r"GPU access blocked by the operating system"), Cause.BLOCKED),
    (re.compile(r"Insufficient Permissions"), Cause.NO_PERMISSION),
    (re.compile(r"No devices were found"), Cause.NO_DEVICES),
    (re.compile(r"infoROM is corrupted"), Cause.INFOROM),
    (re.compile(r"GPU is lost|fallen off the bus"), Cause.GPU_LOST),
    (re.compile(r"GPU requires reset|must be reset", re.IGNORECASE), Cause.GPU_RESET),
    # "Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error", "… for GPU0000:07:00.0: …"
    (re.compile(r"Unable to determine the device handle"), Cause.GPU_LOST),
)
_ADDRESS = re.compile(r"\b(?:[0-9A-Fa-f]{4})?([0-9A-Fa-f]{4}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}(?:\.[0-7])?)")
_JOINED = re.compile(r"GPU([0-9A-Fa-f]{4}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7])")


def said_by_smi(line: str) -> Trouble | None:
    """Return what a line of nvidia-smi's says of a trouble; `None` where it says nothing of one."""
    cause = next((cause for pattern, cause in _SAID if pattern.search(line)), None)
    if cause is None:
        return None
    place = _JOINED.search(line) or _ADDRESS.search(line)
    return Trouble(cause, f"nvidia-smi: {line.strip():.160}", place[1].lower() if place else None)


def distinct(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Return the troubles without repeats, in their order."""
    return tuple(dict.fromkeys(troubles))
