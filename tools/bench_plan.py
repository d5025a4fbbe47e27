#!/usr/bin/env python3
"""Times planning: `generate` for each kind of file, and `rebuild --dry-run` of the projects in tests/projects.

    bench_plan.py [--runs N] [--source ENGINE=DIR]...

`--source` adds a real tree. Whole processes, after one run that fills the page cache; the median counts. Exits with 1
where the processor time of a plan is over 0.3 s.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cudacompat.engines import known
from cudacompat.generate.outputs import reaching

ROOT = Path(__file__).resolve().parent.parent
MOST = 0.3  # seconds of processor time
PROJECTS = {
    "cmake": ROOT / "tests/projects/ggml",
    "whisper-rs": ROOT / "tests/projects/whisper-rs",
    "llama-cpp-python": ROOT / "tests/projects/llama-cpp-python",
    "ctranslate2": ROOT / "tests/projects/ctranslate2",
}


def timed(words: list[str], runs: int) -> tuple[float, float]:
    """The medians of wall-clock and processor seconds."""
    walls, processors = [], []
    for number in range(runs + 1):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "cudacompat", *words], capture_output=True, text=True, cwd=ROOT)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr[-500:]}")
        if number:
            walls.append(wall)
            processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(walls), statistics.median(processors)


def plans(sources: dict[str, Path], folder: str) -> list[list[str]]:
    """The command lines: every kind of file that there is, with the first engine that has it, and the rebuilds."""
    first: dict[str, str] = {}
    for engine in known():
        for kind in reaching(engine, None):
            first.setdefault(kind.name, engine.name)
    gpus = ["--gpu", "8.6", "--gpu", "12.0", "--cuda", "13.0"]
    made = [["generate", engine, *gpus, "--as", kind] for kind, engine in first.items()]
    made = [[*words, "--write", "-o", folder] for words in made]
    return made + [["rebuild", name, str(folder), *gpus, "--dry-run"] for name, folder in sources.items()]


def main() -> int:
    """Time each, print, and say whether one is too slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--source", action="append", default=[], metavar="ENGINE=DIR")
    given = parser.parse_args()
    named = {name: Path(place).resolve() for name, _, place in (each.partition("=") for each in given.source)}
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
    print("| plan | wall s | CPU s |\n|---|---|---|")
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for words in plans({**PROJECTS, **named}, folder):
            wall, processor = timed(words, given.runs)
            slow += 1 if processor > MOST else 0
            short = " ".join(words).replace(f"{ROOT}/", "").replace(f" --write -o {folder}", "")
            print(f"| {short} | {wall:.2f} | {processor:.2f} |", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
