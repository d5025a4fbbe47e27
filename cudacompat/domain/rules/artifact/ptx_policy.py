"""The PTX is not what the policy asks for: `missing-ptx` and `unwanted-ptx`.

What it finds: under `ptx = "any"`, modules without PTX that newer GPUs can compile (plain, without a or f suffix, and
with all the module's kernels); under `ptx = "highest"`, modules without such PTX for the highest required compute
capability (compute_120 for 12.0); under `ptx = "none"`, PTX of any kind. Modules that are made for chosen architectures
on purpose (nothing but a and f targets, or special) are left out where a file has others.

Why it matters: PTX is what lets a GPU run the file that did not exist when it was built. Machine code serves its own
major version only, and a or f PTX no more than that. Without PTX, users of the next generation get CUDA error 209.

Example: onnxruntime-gpu 1.31.1 has no PTX any more; 1.27.0 had compute_120, which served compute capability 12.1.

What to do: add the PTX of the newest target (CMake: `120-virtual`, nvcc: `-gencode arch=compute_120,code=compute_120`),
or take it out (CMake: `120-real`).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import module_name
from cudacompat.domain.judge.compat import kernels_of
from cudacompat.domain.policy.policy import PtxPolicy
from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts, is_suffixed
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.finding import CodePlace, Finding, Severity
from cudacompat.domain.words.phrases import count, targets_of, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import CodeKind

_SHOWN = 5


def check_missing(held: ArtifactFacts) -> Iterable[Finding]:
    """One finding if modules lack the PTX that the policy asks for."""
    if held.policy.ptx not in (PtxPolicy.ANY, PtxPolicy.HIGHEST):
        return
    highest = max(verdict.target.capability for verdict in held.verdicts)
    number = highest.number if held.policy.ptx is PtxPolicy.HIGHEST else None
    ordinary = held.ordinary()
    lacking = [module for module in ordinary if not _has_ptx(module, number)]
    if not lacking:
        return
    wanted = f"compute_{number} PTX" if number is not None else "PTX that newer GPUs can compile"
    which = count(len(lacking), "module") if len(lacking) < len(ordinary) else "every module"
    of = f" of {len(ordinary)}" if len(lacking) < len(ordinary) else ""
    yield Finding(
        id=MISSING.id,
        severity=Severity.ERROR,
        path=held.artifact.path,
        message=f"{which}{of} lacks {wanted}, or holds it without some of its kernels",
        found=what_is_there(lacking),
        why=f"GPUs newer than {highest} have nothing in it to run" if number is not None else None,
        help=f"add compute_{highest.number} PTX to the build (CMake: {highest.number}-virtual)",
        places=_places(lacking),
    )


def check_unwanted(held: ArtifactFacts) -> Iterable[Finding]:
    """One finding if there is PTX and the policy wants none."""
    if held.policy.ptx is not PtxPolicy.NONE:
        return
    with_ptx = [m for m in held.artifact.modules if any(e.kind is CodeKind.PTX and e.kernels != () for e in m.entries)]
    if not with_ptx:
        return
    names = " ".join(str(target) for target in targets_of(with_ptx, CodeKind.PTX))
    yield Finding(
        id=UNWANTED.id,
        severity=Severity.ERROR,
        path=held.artifact.path,
        message=f"carries PTX, and the policy wants none: {names}",
        found=f"in {count(len(with_ptx), 'module')} of {len(held.artifact.modules)}",
        help="build machine code only (CMake: 120-real; nvcc: code=sm_120)",
        places=_places(with_ptx),
    )


def _has_ptx(module: DeviceModule, number: int | None) -> bool:
    """Whether plain PTX (of that number, if one is given) holds every kernel of the module; unread PTX does not."""
    every = kernels_of(module)
    return any(
        entry.kind is CodeKind.PTX
        and entry.target is not None
        and not is_suffixed(entry)
        and (number is None or entry.target.number == number)
        and entry.kernels is not None
        and every.issubset(entry.kernels)
        for entry in module.entries
    )


def _places(modules: list[DeviceModule]) -> tuple[CodePlace, ...]:
    return tuple(CodePlace(module_name(module)) for module in modules[:_SHOWN])


MISSING = Rule("missing-ptx", "The PTX that the policy asks for is missing", __doc__, check_missing)
UNWANTED = Rule("unwanted-ptx", "PTX where the policy wants none", __doc__, check_unwanted)
