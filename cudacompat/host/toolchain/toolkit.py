"""The CUDA toolkits of this machine. Files are read; only an nvcc of a release that no table knows is run, to say what
it builds."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cudacompat.domain.machine.facts import ToolkitFacts
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.host.listing import ProbeList, in_words
from cudacompat.host.programs.process import find, find_all, is_program, run
from cudacompat.host.toolchain.nvcc import is_launcher, program_behind, release_of
from cudacompat.host.toolchain.site_folders import site_folders
from cudacompat.places.roots import Roots

_NVCC = "nvcc.exe" if sys.platform == "win32" else "nvcc"
_LIST_S = 5.0
_LIST_BYTES = 64 << 10
_MOST_TARGETS = 200
_ON_PATH = re.compile(r"nvcc")

# In the order in which builds look at them: PyTorch and CMake take these before the usual places.
_ROOT_VARIABLES = ("CUDA_HOME", "CUDA_PATH", "CUDAToolkit_ROOT", "CUDA_ROOT", "CUDA_TOOLKIT_ROOT_DIR")

_PLACES = (
    ("usr", "local", "cuda"),  # NVIDIA's packages, runfile and container images; a link to one of the next
    ("usr", "local", "cuda-*"),
    ("opt", "", "cuda"),  # Arch, Gentoo
    ("opt", "", "cuda-*"),
    ("usr", "lib", "nvidia-cuda-toolkit"),  # Debian, Ubuntu
    ("usr", "lib", "cuda"),
    ("opt", "nvidia/hpc_sdk", "*/*/cuda/[0-9]*"),
)
_WINDOWS = (Path("C:/Program Files/NVIDIA GPU Computing Toolkit/CUDA"), "v*")


def usual_places(roots: Roots) -> tuple[tuple[Path, str], ...]:
    """Return where installers and distributions put toolkits: a folder, and the pattern of a toolkit's root in it."""
    folders = {"usr": roots.usr, "opt": roots.opt}
    return (*((folders[top] / below, pattern) for top, below, pattern in _PLACES), _WINDOWS)


def toolkits(places: Iterable[tuple[Path, str]] | None = None, roots: Roots | None = None) -> ProbeList[ToolkitFacts]:
    """Return every nvcc of this machine: the one that a build runs (CUDACXX, else the first on PATH) first, then in
    the order of PATH, CUDA_HOME and the like, the usual places, conda and pip.

    One nvcc that is reached in several ways is listed once, `found_via` naming them all. The notes name variables
    that lead to no nvcc, and wrapper scripts that could not be seen through.
    """
    roots = roots or Roots.real()
    places = usual_places(roots) if places is None else places
    notes: list[str] = []
    ways: dict[Path, list[str]] = {}
    active: Path | None = None
    for program, way in (*_named(notes, roots), *_on_path(roots), *_installed(places, notes, roots)):
        behind = program_behind(program)
        if active is None and (way == "CUDACXX" or way.startswith("PATH")):
            active = behind
        ways.setdefault(behind, []).append(way)
    facts = []
    for path, found in ways.items():
        version = release_of(path)
        if version is None:
            notes.append(f"{path}: no file here says which CUDA release it is")
        kept = _kept(path, found)
        names = tuple(dict.fromkeys(each.partition(" (")[0] for each in kept))
        facts.append(ToolkitFacts(str(path), version, path == active, found_via=in_words(kept), ways=names))
    return ProbeList(tuple(sorted(facts, key=lambda each: not each.active)), tuple(notes))


def with_targets(toolkits: ProbeList[ToolkitFacts]) -> ProbeList[ToolkitFacts]:
    """Return the toolkits with what each of a release that no table knows says it builds. Those that lie in packages of
    Python or conda are not run."""
    asked = (replace(each, targets=_built_by(Path(each.path))) if _is_asked(each) else each for each in toolkits.values)
    return ProbeList(tuple(asked), toolkits.notes)


def _is_asked(toolkit: ToolkitFacts) -> bool:
    known = toolkit.version is None or toolkit.version <= RELEASES[-1].version
    return not known and not set(toolkit.ways) <= {"pip", "conda"}


def _built_by(nvcc: Path) -> tuple[str, ...]:
    """The numbers of the architectures that an nvcc says it builds for (`compute_120`, a line each)."""
    ran = run([str(nvcc), "--list-gpu-arch"], timeout_s=_LIST_S, limit_bytes=_LIST_BYTES)
    numbers = re.findall(r"^compute_(\d{2,3})$", ran.stdout, re.MULTILINE) if ran.ok else []
    return tuple(dict.fromkeys(numbers))[:_MOST_TARGETS]


def _kept(nvcc: Path, ways: list[str]) -> list[str]:
    """The ways without repeats, and without the toolkit's own folder where another way leads there."""
    distinct = list(dict.fromkeys(ways))
    return [way for way in distinct if way != str(nvcc.parent.parent)] or distinct


def _named(notes: list[str], roots: Roots) -> Iterator[tuple[Path, str]]:
    """The compiler that CUDACXX names: CMake takes it before all others."""
    value = roots.environ.get("CUDACXX", "").strip()
    if not value:
        return
    for name in (value, value.split()[0]):  # arguments may follow
        program = Path(name)
        if not program.is_absolute():
            program = (find(name, path=roots.path) if program.name == name else None) or program
        if program.is_absolute() and is_program(program):
            yield program, "CUDACXX"
            return
    notes.append(f"CUDACXX={value}: no such program")


def _on_path(roots: Roots) -> Iterator[tuple[Path, str]]:
    seen: set[Path] = set()
    for program in find_all(_ON_PATH, roots.path):
        behind = program_behind(program)
        if behind in seen or is_launcher(program):  # ccache's link: the next on PATH is what it runs
            continue
        seen.add(behind)
        yield program, "PATH" if behind == program else f"PATH ({program})"


def _installed(places: Iterable[tuple[Path, str]], notes: list[str], roots: Roots) -> Iterator[tuple[Path, str]]:
    for name in _ROOT_VARIABLES:
        value = roots.environ.get(name, "").strip()
        if value:
            program = _nvcc_in(Path(value))
            if program is not None:
                yield program, name
            else:
                notes.append(f"{name}={value}: no nvcc there")
    found = [(root, str(root)) for folder, pattern in places for root in _matching(folder, pattern)]
    conda = Path(roots.environ.get("CONDA_PREFIX") or ".")
    if conda.is_absolute():
        found += [(conda, "conda"), (conda / "Library", "conda")]
    for site in site_folders(roots):
        for pattern in ("cu[0-9]*", "cuda_nvcc"):
            found += [(root, "pip") for root in _matching(Path(site.path), f"nvidia/{pattern}")]
    for root, way in found:
        program = _nvcc_in(root)
        if program is not None:
            yield program, way


def _nvcc_in(root: Path) -> Path | None:
    program = root / "bin" / _NVCC
    return program if root.is_absolute() and is_program(program) else None


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
