"""A verdict from a framework's version that a log names, and the table of wheels: what its list would say."""

from __future__ import annotations

from cudacompat.domain.logs.verdict import LogOutcome, LogVerdict
from cudacompat.domain.words.verdict import Outcome, Target

_OUTCOMES = {
    Outcome.NATIVE: (LogOutcome.BUILT_FOR, "has machine code for {label}"),
    Outcome.COMPATIBLE: (LogOutcome.RUNS, "has machine code of the same major version, which runs on {label}"),
    Outcome.JIT: (LogOutcome.RUNS, "has only PTX for {label}, which the driver compiles"),
    Outcome.FAILS: (LogOutcome.FAILS, "has no code for {label}"),
}


def of_version(target: Target, version: str, line: int) -> LogVerdict | None:
    """Return what becomes of the framework's wheel of this version (`2.6.0+cu124`) on the target, `None` where the
    table does not tell."""
    from cudacompat.domain.wheels.answer import verdict_of
    from cudacompat.domain.wheels.distributions import framework
    from cudacompat.domain.wheels.model import PYPI
    from cudacompat.domain.wheels.requirement import Requirement, split_local
    from cudacompat.domain.wheels.resolve import resolve

    public, local = split_local(version)
    wanted = Requirement(framework().name, f"=={public}", version, file="", line=line, local=local, index=local or PYPI)
    for resolved in resolve((wanted,)):
        if resolved.requirement.name != wanted.name:
            continue
        verdict = verdict_of(resolved, target)
        if verdict.outcome not in _OUTCOMES:
            return None
        outcome, said = _OUTCOMES[verdict.outcome]
        how = "by the table of wheels" if verdict.basis == "documented" else "whose wheel was read"
        text = f"{resolved.label}, {how}, {said.format(label=target.label)}"
        return LogVerdict(outcome, text, line, archs=(), by_ptx=verdict.outcome is Outcome.JIT)
    return None
