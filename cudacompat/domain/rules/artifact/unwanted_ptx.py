"""PTX where the policy wants none.

What it finds: under `ptx = "none"`, PTX of any kind.

Why it matters: PTX is compiled at the first start on a GPU that the machine code does not serve, which takes from
seconds to half an hour; and it makes a file larger. Who forbids it wants an error there instead.

Example: `-DCMAKE_CUDA_ARCHITECTURES=120`, which is machine code and PTX, under `ptx = "none"`.

What to do: remove it (CMake: `120-real`; nvcc: `code=sm_120`), or change the policy.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts
from cudacompat.domain.rules.artifact.ptx_policy_facts import shown_places
from cudacompat.domain.words.choices import PtxPolicy
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, targets_of
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import CodeKind


def check(held: ArtifactFacts) -> Iterable[Finding]:
    """One finding if there is PTX and the policy wants none."""
    if held.policy.ptx is not PtxPolicy.NONE:
        return
    with_ptx = [m for m in held.artifact.modules if any(e.kind is CodeKind.PTX and e.kernels != () for e in m.entries)]
    if not with_ptx:
        return
    targets = targets_of(with_ptx, CodeKind.PTX)
    names, number = " ".join(map(str, targets)), max(target.number for target in targets)
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=held.artifact.path,
        message=f"contains PTX, which the policy forbids: {names}",
        found=f"in {count(len(with_ptx), 'module')} of {len(held.artifact.modules)}",
        help=f"build machine code only (CMake: {number}-real; nvcc: code=sm_{number})",
        places=shown_places(with_ptx),
    )


RULE = Rule("unwanted-ptx", "PTX that the policy forbids", __doc__, check)
