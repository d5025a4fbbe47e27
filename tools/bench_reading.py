#!/usr/bin/env python3
"""What reading costs: processor time, time and peak memory of whole processes, medians of several.

    bench_reading.py libcublasLt.so.13 .venv/lib/python3.12/site-packages     a table of what is named
    bench_reading.py --start                                                  the start beside `import typer`
    bench_reading.py --plot docs/images/reading.svg [FILE ...]                cost against entries and bytes

Processor time is user and system time of a process and of all that it started; it says the same on a machine that does
other things, as the time does not. The memory is the peak of the largest process. Each file is read once before, so
that it lies in the page cache. `kept` is the second run with the cache, in a folder of its own.

The points of the plot are files made here: fatbins of so many images (PTX of a few lines, a hundred in a module), and
data of so many bytes with one image at the end. Files that are named are points, too. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple
from xml.sax.saxutils import escape

PROGRAM = [sys.executable, "-I", "-m", "cudacompat"]
GPUS = ("--gpu", "8.6", "--gpu", "9.0")
ENTRIES = (100, 25_000, 50_000, 100_000, 200_000)
MEBIBYTES = (1, 256, 512, 1024, 2048)
PTX = b".version 8.0\n.target sm_80\n.address_size 64\n.visible .entry k%05d() { ret; }\n"
TOGETHER = 100  # images in a module: of each, the same kernel for another target


class Run(NamedTuple):
    """One process: seconds of processors, seconds, MiB at most."""

    cpu: float
    wall: float
    memory: float


class Point(NamedTuple):
    """A file, and what `inspect` of it costs."""

    name: str
    entries: int
    size: int
    cpu: float


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Run:
    """Run a command to its end; what it prints goes nowhere."""
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    begin = perf_counter()
    process = os.posix_spawn(command[0], list(command), {**os.environ, **(environment or {})}, file_actions=null)
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1, 3, 4):
        raise SystemExit(f"exit {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    return Run(usage.ru_utime + usage.ru_stime, perf_counter() - begin, usage.ru_maxrss / 1024)


def median(command: Sequence[str], runs: int, environment: dict[str, str] | None = None) -> Run:
    """The median of several runs, after one that is not counted; of the memory the most."""
    run(command, environment)
    found = [run(command, environment) for _ in range(runs)]
    return Run(
        statistics.median(each.cpu for each in found),
        statistics.median(each.wall for each in found),
        max(each.memory for each in found),
    )


def table(paths: Sequence[Path], runs: int) -> None:
    """Print a row for each path and command."""
    print("| what | command | processor time | time | peak memory |")
    print("|---|---|---|---|---|")
    for path in paths:
        with tempfile.TemporaryDirectory() as cache:
            kept = {"XDG_CACHE_HOME": cache}
            for name, options, environment in (
                ("inspect", ("inspect",), None),
                ("inspect, JSON", ("inspect", "--format", "json"), None),
                ("inspect --kernels", ("inspect", "--kernels"), None),
                ("check for two GPUs", ("check", "--no-config", "--no-cache", *GPUS), None),
                ("the same, kept", ("check", "--no-config", *GPUS), kept),
            ):
                each = median([*PROGRAM, *options, str(path)], runs, environment)
                cells = (path.name, name, f"{each.cpu:.2f} s", f"{each.wall:.2f} s", f"{each.memory:.0f} MiB")
                print(f"| {' | '.join(cells)} |", flush=True)


def start(runs: int) -> None:
    """Print what the start costs."""
    ours = median([*PROGRAM, "--help"], runs).cpu
    typer = median([sys.executable, "-I", "-c", "import typer"], runs).cpu
    print(f"--help: {ours * 1e3:.0f} ms of processor time, `import typer`: {typer * 1e3:.0f} ms, {ours / typer:.1f}x")


def fatbins(count: int) -> bytes:
    """So many images, in modules back to back."""
    modules = []
    for number in range(0, count, TOGETHER):
        text = PTX % (number % 100_000)
        body = text + bytes(-len(text) % 8)
        head = struct.pack("<HHIQIIHHIIIQQQ", 1, 0x0101, 64, len(body), 0, 0, 0, 8, 80, 0, 0, 0x11, 0, 0)
        entries = (head + body) * min(TOGETHER, count - number)
        modules.append(struct.pack("<4sHHQ", b"\x50\xed\x55\xba", 1, 16, len(entries)) + entries)
    return b"".join(modules)


def made(folder: Path) -> list[Path]:
    """The files that are points."""
    paths = []
    for count in ENTRIES:
        paths.append(folder / f"{count} images")
        paths[-1].write_bytes(fatbins(count))
    noise = random.Random(1).randbytes(1 << 20)
    for mebibytes in MEBIBYTES:
        paths.append(folder / f"{mebibytes} MiB")
        with paths[-1].open("wb") as file:
            for _ in range(mebibytes):
                file.write(noise)
            file.write(fatbins(1))
    return paths


def entries_of(path: Path) -> int:
    """How many images `inspect` lists."""
    out = subprocess.run([*PROGRAM, "inspect", "--format", "json", path], capture_output=True, text=True, check=False)
    return sum(each["summary"]["entries"] for each in json.loads(out.stdout)["artifacts"])


def points(paths: Sequence[Path], runs: int) -> list[Point]:
    """Measure the made files and those named."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in (*made(Path(folder)), *paths):
            cost = median([*PROGRAM, "inspect", str(path)], runs).cpu
            found.append(Point(path.name, entries_of(path), path.stat().st_size, cost))
            print(f"{found[-1].name}: {found[-1].entries} images, {found[-1].size} bytes, {cost:.2f} s", flush=True)
    return found


WIDTH, HEIGHT, LEFT, BELOW, GAP = 340, 240, 56, 56, 40


def ticks(most: float) -> list[float]:
    """The numbers on an axis that goes to `most`: four to nine, in steps of 1, 2 or 5."""
    power: float = 10 ** math.floor(math.log10(most / 4))
    step = max(each for each in (power, 2 * power, 5 * power) if each <= most / 4)
    return [round(number * step, 6) for number in range(int(most / step) + 1)]


def panel(found: Sequence[Point], key: str, unit: float, label: str, at: int) -> str:
    """One diagram: cost against the entries or the bytes."""
    xs = [getattr(each, key) / unit for each in found]
    most_x, most_y = max(xs) * 1.05, max(each.cpu for each in found) * 1.1
    left, bottom = at + LEFT, HEIGHT - BELOW

    def place(x: float, y: float) -> tuple[float, float]:
        return left + x / most_x * (WIDTH - LEFT), bottom - y / most_y * (bottom - 16)

    parts = [f'<path class="axis" d="M{left} 16V{bottom}H{left + WIDTH - LEFT}"/>']
    for x in ticks(most_x):
        parts.append(f'<text x="{place(x, 0)[0]:.0f}" y="{bottom + 16}" text-anchor="middle">{x:g}</text>')
    for y in ticks(most_y):
        parts.append(f'<text x="{left - 6}" y="{place(0, y)[1] + 4:.0f}" text-anchor="end">{y:g}</text>')
    middle = left + (WIDTH - LEFT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{bottom + 36}" text-anchor="middle">{label}</text>')
    for x, each in zip(xs, found, strict=True):
        across, down = place(x, each.cpu)
        title = f"{each.name}: {each.entries} images, {each.size / 1e6:.0f} MB, {each.cpu:.2f} s"
        kind = "made" if each.name.endswith((" images", " MiB")) else "real"
        parts.append(
            f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="4"><title>{escape(title)}</title></circle>'
        )
    return "\n".join(parts)


def plot(found: Sequence[Point], runs: int) -> str:
    """The measured points as SVG, which reads on a light and on a dark page."""
    by_bytes = [each for each in found if not each.name.endswith(" images")]
    by_entries = [each for each in found if not each.name.endswith(" MiB")]
    whole = 2 * WIDTH + GAP + 16
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {HEIGHT}" role="img"
     aria-label="Processor time of cudacompat inspect against the images and the bytes of a file">
<style>
text {{ font: 12px sans-serif; fill: #57606a }} .axis {{ stroke: #8c959f; fill: none }}
.made {{ fill: #0969da }} .real {{ fill: #bf8700 }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #9198a1 }} .made {{ fill: #4493f8 }} .real {{ fill: #d29922 }} }}
</style>
<text x="{LEFT}" y="12">seconds of processor time, whole process, median of {runs}</text>
{panel(by_entries, "entries", 1e3, "thousand images", 0)}
{panel(by_bytes, "size", 1e6, "MB", WIDTH + GAP)}
</svg>
"""


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH")
    parser.add_argument("--runs", type=int, default=5, help="processes of each kind (default: 5)")
    parser.add_argument("--start", action="store_true", help="the start beside that of typer")
    parser.add_argument("--plot", type=Path, metavar="SVG", help="write the plot, with files that are named in it")
    args = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    if args.start:
        start(args.runs)
    if args.plot is not None:
        args.plot.write_text(plot(points(args.paths, args.runs), args.runs))
    elif args.paths:
        table(args.paths, args.runs)


if __name__ == "__main__":
    main()
