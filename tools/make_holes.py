#!/usr/bin/env python3
"""Builds libraries with holes of known shapes with a real nvcc, and checks that every one is found.

    tools/make_holes.py [--nvcc PATH] [--keep FOLDER] [--every N] [--jobs N]

Each library is a small real build: CUDA sources compiled by nvcc 13, linked by the host compiler, of which one or
more were compiled with another list of architectures than the rest, or were lost on the way. `cudacompat check` has to
end with exit code 1 on each; the sound twin of each (all sources with the first one's list) must not. Prints one line
for each library and the count; exits 1 if a hole was not found or a sound twin was called one.

Together with tools/check_published.py these set the thresholds of cudacompat/domain/judge/gaps.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

Numbers = tuple[str, ...]

FULL: Numbers = ("75", "80", "90", "120")
OLD: Numbers = ("75", "80", "90")
MIDDLE: Numbers = ("75", "80", "120")  # without 9.0
NEW: Numbers = ("80", "120")
TWO: Numbers = ("80", "90")
WITH_PTX: Numbers = ("80", "90", "90+PTX")


@dataclass(frozen=True, slots=True)
class Unit:
    """One CUDA source: its number, the architectures it is compiled for (none: nvcc's default target), whether as
    relocatable code, and whether its kernels are instances of templates."""

    number: int
    targets: Numbers
    relocatable: bool = False
    template: bool = False

    @property
    def source(self) -> str:
        """Two kernels and a host function that launches them."""
        n = self.number
        if self.template:
            return (
                "template <typename T, int N> __global__ void tile(T *p) { p[threadIdx.x] = p[threadIdx.x + N]; }\n"
                f"template __global__ void tile<float, {16 * n + 16}>(float *);\n"
                f"template __global__ void tile<double, {16 * n + 16}>(double *);\n"
            )
        return (
            f"__global__ void scale{n}(float *p) {{ p[threadIdx.x] *= {n}; }}\n"
            f"__global__ void shift{n}(float *p, int by) {{ p[threadIdx.x] += by; }}\n"
            f"void run{n}(float *p) {{ scale{n}<<<1, 32>>>(p); shift{n}<<<1, 32>>>(p, {n}); }}\n"
        )

    @property
    def flags(self) -> list[str]:
        """What nvcc is told."""
        return [*codes(self.targets), *(["-rdc=true"] if self.relocatable else [])]

    @property
    def name(self) -> str:
        """The name of its object file: units that are compiled alike share it."""
        kind = f"{'r' if self.relocatable else ''}{'t' if self.template else ''}"
        return f"unit{self.number}{kind}-{'-'.join(self.targets) or 'default'}.o"


@dataclass(frozen=True, slots=True)
class Hole:
    """One library: its shape, its sources, how it is linked, and the GPU that it has a hole for.

    `link` is `shared`, `program` or `static`; `device_link` are the architectures of the device link of relocatable
    code, `left_out` the units that it forgets. Without a `driver` the oldest that will do is judged for.
    """

    shape: str
    units: tuple[Unit, ...]
    gpu: str
    driver: str | None = None
    link: str = "shared"
    device_link: Numbers = ()
    left_out: tuple[int, ...] = ()

    @property
    def sound(self) -> Hole:
        """The same library as it should have been built."""
        targets = self.device_link or self.units[0].targets
        return replace(self, units=tuple(replace(unit, targets=targets) for unit in self.units), left_out=())


def codes(targets: Numbers) -> list[str]:
    """`-gencode` for each: `90` is machine code, `90+PTX` PTX."""
    flags = []
    for target in targets:
        number, _, ptx = target.partition("+")
        flags += ["-gencode", f"arch=compute_{number},code={'compute' if ptx else 'sm'}_{number}"]
    return flags


def _units(*runs: tuple[int, Numbers], relocatable: bool = False, template: bool = False) -> tuple[Unit, ...]:
    """So many units of each list, numbered on."""
    lists = [targets for count, targets in runs for _ in range(count)]
    return tuple(Unit(number, targets, relocatable, template) for number, targets in enumerate(lists))


HOLES: tuple[Hole, ...] = (
    # one file that the new list never reached
    *(Hole("forgotten file", _units((n, FULL), (1, OLD)), "12.0") for n in (2, 5, 11)),
    Hole("forgotten file", _units((3, NEW), (1, ("80",))), "12.0"),
    Hole("forgotten file", _units((5, FULL), (1, ("75",))), "9.0"),
    # part of the build was not done again
    *(Hole("stale half", _units((n, FULL), (n, OLD)), "12.0") for n in (2, 3, 6)),
    Hole("stale half", _units((4, FULL), (3, TWO)), "12.0"),
    Hole("stale half", _units((3, FULL), (2, OLD), (1, TWO)), "12.0"),
    # one file without a list: nvcc's default target, whose PTX the driver of the machine does not take
    *(Hole("default target in one file", _units((n, FULL), (1, ())), "12.0", "580.65.06") for n in (2, 5, 9)),
    Hole("default target in one file", _units((4, NEW), (1, ())), "8.0", "580.65.06"),
    # an old card dropped from most files
    *(Hole("old card dropped in most files", _units((n, FULL), (m, TWO)), "7.5") for n, m in ((1, 3), (2, 5), (3, 8))),
    Hole("old card dropped in most files", _units((1, OLD), (4, NEW)), "7.5"),
    # the device link is told an architecture that no object was compiled for
    *(
        Hole("phantom of a link step", _units((n, TWO), relocatable=True), "12.0", device_link=("80", "90", "120"))
        for n in (1, 3, 6)
    ),
    Hole("phantom of a link step", _units((2, ("80",)), relocatable=True), "9.0", device_link=("80", "90")),
    # a unit that the device link was not given
    *(
        Hole("unit dropped in a device link", _units((n, TWO), relocatable=True), "9.0", device_link=TWO, left_out=(1,))
        for n in (2, 4, 7)
    ),
    # a unit of a device link that was compiled with an old list
    *(
        Hole("stale unit in a device link", _units((n, TWO), (1, ("80",)), relocatable=True), "9.0", device_link=TWO)
        for n in (1, 3, 6)
    ),
    # an architecture in the middle of the list
    *(Hole("middle architecture missing", _units((n, FULL), (1, MIDDLE)), "9.0") for n in (2, 5, 9)),
    # a number of another major
    *(Hole("wrong major in one file", _units((n, NEW), (1, ("100",))), "12.0") for n in (2, 5)),
    Hole("wrong major in one file", _units((4, FULL), (1, ("75", "80", "100"))), "12.0"),
    Hole("wrong major in one file", _units((4, ("90",)), (1, ("80",))), "9.0"),
    # a build for one card
    *(Hole("single architecture, stale object", _units((n, ("90",)), (1, ("80",))), "9.0") for n in (3, 9)),
    Hole("single architecture, stale object", _units((9, ("120",)), (1, ("90",)), (1, ("80",))), "12.0"),
    # instances of a template in files of their own
    *(
        Hole("forgotten template instance", _units((n, FULL), (1, OLD), template=True), "12.0") for n in (3, 6)
    ),
    Hole("forgotten template instance", _units((5, NEW), (2, ("80",)), template=True), "12.0"),
    # a member of a static library
    *(
        Hole("stale member of a static library", _units((n, FULL), (1, OLD)), "12.0", link="static") for n in (2, 5, 8)
    ),
    # a program
    *(Hole("forgotten file of a program", _units((n, FULL), (1, OLD)), "12.0", link="program") for n in (2, 6)),
    # PTX for newer cards, and one file without
    *(Hole("PTX missing in one file", _units((n, WITH_PTX), (1, TWO)), "12.0") for n in (2, 5)),
)  # fmt: skip


def nvcc_path() -> Path | None:
    """The nvcc of NVIDIA's packages for CUDA 13, or of PATH."""
    spec = importlib.util.find_spec("nvidia")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        tool = Path(place) / "cu13" / "bin" / "nvcc"
        if tool.is_file():
            return tool
    found = shutil.which("nvcc")
    return Path(found) if found else None


def compile_units(units: set[Unit], folder: Path, nvcc: Path, jobs: int = 2) -> None:
    """Compile each into the folder, unless its object is there."""

    def compiled(unit: Unit) -> None:
        source = folder / unit.name.replace(".o", ".cu")
        source.write_text(unit.source)
        _run([nvcc, *unit.flags, "-Xcompiler", "-fPIC", "-c", source.name, "-o", unit.name], folder)

    missing = [unit for unit in units if not (folder / unit.name).is_file()]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(compiled, missing))


def link(hole: Hole, folder: Path, out: str, nvcc: Path) -> Path:
    """Link a library whose objects lie in the folder; the path of what came out."""
    objects = [unit.name for unit in hole.units]
    if hole.device_link:
        taken = [unit.name for unit in hole.units if unit.number not in hole.left_out]
        flags = [*codes(hole.device_link), "-Xcompiler", "-fPIC", "-dlink"]
        _run([nvcc, *flags, *taken, "-o", f"{out}.link.o"], folder)
        objects.append(f"{out}.link.o")
    if hole.link == "static":
        _run(["ar", "rcs", out, *objects], folder)
        return folder / out
    if hole.link == "program":
        (folder / "main.cpp").write_text("int main() { return 0; }\n")
        objects = ["main.cpp", *objects]
    # the runtime is not needed to read the file: its symbols stay open
    kind = ["-Wl,--unresolved-symbols=ignore-all"] if hole.link == "program" else ["-shared"]
    _run(["g++", *kind, *objects, "-o", out], folder)
    return folder / out


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def exit_code(path: Path, hole: Hole) -> tuple[int, list[str]]:
    """What `cudacompat check` ends with, and the findings' ids."""
    sys.path.insert(0, str(ROOT))
    from cudacompat.app.check import check
    from cudacompat.domain.policy.policy import Policy
    from cudacompat.domain.words.capability import ComputeCapability
    from cudacompat.domain.words.verdict import Target
    from cudacompat.domain.words.versions import DriverRelease

    driver = DriverRelease.parse(hole.driver) if hole.driver else None
    target = Target(hole.gpu, None, ComputeCapability.parse(hole.gpu), driver)
    report = check([str(path)], (target,), Policy())
    return report.exit_code, [finding.id for finding in report.findings]


def main() -> int:
    """Build, check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nvcc", type=Path, default=nvcc_path(), help="default: that of NVIDIA's packages, or of PATH")
    parser.add_argument("--keep", type=Path, help="a folder for what is built, taken up again if it is there")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one library of N")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    if given.nvcc is None:
        parser.error("no nvcc: pip install 'cudacompat[test]', or name one")
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return _check(HOLES[:: given.every], folder.resolve(), given.nvcc.resolve(), given.jobs)


def _check(holes: tuple[Hole, ...], folder: Path, nvcc: Path, jobs: int) -> int:
    compile_units({unit for hole in holes for each in (hole, hole.sound) for unit in each.units}, folder, nvcc, jobs)
    found = quiet = 0
    for number, hole in enumerate(holes):
        code, ids = exit_code(link(hole, folder, f"lib{number}.{_ending(hole)}", nvcc), hole)
        twin, said = exit_code(link(hole.sound, folder, f"sound{number}.{_ending(hole)}", nvcc), hole)
        found += 1 if code == 1 else 0
        quiet += 1 if twin != 1 else 0
        lists = ", ".join(f"{unit.number}: {' '.join(unit.targets) or 'default'}" for unit in hole.units)
        mark = ("found" if code == 1 else "MISSED") + ("" if twin != 1 else f", SOUND TWIN RED {said}")
        print(f"{mark:7} {hole.shape} on {hole.gpu}: {' '.join(ids)}  [{lists}]", flush=True)
    shapes = {hole.shape for hole in holes}
    print(f"{found} of {len(holes)} holes found in {len(shapes)} shapes; {quiet} of {len(holes)} sound twins not red")
    return 0 if found == quiet == len(holes) else 1


def _ending(hole: Hole) -> str:
    return {"static": "a", "program": "out"}.get(hole.link, "so")


if __name__ == "__main__":
    sys.exit(main())
