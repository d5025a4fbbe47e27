"""What NVML says, a line of JSON each as it is told. Run by its path, in a process of its own: a library that hangs or
crashes then costs that process, and what it told before counts.

    python -I -S nvml_child.py FOLDER-OF-THE-BINDINGS (driver | gpus FIRST)
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

LOST = (15, 16)  # NVML_ERROR_GPU_IS_LOST, NVML_ERROR_RESET_REQUIRED
_MOST_INSTANCES = 16  # of MIG; a GPU has up to 7


def say(**what: object) -> None:
    """Print one line; on a new one, because a library may print, too."""
    print("\n" + json.dumps(what), flush=True)  # noqa: T201  the answer of this process


def attempt(nvml: Any, call: Callable[..., Any], *arguments: Any) -> Any:
    """A call's answer, or `None` where this driver or GPU has none."""
    try:
        return answer_of(call, *arguments)
    except nvml.NVMLError:
        return None


def answer_of(call: Callable[..., Any], *arguments: Any) -> Any:
    """A call's answer. The bindings decode a text strictly: of one that is not UTF-8, the bytes."""
    try:
        return call(*arguments)
    except UnicodeDecodeError as error:
        return error.object


def text(value: Any) -> str:
    """Bindings before 11.5 return bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def words(error: Any) -> str:
    """What the library says of an error; the number, if the words are not UTF-8."""
    try:
        return str(error)
    except UnicodeDecodeError:
        return f"error {error.value}"


class Calls:
    """The calls about one GPU. `lost` is the error of one that says that the GPU is gone, whatever others answer."""

    def __init__(self, nvml: Any) -> None:
        self._nvml = nvml
        self.lost: int | None = None

    def __call__(self, name: str, *arguments: Any) -> Any:
        """The answer, or `None`, as `attempt`; also for a call that the bindings do not have."""
        try:
            return answer_of(getattr(self._nvml, name), *arguments)
        except AttributeError:
            return None
        except self._nvml.NVMLError as error:
            if error.value in LOST:
                self.lost = error.value
            return None


def instances(ask: Calls, handle: Any) -> list[str] | None:
    """Return the ids of a GPU's MIG instances; `None` where it is not split."""
    mode = ask("nvmlDeviceGetMigMode", handle)
    if not mode or not mode[0]:
        return None
    found = []
    for index in range(min(ask("nvmlDeviceGetMaxMigDeviceCount", handle) or 0, _MOST_INSTANCES)):
        instance = ask("nvmlDeviceGetMigDeviceHandleByIndex", handle, index)
        if instance is not None:
            found.append(text(ask("nvmlDeviceGetUUID", instance) or ""))
    return found


def mig_mode(ask: Calls, handle: Any) -> list[int] | None:
    """Return whether a GPU is split now, and whether it will be after a reset; `None` where it cannot be."""
    mode = ask("nvmlDeviceGetMigMode", handle)
    return [int(each) for each in mode] if mode else None


def described(nvml: Any, index: int) -> dict[str, Any]:
    """Return what an opened NVML tells of the GPU of this number: plain values, `None` for what it does not tell."""
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    ask = Calls(nvml)
    name = ask("nvmlDeviceGetName", handle)
    uuid = ask("nvmlDeviceGetUUID", handle)
    pci = ask("nvmlDeviceGetPciInfo", handle)
    memory = ask("nvmlDeviceGetMemoryInfo", handle)
    told: dict[str, Any] = {
        "name": text(name) if name else None,
        "uuid": text(uuid) if uuid else None,
        "pci": int(pci.pciDeviceId) if pci is not None else None,
        "bus": text(pci.busId) if pci is not None else None,
        "memory": int(memory.total) if memory is not None and memory.total else None,
        "mig": instances(ask, handle),
        "mig_mode": mig_mode(ask, handle),
        "compute_mode": ask("nvmlDeviceGetComputeMode", handle),
    }
    try:
        told["capability"] = [int(part) for part in nvml.nvmlDeviceGetCudaComputeCapability(handle)]
    except nvml.NVMLError as error:
        told |= {"capability": None, "error": error.value, "why": words(error)}
        ask.lost = error.value if error.value in LOST else ask.lost
    if ask.lost is not None:
        told |= {"lost": True, "error": ask.lost}
    return told


def driver(nvml: Any) -> dict[str, Any]:
    """Return the driver's release as a text and the CUDA version as a number; `None` for what is not told."""
    release = attempt(nvml, nvml.nvmlSystemGetDriverVersion)
    # _v2 asks the installed libcuda, which is what programs load; the first form is NVML's own.
    newest = attempt(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2)
    return {
        "release": text(release) if release else None,
        "cuda": newest or attempt(nvml, nvml.nvmlSystemGetCudaDriverVersion),
    }


def gpus(nvml: Any, first: int) -> None:
    """Say how many there are, then each from `first` on, one that fails with its reason."""
    count = nvml.nvmlDeviceGetCount()
    say(count=count)
    for index in range(first, count):
        try:
            say(index=index, gpu=described(nvml, index))
        except nvml.NVMLError as error:
            say(index=index, error=error.value, why=words(error))
        except (OSError, AttributeError, ValueError) as error:
            say(index=index, why=f"unusable: {error}")


def main(folder: str, question: str, first: str = "0") -> None:
    """Open NVML and answer the question."""
    sys.path.append(folder)
    try:
        with warnings.catch_warnings():  # the deprecated package of the same name warns on import
            warnings.simplefilter("ignore")
            import pynvml as nvml
        failure = nvml.NVMLError
    except Exception as error:  # noqa: BLE001  whatever a broken package raises is the answer
        say(failed=f"its Python bindings do not load: {error}")
        return
    say(begun=True)
    try:
        nvml.nvmlInit()
        if question == "gpus":
            gpus(nvml, int(first))
        else:
            say(driver=driver(nvml))
        attempt(nvml, nvml.nvmlShutdown)
    except failure as error:
        say(error=error.value, why=words(error))
    except (OSError, AttributeError, ValueError) as error:  # a library that is not NVML, or far too old
        say(failed=f"unusable: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
