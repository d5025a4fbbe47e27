"""NVML while a command runs: each GPU's memory and load, and what its processes hold."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cudacompat.domain.machine.facts import GpuDevice
from cudacompat.domain.runs.observation import DeviceUse
from cudacompat.host.gpus.nvml import LIBRARY, VIA, gpu_of, reason_of
from cudacompat.places.safe_search import stray_library

_SETTLE_S = 3.0  # the driver gives memory back a moment after a process has ended


@dataclass(slots=True)
class _Seen:
    handle: Any
    gpu: GpuDevice
    before: int
    known: frozenset[int]  # processes that were there before
    peak: int = 0
    after: int = 0
    busy: int | None = None
    own: int | None = None
    others: bool = False


class NvmlWatch:
    """Opened once; `why` says why nothing can be seen, if so."""

    def __init__(self) -> None:
        self.why: str | None = None
        self._nvml: Any = None
        self._seen: list[_Seen] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import pynvml
        except Exception as error:  # noqa: BLE001  a broken package must not end the run
            self.why = f"{VIA}: its Python bindings do not load: {error}"
            return
        stray = stray_library(LIBRARY)
        if stray is not None:
            self.why = f"{VIA}: {stray} is not loaded: LD_LIBRARY_PATH leads into the current directory"
            return
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            self.why = f"{VIA}: {reason_of(error)}"
            return
        except (OSError, AttributeError, ValueError) as error:
            self.why = f"{VIA}: unusable: {error}"
            return
        self._nvml = pynvml
        self._open()

    def _open(self) -> None:
        nvml = self._nvml
        for index in range(nvml.nvmlDeviceGetCount()):
            try:
                handle = nvml.nvmlDeviceGetHandleByIndex(index)
                gpu = gpu_of(nvml, index)
            except nvml.NVMLError:
                continue
            used = self._used(handle)
            pids = frozenset(pid for pid, _ in self._processes(handle))
            self._seen.append(_Seen(handle, gpu, used or 0, known=pids, peak=used or 0, after=used or 0))
        if not self._seen:
            self.why = f"{VIA}: it lists no GPU"

    @property
    def gpus(self) -> tuple[GpuDevice, ...]:
        """The GPUs that are watched."""
        return tuple(each.gpu for each in self._seen)

    def sample(self, pids: Iterable[int]) -> None:
        """Look once; `pids` are the command's processes."""
        mine = frozenset(pids)
        for each in self._seen:
            used = self._used(each.handle)
            if used is not None:
                each.peak = max(each.peak, used)
                each.after = used
            with contextlib.suppress(self._nvml.NVMLError):
                busy = int(self._nvml.nvmlDeviceGetUtilizationRates(each.handle).gpu)
                each.busy = max(each.busy or 0, busy)
            own = 0
            for pid, held in self._processes(each.handle):
                if pid in mine:
                    own += held or 1  # listed, but how much is not told (WDDM, MIG)
                else:
                    each.others = True
            if own:
                each.own = max(each.own or 0, own)

    def lists(self, pid: int) -> int | None:
        """The bytes that NVML lists for a process now, on all GPUs together; `None` where it lists it on none."""
        held = [memory for each in self._seen for number, memory in self._processes(each.handle) if number == pid]
        return sum(memory or 1 for memory in held) if held else None

    def finish(self) -> tuple[DeviceUse, ...]:
        """Wait until the memory is given back, and return what was seen of each GPU."""
        deadline = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline:
            for each in self._seen:
                used = self._used(each.handle)
                each.after = each.after if used is None else used
            if all(each.after - each.before <= (each.peak - each.before) // 4 for each in self._seen):
                break
            time.sleep(0.1)
        return self.usage()

    def usage(self) -> tuple[DeviceUse, ...]:
        """Return what was seen of each GPU so far."""
        return tuple(
            DeviceUse(
                index=each.gpu.index,
                name=each.gpu.name,
                capability=each.gpu.capability,
                before=each.before,
                peak=each.peak,
                after=each.after,
                busy_peak=each.busy,
                own_peak=each.own,
                others=each.others,
            )
            for each in self._seen
        )

    def close(self) -> None:
        """Let go of the library."""
        if self._nvml is not None:
            with contextlib.suppress(self._nvml.NVMLError):
                self._nvml.nvmlShutdown()
            self._nvml = None

    def _used(self, handle: Any) -> int | None:
        try:
            return int(self._nvml.nvmlDeviceGetMemoryInfo(handle).used)
        except self._nvml.NVMLError:
            return None

    def _processes(self, handle: Any) -> list[tuple[int, int | None]]:
        found: dict[int, int | None] = {}
        for name in ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetMPSComputeRunningProcesses"):
            try:
                for process in getattr(self._nvml, name)(handle):
                    memory = process.usedGpuMemory
                    found.setdefault(int(process.pid), int(memory) if memory else None)
            except (self._nvml.NVMLError, AttributeError):
                continue
        return list(found.items())
