"""What ran could not be told.

What it finds: the run gave no proof either way: whether the GPU was used at all, or with which code, was not seen. What
could not be seen is listed with the evidence.

Why it matters: what is not proved is not good. A green health endpoint, a line that says `use gpu = 1`, a context on
the GPU and an exit code of 0 all come from runs on the CPU, too.

Example: `verify --log` of a log that names the GPU and no buffer on it; a command that ends within a few milliseconds.

What to do: let it do real work (transcribe a short sample, answer one request) and give it time; `--cold` settles
whether code came out of a warm JIT cache; run `verify` where the engine's processes can be seen: in its own container.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One warning where it cannot be told whether the run is what was expected."""
    decision = verified.decision
    unmeasured = verified.min_gpu_memory is not None and verified.memory is None
    open_ = decision.verdict in (Verdict.GPU, Verdict.UNDECIDED) and decision.meets(verified.expected) is None
    if not open_ and not (unmeasured and decision.verdict in (Verdict.GPU, Verdict.GPU_JIT)):
        return
    why = decision.why if open_ else "the GPU memory of the command could not be measured"
    if verified.log is not None:
        help_ = "a log does not show which code ran; run the command itself: cudacompat verify -- CMD"
    else:
        help_ = 'run a longer job, and try --cold; "not observed" above lists what is missing'
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        path=verified.log,
        message=f"{verified.subject}: no proof that it ran as expected ({verified.expected.value})",
        why=why,
        help=help_,
    )


RULE = Rule("run-undecided", "Result of the run is unknown", __doc__, check)
