"""The PTX that the policy asks for is missing.

What it finds: under `ptx = "any"`, modules without PTX that newer GPUs can compile (plain, without a or f suffix, and
with all the module's kernels); under `ptx = "highest"`, modules without such PTX for the highest required compute
capability (compute_120 for 12.0). Modules that are made for chosen architectures (only a and f targets, or
special) do not count where a file has others.

Why it matters: PTX is what lets a GPU run the file that did not exist when it was built. Machine code serves its own
major version only, and a or f PTX no more than that. Without PTX, users of the next generation get CUDA error 209.

Example: onnxruntime-gpu 1.31.1 has no PTX any more; 1.27.0 had compute_120, which served compute capability 12.1.

What to do: add the PTX of the newest target (CMake: `120-virtual`, nvcc: `-gencode arch=compute_120,code=compute_120`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts, is_suffixed
from cudacompat.domain.rules.artifact.ptx_policy_facts import shown_places
from cudacompat.domain.words.choices import PtxPolicy
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import CodeKind


def check(held: ArtifactFacts) -> Iterable[Finding]:
    """One finding if modules lack the PTX that the policy asks for."""
    if held.policy.ptx not in (PtxPolicy.ANY, PtxPolicy.HIGHEST):
        return
    highest = max(verdict.target.capability for verdict in held.verdicts)
    number = highest.number if held.policy.ptx is PtxPolicy.HIGHEST else None
    ordinary = held.ordinary()
    lacking = [module for module in ordinary if not _has_ptx(module, number)]
    if not lacking:
        return
    wanted = f"compute_{number} PTX" if number is not None else "PTX for newer GPUs"
    which = count(len(lacking), "module") if len(lacking) < len(ordinary) else "every module"
    of = f" of {len(ordinary)}" if len(lacking) < len(ordinary) else ""
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=held.artifact.path,
        message=f"missing PTX: {which}{of} without complete {wanted}",
        found=what_is_there(lacking),
        why=_why(lacking),
        help=f"add compute_{highest.number} PTX to the build (CMake: {highest.number}-virtual)",
        places=shown_places(lacking),
    )


def _why(lacking: Sequence[DeviceModule]) -> str:
    """What a newer GPU does with these modules."""
    if any(entry.kind is CodeKind.PTX and not is_suffixed(entry) for module in lacking for entry in module.entries):
        return "newer GPUs compile the other PTX that is there, as far as it has the kernels"
    return "GPUs of a newer major version cannot run these modules"


def _has_ptx(module: DeviceModule, number: int | None) -> bool:
    """Whether plain PTX (of that number, if one is given) holds every kernel of the module; unread PTX does not."""
    every = module.kernels
    return any(
        entry.kind is CodeKind.PTX
        and entry.target is not None
        and not is_suffixed(entry)
        and (number is None or entry.target.number == number)
        and entry.kernels is not None
        and every.issubset(entry.kernels)
        for entry in module.entries
    )


RULE = Rule("missing-ptx", "Missing PTX", __doc__, check)
