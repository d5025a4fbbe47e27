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


def say(**what: object) -> None:
    """Print one line; on a new one, because a library may print, too."""
    print("\n" + json.dumps(what), flush=True)  # noqa: T201  the answer of this process


def attempt(nvml: Any, call: Callable[..., Any], *arguments: Any) -> Any:
    """A call's answer, or `None` where this driver or GPU has none."""
    try:
        return call(*arguments)
    except nvml.NVMLError:
        return None


def text(value: Any) -> str:
    """Bindings before 11.5 return bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def described(nvml: Any, index: int) -> dict[str, Any]:
    """Return what an opened NVML tells of the GPU of this number: plain values, `None` for what it does not tell."""
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    name = attempt(nvml, nvml.nvmlDeviceGetName, handle)
    uuid = attempt(nvml, nvml.nvmlDeviceGetUUID, handle)
    pci = attempt(nvml, nvml.nvmlDeviceGetPciInfo, handle)
    memory = attempt(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    told: dict[str, Any] = {
        "name": text(name) if name else None,
        "uuid": text(uuid) if uuid else None,
        "pci": int(pci.pciDeviceId) if pci is not None else None,
        "memory": int(memory.total) if memory is not None and memory.total else None,
    }
    try:
        told["capability"] = [int(part) for part in nvml.nvmlDeviceGetCudaComputeCapability(handle)]
    except nvml.NVMLError as error:
        told |= {"capability": None, "error": error.value, "why": str(error)}
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
            say(index=index, error=error.value, why=str(error))
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
    try:
        nvml.nvmlInit()
        if question == "gpus":
            gpus(nvml, int(first))
        else:
            say(driver=driver(nvml))
        attempt(nvml, nvml.nvmlShutdown)
    except failure as error:
        say(error=error.value, why=str(error))
    except (OSError, AttributeError, ValueError) as error:  # a library that is not NVML, or far too old
        say(failed=f"unusable: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
