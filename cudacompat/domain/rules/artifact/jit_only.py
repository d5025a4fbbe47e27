"""It runs, but through code that the driver compiles from PTX.

What it finds: an artifact that would run by JIT although machine code is required (`--require sass` or `native`).
Without such a requirement a run by JIT is noted, not counted as a fault. What runs of an artifact with holes is held to
the same level, whatever `--holes` says of the rest.

Why it matters: compiling PTX at first use takes from seconds to half an hour, on every machine and after every driver
update, uses the code paths of the PTX's own generation, and fails where the driver is older than the PTX.

Example: ctranslate2 4.8.5 runs on every GPU of compute capability 8.9 or higher from PTX for compute_86.

What to do: add the GPU's own target to the build.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.judge.weakest_outcome import reached, runs_as
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, generate_command, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(judged: VerdictFacts) -> Iterable[Finding]:
    """One finding if the artifact runs by JIT: an error where more is required, else a note."""
    verdict = judged.verdict
    way = reached(verdict)
    if way is not Outcome.JIT:
        return
    enough = judged.policy.level_for(verdict.target).met_by(way)
    if enough and (verdict.outcome is not Outcome.JIT or verdict.default_target is not None):
        return
    modules = [v for v in verdict.modules if runs_as(v, verdict.target) is Outcome.JIT]
    floor = f"JIT compilation of this PTX needs driver {verdict.min_driver} or newer" if verdict.min_driver else None
    relinked = [v.module for v in modules if v.relinked]
    found = what_is_there(relinked or [v.module for v in verdict.modules])
    if relinked:
        found += " in the linked images, of which none fits: the driver links the PTX of the relocatable code again"
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE if enough else Severity.ERROR,
        path=verdict.path,
        target=verdict.target.id,
        message=f"runs on {verdict.target.label} only through JIT compilation ({len(modules)} of "
        f"{count(len(verdict.modules), 'module')})",
        found=found,
        why=floor,
        help=f"to build native code: {generate_command(verdict.target)}",
        places=places_of(modules),
    )


RULE = Rule("jit-only", "Runs only through JIT compilation", __doc__, check)
