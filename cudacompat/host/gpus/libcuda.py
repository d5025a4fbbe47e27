"""What the driver's own library says: the last way, and on Jetson and in containers without `utility` the only one.

The library is loaded in a process of its own, so that one that hangs or crashes does not take this one along.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cudacompat.domain.machine.facts import SEARCH_PATH, Found, GpuDevice, LibcudaFacts, Missing
from cudacompat.domain.machine.troubles import CUDA_CAUSES, NO_DEVICE, Cause, Trouble
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease
from cudacompat.host.gpus import pci
from cudacompat.host.gpus.nvml import cuda_version_of, limit_s
from cudacompat.host.gpus.patience import BEGUN, TOO_BUSY, ask, came_to_it
from cudacompat.places.roots import Roots, library_path

LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"

_TIMEOUT_S = 10.0
_IN_NAME = re.compile(r"/libcuda\.so\.(\d{3}(?:\.\d{1,5}){1,3})$")  # /usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06

# CUresult (cuda.h) of cuInit, in words.
_REASONS = {
    34: "it is the toolkit's stub, not a driver",
    46: "the GPU is busy or unavailable",
    100: "it sees no GPU",
    802: "the system is not ready: is the fabric manager running?",
    803: "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver",
    804: "cuda-compat was loaded for a GPU that forward compatibility does not cover: update the driver, or take "
    "compat out of LD_LIBRARY_PATH",
    999: "unknown error (999)",
}

# Attributes 75 and 76 are the compute capability (CUdevice_attribute). For `gpus` every GPU counts, in the order of the
# bus; for `programs` the variables stay as they are.
_SCRIPT = """
import ctypes, json, os, sys
if sys.argv[1] != "programs":
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
said, cuda = {}, None
print("\\n" + json.dumps({"begun": True}), flush=True)
for name in sys.argv[2:]:
    try:
        cuda = ctypes.CDLL(name)
        break
    except OSError as error:
        said.setdefault("error", str(error))
def number(function, *arguments):
    value = ctypes.c_int()
    return value.value if getattr(cuda, function)(ctypes.byref(value), *arguments) == 0 else None
if cuda is not None:
    said = {"version": number("cuDriverGetVersion"), "gpus": [], "path": None}
    try:
        with open("/proc/self/maps", errors="replace") as maps:
            said["path"] = next((l.split(None, 5)[5].strip() for l in maps if "/libcuda.so" in l), None)
    except (OSError, IndexError):
        pass
    if sys.argv[1] != "version":
        said["init"] = cuda.cuInit(0)
        for index in range((number("cuDeviceGetCount") or 0) if said["init"] == 0 else 0):
            device = number("cuDeviceGet", index)
            label, bus, memory = ctypes.create_string_buffer(256), ctypes.create_string_buffer(64), ctypes.c_size_t()
            cuda.cuDeviceGetName(label, 256, device)
            cuda.cuDeviceGetPCIBusId(bus, 64, device)
            cuda.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
            said["gpus"].append({
                "name": label.value.decode("utf-8", "replace"), "bus": bus.value.decode("ascii", "replace"),
                "major": number("cuDeviceGetAttribute", 75, device),
                "minor": number("cuDeviceGetAttribute", 76, device), "memory": memory.value,
            })
print("\\n" + json.dumps(said))
"""


def version(roots: Roots | None = None) -> Found[DriverCudaVersion] | Missing:  # noqa: ARG001  the loader finds it
    """Return the newest CUDA that the installed libcuda speaks (cuDriverGetVersion); no GPU is touched."""
    said = _ask("version")
    if isinstance(said, Silence):
        return Missing("driver", (f"{LIBRARY} ({said.why})",))
    number = said.get("version")
    if not isinstance(number, int) or number < 1000:
        return Missing("driver", (f"{LIBRARY} (it says no version)",))
    return Found(cuda_version_of(number), LIBRARY)


def gpus(roots: Roots | None = None) -> Found[tuple[GpuDevice, ...]] | Missing:
    """Return the GPUs that libcuda sees, CUDA_VISIBLE_DEVICES left out of account. It initializes CUDA, which takes
    up to seconds where no process holds the driver."""
    said = _ask("gpus")
    if isinstance(said, Silence):
        return Missing("GPU", (f"{LIBRARY} ({said.why})",))
    init = said.get("init")
    if init != 0:
        reason = _REASONS.get(init) if isinstance(init, int) else None
        return Missing("GPU", (f"{LIBRARY} ({reason or f'cuInit: error {init}'})",))
    found = tuple(
        GpuDevice(
            index=index,
            name=str(gpu["name"]) or "NVIDIA GPU",
            capability=ComputeCapability(int(gpu["major"]), int(gpu["minor"])),
            uuid=None,
            pci_id=pci.id_at(str(gpu["bus"]), roots),
            memory_bytes=int(gpu["memory"]) or None,
        )
        for index, gpu in enumerate(said["gpus"])
        if gpu["major"]
    )
    return Found(found, LIBRARY) if found else Missing("GPU", (f"{LIBRARY} (it sees no GPU)",))


def programs(roots: Roots | None = None) -> Found[LibcudaFacts] | Missing:
    """Return the libcuda that a program started here loads, and what it answers; what fails is a trouble of it too."""
    said = _ask("programs", limit_s(roots))
    if isinstance(said, Silence):
        troubles = (Trouble(said.cause, f"{LIBRARY}: {said.why}"),) if said.cause is not None else ()
        return Missing("libcuda", (f"{LIBRARY} ({said.why})",), troubles)
    init, number, path = said.get("init"), said.get("version"), said.get("path")
    if not isinstance(init, int):
        return Missing("libcuda", (f"{LIBRARY} (its answer is not understood)",))
    release = _IN_NAME.search(str(path or ""))
    searched = next((each / LIBRARY for each in library_path(_environ(roots)) if (each / LIBRARY).is_file()), None)
    facts = LibcudaFacts(
        path=str(searched or path) if searched or path else None,
        release=DriverRelease.parse(release[1]) if release else None,
        cuda=cuda_version_of(number) if isinstance(number, int) and number >= 1000 else None,
        init=init,
        devices=tuple(pci.address_of(str(gpu["bus"])) or "" for gpu in said["gpus"]),
    )
    via = SEARCH_PATH if searched is not None else LIBRARY
    if init in (0, NO_DEVICE):
        return Found(facts, via)
    why = _REASONS.get(init, f"cuInit ends with it in {path or LIBRARY}")
    trouble = Trouble(CUDA_CAUSES.get(init, Cause.CUDA_FAILS), f"{LIBRARY}: error {init}, {why}")
    return Found(facts, via, (trouble,))


def _environ(roots: Roots | None) -> Mapping[str, str]:
    return roots.environ if roots is not None else os.environ


@dataclass(frozen=True, slots=True)
class Silence:
    """Why the library says nothing, and the trouble that this is, if it is one."""

    why: str
    cause: Cause | None = None


def _ask(question: str, timeout_s: float | None = None) -> dict[str, Any] | Silence:
    """What the library says, or why it says nothing."""
    if not sys.executable:
        return Silence("no Python program to load it with")
    # By name as every program loads it, then where WSL and NixOS keep it.
    names = [LIBRARY, f"/usr/lib/wsl/lib/{LIBRARY}", f"/run/opengl-driver/lib/{LIBRARY}"]
    ran = ask([sys.executable, "-I", "-S", "-c", _SCRIPT, question, *names], timeout_s or _TIMEOUT_S)
    if not came_to_it(ran):
        return Silence(TOO_BUSY)
    if not ran.ok:
        cause = Cause.NO_ANSWER if ran.timed_out else Cause.CRASHED if ran.was_killed else None
        return Silence(f"loading it: {ran.why_failed}", cause)
    try:
        # A library may print, too: before the answer, or after it, as its buffer is written when the process ends.
        said: dict[str, Any] = json.loads(
            next(line for line in ran.stdout.splitlines() if line[:1] == "{" and line != BEGUN)
        )
    except (StopIteration, ValueError):
        return Silence("its answer is not understood")
    if "error" in said:
        error = str(said["error"])
        absent = "cannot open shared object file" in error or "could not find" in error.lower()
        return Silence("not found" if absent else error)
    return said
