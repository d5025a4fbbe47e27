"""The command ran on the CPU.

What it finds: `verify` watched a command, or read its log, and nothing was done on a GPU: there is no driver, the
driver's library was never loaded, no context was made, or the program itself reports that it continues without a GPU.

Why it matters: engines fall back in silence. whisper.cpp prints `use gpu = 1` on a machine without a driver and then
runs on the CPU, ten to fifty times slower; the exit code is 0 and the health endpoint is green.

Example: a container started without `--gpus all`; an engine built without its CUDA backend; `-ngl 0`.

What to do: the evidence says at which step it turned away. `cudacompat doctor` looks at the machine, `cudacompat
inspect` at the library: without device code in it there is no CUDA backend.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One error for a run without a GPU."""
    if verified.decision.verdict is not Verdict.CPU_FALLBACK:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verified.log,
        message=f"{verified.subject} ran on the CPU, not on a GPU",
        why=verified.decision.why,
        help="run cudacompat doctor to check GPU and driver, and cudacompat inspect FILE to look for device code",
    )


RULE = Rule("cpu-fallback", "Ran on the CPU", __doc__, check)
