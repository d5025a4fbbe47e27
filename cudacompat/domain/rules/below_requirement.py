"""It runs, but not as required: `jit-only` and `not-native`.

What it finds: an artifact that would run by JIT although machine code is required (`--require sass` or `native`), or
through code of a lower minor although native code is required (`--require native`). Without such a requirement a run by
JIT is noted, not counted as a fault.

Why it matters: compiling PTX at first use takes from seconds to half an hour, on every machine and after every driver
update, uses the code paths of the PTX's own generation, and fails where the driver is older than the PTX.

Example: ctranslate2 4.8.5 serves every card from 8.9 up by PTX for compute_86.

What to do: add the GPU's own target to the build.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.finding import Finding, Severity
from cudacompat.domain.places import places_of
from cudacompat.domain.rule import Rule
from cudacompat.domain.rules.judged import Judged
from cudacompat.domain.verdict import Outcome
from cudacompat.domain.wording import count, generate_command, what_is_there


def check_jit_only(judged: Judged) -> Iterable[Finding]:
    """One finding if the artifact runs by JIT: an error where more is required, else a note."""
    verdict = judged.verdict
    if verdict.outcome is not Outcome.JIT or verdict.default_target is not None:
        return
    enough = judged.policy.require.met_by(verdict.outcome)
    jit = verdict.counts[Outcome.JIT]
    floor = f"driver {verdict.min_driver} or newer compiles it" if verdict.min_driver else None
    yield Finding(
        id=JIT_ONLY.id,
        severity=Severity.NOTE if enough else Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"runs on {verdict.target.label} by JIT only: {jit} of "
        f"{count(len(verdict.modules), 'module')} from PTX",
        found=what_is_there([v.module for v in verdict.modules]),
        why=floor,
        help=f"for native code: {generate_command(verdict.target)}",
        places=places_of(v for v in verdict.modules if v.outcome is Outcome.JIT),
    )


def check_not_native(judged: Judged) -> Iterable[Finding]:
    """One finding if native code is required and the artifact has machine code of a lower minor only."""
    verdict = judged.verdict
    if verdict.outcome is not Outcome.COMPATIBLE or judged.policy.require.met_by(verdict.outcome):
        return
    yield Finding(
        id=NOT_NATIVE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"runs on {verdict.target.label} through compatible code, not its own",
        found=what_is_there([v.module for v in verdict.modules]),
        help=f"build for sm_{verdict.target.capability.number}: {generate_command(verdict.target)}",
        places=places_of(v for v in verdict.modules if v.outcome is Outcome.COMPATIBLE),
    )


JIT_ONLY = Rule("jit-only", "Runs by JIT only", __doc__, check_jit_only)
NOT_NATIVE = Rule("not-native", "Runs through compatible code only", __doc__, check_not_native)
