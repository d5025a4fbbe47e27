"""The steps of each build system, in their order."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from cudacompat.domain.builds.engine import BuildSystem, Channel
from cudacompat.domain.builds.lists.nvcc_flags import Requested, describe
from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.runs.rebuild import BuildStep, StepKind
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.phrases import count

CONTAINER_PROGRAMS = ("podman", "docker", "buildah")

_JUDGE = BuildStep(StepKind.CHECK, "judge every artifact that came out")


@dataclass(frozen=True, slots=True)
class Site:
    """Where and how a plan is built: the sources, the folder of the build, compilers at once, more arguments."""

    plan: BuildPlan
    tree: Path
    folder: Path
    jobs: int
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The steps, the patterns of what comes out (below the build's folder), and what is worth saying."""

    steps: tuple[BuildStep, ...]
    products: tuple[str, ...]
    notes: tuple[str, ...] = ()


def make_steps(site: Site) -> Made:
    """Return the steps that build the plan there."""
    return _MAKERS[site.plan.engine.system](site)


def _cmake(site: Site) -> Made:
    recipe = site.plan.recipe
    configure: list[str] = []
    for word in recipe.configure if recipe is not None else ():
        if word == "{settings}":
            configure += [f"-D{each.name}={each.value}" for each in site.plan.through(Channel.DEFINE)]
        elif configure and configure[-1] in ("-S", "-B"):
            configure.append(str(site.tree if configure[-1] == "-S" else site.folder))
        elif not word.startswith("-DCMAKE_INSTALL_PREFIX="):
            configure.append(word)
    configure += ["-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *site.extra]
    stale = [str(path) for path in (site.folder / "CMakeCache.txt", site.folder / "CMakeFiles") if path.exists()]
    notes: tuple[str, ...] = ()
    if stale and _same_settings(site):
        stale, notes = [], (f"{site.folder} has these settings already: the build goes on where it stopped",)
    elif stale:
        notes = _as_configured(site)
    why = "CMake takes the list, the compiler and every option from its cache once they are there"
    steps = (
        *((BuildStep(StepKind.CLEAN, why, paths=tuple(stale)),) if stale else ()),
        BuildStep(StepKind.CONFIGURE, "configure only: seconds, and nothing is compiled yet", tuple(configure)),
        BuildStep(
            StepKind.FLAGS,
            "see that nvcc will be called for what was promised, before the long part",
            paths=(str(site.folder / "compile_commands.json"),),
        ),
        BuildStep(StepKind.BUILD, "build", ("cmake", "--build", str(site.folder), "--parallel", str(site.jobs))),
        _JUDGE,
    )
    return Made(steps, site.plan.engine.products or ("**/*.so*", "**/*.a"), notes)


def _as_configured(site: Site) -> tuple[str, ...]:
    """What the folder would build as it is configured now, where that is not what the plan promises."""
    try:
        units = cuda_units(site.folder) or ()
    except CudacompatError:
        return ()
    requests = Counter(describe(unit.request) for unit in units)
    promised = describe(Requested(frozenset(site.plan.arrives)))
    return tuple(
        f"as {site.folder} is configured now, {count(number, 'CUDA source')} would be compiled for {what}"
        for what, number in requests.most_common(3)
        if what != promised
    )


def _same_settings(site: Site) -> bool:
    """Whether CMake's cache there holds just what this plan gives, and another compiler was not chosen since."""
    try:
        text = (site.folder / "CMakeCache.txt").read_text("utf-8", "replace")
    except OSError:
        return False
    cached = dict(re.findall(r"(?m)^([\w.+-]+):[A-Z]+=(.*)$", text))
    chosen = os.environ.get("CUDACXX")
    return all(cached.get(each.name) == each.value for each in site.plan.through(Channel.DEFINE)) and (
        not chosen or cached.get("CMAKE_CUDA_COMPILER") == chosen
    )


def _cargo(site: Site) -> Made:
    clears = [
        BuildStep(StepKind.CLEAN, cache.why, cache.clear)
        for cache in site.plan.engine.caches
        if cache.window.holds(site.plan.version) and site.folder.exists()
    ]
    command = ("cargo", "build", "--release", "--jobs", str(site.jobs), *site.extra)
    build = BuildStep(StepKind.BUILD, "build; the build script configures and builds the engine inside", command)
    products = tuple(product.removeprefix("target/") for product in site.plan.engine.products)
    return Made((*clears, build, _JUDGE), products)


def _pip(site: Site) -> Made:
    wheels = site.folder / "dist"
    why = "build a wheel; nothing is installed, and pip's cache of built wheels is left out"
    recipe = site.plan.recipe
    alone = [word for step in (recipe.build if recipe else ()) for word in step if word == "--no-build-isolation"]
    options = ("--no-deps", "--no-cache-dir", "-w", str(wheels), *alone)
    pip = (sys.executable, "-I", "-m", "pip", "wheel", *options, *site.extra)
    return Made((BuildStep(StepKind.BUILD, why, (*pip, str(site.tree))), _JUDGE), ("dist/*.whl",))


def _make(site: Site) -> Made:
    command = ("make", "-C", str(site.tree), f"-j{site.jobs}", *site.extra)
    below = os.path.relpath(site.tree, site.folder)
    note = "make does not know that NVCC_APPEND_FLAGS changed: objects that are there are not compiled again"
    return Made((BuildStep(StepKind.BUILD, "build", command), _JUDGE), (f"{below}/**/*",), (note,))


def container_steps(site: Site, program: str, dockerfile: Path) -> Made:
    """Return the steps that build the plan's image up to its build stage and take /out from it."""
    tag = f"cudacompat-rebuild-{re.sub(r'[^a-z0-9]+', '-', site.plan.engine.name.lower())}"
    verb = "bud" if program == "buildah" else "build"
    command = (program, verb, "--target", "build", "-t", tag, "-f", str(dockerfile), *site.extra, str(site.tree))
    return Made(
        (
            BuildStep(StepKind.BUILD, "build in a container; the sources are copied in", command),
            BuildStep(StepKind.EXTRACT, "take the artifacts out of the image", (program, tag)),
            _JUDGE,
        ),
        ("out/**/*",),
    )


_MAKERS: dict[BuildSystem, Callable[[Site], Made]] = {
    BuildSystem.CMAKE: _cmake,
    BuildSystem.CARGO: _cargo,
    BuildSystem.PIP: _pip,
    BuildSystem.NVCC: _make,
}
