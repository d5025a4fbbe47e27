#!/usr/bin/env python3
"""Records what a process that uses the GPU leaves to be seen: mapped libraries, device files, NVML's lists, JIT cache.

    record_signs.py OUT CASES.zip [RUN…]

Needs Python and the driver; PyTorch and nvidia-ml-py where they are. CASES.zip is tests/data/h200/cases.zip. Each stage
of a run is a line of OUT/signs.json: what was mapped and open when it was reached, and what NVML said of the process.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import ClassVar

_DRIVER_FILE = re.compile(r"(/\S*(?:libcuda|libnvidia|libnvcuvid)\S*)")


def seen(pid: int) -> dict[str, object]:
    """What /proc says of a process."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text()
    except OSError as error:
        return {"error": str(error)}
    files = sorted({match[1] for match in map(_DRIVER_FILE.search, maps.splitlines()) if match})
    open_files = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if "nvidia" in target:
            open_files.append(target)
    return {"maps": files, "open": sorted(set(open_files)), "mapped_device": "/dev/nvidia" in maps}


class Nvml:
    def __init__(self) -> None:
        try:
            import pynvml
        except ImportError:
            self.nvml = None
            return
        self.nvml = pynvml
        pynvml.nvmlInit()
        self.handle = pynvml.nvmlDeviceGetHandleByIndex(0)

    def say(self) -> dict[str, object]:
        if self.nvml is None:
            return {}
        said: dict[str, object] = {}
        for name, call in {
            "used": lambda: self.nvml.nvmlDeviceGetMemoryInfo(self.handle).used,
            "processes": lambda: [
                [p.pid, p.usedGpuMemory] for p in self.nvml.nvmlDeviceGetComputeRunningProcesses(self.handle)
            ],
            "utilisation": lambda: self.nvml.nvmlDeviceGetUtilizationRates(self.handle).gpu,
            "process_utilisation": lambda: [
                [p.pid, p.smUtil] for p in self.nvml.nvmlDeviceGetProcessUtilization(self.handle, 0)
            ],
        }.items():
            try:
                said[name] = call()
            except Exception as error:
                said[name] = f"{type(error).__name__}: {error}"
        return said


def cache_size(folder: str) -> list[int]:
    files = [file for file in Path(folder).rglob("*") if file.is_file()]
    return [len(files), sum(file.stat().st_size for file in files)]


def watch(
    name: str, command: list[str], nvml: Nvml, environment: dict[str, str], cache: str
) -> list[dict[str, object]]:
    """Run a staged command: at each line `stage NAME` look, then let it go on."""
    before = {"nvml": nvml.say(), "cache": cache_size(cache), "files": times(cache)}
    rows: list[dict[str, object]] = [{"run": name, "stage": "before", **before}]
    inotify = Inotify(cache)
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "CUDA_CACHE_PATH": cache, **environment},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    for line in process.stdout:
        if line.startswith("stage "):
            row: dict[str, object] = {"run": name, "stage": line.split(maxsplit=1)[1].strip(), "pid": process.pid}
            row["at"] = round(time.monotonic() - started, 3)
            row |= seen(process.pid) | {"nvml": nvml.say(), "cache": cache_size(cache)}
            rows.append(row)
            process.stdin.write("\n")
            process.stdin.flush()
        elif line.startswith("busy"):
            busy = []
            for _ in range(15):
                time.sleep(0.1)
                busy.append(nvml.say())
            rows.append({"run": name, "stage": "busy", "pid": process.pid, "samples": busy})
    process.wait()
    rows.append(
        {"run": name, "stage": "after", "rc": process.returncode, "nvml": nvml.say(), "cache": cache_size(cache)}
    )
    rows[-1] |= {"events": inotify.events(), "files": times(cache)}
    time.sleep(0.3)
    rows.append({"run": name, "stage": "later", "nvml": nvml.say()})
    return rows


class Inotify:
    """What is opened, read and written under a folder (inotify(7)); the folders that are there when it begins."""

    MASKS: ClassVar = {0x1: "access", 0x2: "modify", 0x4: "attrib", 0x8: "close-write", 0x20: "open", 0x100: "create"}

    def __init__(self, folder: str) -> None:
        libc = ctypes.CDLL(None)
        self.file = libc.inotify_init1(os.O_NONBLOCK)
        self.names: dict[int, str] = {}
        for place in [folder, *(str(p) for p in Path(folder).rglob("*") if p.is_dir())]:
            self.names[libc.inotify_add_watch(self.file, place.encode(), sum(self.MASKS))] = place.removeprefix(folder)

    def events(self) -> list[str]:
        said: list[str] = []
        while True:
            try:
                data = os.read(self.file, 1 << 16)
            except OSError:
                return said
            at = 0
            while at < len(data):
                watch, mask, _, length = struct.unpack_from("iIII", data, at)
                name = data[at + 16 : at + 16 + length].rstrip(b"\0").decode()
                words = [word for bit, word in self.MASKS.items() if mask & bit]
                said.append(f"{'+'.join(words)} {self.names[watch]}/{name}")
                at += 16 + length


def times(folder: str) -> list[object]:
    files = sorted(file for file in Path(folder).rglob("*") if file.is_file())
    rows: list[object] = []
    for file in files:
        status = file.stat()
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        rows.append([str(file.relative_to(folder)), status.st_size, status.st_mtime_ns, status.st_atime_ns, digest])
    return rows


def staged_driver(mode: str, file: str) -> None:
    """The driver API, step by step."""
    stage("start")
    cuda = ctypes.CDLL("libcuda.so.1")
    stage("loaded")
    assert cuda.cuInit(0) == 0
    stage("initialised")
    if mode == "init":
        return
    device, context = ctypes.c_int(), ctypes.c_void_p()
    assert cuda.cuDeviceGet(ctypes.byref(device), 0) == 0
    assert cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device) == 0
    assert cuda.cuCtxSetCurrent(context) == 0
    stage("context")
    if mode == "context":
        return
    module, function, out = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint64()
    data = Path(file).read_bytes() + bytes(65536)
    code = cuda.cuModuleLoadData(ctypes.byref(module), data)
    stage(f"module {code}")
    code = cuda.cuModuleGetFunction(ctypes.byref(function), module, b"k1")
    assert cuda.cuMemAlloc_v2(ctypes.byref(out), ctypes.c_size_t(4)) == 0
    one = ctypes.c_uint(1)
    parameter = (ctypes.c_void_p * 1)(ctypes.cast(ctypes.pointer(out), ctypes.c_void_p))
    launched = cuda.cuLaunchKernel(function, *[one] * 6, ctypes.c_uint(0), None, parameter, None) if not code else None
    code = code or launched or cuda.cuCtxSynchronize()
    stage(f"launched {code}")


def staged_torch(mode: str) -> None:
    stage("start")
    import torch

    stage("imported")
    available = torch.cuda.is_available()
    stage(f"available {available}")
    if mode == "available":
        return
    where = "cuda" if available else "cpu"
    a = torch.ones(2048, 2048, device=where)
    stage("allocated")
    b = a @ a
    total = float(b.sum())
    stage(f"multiplied {total}")
    if mode == "busy":
        print("busy", flush=True)
        until = time.monotonic() + 2.0
        while time.monotonic() < until:
            b = a @ b * 1e-4
            float(b[0, 0])


def stage(name: str) -> None:
    print(f"stage {name}", flush=True)
    sys.stdin.readline()


def main() -> None:
    if sys.argv[1] == "--driver":
        staged_driver(sys.argv[2], sys.argv[3])
        return
    if sys.argv[1] == "--torch":
        staged_torch(sys.argv[2])
        return
    out, cases = Path(sys.argv[1]), zipfile.ZipFile(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    names = {name.rpartition("/")[2]: name for name in cases.namelist()}
    listing = json.loads(Path(sys.argv[2]).with_name("truth.json").read_text())
    files = {case["id"]: case["file"] for case in listing["cases"]}
    chosen = {
        "native": next(f for i, f in files.items() if i.startswith("sass-only/sm_90-")),
        "ptx": next(f for i, f in files.items() if i.startswith("ptx-only/compute_80")),
    }
    for key, name in chosen.items():
        (folder / key).write_bytes(cases.read(name))
    only = sys.argv[3:]
    nvml = Nvml()
    me = [sys.executable, __file__]
    rows: list[dict[str, object]] = [{"chosen": chosen, "names": len(names), "nspid": nspid()}]
    warm = str(folder / "warm")
    Path(warm).mkdir()

    def run(name: str, command: list[str], cache: str | None = None, **environment: str) -> None:
        if only and not any(name.startswith(each) for each in only):
            return
        rows.extend(watch(name, me + command, nvml, environment, cache or tempfile.mkdtemp(dir=folder)))
        (out / "signs.json").write_text(json.dumps(rows, indent=1) + "\n")
        print(name, file=sys.stderr, flush=True)

    run("init", ["--driver", "init", ""])
    run("context", ["--driver", "context", ""])
    run("native", ["--driver", "run", str(folder / "native")])
    run("ptx cold", ["--driver", "run", str(folder / "ptx")], warm)
    run("ptx warm", ["--driver", "run", str(folder / "ptx")], warm)
    run("native, cache of others", ["--driver", "run", str(folder / "native")], warm)
    run("ptx warm again", ["--driver", "run", str(folder / "ptx")], warm)
    run("ptx cache off", ["--driver", "run", str(folder / "ptx")], CUDA_CACHE_DISABLE="1")
    run("torch available", ["--torch", "available"])
    run("torch busy", ["--torch", "busy"])
    run("torch cpu", ["--torch", "run"], CUDA_VISIBLE_DEVICES="")


def nspid() -> str:
    return next((line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("NSpid")), "")


if __name__ == "__main__":
    main()
