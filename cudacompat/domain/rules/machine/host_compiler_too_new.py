"""The host compiler is newer than the CUDA toolkit accepts.

What it finds: the gcc or clang that nvcc would use is above the toolkit's limit, whether nvcc takes it by itself or a
variable (CUDAHOSTCXX, NVCC_CCBIN) names it.

Why it matters: every CUDA file stops with "#error -- unsupported GNU version! gcc versions later than 14 are not
supported!". Overriding the check often only moves the failure.

Example: gcc 15 with CUDA 12.9, whose limit is 14.

What to do: install an older compiler in addition and name it: CMAKE_CUDA_HOST_COMPILER, CUDAHOSTCXX or NVCC_CCBIN.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import HostCompiler
from cudacompat.domain.rules.machine.builder_facts import UsedCompiler, used_compilers, used_toolkits
from cudacompat.domain.rules.machine.compiler_packages_facts import install_compiler
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.rules.machine.release_facts import ReleaseCure, must_change, release_cure
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.nvcc_variables import CMAKES_COMPILER, COMPILER_IN_ENVIRONMENT
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each compiler that builds here use and that the toolkit they use does not accept."""
    toolkit = next((each for each in used_toolkits(machine.facts) if each.version is not None), None)
    known = release(toolkit.version) if toolkit is not None and toolkit.version is not None else None
    if known is None:
        return
    cure = release_cure(machine, toolkit) if toolkit is not None and must_change(machine, known.version) else None
    for used in used_compilers(machine.facts):
        limit = known.clang_max if used.compiler.name == "clang" else known.gcc_max
        if used.compiler.major > limit:
            yield _finding(machine, used, known, limit=limit, cure=cure)


def _finding(
    machine: Machine, used: UsedCompiler, known: CudaRelease, limit: int, *, cure: ReleaseCure | None
) -> Finding:
    name, version = used.compiler.name, used.compiler.version
    older = _older(machine, name, limit)
    program = older.path if older is not None else f"{'g++' if name == 'gcc' else 'clang++'}-{limit}"
    variable = used.variable if used.variable in COMPILER_IN_ENVIRONMENT else CMAKES_COMPILER
    sets = f"set {variable}={program}"
    install = None if older is not None else install_compiler(machine.facts.platform, name, limit)
    newer = cure if cure is not None and cure.takes(used.compiler) else None  # which is wanted anyhow
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=used.compiler.path,
        message=f"{name} {version} is newer than CUDA {known.version} accepts (up to {name} {limit})",
        found=f"{used.variable} names it" if used.variable else "nvcc uses it, as no variable names another",
        help=newer.help
        if newer is not None
        else f"{sets}, which is here, or use a newer CUDA release"
        if older is not None
        else f"install {program} and {sets}, or use a newer CUDA release",
        command=newer.command
        if newer is not None
        else f"export {variable}={program}"
        if older is not None
        else install,
    )


def _older(machine: Machine, name: str, limit: int) -> HostCompiler | None:
    """The newest compiler here that the toolkit accepts."""
    fitting = [each for each in machine.facts.compilers if each.name == name and each.major <= limit]
    return max(fitting, key=lambda each: each.major, default=None)


RULE = Rule("host-compiler-too-new", "Host compiler too new for the CUDA Toolkit", __doc__, check)
