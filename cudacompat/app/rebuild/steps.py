"""The steps of each build system, in their order."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cudacompat.app.inputs.text_files import beginning
from cudacompat.app.project.recognise import MAKEFILES, way_of
from cudacompat.artifacts.buildfiles.cmake_cache import entries
from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from cudacompat.domain.builds.engine import BuildSystem, Channel
from cudacompat.domain.builds.lists.nvcc_flags import Requested, describe
from cudacompat.domain.builds.plans.commands import checked_for
from cudacompat.domain.builds.plans.plan import BuildPlan, environment
from cudacompat.domain.builds.steps import BuildStep, ProductsBy, StepKind
from cudacompat.domain.words.command_words import variables_before
from cudacompat.domain.words.errors import CudacompatError, UsageError
from cudacompat.domain.words.phrases import count

CONTAINER_PROGRAMS = ("podman", "docker", "buildah")

_JUDGE = BuildStep(StepKind.CHECK, "check what was built and carries device code")
_MOST_CACHE = 16 << 20  # bytes
# what may hold device code in the folder of a CMake project, before the build says what it makes
_BELOW = ("**/*.so*", "**/*.a", "bin/*")


@dataclass(frozen=True, slots=True)
class Site:
    """Where and how a plan is built: the sources, the folder of the build, compilers at once, more arguments."""

    plan: BuildPlan
    tree: Path
    folder: Path
    jobs: int
    extra: tuple[str, ...]
    python: Path = Path(sys.executable)  # whose pip builds wheels


@dataclass(frozen=True, slots=True)
class Made:
    """The steps, who says what comes out, what an earlier build may have left (below the build's folder), and what is
    worth saying."""

    steps: tuple[BuildStep, ...]
    by: ProductsBy
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
        stale, notes = [], (f"{site.folder} has these settings already: the build continues where it stopped",)
    elif stale:
        notes = _as_configured(site)
    # what was built with other settings goes, also what no target of CMake's makes anew
    anew = ("--clean-first",) if stale else ()
    why = "CMake keeps the list, the compiler and all options in its cache, so the cache is removed"
    steps = (
        *((BuildStep(StepKind.CLEAN, why, paths=tuple(stale)),) if stale else ()),
        BuildStep(StepKind.CONFIGURE, "configure only: takes seconds and compiles nothing", tuple(configure)),
        BuildStep(
            StepKind.FLAGS,
            "check that nvcc will be called for what was promised, before the long part",
            paths=(str(site.folder / "compile_commands.json"),),
        ),
        BuildStep(StepKind.BUILD, "build", ("cmake", "--build", str(site.folder), *anew, "--parallel", str(site.jobs))),
        _JUDGE,
    )
    return Made(steps, ProductsBy.CMAKE, _BELOW, notes=notes)


def _as_configured(site: Site) -> tuple[str, ...]:
    """What the folder would build as it is configured now, where that is not what the plan promises."""
    try:
        units = cuda_units(site.folder) or ()
    except CudacompatError:
        return ()
    requests = Counter(describe(unit.request) for unit in units)
    promised = describe(Requested(frozenset(site.plan.arrives)))
    return tuple(
        f"as configured now, {site.folder} would compile {count(number, 'CUDA source')} for {what}"
        for what, number in requests.most_common(3)
        if what != promised
    )


def _same_settings(site: Site) -> bool:
    """Whether CMake's cache there holds just what this plan gives, and another compiler was not chosen since."""
    text = beginning(site.folder / "CMakeCache.txt", _MOST_CACHE)
    if text is None:
        return False
    cached = entries(text)
    chosen = os.environ.get("CUDACXX")
    return all(cached.get(each.name) == each.value for each in site.plan.through(Channel.DEFINE)) and (
        not chosen or cached.get("CMAKE_CUDA_COMPILER") == chosen
    )


# Of what cargo is given, the words that say which of its builds is meant: `cargo clean` has to be given the same.
_WHICH = ("--profile", "--target", "--target-dir", "--manifest-path", "--config", "--lockfile-path")
_MESSAGES = "--message-format=json-render-diagnostics"


def _cargo(site: Site) -> Made:
    which = _which(site.extra)
    own = () if any(word == "--profile" or word.startswith("--profile=") for word in which) else ("--release",)
    clears = [
        BuildStep(StepKind.CLEAN, cache.why, (*(w for w in cache.clear if w != "--release"), *own, *which))
        for cache in site.plan.engine.caches
        if cache.window.holds(site.plan.version) and cache.clear[:2] == ("cargo", "clean") and site.folder.exists()
    ]
    tells = () if any(word.startswith("--message-format") for word in site.extra) else (_MESSAGES,)
    command = ("cargo", "build", *own, "--jobs", str(site.jobs), *tells, *site.extra)
    build = BuildStep(StepKind.BUILD, "build; the build script configures and builds the engine", command)
    products = tuple(product.removeprefix("target/") for product in site.plan.engine.products)
    return Made((*clears, build, _JUDGE), ProductsBy.CARGO, products or ("release/*",))


def _which(extra: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word, after in zip(extra, [*extra[1:], ""], strict=False):
        if word in _WHICH:
            found += [word, after]
        elif word.startswith(tuple(f"{each}=" for each in _WHICH)):
            found.append(word)
    return found


def _pip(site: Site) -> Made:
    wheels = site.folder / WHEELS
    why = "build a wheel without pip's wheel cache; nothing is installed"
    options = ("--no-deps", "--no-cache-dir", "-w", str(wheels), *(_ALONE if builds_alone(site.plan) else ()))
    pip = (str(site.python), "-I", "-m", "pip", "wheel", *options, *site.extra)
    stale = [str(path) for path in (wheels, *_stale_of_pip(site)) if path.exists()]
    clear = (BuildStep(StepKind.CLEAN, _OLDER, paths=tuple(stale)),) if stale else ()
    build = BuildStep(StepKind.BUILD, why, (*pip, str(site.tree)))
    return Made((*clear, build, _JUDGE), ProductsBy.PATTERNS, (f"{WHEELS}/*.whl",), notes=_in_place(site))


_MOST_ENTRIES = 20_000
# what Python imports, not any library: x.cpython-311-x86_64-linux-gnu.so, x.abi3.so, x.cp311-win_amd64.pyd
_EXTENSION = re.compile(r"\.(?:cpython-\d+[\w-]*|abi3)\.so$|\.pyd$")
_NOT_SOURCES = frozenset({"build", "dist", "node_modules", "site-packages"})


def _in_place(site: Site) -> tuple[str, ...]:
    """That an extension lies among the sources, as an editable installation leaves and loads it: a wheel does not
    replace that one."""
    left = _MOST_ENTRIES
    for folder, folders, files in os.walk(site.tree):
        folders[:] = [name for name in folders if name not in _NOT_SOURCES and not name.startswith(".")]
        left -= len(folders) + len(files)
        built = next((name for name in sorted(files) if _EXTENSION.search(name)), None)
        if built is not None:
            variables = variables_before((each.name, each.value) for each in environment(site.plan))
            options = " ".join((*(_ALONE if builds_alone(site.plan) else ()), "--no-deps", "-e"))
            command = f"{variables} {shlex.quote(str(site.python))} -m pip install {options} ."
            return (
                f"{os.path.relpath(Path(folder, built), site.tree)} was built among the sources, as `pip install -e` "
                f"does, and stays as it is: this builds a wheel; remove it and build it again with `{command}`",
            )
        if left < 0:
            break
    return ()


WHEELS = "cudacompat-wheels"  # below the build's folder: only what this build made lies there
_ALONE = ("--no-build-isolation",)
_OLDER = "an older wheel, and objects that are newer than their sources: they would be taken again as they are"


def builds_alone(plan: BuildPlan) -> bool:
    """Whether the wheel is built with what is installed, not in an environment of its own."""
    recipe = plan.recipe
    return any(word in _ALONE for step in (recipe.build if recipe else ()) for word in step)


def _stale_of_pip(site: Site) -> list[Path]:
    """What builds of wheels leave in the sources, as the engine's caches name it: all of the usual folder but the logs
    of this program."""
    found: list[Path] = []
    for cache in site.plan.engine.caches:
        if cache.window.holds(site.plan.version) and cache.clear[:4] == ("cmake", "-E", "rm", "-rf"):
            found += [site.tree / name for name in cache.clear[4:]]
    usual = site.tree / "build"
    inside = sorted(usual.iterdir()) if usual in found and usual.is_dir() else []
    return [
        *(each for each in found if each != usual),
        *(each for each in inside if not each.name.startswith("cudacompat-")),
    ]


_CLEAN_TARGET = re.compile(r"(?m)^(?:[\w./-]+ )*clean(?: [\w./-]+)* *::?(?!=)")


def _make(site: Site) -> Made:
    file = next((name for name in MAKEFILES if (site.tree / name).is_file()), None)
    if file is None and not any(word.startswith(_ELSEWHERE) for word in site.extra):
        way = _by_meson(site) or way_of(site.tree, "rebuild")
        raise UsageError(f"no Makefile in {site.tree}, which make would build from{way}")
    text = beginning(site.tree / file) if file is not None else None
    cleans = text is not None and _CLEAN_TARGET.search(text) is not None
    why = "make does not know that NVCC_APPEND_FLAGS changed: objects that are there would stay as they are"
    clean = (BuildStep(StepKind.CLEAN, why, ("make", "-C", str(site.tree), "clean")),) if cleans else ()
    # without a target that clears, make is told to take everything for changed
    anew = () if cleans else ("-B",)
    command = ("make", "-C", str(site.tree), *anew, f"-j{site.jobs}", *site.extra)
    notes = () if cleans else ("the Makefile has no target `clean`: with -B make builds everything again",)
    below = os.path.relpath(site.tree, site.folder)
    steps = (*clean, BuildStep(StepKind.BUILD, "build", command), _JUDGE)
    return Made(steps, ProductsBy.CHANGES, (f"{below}/**/*",), notes=notes)


_APART = "build-cudacompat"  # a folder of its own: Meson does not know that the variable changed
_ELSEWHERE = ("-f", "-C", "--file", "--makefile", "--directory")


def _by_meson(site: Site) -> str:
    """The commands of Meson with the settings of the plan, where Meson builds the tree; it is not run here."""
    if not (site.tree / "meson.build").is_file():
        return ""
    given = variables_before((each.name, each.value) for each in environment(site.plan))
    targets = checked_for(site.plan)
    return (
        f"; Meson builds it, in these steps: export {given}; meson setup {_APART}; meson compile -C {_APART}; "
        f"cudacompat check {_APART} {targets}"
    )


def container_steps(site: Site, program: str, dockerfile: Path) -> Made:
    """Return the steps that build the plan's image up to its build stage and take /out from it."""
    tag = f"cudacompat-rebuild-{re.sub(r'[^a-z0-9]+', '-', site.plan.engine.name.lower())}"
    verb = "bud" if program == "buildah" else "build"
    command = (program, verb, "--target", "build", "-t", tag, "-f", str(dockerfile), *site.extra, str(site.tree))
    return Made(
        (
            BuildStep(StepKind.BUILD, "build in a container; the sources are copied in", command),
            BuildStep(StepKind.EXTRACT, f"copy the built files out of the image {tag}", (program, tag)),
            _JUDGE,
        ),
        ProductsBy.PATTERNS,
        ("out/**/*",),
    )


_MAKERS: dict[BuildSystem, Callable[[Site], Made]] = {
    BuildSystem.CMAKE: _cmake,
    BuildSystem.CARGO: _cargo,
    BuildSystem.PIP: _pip,
    BuildSystem.NVCC: _make,
}
