"""It ran through machine code of another GPU.

What it finds: machine code of a lower minor version that ran, although native code was expected.

Why it matters: such code knows nothing of what the GPU adds, and is often slower.

Example: an engine built for sm_80 on an RTX 3090 (8.6).

What to do: build for the GPU's own architecture (`cudacompat generate`); `--expect gpu` accepts it.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Code, Expect, Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One error for compatible code where native code was expected."""
    decision = verified.decision
    if (
        verified.expected is not Expect.NATIVE
        or decision.verdict is not Verdict.GPU
        or decision.code is not Code.COMPATIBLE
    ):
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} ran on the GPU with compatible code, not native code",
        why=decision.why,
        help="build for this GPU (cudacompat generate --gpu native), or accept compatible code with --expect sass",
    )


RULE = Rule("not-own-code", "Ran without native code", __doc__, check)
