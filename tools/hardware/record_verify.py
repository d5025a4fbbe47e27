#!/usr/bin/env python3
"""Runs `cudacompat verify` and `bench` on this machine's GPU on runs whose answer is known, and records what they say.

    record_verify.py OUT [NAME…]

Needs cudacompat importable, a driver, nvcc, and PyTorch for the runs that are called after it. OUT gets verify.json:
for each run the command, what verify has to say, what it said, and its exit code; and bench.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from prove_whisper import Record

HERE = Path(__file__).resolve().parent
TORCH = """
import sys, time, torch
mode = sys.argv[1]
print("cuda", torch.cuda.is_available(), flush=True)
if mode == "available":
    time.sleep(2)
    sys.exit()
where = "cuda" if torch.cuda.is_available() else "cpu"
a = torch.ones(2048, 2048, device=where)
until = time.monotonic() + 2
while time.monotonic() < until:
    a = (a @ a).clamp(-1, 1)
    float(a[0, 0])
print("done", where)
"""
CONTEXT = """
import ctypes, time
cuda = ctypes.CDLL("libcuda.so.1")
device, context = ctypes.c_int(), ctypes.c_void_p()
assert cuda.cuInit(0) == 0 and cuda.cuDeviceGet(ctypes.byref(device), 0) == 0
assert cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device) == 0
time.sleep(2)
"""


def main() -> None:
    out = Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    only = sys.argv[2:]
    folder = Path(tempfile.mkdtemp())
    os.chdir(folder)
    builds = {
        "native": ["-arch=sm_90"],
        "ptx": ["-gencode", "arch=compute_75,code=compute_75"],
        "both": ["-gencode", "arch=compute_90,code=sm_90", "-gencode", "arch=compute_75,code=compute_75"],
        "wrong": ["-gencode", "arch=compute_80,code=sm_80"],
    }
    Path("torch_run.py").write_text(TORCH)
    python, verify = sys.executable, [sys.executable, "-m", "cudacompat", "verify", "--format", "json"]
    torch = [*verify, "--cold", "--", python, "torch_run.py", "run"]
    slow = None if only and "torch" not in only else subprocess.Popen(torch, stdout=subprocess.PIPE, text=True)
    making = [
        subprocess.Popen(["nvcc", "-std=c++17", *flags, str(HERE / "engine.cu"), "-o", name])
        for name, flags in builds.items()
    ]
    for each in making:
        if each.wait():
            raise SystemExit("engine.cu does not compile")
    Path("context.py").write_text(CONTEXT)
    warm = str(folder / "warm")
    Path(warm).mkdir()
    server = "./native 60 & exec python3 -m http.server 18123 --bind 127.0.0.1"
    health = ["--health", "http://127.0.0.1:18123/"]
    own_pids = ["unshare", "--pid", "--fork", "--mount-proc"]
    # name: (expected verdict, exit code, what runs verify, options, command, environment)
    runs: dict[str, tuple[str, int, list[str], list[str], list[str], dict[str, str]]] = {
        "native": ("gpu", 0, [], ["--expect", "native"], ["./native", "1"], {}),
        "native, cold": ("gpu", 0, [], ["--cold", "--expect", "native"], ["./native", "1"], {}),
        "machine code before PTX": ("gpu", 0, [], ["--expect", "native"], ["./both", "1"], {}),
        "PTX, cold": ("gpu-jit", 1, [], ["--cold"], ["./ptx", "1"], {}),
        "PTX, filling a cache": ("gpu-jit", 0, [], ["--expect", "gpu"], ["./ptx", "1"], {"CUDA_CACHE_PATH": warm}),
        "PTX, warm": ("gpu-jit", 1, [], [], ["./ptx", "1"], {"CUDA_CACHE_PATH": warm}),
        "both forced, warm": (
            "gpu-jit",
            1,
            [],
            [],
            ["./both", "1"],
            {"CUDA_CACHE_PATH": warm, "CUDA_FORCE_PTX_JIT": "1"},
        ),
        "PTX, no cache": ("gpu-jit", 1, [], [], ["./ptx", "1"], {"CUDA_CACHE_DISABLE": "1"}),
        "no image": ("failed", 5, [], [], ["./wrong", "2"], {}),
        "no device": ("cpu-fallback", 1, [], [], ["./native", "1"], {"CUDA_VISIBLE_DEVICES": ""}),
        "context only": ("undecided", 4, [], [], [python, "context.py"], {}),
        "too little memory": ("gpu", 1, [], ["--min-gpu-memory", "100G"], ["./native", "1"], {}),
        "other GPU": ("gpu", 1, [], ["--gpu", "RTX 5070 Ti"], ["./native", "1"], {}),
        "server": ("gpu", 0, [], health, ["sh", "-c", server], {}),
        "own process numbers": ("gpu", 0, own_pids, ["--expect", "native"], ["./native", "1"], {}),
        "own process numbers, PTX": ("gpu-jit", 1, own_pids, ["--cold"], ["./ptx", "1"], {}),
        "torch on the CPU": ("cpu-fallback", 1, [], [], [python, "torch_run.py", "run"], {"CUDA_VISIBLE_DEVICES": ""}),
        "torch, only asked": ("cpu-fallback", 1, [], [], [python, "torch_run.py", "available"], {}),
    }
    records: list[dict[str, object]] = []
    about_it = (
        "What `verify` said of runs of engine.cu and of PyTorch whose answer is known. has_to_be and is: verdict "
    )
    written = Record(out / "verify.json", about_it + "and exit code", {str(folder): "/engine"})

    def record(name: str, has_to_be: tuple[str, int], text: str, code: int, about: dict[str, object]) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            said = {"verdict": None, "stdout": text[-2000:]}
        kept = {key: value for key, value in said.items() if key not in ("schema", "tool", "output")}
        row: dict[str, object] = {
            "name": name,
            "has_to_be": list(has_to_be),
            "is": [said["verdict"], code],
            **about,
            "said": kept,
        }
        records.append(row)
        good = "ok     " if row["has_to_be"] == row["is"] else "DIFFERS"
        print(good, name, row["is"], said.get("why", said), flush=True)
        written.put("runs", records)

    for name, (verdict, code, around, options, command, environment) in runs.items():
        if only and name not in only:
            continue
        started = time.monotonic()
        done = subprocess.run(
            [*around, *verify, *options, "--", *command],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        about = {"options": options, "around": around, "environment": environment}
        record(name, (verdict, code), done.stdout, done.returncode, about)
        print(f"        {time.monotonic() - started:.1f} s", flush=True)
    if not only or "bench" in only:
        options = ["--first", "first result", "--rate", r"([0-9.]+) items per second", "--runs", "2"]
        bench = [python, "-m", "cudacompat", "bench", "--format", "json", *options, "--", "./both", "0.5"]
        done = subprocess.run(bench, capture_output=True, text=True)
        (out / "bench.json").write_text(done.stdout)
        print("bench", done.returncode, done.stderr[-500:], flush=True)
    if slow is not None:
        text, _ = slow.communicate()
        record("torch", ("gpu", 0), text, slow.returncode, {"options": ["--cold"], "around": [], "environment": {}})


if __name__ == "__main__":
    main()
