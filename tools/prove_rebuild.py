"""Rebuild a project of each kind from its sources to the verdict, as it is and with a fault; by hand, not in CI.

    tools/prove_rebuild.py [--only SHAPE]... [--torch DIR] [--store DIR] [--record FILE]

The projects and their faults are those of tests/app/test_rebuild_journeys.py, with the nvcc of the `test` extra. The
torch extension needs a real PyTorch of CUDA 13: one is installed from the package index (5 GB), or --torch names an
environment that has it, with setuptools, wheel and ninja; PyTorch takes every nvcc of its major release. --store is
that of tools/prove_generated.py: three projects are then built with `--in buildah`, too, on the base images there.

Each has to end with 0 and carry what was promised, and with its fault end with 1. Exits with 1 if anything differs.
--record writes docs/recorded-rebuilds.md.
"""

from __future__ import annotations

import argparse
import datetime
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.app.test_rebuild_journeys import SHAPES, carried, plant_stale, rebuild  # noqa: E402
from tests.helpers import toolchain  # noqa: E402

TORCH = ("torch==2.11.0", "setuptools<82", "wheel", "ninja")
IN_BUILDAH = ("ggml", "makefile", "crate")
_CUDA_OF_IMAGES = "13.0"
_HEAD = """# Rebuilds, from the sources to the verdict

What `cudacompat rebuild ENGINE TREE --gpu 8.6 --gpu 12.0` does with a project of each kind: built as it is, and with a
fault that lets the build end well while its list goes astray. No GPU is needed. The projects are those of
`tests/app/test_rebuild_journeys.py`, small, with a build system as the real one has it; CMake, make, cargo, pip, nvcc
and PyTorch are real. The library of an earlier build is in each tree, and must not be checked.

    .venv/bin/python tools/prove_rebuild.py --record docs/recorded-rebuilds.md

makes this page. Rows of `--in buildah` are made with `--store DIR` of `tools/prove_generated.py`: the sources are
copied into its base images (Debian 12, nvcc 13.0), and what was built is taken out of the image.

<!-- made by tools/prove_rebuild.py -->
"""


@dataclass
class Row:
    """One project, as it is and with its fault."""

    shape: str
    way: str
    what: str
    fault: str
    code: int
    carries: str
    twin: int
    wrong: list[str]

    def line(self) -> str:
        """The row as the page has it."""
        mark = "**FAILS** " if self.wrong else ""
        start = f"| {self.shape} | {self.way} | {self.what} | {mark}{self.code}"
        return f"{start} | {self.carries} | {self.fault} | {self.twin} |"


def main() -> int:
    """0 if every build ends as it has to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=list(SHAPES))
    parser.add_argument("--torch", type=Path, metavar="DIR")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--record", type=Path)
    given = parser.parse_args()
    names = given.only or list(SHAPES)
    with tempfile.TemporaryDirectory() as scratch:
        if "torch-extension" in names:
            os.environ["TORCH_ENVIRONMENT"] = str((given.torch or _with_torch(Path(scratch))).absolute())
        rows = list(_rows(names, given.store, Path(scratch)))
        tools = _tools(names)
    if given.record is not None:
        given.record.write_text(_page(rows, tools))
    return 1 if any(row.wrong for row in rows) else 0


def _with_torch(folder: Path) -> Path:
    home = folder / "torch"
    subprocess.run([sys.executable, "-I", "-m", "venv", home], check=True)
    pip = [f"{home}/bin/python", "-I", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, *TORCH], check=True)
    return home


def _rows(names: Sequence[str], store: Path | None, scratch: Path) -> Iterator[Row]:
    for way in ("here", *(("buildah",) if store is not None else ())):
        more = () if store is None or way == "here" else ("--in", "buildah", "--cuda", _CUDA_OF_IMAGES)
        if more and store is not None:
            _use(store, scratch)
        for name in names:
            if not more or name in IN_BUILDAH:
                row = _row(name, way, more)
                said = "; ".join(["wrong", *row.wrong]) if row.wrong else "right"
                print(f"{said}: {name}, {way}: {row.code}, {row.carries}; with its fault {row.twin}", flush=True)
                yield row


def _use(store: Path, scratch: Path) -> None:
    """Let buildah find the images of that store, and build where no user namespace can be made."""
    settings = scratch / "storage.conf"
    place = store.absolute()
    settings.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{place}/root"\nrunroot = "{place}/run"\n')
    os.environ |= {"CONTAINERS_STORAGE_CONF": str(settings), "BUILDAH_ISOLATION": "chroot"}


def _row(name: str, way: str, more: Sequence[str]) -> Row:
    shape = SHAPES[name]
    ended = []
    for fault in (None, shape.sabotage):
        with tempfile.TemporaryDirectory() as folder:
            engine, tree = shape.make(Path(folder))
            plant_stale(tree)
            if fault is not None:
                fault(tree)
            ran = rebuild(shape, engine, tree, *((*more, "--yes", "--format", "json") if more else ()))
            ended.append((ran, sorted(carried(ran)) if ran.code == 0 else []))
    (healthy, targets), (twin, _) = ended
    wrong = [] if healthy.code == 0 else [f"it ended with {healthy.code}\n{healthy.err[-3000:]}"]
    wrong += [] if set(targets) == set(shape.gives) else [f"it carries {targets}, {sorted(shape.gives)} was promised"]
    wrong += [] if twin.code == 1 else [f"with its fault it ended with {twin.code}\n{twin.err[-3000:]}"]
    return Row(
        shape=name,
        way=way,
        what=_first_line(shape.make),
        fault=_first_line(shape.sabotage),
        code=healthy.code,
        carries=" ".join(targets),
        twin=twin.code,
        wrong=wrong,
    )


def _first_line(function: object) -> str:
    return (function.__doc__ or "").splitlines()[0].rstrip(".")


def _tools(names: Sequence[str]) -> str:
    """The versions of what built it."""
    torch = "import torch; print(torch.__version__)"
    versions = [
        f"nvcc {toolchain.NVCC_RELEASE}",
        toolchain.run(toolchain.require_cmake(), "--version").splitlines()[0],
        " ".join(toolchain.run(toolchain.require_cargo(), "--version").split()[:2]),
    ]
    if "torch-extension" in names:
        said = toolchain.run(Path(os.environ["TORCH_ENVIRONMENT"]) / "bin/python", "-c", torch).strip()
        versions.append(f"torch {said}")
    return ", ".join(versions)


def _page(rows: Sequence[Row], tools: str) -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    good = sum(not row.wrong for row in rows)
    head = "| shape | where | project | exit | device code | fault | exit with it |\n|---|---|---|---|---|---|---|"
    lines = "\n".join(row.line() for row in rows)
    return f"{_HEAD}\n{good} of {len(rows)} are as they have to be, {day}: {tools}.\n\n{head}\n{lines}\n"


if __name__ == "__main__":
    raise SystemExit(main())
