#!/usr/bin/env python3
"""Time `cudacompat explain` on a large log made on the fly, and measure its peak memory.

    python tools/bench_explain.py                 # 1 GB, the kinds of log below one after another
    python tools/bench_explain.py --mb 200 --kind json

Kinds: `service` (a web service, whisper.cpp starts and requests), `json` (the same as Docker writes it), `training`
(every line different), `build` (compiler commands), `line` (lines of 50 MB). Every log ends in the lines of
examples/incident, so the right answer is known; the run fails if it is not found. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCIDENT = (ROOT / "examples" / "incident" / "container.log").read_bytes()
HEALTHY = INCIDENT.splitlines(keepends=True)[:50]
PIECE = 1 << 20


def service(chance: random.Random) -> Iterator[bytes]:
    """A service that starts now and then and answers requests."""
    while True:
        yield from HEALTHY
        for _ in range(400):
            yield (
                b'2025-08-10T14:%02d:%02d.%09d+08:00 10.88.0.%d - - "POST /upload/%d HTTP/1.1" 200 %d "-" '
                b'"curl/8.5.0"\n'
                % (
                    chance.randrange(60),
                    chance.randrange(60),
                    chance.randrange(10**9),
                    chance.randrange(255),
                    chance.randrange(10**6),
                    chance.randrange(10**5),
                )
            )


def as_json(chance: random.Random) -> Iterator[bytes]:
    """The same service, as Docker's json-file driver stores it."""
    for line in service(chance):
        text = json.dumps({"log": line.decode(), "stream": "stderr", "time": "2025-08-10T06:04:22.045311537Z"})
        yield text.encode() + b"\n"


def training(chance: random.Random) -> Iterator[bytes]:
    """Numbers on every line."""
    step = 0
    while True:
        step += 1
        yield b"2025-08-10 06:02:11,%03d INFO trainer: step %d loss=%.4f lr=%.3e tokens/s=%d error_rate=%.3f\n" % (
            chance.randrange(1000),
            step,
            chance.random(),
            chance.random(),
            chance.randrange(9999),
            chance.random(),
        )


def build(chance: random.Random) -> Iterator[bytes]:
    """A verbose build: long commands with every CUDA word in them."""
    number = 0
    while True:
        number += 1
        yield (
            b"[%3d%%] /usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -DGGML_CUDA_USE_GRAPHS "
            b"-I/src/ggml/include "
            b"-O3 -DNDEBUG --generate-code=arch=compute_80,code=[sm_80] "
            b"--generate-code=arch=compute_120a,code=[sm_120a] "
            b"-compress-mode=size -use_fast_math -extended-lambda -x cu -c /src/ggml/src/ggml-cuda/fattn-%d.cu -o "
            b"f%d.o\n" % (number % 100, number, chance.randrange(10**6))
        )


def one_line(chance: random.Random) -> Iterator[bytes]:
    """Lines of 50 MB."""
    block = bytes(chance.choices(b"abcdefghij klmnop 0123456789", k=PIECE))
    while True:
        for _ in range(50):
            yield block
        yield b"\n"


KINDS: dict[str, Callable[[random.Random], Iterator[bytes]]] = {
    "service": service,
    "json": as_json,
    "training": training,
    "build": build,
    "line": one_line,
}


def make(path: Path, kind: str, size: int) -> None:
    """Write a log of about that size; the text repeats after 32 MB, which no reader can know."""
    unit = bytearray()
    for line in KINDS[kind](random.Random(7)):
        unit += line
        if len(unit) >= min(size, 32 << 20):
            break
    with path.open("wb") as file:
        written = 0
        while written < size:
            written += file.write(unit)
        file.write(b"\n" + INCIDENT)


def run(path: Path, *, pipe: bool) -> tuple[float, float, str]:
    """Return seconds, peak MiB, and the id of the first cause."""
    command = [sys.executable, "-m", "cudacompat", "explain", "-" if pipe else str(path), "--format", "json"]
    started = time.perf_counter()
    with path.open("rb") as file:
        process = subprocess.Popen(command, stdin=file if pipe else None, stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        output = process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    causes = [match["id"] for match in json.loads(output)["matches"] if match["part"] == "cause"]
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return seconds, peak, causes[0] if causes else "nothing found"


def main() -> int:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=1000)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append")
    parser.add_argument("--pipe", action="store_true", help="give the log on standard input")
    options = parser.parse_args()
    resource.getrusage(resource.RUSAGE_SELF)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kind or KINDS:
            log = Path(folder) / f"{kind}.log"
            make(log, kind, options.mb * 10**6)
            seconds, peak, cause = run(log, pipe=options.pipe)
            size = log.stat().st_size
            wrong += 1 if cause != "ggml-default-target" else 0
            print(
                f"{kind:9} {size / 1e6:6.0f} MB  {seconds:6.2f} s  {size / seconds / 1e6:5.0f} MB/s  {peak:5.0f} MiB "
                f" {cause}"
            )
            log.unlink()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
