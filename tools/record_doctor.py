"""Record what `doctor` says of real Python environments, healthy and sick ones: docs/recorded-environments.md.

    tools/record_doctor.py                                   makes each environment with pip (7 GB), one after the other
    tools/record_doctor.py --made torch=DIR --made mixed=DIR takes some that are there
    tools/record_doctor.py --only own                        one alone; the records of the others stay

No GPU is needed: each is judged for named GPUs and a named driver. Lines that only tell of this machine are left out.
Ends with 1 where an answer is not the one that is known to be right.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/recorded-environments.md"
_OF_THE_MACHINE = ("machine ", "GPU ", "driver ", "build ")
_SCREEN = 24  # lines
_HEAD = """# Doctor's answers on real environments

What `cudacompat doctor --python ENV --gpu GPU --driver VERSION` says, with the lines on the machine itself left out.
Each environment is what pip makes of the packages named.
Made by `tools/record_doctor.py`, which fails where an answer is another one than is known to be right.
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment, the packages that make it, and the exit code for each GPU and driver."""

    name: str
    packages: tuple[str, ...]
    right: tuple[tuple[str, str, int], ...]
    library_path: str | None = None  # below site-packages, for LD_LIBRARY_PATH


ENVIRONMENTS = (
    Environment(
        "torch",
        ("torch==2.6.0",),
        (("RTX 3090", "580", 0), ("H100", "550", 0), ("RTX 5070 Ti", "580", 1), ("RTX 3090", "470", 1)),
    ),
    Environment(
        "mixed",
        ("ctranslate2==4.8.5", "onnxruntime-gpu[cuda,cudnn]==1.31.1", "cupy-cuda12x[ctk]==14.2.0",
         "nvidia-cublas-cu12"),
        (("RTX 3090", "580", 0), ("RTX 5070 Ti", "580", 0), ("RTX 3090", "570", 1)),
        library_path="nvidia/cublas/lib",  # ctranslate2 leaves cuBLAS to the loader
    ),
    Environment(
        "five",  # beside torch: what each of them looks for of CUDA 12
        ("torch==2.8.0", "ctranslate2==4.8.5", "onnxruntime-gpu==1.26.0", "bitsandbytes==0.50.2",
         "cupy-cuda12x[ctk]==14.2.0", "nvidia-cublas-cu12"),
        (("RTX 3090", "580", 0), ("H100", "580", 0), ("RTX 5070 Ti", "580", 0)),
        library_path="nvidia/cublas/lib",
    ),
    Environment(
        "bare",  # of libraries: each import fails, or falls back to the CPU
        ("ctranslate2==4.8.5", "onnxruntime-gpu==1.31.1", "bitsandbytes==0.50.2", "cupy-cuda12x==14.2.0",
         "nvidia-cublas-cu12"),
        (("RTX 3090", "580", 1),),
    ),
    Environment("own", (str(ROOT),), (("RTX 3090", "580", 0), ("RTX 5070 Ti", "580", 0))),
)  # fmt: skip


def main() -> int:
    """0 if every answer is right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", action="append", default=[], metavar="NAME=DIR", help="an environment that is there")
    parser.add_argument("--only", metavar="NAME", choices=[each.name for each in ENVIRONMENTS])
    given = parser.parse_args()
    made = dict(each.split("=", 1) for each in given.made)
    kept = _records(PAGE.read_text()) if PAGE.exists() else {}
    wrong = 0
    for each in ENVIRONMENTS:
        if given.only in (None, each.name):
            kept[each.name], faults = _recorded(each, made.get(each.name))
            wrong += faults
    PAGE.write_text("\n".join([_HEAD, *(kept[each.name] for each in ENVIRONMENTS if each.name in kept)]))
    return 1 if wrong else 0


def _recorded(environment: Environment, folder: str | None) -> tuple[str, int]:
    """The chapter of an environment, and how many of its answers are wrong."""
    with ExitStack() as stack:
        where = folder or _make(environment, stack.enter_context(tempfile.TemporaryDirectory()))
        packages = ", ".join(f"`{Path(each).name if '/' in each else each}`" for each in environment.packages)
        blocks, wrong = [f"## {environment.name}: {packages}\n"], 0
        for gpu, driver, code in environment.right:
            block, ran = _answer(where, gpu, driver, environment.library_path)
            blocks.append(block)
            if ran != code or (code == 0 and block.count("\n") > _SCREEN):
                wrong += 1
                print(f"{environment.name}, {gpu}, driver {driver}: exit {ran}, {code} is right\n{block}")
    return "\n".join(blocks), wrong


def _make(environment: Environment, folder: str) -> str:
    where = f"{folder}/{environment.name}"
    subprocess.run([sys.executable, "-I", "-m", "venv", where], check=True)
    pip = [f"{where}/bin/python", "-I", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, *environment.packages], check=True)
    return where


def _answer(where: str, gpu: str, driver: str, library_path: str | None) -> tuple[str, int]:
    """What is said, as a block of Markdown, and the exit code."""
    command = ("doctor", "--python", where, "--gpu", gpu, "--driver", driver)
    folders = [str(each) for each in Path(where).glob(f"lib/python3*/site-packages/{library_path}")]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cudacompat", *command],
        cwd=PAGE.parent,  # an environment below the current directory is called by its relative path
        env={**os.environ, **({"LD_LIBRARY_PATH": ":".join(folders)} if library_path else {})},
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - began
    lines = _told(done.stdout.replace(where, "ENV").splitlines())
    shown = f'doctor --python ENV --gpu "{gpu}" --driver {driver}'
    print(f"{where}: {shown}: exit {done.returncode}, {seconds:.1f} s")
    path = [f"$ export LD_LIBRARY_PATH=ENV/lib/python3/site-packages/{library_path}"] if library_path else []
    block = ["```", *path, f"$ cudacompat {shown}", *lines, f"exit {done.returncode}", "```", ""]
    return "\n".join(block), done.returncode


def _told(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not line.startswith(_OF_THE_MACHINE)]


def _records(page: str) -> dict[str, str]:
    """The chapters of a page by their names."""
    chapters = page.split("\n## ")[1:]
    return {each.partition(":")[0]: f"## {each}" for each in chapters}


if __name__ == "__main__":
    raise SystemExit(main())
