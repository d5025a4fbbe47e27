"""What the driver's management library (NVML) says, through NVIDIA's own bindings (nvidia-ml-py).

NVML lists every GPU of the machine, whatever CUDA_VISIBLE_DEVICES says. Each of its calls may fail by itself: a lost
GPU, a field that a card does not have, a driver that was updated under the running kernel module. The library is loaded
in a process of its own, so that one that hangs or crashes does not take this one along.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, Missing
from cudacompat.domain.machine.troubles import NVML_CAUSES, Cause, Trouble
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease
from cudacompat.host.gpus import pci
from cudacompat.host.gpus.capability import capability_of
from cudacompat.host.gpus.nvml_child import described
from cudacompat.host.gpus.patience import TOO_BUSY, ask, came_to_it
from cudacompat.host.programs.process import home_of
from cudacompat.places.roots import Roots

VIA = "NVML"
LIBRARY = "libnvidia-ml.so.1"  # as the bindings load it, by its name

# How long it may take: what a GPU in trouble costs.
_FIRST_S, _MORE_S = 3.0, 1.0

# Compute modes (nvml.h, nvmlComputeMode_enum) but the default, as nvidia-smi calls them.
_MODES: Mapping[object, tuple[Cause, str]] = {
    1: (Cause.EXCLUSIVE, "Exclusive_Thread"),
    2: (Cause.PROHIBITED, "Prohibited"),
    3: (Cause.EXCLUSIVE, "Exclusive_Process"),
}

_UNKNOWN = 999  # NVML_ERROR_UNKNOWN

# NVML's error numbers (nvml.h, nvmlReturn_enum) whose cause a user can do something about.
_REASONS = {
    4: "no permission to use the driver",
    9: "the driver's kernel module is not loaded",
    12: "libnvidia-ml not found: no driver here",
    15: "the GPU has fallen off the bus: reboot",
    16: "the GPU must be reset",
    18: "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver",
}


@dataclass(frozen=True, slots=True)
class NoAnswer(Missing):
    """The driver did not answer in time. What else asks it would wait as long."""


def gpus(roots: Roots | None = None) -> Found[tuple[GpuDevice, ...]] | Missing:
    """Return the machine's GPUs as NVML lists them. A GPU that does not say what it is is left out and named in
    `found_via`, and so is one at which NVML hangs or crashes; the others are asked once more."""
    listing = _Listing(limit_s(roots))
    while True:
        answer = _asked(listing.limit_s, "gpus", str(listing.first))
        if answer.failed is not None:
            return answer.missing("GPU")
        listing.take(answer.lines)
        count = next((told["count"] for told in answer.lines if "count" in told), None)
        if count is None:
            return answer.missing("GPU")
        if not listing.goes_on(answer, count):
            return listing.found(timed_out=answer.timed_out)


class _Listing:
    """The GPUs that were listed so far, and those that are left out; `first` is the one to begin with."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.first = 0
        self._devices: list[GpuDevice] = []
        self._failed: list[str] = []
        self._troubles: list[Trouble] = []
        self._hung = False

    def take(self, lines: Iterable[dict[str, Any]]) -> None:
        """Take what the process told of each GPU."""
        for told in lines:
            if "index" not in told:
                continue
            self.first = told["index"] + 1
            about = told.get("gpu") or {}
            device = _device(told["index"], about)
            if device is None:
                why = _reason(about or told)
                self._failed.append(f"GPU {told['index']}: {why}")
                self._troubles.append(_trouble_of_gpu(told, why))
            else:
                self._devices.append(device)
                self._troubles += _troubles_of_device(device, about)

    def goes_on(self, answer: _Answer, count: int) -> bool:
        """Return whether the rest of the GPUs is asked for. A GPU at which the query hung or crashed is passed over; a
        second one that hangs ends the queries."""
        if answer.why_ended is None or self.first >= count:
            return False
        passed = self.first
        self._failed.append(f"GPU {passed}: {answer.why_ended}")
        self._troubles.append(Trouble(answer.cause, f"{VIA}: GPU {passed}: {answer.why_ended}", str(passed)))
        self.first += 1
        if self.first >= count or (self._hung and answer.timed_out):
            self._failed += [f"GPU {index}: not asked" for index in range(self.first, count)]
            return False
        self._hung = self._hung or answer.timed_out
        return True

    def found(self, *, timed_out: bool) -> Found[tuple[GpuDevice, ...]] | Missing:
        """Return the GPUs; `timed_out` is whether the last answer did not come in time."""
        notes = "; ".join(self._failed)
        if self._devices:
            via = f"{VIA}, but {notes}" if self._failed else VIA
            return Found(tuple(self._devices), via, tuple(self._troubles))
        if not self._failed:
            self._troubles.append(Trouble(Cause.NO_DEVICES, f"{VIA}: it lists no GPU"))
        missing = NoAnswer if self._hung or timed_out else Missing
        return missing("GPU", (f"{VIA} ({notes or 'it lists none'})",), tuple(self._troubles))


def _troubles_of_device(device: GpuDevice, about: Mapping[str, Any]) -> Iterator[Trouble]:
    """What keeps programs from a GPU that is there: MIG without an instance, or one that waits; a compute mode."""
    if device.mig == ():
        yield Trouble(Cause.MIG_EMPTY, f"{VIA}: GPU {device.index} has no MIG instance", str(device.index))
    now, then = about.get("mig_mode") or (0, 0)
    if now != then:
        what = "MIG mode on now, off after a reset" if now else "MIG mode off now, on after a reset"
        yield Trouble(Cause.MIG_PENDING, f"{VIA}: GPU {device.index}: {what}", str(device.index))
    cause, mode = _MODES.get(about.get("compute_mode"), (None, ""))
    if cause is not None:
        yield Trouble(cause, f"{VIA}: GPU {device.index} is in compute mode {mode}", str(device.index))


def driver(roots: Roots | None = None) -> Found[DriverFacts] | Missing:
    """Return the driver's release and CUDA version as NVML says them; either may be `None`, not both."""
    answer = _asked(limit_s(roots), "driver")
    said = next((told["driver"] for told in answer.lines if "driver" in told), None)
    if said is None:
        return answer.missing("driver")
    try:
        release = DriverRelease.parse(said["release"]) if said["release"] else None
    except ParseError:
        release = None
    cuda = cuda_version_of(said["cuda"]) if said["cuda"] else None
    if release is None and cuda is None:
        return Missing("driver", (f"{VIA} (it says no version)",))
    return Found(DriverFacts(release, cuda), VIA)


# -- the process that loads the library


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the process told; `failed` is why NVML could not be asked at all, with its error if it said one, `why_ended`
    why the process ended before its end."""

    lines: tuple[dict[str, Any], ...]
    failed: str | None
    why_ended: str | None
    timed_out: bool
    error: int | None = None

    @property
    def cause(self) -> Cause:
        """Why the process ended before its end."""
        return Cause.NO_ANSWER if self.timed_out else Cause.CRASHED

    def missing(self, what: str) -> Missing:
        """Nothing, with the reason and, where a driver is here, what is wrong with it."""
        reason = self.failed or self.why_ended or "its answer is not understood"
        cause = NVML_CAUSES.get(self.error or 0) if self.failed else self.cause if self.why_ended else None
        number = f"error {self.error}, " if self.error else ""
        troubles = (Trouble(cause, f"{VIA}: {number}{reason}"),) if cause is not None else ()
        return (NoAnswer if self.timed_out else Missing)(what, (f"{VIA} ({reason})",), troubles)


def limit_s(roots: Roots | None) -> float:
    """How many seconds the driver may take: without persistence mode it starts the GPUs one after the other."""
    return _FIRST_S + _MORE_S * max(0, len(pci.cards(roots)) - 1)


def _asked(limit_s: float, *question: str) -> _Answer:
    folder = home_of("pynvml")
    if folder is None or not sys.executable:
        why = "its Python bindings do not load: no module pynvml" if folder is None else "no Python program to ask with"
        return _Answer((), why, None, timed_out=False)
    child = Path(__file__).with_name("nvml_child.py")
    ran = ask([sys.executable, "-I", "-S", str(child), str(folder), *question], limit_s)
    if not came_to_it(ran):
        return _Answer((), TOO_BUSY, None, timed_out=False)
    lines = tuple(_lines(ran.stdout))
    failed = next((each for each in lines if "failed" in each or ("why" in each and "index" not in each)), None)
    reason = None if failed is None else str(failed.get("failed") or _reason(failed))
    error = failed.get("error") if failed is not None else None
    return _Answer(lines, reason, ran.why_failed, timed_out=ran.rc is None, error=error)


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            told = json.loads(line) if line.startswith("{") else None
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told


def _reason(told: dict[str, Any]) -> str:
    number, said = told.get("error"), str(told.get("why") or "")
    known = _REASONS.get(number) if isinstance(number, int) else None
    return known or said or f"error {number}"


def reason_of(error: Any) -> str:
    """An NVMLError in words; its `value` is the number."""
    return _reason({"error": getattr(error, "value", None), "why": str(error)})


def gpu_of(nvml: Any, index: int) -> GpuDevice:
    """Return the GPU of this number as an opened NVML describes it; its NVMLError where it cannot."""
    told = described(nvml, index)
    device = _device(index, told)
    if device is None:
        raise nvml.NVMLError(told["error"])
    return device


def _trouble_of_gpu(told: dict[str, Any], why: str) -> Trouble:
    """Why a GPU is left out. A handle that cannot be had for an unknown reason is a GPU off the bus, too."""
    about = told.get("gpu") or told
    error = about.get("error")
    lost = error == _UNKNOWN and "gpu" not in told
    known = NVML_CAUSES.get(error) if isinstance(error, int) else None
    cause = Cause.GPU_LOST if lost else known or Cause.GPU_UNREADABLE
    number = f"error {error}, " if isinstance(error, int) else ""
    return Trouble(cause, f"{VIA}: GPU {told['index']}: {number}{why}", str(told["index"]))


def _device(index: int, told: dict[str, Any]) -> GpuDevice | None:
    """The GPU; `None` where it is lost, and where neither NVML nor the tables know its compute capability."""
    if not told or told.get("lost"):
        return None
    pci_id = pci_id_of(told["pci"]) if told["pci"] is not None else None
    capability = ComputeCapability(*told["capability"]) if told["capability"] else capability_of(pci_id)
    if capability is None:
        return None
    return GpuDevice(
        index,
        told["name"] or "NVIDIA GPU",
        capability,
        uuid=told["uuid"],
        pci_id=pci_id,
        memory_bytes=told["memory"],
        bus_id=pci.address_of(told["bus"]),
        mig=None if told["mig"] is None else tuple(told["mig"]),
    )


def pci_id_of(number: int) -> str | None:
    """`10de:2335` of NVML's combined number, whose low half is the vendor; `None` for another vendor's."""
    device, vendor = divmod(number, 1 << 16)
    return f"10de:{device:04x}" if vendor == 0x10DE else None


def cuda_version_of(number: int) -> DriverCudaVersion:
    """13.0 of 13000, as NVML and cuDriverGetVersion count: 1000 * major + 10 * minor."""
    return DriverCudaVersion(number // 1000, number % 1000 // 10)
