"""The command failed, so nothing was proved.

What it finds: the command that `verify` ran could not be started, ended with an error, was killed, did not end or
become healthy in time; or the saved log reports a CUDA error.

Why it matters: a run that failed proves nothing about the GPU, whatever it printed before.

Example: `CUDA error: no kernel image is available for execution on the device` and exit code 134.

What to do: the last lines of its output are shown; `cudacompat explain LOG` says what known error messages mean. A
server that never ends needs `--health URL`, a slow start a longer `--timeout`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from cudacompat.domain.runs.observation import End
from cudacompat.domain.runs.signs import SignMeaning
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Verdict
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(verified: Verified) -> Iterable[Finding]:
    """One error for a run that failed."""
    if verified.decision.verdict is not Verdict.FAILED:
        return
    ended, health = verified.seen.ended, verified.seen.health
    if verified.log is not None and verified.log != "-":
        help_ = f"to identify the error: cudacompat explain {shlex.quote(verified.log)}"
    else:
        help_ = "save the output and run cudacompat explain LOG to identify the error"
    if ended is not None and ended.how is End.TIMED_OUT:
        help_ = "for a server pass --health URL; for a slow start raise --timeout"
        if health is not None:
            help_ = "give a slow start a longer --timeout, and check that the address is the server's own"
    elif ended is not None and ended.how is End.NOT_STARTED:
        help_ = "name the program and its arguments after --, as for a shell, without quotes around the whole"
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verified.log,
        message=verified.decision.why,
        found=_said(verified),
        help=help_,
    )


def _said(verified: Verified) -> str | None:
    """The first CUDA error of the output, else its last line."""
    log = verified.seen.log
    error = next((each.text for each in log.signs if each.sign.says is SignMeaning.ERROR), None)
    return error or (log.tail[-1] if log.tail else None)


RULE = Rule("run-failed", "The command failed", __doc__, check)
