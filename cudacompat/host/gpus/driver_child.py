"""Loads modules with the driver's own library: the program that `driver_api`, beside it, runs in a process apart.

Standard library only; it is started as a file, without site-packages. Line by line on standard input: what to load.
Line by line on standard output: what the driver answered, each module announced before it is tried, so that the
parent knows which one broke the process.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Callable
from typing import Any

_PADDING = 1 << 16  # zero bytes behind an image: the driver trusts the sizes that it states


def main(library: str, device: int) -> int:
    """Answer until standard input ends; the exit code is 0 unless the driver does not come up."""
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    try:
        cuda = ctypes.CDLL(library)
    except OSError as error:
        _say(failed=str(error))
        return 1
    handle, context = ctypes.c_int(), ctypes.c_void_p()
    steps: tuple[tuple[str, Callable[[], int]], ...] = (
        ("cuInit", lambda: int(cuda.cuInit(0))),
        ("cuDeviceGet", lambda: int(cuda.cuDeviceGet(ctypes.byref(handle), device))),
        ("cuDevicePrimaryCtxRetain", lambda: int(cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), handle))),
        ("cuCtxSetCurrent", lambda: int(cuda.cuCtxSetCurrent(context))),
    )
    for name, step in steps:
        code = step()
        if code:
            _say(failed=f"{name}: error {_named(cuda, code)}")
            return 1
    _say(ready=True)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        _say(begin=asked["number"])
        _say(number=asked["number"], **_answer(cuda, asked))
        if cuda.cuCtxSynchronize():
            return 0  # the context is lost: the rest needs a new process
    return 0


def _answer(cuda: Any, asked: dict[str, Any]) -> dict[str, Any]:
    with open(asked["path"], "rb") as file:  # noqa: PTH123  pathlib alone would double the start of this process
        file.seek(asked["offset"])
        data = file.read(asked["size"])
    if len(data) != asked["size"]:
        return {"load": None, "why": "the file has changed"}
    module = ctypes.c_void_p()
    load = int(cuda.cuModuleLoadData(ctypes.byref(module), data + bytes(_PADDING)))
    refused = []
    if not load:
        function = ctypes.c_void_p()
        for index, name in enumerate(asked["kernels"]):
            encoded = name.encode("utf-8", "surrogateescape")
            code = int(cuda.cuModuleGetFunction(ctypes.byref(function), module, encoded))
            if code:
                refused.append([index, code])
        cuda.cuModuleUnload(module)
    codes = sorted({load, *(code for _, code in refused)} - {0})
    names = {code: _name(cuda, code) for code in codes}
    return {"load": load, "asked": 0 if load else len(asked["kernels"]), "refused": refused, "names": names}


def _name(cuda: Any, code: int) -> str | None:
    text = ctypes.c_char_p()
    cuda.cuGetErrorName(code, ctypes.byref(text))
    return text.value.decode("ascii", "replace") if text.value else None


def _named(cuda: Any, code: int) -> str:
    return f"{code} ({_name(cuda, code) or 'unknown'})"


def _say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
