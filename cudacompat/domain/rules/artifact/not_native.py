"""It runs, but through machine code of another GPU.

What it finds: an artifact that would run through code of a lower minor version although native code is required
(`--require native`). Where the target names a suffix (`native = ["sm_90a"]`), plain sm_90 code is not what was asked
for. What runs of an artifact with holes is held to the same level, whatever `--holes` says of the rest.

Why it matters: code of a lower minor version runs, but knows nothing of what the GPU adds, and is often slower.

Example: a library with sm_80 alone on an RTX 3090 (8.6).

What to do: add the GPU's own target to the build.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.judge.weakest_outcome import reached, runs_as
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, generate_command, verb, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import ModuleVerdict, Outcome


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if native code is required and the artifact has machine code of a lower minor only, or code without
    the suffix that was named."""
    verdict = judged.verdict
    target = verdict.target
    way = reached(verdict)
    if way not in (Outcome.COMPATIBLE, Outcome.NATIVE):
        return
    wanted = judged.policy.exact_code_for(target)
    others = [v for v in verdict.modules if runs_as(v, target) and _is_other(v, wanted)]
    if others and way is Outcome.NATIVE:
        message = f"uses {_code_of(others[0])} on {target.label}, but the policy requires {wanted}"
        modules, what = others, verb(len(others), "uses other code", "use other code")
    elif not judged.policy.level_for(target).met_by(way):
        message = f"runs on {target.label} with code for a lower minor version, not native code"
        modules = [v for v in verdict.modules if runs_as(v, target) is Outcome.COMPATIBLE]
        what = verb(len(modules), "is not native", "are not native")
    else:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=verdict.path,
        target=target.id,
        message=message,
        found=what_is_there([v.module for v in verdict.modules]),
        why=f"{len(modules)} of {count(len(verdict.modules), 'module')} {what}",
        help=f"add {wanted or f'sm_{target.capability.number}'} to the build: {generate_command(target)}",
        places=places_of(modules),
    )


def _code_of(verdict: ModuleVerdict) -> str:
    return str(verdict.picked.target) if verdict.picked else "other code"


def _is_other(verdict: ModuleVerdict, wanted: ArchTarget | None) -> bool:
    """Whether the module's code is not that of the suffixed target which is demanded."""
    return wanted is not None and verdict.picked is not None and verdict.picked.target != wanted


RULE = Rule("not-native", "Runs, but without native code", __doc__, check)
