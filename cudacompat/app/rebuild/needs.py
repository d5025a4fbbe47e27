"""What a build needs and this machine, or this tree, does not have: said before the hours, not after them."""

from __future__ import annotations

import ast
import configparser
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.version import InvalidVersion, Version

from cudacompat.app.inputs.text_files import beginning
from cudacompat.app.project.unparsed_lists import flags_by_hand
from cudacompat.app.rebuild.steps import CONTAINER_PROGRAMS, builds_alone
from cudacompat.domain.builds.engine import BuildSystem, Channel, Engine
from cudacompat.domain.builds.engine_facts import OWN_TARGETS
from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.builds.steps import BuildSteps, StepKind
from cudacompat.domain.machine.facts import ToolkitFacts
from cudacompat.domain.project.list_places import PlaceState
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.words.errors import UsageError

_BUILD_FILES = ("CMakeLists.txt", "Makefile", "setup.py", "pyproject.toml", "build.rs", "Cargo.toml")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_ASK = "import importlib.util as u, sys; print(*(n for n in sys.argv[1:] if u.find_spec(n) is None))"
_TIMEOUT_S = 60.0


def active_nvcc() -> ToolkitFacts | None:
    """Return the nvcc that a build here runs (CUDACXX, else PATH), `None` where there is none."""
    from cudacompat.host.toolchain.toolkit import toolkits

    return next((each for each in toolkits().values if each.active), None)


def require_all(steps: BuildSteps) -> None:
    """`UsageError`, in one line, for what this machine or the tree lacks to run the steps."""
    from cudacompat.host.programs.process import find_tool

    empty = [name for name, needed in empty_submodules(Path(steps.source)) if needed]
    if empty:
        raise UsageError(
            f"empty submodule: {', '.join(empty)}; fetch it first: git -C {steps.source} submodule update --init "
            "--recursive"
        )
    program = next((step.command[0] for step in steps.steps if step.kind is StepKind.EXTRACT), None)
    if program is not None:
        if find_tool(program) is None:
            raise UsageError(f"{program} is not installed here; --in takes {', '.join(CONTAINER_PROGRAMS)}")
        return
    lacking = [name for name in _programs(steps) if find_tool(name) is None]
    if lacking:
        raise UsageError(f"missing programs: {', '.join(lacking)}; install them, or build in a container: --in podman")
    nvcc = active_nvcc()
    if nvcc is None:
        raise UsageError("no nvcc found (looked in CUDACXX and PATH); or build in a container: --in podman")
    if nvcc.version is not None and nvcc.version != steps.plan.release.version:
        raise UsageError(
            f"nvcc is CUDA {nvcc.version} ({nvcc.path}), but the plan needs {steps.plan.release.version}: set "
            "CUDACXX to another nvcc, or drop --cuda"
        )
    _require_modules(steps)


def _programs(steps: BuildSteps) -> tuple[str, ...]:
    """The programs that the steps start, or that the engine's own build script does."""
    needed = [step.command[0] for step in steps.steps if step.command and "/" not in step.command[0]]
    needed += ["ninja"] if any("Ninja" in step.command for step in steps.steps) else []
    recipe = steps.plan.recipe
    if recipe is not None and steps.plan.engine.system is BuildSystem.CARGO:
        needed += ["cmake"] if "cmake" in recipe.packages else []
    return tuple(dict.fromkeys([*needed, "g++"]))


# -- submodules


def empty_submodules(tree: Path) -> Iterator[tuple[str, bool]]:
    """Yield the path of each of git's submodules that is empty here, and whether a build file at the top names it."""
    text = beginning(tree / ".gitmodules")
    if text is None:
        return
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    except configparser.Error:
        return
    files = "\n".join(beginning(tree / name) or "" for name in _BUILD_FILES)
    for section in parser.sections():
        path = parser.get(section, "path", fallback="")
        if not path or Path(path).is_absolute() or ".." in Path(path).parts:
            continue
        place = tree / path
        if parser.get(section, "update", fallback="") == "none" or (place.is_dir() and any(place.iterdir())):
            continue
        yield path, re.search(rf"(?<![\w-]){re.escape(path)}(?![\w-])", files) is not None


# -- Python


def python_of(environment: Mapping[str, str]) -> Path:
    """Return the Python whose pip builds wheels: that of the virtual environment that is active, else this one."""
    active = environment.get("VIRTUAL_ENV")
    for name in ("bin/python", "Scripts/python.exe"):
        if active and Path(active, name).is_file():
            return Path(active, name)
    return Path(sys.executable)


def framework_installed(engine: Engine, python: Path) -> str | None:
    """Return the version of the engine's framework where this Python builds the wheel, if the engine's version is that
    one's: its lists are what that release knows. `None` where it is not installed or not read."""
    from cudacompat.environments.pip import version_of
    from cudacompat.host.toolchain.pythons import environment_at
    from cudacompat.places.roots import Roots

    if engine.framework is None or not engine.version_of_framework:
        return None
    found = environment_at(python, "", Roots.real())
    said = version_of(engine.framework.package, found.folders) if found is not None else None
    try:
        return Version(said).base_version if said is not None else None
    except InvalidVersion:
        return None


def _require_modules(steps: BuildSteps) -> None:
    from cudacompat.host.programs.process import run

    if steps.plan.engine.system is not BuildSystem.PIP:
        return
    python = next(step.command[0] for step in steps.steps if step.kind is StepKind.BUILD)
    wanted = ["pip", *(modules_of(Path(steps.source)) if builds_alone(steps.plan) else ())]
    done = run((python, "-I", "-c", _ASK, *wanted), timeout_s=_TIMEOUT_S)
    lacking = done.stdout.split() if done.ok else []
    if "pip" in lacking:
        raise UsageError(f"{python} has no pip, which builds the wheel: {python} -m ensurepip")
    if lacking:
        names = " ".join(lacking)
        raise UsageError(
            f"{python} has no {', '.join(lacking)}, which the sources import to be built: {python} -m pip install "
            f"{names}, or activate the environment that has it"
        )


def modules_of(tree: Path) -> tuple[str, ...]:
    """Return the modules that have to be installed for a build without an environment of its own: what setup.py
    imports outside of a `try`, and the back end that pyproject.toml names. Nothing is executed."""
    found = dict.fromkeys(_imported(beginning(tree / "setup.py") or ""))
    try:
        system = tomllib.loads(beginning(tree / "pyproject.toml") or "").get("build-system", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        system = {}
    backend = system.get("build-backend", "setuptools") if isinstance(system, dict) else "setuptools"
    if isinstance(backend, str) and not (isinstance(system, dict) and system.get("backend-path")):
        found[backend.partition(".")[0].partition(":")[0]] = None
    own = [name for name in found if (tree / f"{name}.py").exists() or (tree / name).is_dir()]
    return tuple(
        name for name in found if _NAME.fullmatch(name) and name not in own and name not in sys.stdlib_module_names
    )


def ignored_list(plan: BuildPlan, tree: Path) -> tuple[str, ...]:
    """That a setup.py gives nvcc targets itself, and not those that are planned: the engine reads no list then."""
    file = "setup.py"
    text = beginning(tree / file) or ""
    name = next((each.name for each in plan.through(Channel.ENVIRONMENT)), None)
    if name is None or name in text or not any(each.name == OWN_TARGETS for each in plan.engine.hazards):
        return ()
    archs = dict.fromkeys(each.arch for each in plan.wanted)
    return tuple(
        f"{file}:{place.line} gives nvcc its own flags, with which {name} is not read: {place.why}"
        for place in flags_by_hand([SourceFile(file, text)], archs)
        if place.state is PlaceState.CANNOT
    )


def _imported(source: str) -> Iterator[str]:
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in module.body:
        if isinstance(statement, ast.Import):
            yield from (each.name.partition(".")[0] for each in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module.partition(".")[0]
