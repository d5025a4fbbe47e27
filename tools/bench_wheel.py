#!/usr/bin/env python3
"""Times `cudacompat inspect WHEEL` beside what people do without it: `unzip`, then `cuobjdump --list-elf --list-ptx` of
each library. Prints a Markdown table.

    pip install -e '.[test]'                       brings cuobjdump (or have one on PATH); unzip comes with the system
    pip download --no-deps --only-binary=:all: bitsandbytes==0.50.2
    bench_wheel.py bitsandbytes-*.whl

Processor time is user and system time of all processes of a run, medians; the runs alternate, so that a busy machine
hits both. The wheel is read once before, so that it lies in the page cache; it is unpacked into a temporary folder, in
memory where TMPDIR is one. POSIX only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.bench_inspect import cuobjdump, processor

_LIBRARY = ".so"


class Cost(NamedTuple):
    """Of one run: seconds of processors, seconds, MiB of its largest process."""

    cpu: float
    wall: float
    memory: float


def run(command: Sequence[str | Path]) -> Cost:
    """Run a command to its end; what it prints goes nowhere."""
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    begin = perf_counter()
    process = os.posix_spawn(str(command[0]), [str(part) for part in command], os.environ, file_actions=null)
    _, _, usage = os.wait4(process, 0)
    return Cost(usage.ru_utime + usage.ru_stime, perf_counter() - begin, usage.ru_maxrss / 1024)


def by_hand(wheel: Path, unzip: str, tool: Path) -> Cost:
    """Unpack the wheel and ask cuobjdump about each library in it."""
    with tempfile.TemporaryDirectory() as folder:
        costs = [run([unzip, "-q", wheel, "-d", folder])]
        libraries = [each for each in sorted(Path(folder).rglob("*")) if each.is_file() and _LIBRARY in each.name]
        costs += [run([tool, "--list-elf", "--list-ptx", each]) for each in libraries]
    cpu, wall, memory = zip(*costs, strict=True)
    return Cost(sum(cpu), sum(wall), max(memory))


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of times, the most of memory."""
    cpu, wall, memory = zip(*costs, strict=True)
    return Cost(statistics.median(cpu), statistics.median(wall), max(memory))


def rows_of(wheel: Path, unzip: str, tool: Path, runs: int) -> list[str]:
    """The lines of the table for one wheel."""
    ours = [sys.executable, "-I", "-m", "cudacompat", "inspect", wheel]
    run(ours)
    pairs = [(run(ours), by_hand(wheel, unzip, tool)) for _ in range(runs)]
    mine, theirs = (median(each) for each in zip(*pairs, strict=True))
    name = f"{wheel.name.partition('-cp')[0].partition('-py')[0]}, {wheel.stat().st_size / 1e6:.0f} MB"
    cells = ((name, "cudacompat inspect", mine, 1.0), ("", "unzip, cuobjdump", theirs, theirs.cpu / mine.cpu))
    return [
        f"| {title} | {what} | {cost.cpu:.2f} s | {cost.wall:.2f} s | {cost.memory:.0f} MiB | {times:.1f} |"
        for title, what, cost, times in cells
    ]


def main() -> None:
    """Print a table of the wheels that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheels", type=Path, nargs="+", metavar="WHEEL")
    parser.add_argument("--runs", type=int, default=5, help="runs of each kind (default: 5)")
    given = parser.parse_args()
    unzip, tool = shutil.which("unzip"), cuobjdump()
    if unzip is None:
        raise SystemExit("no unzip on PATH")
    print("| wheel | what | processor time | time | peak memory | times |\n|---|---|---|---|---|---|")
    for wheel in given.wheels:
        for line in rows_of(wheel, unzip, tool, given.runs):
            print(line, flush=True)
    version = subprocess.run([sys.executable, "-m", "cudacompat", "--version"], capture_output=True, text=True).stdout
    print(f"\n{version.partition(chr(10))[0]}; {processor()}, {os.cpu_count()} cores; medians of {given.runs}")


if __name__ == "__main__":
    main()
