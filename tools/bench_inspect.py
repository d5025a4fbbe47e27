#!/usr/bin/env python3
"""Times `cudacompat inspect FILE` beside NVIDIA's `cuobjdump --list-elf --list-ptx FILE`, and prints a Markdown table.

    pip install -e '.[test]'                       brings cuobjdump (or have one on PATH)
    pip download --no-deps --only-binary=:all: nvidia-cublas==13.10.0.20 torch==2.6.0
    unzip -j nvidia_cublas-*.whl '*/libcublasLt.so.13'; unzip -j torch-*.whl '*/libtorch_cuda.so'
    bench_inspect.py libcublasLt.so.13 libtorch_cuda.so

Both are whole processes, started alternately so that a busy machine hits both; the file is read once before, so that
it lies in the page cache. Time is wall-clock, memory the peak resident set. `walk` is the reading of the headers alone,
inside a Python process that is already running: of the registered sections, and with the search of all other data.
What the two find differs where cuobjdump does not look: it lists the registered section and leaves out relocatable
code; `inspect` searches all data sections.
"""

from __future__ import annotations

import argparse
import importlib.util
import mmap
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

WALK = (
    "--walk"  # how this script calls itself: a process started by a large one counts the memory of that one as its own
)


@dataclass(frozen=True)
class Run:
    """One process: seconds, peak memory in MiB, exit status, what it printed."""

    seconds: float
    memory: float
    status: int
    out: str


def cuobjdump() -> Path:
    """The one of the test extra, or the first on PATH."""
    spec = importlib.util.find_spec("nvidia")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        tool = Path(folder, "cu13", "bin", "cuobjdump")
        if tool.is_file():
            return tool
    found = shutil.which("cuobjdump")
    if found is None:
        raise SystemExit("no cuobjdump: pip install 'cudacompat[test]', or put a CUDA toolkit on PATH")
    return Path(found)


def run(command: Sequence[str | Path]) -> Run:
    """Run a command to its end."""
    read_end, write_end = os.pipe()
    start = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, write_end, 1), (os.POSIX_SPAWN_DUP2, null, 2), (os.POSIX_SPAWN_CLOSE, read_end)]
    pid = os.posix_spawn(str(command[0]), [str(part) for part in command], os.environ, file_actions=actions)
    os.close(write_end)
    os.close(null)
    with os.fdopen(read_end, "rb") as stream:
        out = stream.read()
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    return Run(seconds, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), out.decode(errors="replace"))


def fastest(work: Callable[[], object], times: int) -> float:
    """The least milliseconds of several calls, after one that is not counted."""
    work()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found) * 1e3


def walk(path: Path, times: int) -> None:
    """Print the milliseconds of the walk of the registered sections (ELF only), and of the whole file."""
    from cudacompat.artifacts.binaries import elf
    from cudacompat.artifacts.binaries.buffer import Allowance
    from cudacompat.artifacts.binaries.gather import Gatherer
    from cudacompat.artifacts.binaries.section import OFFICIAL
    from cudacompat.artifacts.files.binary import read_binary
    from cudacompat.artifacts.files.sniff import HEAD, Kind, sniff

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        kind = sniff(mapped[:HEAD], len(mapped))
        allowance = Allowance(0)  # without kernels' names nothing is inflated

        def registered() -> None:
            sections = elf.read_image(mapped, 0, len(mapped)).sections or []
            Gatherer(mapped, allowance, kernels=False).sections([each for each in sections if each.name in OFFICIAL])

        if kind is Kind.ELF:
            print(f"{fastest(registered, times):.1f} ms", end=", ")
        print(f"{fastest(lambda: read_binary(str(path), mapped, kind, allowance, kernels=False), times):.1f} ms")


def images(text: str) -> int:
    """How many images cuobjdump listed."""
    return len(re.findall(r"^(?:ELF|PTX) file ", text, re.MULTILINE))


def processor() -> str:
    """What the machine calls its processor."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", info.read_text()) if info.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def rows_of(path: Path, tool: Path, runs: int) -> list[str]:
    """The lines of the table for one file."""
    ours: list[str | Path] = [sys.executable, "-m", "cudacompat", "inspect", path]
    theirs: list[str | Path] = [tool, "--list-elf", "--list-ptx", path]
    run(ours)
    run(theirs)
    pairs = [(run(ours), run(theirs)) for _ in range(runs)]
    walked = run([sys.executable, __file__, WALK, path, str(runs)]).out.strip()
    size = path.stat().st_size / 1e6
    found = re.search(r"(\d+) images?\)", pairs[0][0].out.splitlines()[-1])
    said = {"cudacompat inspect": found[1] if found else "none", "cuobjdump": str(images(pairs[0][1].out))}
    lines = []
    for name, each in zip(said, zip(*pairs, strict=True), strict=True):
        status = "" if each[0].status == 0 else f" (exit {each[0].status})"
        median, least = statistics.median(r.seconds for r in each) * 1e3, min(r.seconds for r in each) * 1e3
        memory = max(r.memory for r in each)
        cells = (f"{path.name}, {size:.0f} MB", name, f"{median:.0f} ms", f"{least:.0f} ms", f"{memory:.0f} MiB")
        lines.append(f"| {' | '.join(cells)} | {said[name]}{status} |")
    lines.append(f"| | walk: registered sections, whole file | | {walked} | | |")
    return lines


def main() -> None:
    if sys.argv[1:2] == [WALK]:
        walk(Path(sys.argv[2]), int(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--runs", type=int, default=7, help="processes of each kind (default: 7)")
    args = parser.parse_args()
    tool = cuobjdump()
    release = re.search(r"V(\d[\d.]+)", subprocess.run([tool, "--version"], capture_output=True, text=True).stdout)
    print("| file | what | median | fastest | peak memory | images |")
    print("|---|---|---|---|---|---|")
    for path in args.files:
        for line in rows_of(path, tool, args.runs):
            print(line, flush=True)
    version = run([sys.executable, "-m", "cudacompat", "--version"]).out.partition("\n")[0]
    print(
        f"\n{version} on Python {platform.python_version()}, cuobjdump "
        f"{release[1] if release else 'of unknown version'}; {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()}; {args.runs} processes of each, started alternately, file in the page cache; "
        f"load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
