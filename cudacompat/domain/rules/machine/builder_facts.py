"""Which nvcc and which host compiler the builders take here.

CMake: CUDACXX, then nvcc on PATH with CUDA_PATH/bin as another place; the host compiler is CUDAHOSTCXX, else nvcc's.
Python extensions: CUDA_HOME, CUDA_PATH, the nvcc on PATH, /usr/local/cuda. cudarc: CUDA_HOME, CUDA_PATH and their kin,
then /usr, /usr/local/cuda, /opt/cuda. With none on PATH, scripts and FindCUDAToolkit take /usr/local/cuda (sources:
CMake 4.4, cpp_extension.py of version 2, cudarc's build.rs).
"""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.machine.facts import DEBIANS_NVCC, HostCompiler, HostFacts, ToolkitFacts
from cudacompat.domain.words.nvcc_variables import (
    COMPILER_IN_ENVIRONMENT,
    COMPILER_SETTINGS,
    FLAG_VARIABLES,
    NVCCS_COMPILER,
)

USUAL = "/usr/local/cuda"
_ROOTS = ("CUDA_HOME", "CUDA_PATH")
_NVCCS_OWN = (*FLAG_VARIABLES, NVCCS_COMPILER, DEBIANS_NVCC)  # what leads nvcc to a compiler


def used_toolkits(facts: HostFacts) -> tuple[ToolkitFacts, ...]:
    """Return the toolkits that builds here use, the most usual one first: the one that a plain nvcc runs, the one that
    CUDA_HOME or CUDA_PATH names, and /usr/local/cuda where neither is there."""
    active = [each for each in facts.toolkits if each.active]
    named = [each for each in facts.toolkits if each.is_found_by(*_ROOTS)]
    usual = [each for each in facts.toolkits if each.is_found_by(USUAL) or each.path.startswith(f"{USUAL}/")]
    found = [*active, *named] or usual
    if not found:
        installed = [each for each in facts.toolkits if not each.is_found_by("pip")]
        found = installed[:1] if len(installed) == 1 else []
    return tuple(dict.fromkeys(found))


def who_uses(toolkit: ToolkitFacts) -> str:
    """Return who takes this toolkit, in words."""
    takers = []
    if toolkit.active:
        takers.append("CMake" if toolkit.is_found_by("CUDACXX") else "nvcc on PATH, CMake")
    if toolkit.is_found_by(*_ROOTS):
        takers.append("Python extensions and cargo (CUDA_HOME, CUDA_PATH)")
    if not takers:
        takers.append(f"CMake, Python extensions and cargo, as no nvcc is on PATH ({toolkit.found_via})")
    return " and ".join(takers)


@dataclass(frozen=True, slots=True)
class UsedCompiler:
    """A host compiler, and the variable that names it; `None` where it is nvcc's own choice."""

    compiler: HostCompiler
    variable: str | None


def used_compilers(facts: HostFacts) -> tuple[UsedCompiler, ...]:
    """Return the host compilers that builds here use: the one that a variable names, judged like any other, else the
    gcc that nvcc takes."""
    environment = dict(facts.environment)
    found = []
    for variable in COMPILER_SETTINGS:
        value = environment.get(variable, "").strip()
        if value:
            named = _called(facts, variable, value)
            if named is not None:
                found.append(UsedCompiler(named, variable))
    if any(environment.get(variable, "").strip() for variable in COMPILER_IN_ENVIRONMENT):
        return tuple(found)
    flags = next((c for c in facts.compilers if c.is_found_by(*_NVCCS_OWN)), None)
    default = flags or next((c for c in facts.compilers if c.name == "gcc"), None)
    return (*found, UsedCompiler(default, None)) if default is not None else tuple(found)


def _called(facts: HostFacts, variable: str, value: str) -> HostCompiler | None:
    """The compiler that a variable names: as the probe found it, else by its path or its file's name."""
    found = next((c for c in facts.compilers if c.is_found_by(variable)), None)
    if found is not None:
        return found
    by_path = next((c for c in facts.compilers if c.path == value), None)
    name = value.rpartition("/")[2]
    return by_path or next((c for c in facts.compilers if c.path.rpartition("/")[2] == name), None)
