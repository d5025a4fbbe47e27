"""What the driver's management library (NVML) says, through NVIDIA's own bindings (nvidia-ml-py).

NVML lists every GPU of the machine, whatever CUDA_VISIBLE_DEVICES says. Each of its calls may fail by itself: a lost
GPU, a field that a card does not have, a driver that was updated under the running kernel module.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, Missing
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease
from cudacompat.host.gpus.capability import capability_of
from cudacompat.host.safe_search import stray_library

VIA = "NVML"
LIBRARY = "libnvidia-ml.so.1"  # as the bindings load it, by its name

T = TypeVar("T")

# NVML's error numbers (nvml.h, nvmlReturn_enum) whose cause a user can do something about.
_REASONS = {
    4: "no permission to use the driver",
    9: "the driver's kernel module is not loaded",
    12: "libnvidia-ml not found: no driver here",
    15: "the GPU has fallen off the bus: reboot",
    16: "the GPU must be reset",
    18: "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver",
}


def gpus() -> Found[tuple[GpuDevice, ...]] | Missing:
    """Return the machine's GPUs as NVML lists them. A GPU that does not say what it is is left out and named in
    `found_via`."""
    return _ask("GPU", _gpus)


def driver() -> Found[DriverFacts] | Missing:
    """Return the driver's release and CUDA version as NVML says them; either may be `None`, not both."""
    return _ask("driver", _driver)


def _ask(what: str, question: Callable[[Any], Found[T] | Missing]) -> Found[T] | Missing:
    """The answer of an opened NVML, or why there is none."""
    try:
        with warnings.catch_warnings():  # the deprecated package of the same name warns on import
            warnings.simplefilter("ignore")
            import pynvml
        failure = pynvml.NVMLError
    except Exception as error:  # noqa: BLE001  a broken package must not end the diagnosis
        return Missing(what, (f"{VIA} (its Python bindings do not load: {error})",))
    stray = stray_library(LIBRARY)
    if stray is not None:
        return Missing(what, (f"{VIA} ({stray}: LD_LIBRARY_PATH leads into the current folder, so nothing is loaded)",))
    try:
        with _opened(pynvml):
            return question(pynvml)
    except failure as error:
        return Missing(what, (f"{VIA} ({reason_of(error)})",))
    except (OSError, AttributeError, ValueError) as error:  # a library that is not NVML, or far too old
        return Missing(what, (f"{VIA} (unusable: {error})",))


@contextmanager
def _opened(nvml: Any) -> Iterator[None]:
    nvml.nvmlInit()
    try:
        yield
    finally:
        with suppress(nvml.NVMLError):
            nvml.nvmlShutdown()


def reason_of(error: Any) -> str:
    """An NVMLError in words; its `value` is the number."""
    number = getattr(error, "value", None)
    known = _REASONS.get(number) if isinstance(number, int) else None
    return known or f"{error}" or f"error {number}"


def _try(nvml: Any, call: Callable[..., Any], *arguments: Any) -> Any:
    """A call's answer, or `None` where this driver or GPU has none."""
    try:
        return call(*arguments)
    except nvml.NVMLError:
        return None


def _str(value: Any) -> str:
    """Bindings before 11.5 return bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _gpus(nvml: Any) -> Found[tuple[GpuDevice, ...]] | Missing:
    found, failed = [], []
    for index in range(nvml.nvmlDeviceGetCount()):
        try:
            found.append(gpu_of(nvml, index))
        except nvml.NVMLError as error:
            failed.append(f"GPU {index}: {reason_of(error)}")
    notes = "; ".join(failed)
    if found:
        return Found(tuple(found), f"{VIA}, but {notes}" if failed else VIA)
    return Missing("GPU", (f"{VIA} ({notes or 'it lists none'})",))


def gpu_of(nvml: Any, index: int) -> GpuDevice:
    """Return the GPU of this number as an opened NVML describes it; its NVMLError where it cannot."""
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    name = _try(nvml, nvml.nvmlDeviceGetName, handle)
    uuid = _try(nvml, nvml.nvmlDeviceGetUUID, handle)
    pci = _try(nvml, nvml.nvmlDeviceGetPciInfo, handle)
    memory = _try(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    pci_id = pci_id_of(int(pci.pciDeviceId)) if pci is not None else None
    try:
        capability = ComputeCapability(*map(int, nvml.nvmlDeviceGetCudaComputeCapability(handle)))
    except nvml.NVMLError:
        known = capability_of(pci_id)
        if known is None:
            raise
        capability = known
    return GpuDevice(
        index=index,
        name=_str(name) if name else "NVIDIA GPU",
        capability=capability,
        uuid=_str(uuid) if uuid else None,
        pci_id=pci_id,
        memory_bytes=int(memory.total) if memory is not None and memory.total else None,
    )


def pci_id_of(number: int) -> str | None:
    """`10de:2335` of NVML's combined number, whose low half is the vendor; `None` for another vendor's."""
    device, vendor = divmod(number, 1 << 16)
    return f"10de:{device:04x}" if vendor == 0x10DE else None


def _driver(nvml: Any) -> Found[DriverFacts] | Missing:
    text = _try(nvml, nvml.nvmlSystemGetDriverVersion)
    # _v2 asks the installed libcuda, which is what programs load; the first form is NVML's own.
    number = _try(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2) or _try(nvml, nvml.nvmlSystemGetCudaDriverVersion)
    try:
        release = DriverRelease.parse(_str(text)) if text else None
    except ParseError:
        release = None
    cuda = cuda_version_of(number) if number else None
    if release is None and cuda is None:
        return Missing("driver", (f"{VIA} (it says no version)",))
    return Found(DriverFacts(release, cuda), VIA)


def cuda_version_of(number: int) -> DriverCudaVersion:
    """13.0 of 13000, as NVML and cuDriverGetVersion count: 1000 * major + 10 * minor."""
    return DriverCudaVersion(number // 1000, number % 1000 // 10)
