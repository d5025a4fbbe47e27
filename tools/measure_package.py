"""Prints one line with the size of the wheel and the time of a start, to be compared from run to run in CI's log.

    tools/measure_package.py [--most-help RATIO]

`--help` is measured against `import typer`, both as the best of several processes: other work here moves both.
With --most-help, exit code 1 where `--help` takes more than RATIO times as long.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_RUNS = 7


def seconds(*command: str) -> float:
    """Return the least time that a process of this command took."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True, env=environment)
        times.append(time.perf_counter() - start)
    return min(times)


def wheel_bytes() -> int:
    """Return the bytes of the wheel of this tree."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", folder, str(ROOT)]
        subprocess.run(command, check=True, capture_output=True)
        return next(Path(folder).glob("*.whl")).stat().st_size


def main() -> int:
    """Print the line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most-help", type=float, metavar="RATIO")
    most = parser.parse_args().most_help
    typer = seconds("-c", "import typer")
    page = seconds("-m", "cudacompat", "--help")
    version = seconds("-m", "cudacompat", "--version")
    example = ROOT / "examples/incident/libggml-cuda.so"
    check = seconds("-m", "cudacompat", "check", str(example), "--gpu", "5.2", "--no-config")
    print(
        f"trend: wheel {wheel_bytes() / 1e6:.2f} MB; start: import typer {typer * 1e3:.0f} ms, "
        f"--help {page * 1e3:.0f} ms ({page / typer:.2f}x), --version {version * 1e3:.0f} ms, "
        f"check of a small library {check * 1e3:.0f} ms"
    )
    return 1 if most is not None and page > most * typer else 0


if __name__ == "__main__":
    sys.exit(main())
