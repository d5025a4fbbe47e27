"""From an engine and its sources to the steps of a rebuild. Nothing is changed here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from cudacompat.app.inputs.wanted_gpus import wanted_gpus
from cudacompat.app.project.cargo import options_for_cuda
from cudacompat.app.project.cargo_places import cargo_folder, local_crates
from cudacompat.app.project.recognise import find_for, recognise, recognise_as, way_of
from cudacompat.app.project.rust_sources import api_findings
from cudacompat.app.rebuild.needs import active_nvcc, empty_submodules, framework_installed, ignored_list, python_of
from cudacompat.app.rebuild.steps import CONTAINER_PROGRAMS, Site, container_steps, make_steps
from cudacompat.domain.builds.engine import BuildSystem, Engine
from cudacompat.domain.builds.plans.plan import environment as environment_of
from cudacompat.domain.builds.plans.plan import plan_build
from cudacompat.domain.builds.steps import BuildSteps
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.engines import names_anywhere

DOCKERFILE = "Dockerfile.cudacompat"

_EACH_COMPILER = 2 << 30  # bytes that one nvcc takes for the heaviest sources of these engines, about
_LEAST_FREE = 2 << 30  # bytes: less than any CUDA build leaves behind

# Variables that would reach the compiler beside the plan's settings.
_IN_THE_WAY = (
    *FLAG_VARIABLES,
    "CUDAARCHS",
    "CUDAFLAGS",
    "CMAKE_CUDA_ARCHITECTURES",
    "CMAKE_CUDA_FLAGS",
)


def prepare(
    engine_name: str,
    source: str,
    specs: Sequence[str],
    *,
    environment: Mapping[str, str],
    engine_version: str | None = None,
    cuda: str | None = None,
    ptx: bool = True,
    jobs: int | None = None,
    build_dir: str | None = None,
    extra: Sequence[str] = (),
    container: str | None = None,
) -> BuildSteps:
    """Return what will be done, step by step; `UsageError` for a tree, a machine or a target that cannot be built.

    `jobs` is how many compilers run at once (default: one for each processor). `extra` is put behind the command that
    configures, or that builds where nothing is configured. With `container` (podman, docker or buildah) the build runs
    in the engine's own image. By default no more compilers run at once than fit into memory.
    """
    if container is not None and container not in CONTAINER_PROGRAMS:
        raise UsageError(f"--in accepts {', '.join(CONTAINER_PROGRAMS)}, not {container!r}")
    tree = _tree(source)
    engine = find_for(engine_name, tree, "rebuild")
    version = _version(engine, tree, engine_version)
    python = python_of(environment)
    installed = framework_installed(engine, python) if version is None and container is None else None
    nvcc = active_nvcc() if container is None else None
    if cuda is None and nvcc is not None and nvcc.version is not None:
        cuda = str(nvcc.version)
    try:
        plan = plan_build(engine, wanted_gpus(specs), version=version or installed, cuda=cuda, ptx=ptx)
    except UsageError as error:
        if installed is None:
            raise
        raise UsageError(f"{error}; {installed} is what {python} has: build with a newer one") from error
    if engine.recipe is None:
        raise UsageError(
            f"cudacompat cannot build {engine.name} itself; print its settings: cudacompat generate {engine.name}"
        )
    if build_dir:
        folder = Path(build_dir).resolve()
    else:
        folder = cargo_folder(tree, environment, extra) if engine.system is BuildSystem.CARGO else tree / "build"
    _writable(folder if engine.system is BuildSystem.CMAKE else tree)
    variables = tuple((each.name, each.value) for each in environment_of(plan))
    if build_dir and engine.system is BuildSystem.CARGO:
        variables += (("CARGO_TARGET_DIR", str(folder)),)
    unset = tuple(
        (name, f"{environment[name]!r} would reach the compiler in addition to these settings")
        for name in (*_IN_THE_WAY, *names_anywhere())
        if environment.get(name) and name not in dict(variables)
    )
    if engine.system is BuildSystem.CARGO and container is None:
        extra = (*options_for_cuda(engine, tree, extra), *extra)
    at_once = jobs or min(os.cpu_count() or 1, _by_memory())
    site = Site(plan, tree, folder, jobs=at_once, extra=tuple(extra), python=python)
    made = make_steps(site) if container is None else container_steps(site, container, folder / DOCKERFILE)
    empty = [name for name, _ in empty_submodules(tree)]
    lacks: tuple[str, ...] = (
        (f"empty submodule: {', '.join(empty)} (git submodule update --init --recursive)",) if empty else ()
    )
    lacks += ignored_list(plan, tree)
    findings = api_findings(engine, tree, version)
    return BuildSteps(
        plan,
        str(tree),
        str(folder),
        products=made.products,
        environment=variables,
        unset=unset,
        steps=made.steps,
        notes=(*made.notes, *lacks),
        findings=findings,
        products_by=made.by,
    )


def dockerfile(steps: BuildSteps) -> str:
    """Return the Dockerfile that the steps build in a container; `UsageError` where no image is known."""
    from cudacompat.generate.render import output, render

    return render(steps.plan, output("dockerfile"), f"cudacompat rebuild {steps.plan.engine.name}")


def _by_memory() -> int:
    """How many compilers fit into this machine's memory at once."""
    from cudacompat.host.surroundings.system import memory_bytes

    have = memory_bytes()
    return max(1, have // _EACH_COMPILER) if have else 1 << 10


def _tree(source: str) -> Path:
    tree = Path(source)
    if not tree.is_dir():
        raise UsageError(f"no such directory: {source}" if not tree.exists() else f"not a source directory: {source}")
    return tree.resolve()


def _version(engine: Engine, tree: Path, given: str | None) -> str | None:
    """The version of the engine that lies there, given or read; `UsageError` for another engine's tree."""
    places = local_crates(tree) if engine.system is BuildSystem.CARGO else [tree]
    here = next((found for place in places if (found := recognise_as(engine, place)) is not None), None)
    if here is None and engine.markers:
        other = recognise(tree)
        if other is not None:
            raise UsageError(f"{tree} contains {other.engine.name} (see {Path(other.file).name}), not {engine.name}")
        files = ", ".join(dict.fromkeys(marker.file for marker in engine.markers))
        raise UsageError(f"{tree} does not contain {engine.name}: no sign of it in {files}{way_of(tree, 'rebuild')}")
    return given or (here.built if here is not None else None)


def _writable(folder: Path) -> None:
    place = folder
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        raise UsageError(f"cannot write to {place}; choose another directory with --build-dir")
    free = shutil.disk_usage(place).free
    if free < _LEAST_FREE:
        raise UsageError(f"only {free >> 20} MiB free in {place}: not enough for a CUDA build")
