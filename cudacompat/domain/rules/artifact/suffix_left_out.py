"""The header of an image lacks the suffix that its PTX text has.

What it finds: PTX whose entry in the fatbin says a plain target (`compute_90`) while its text says an `a` or `f` target
of the same number (`.target sm_90a`). It is checked as what the text states.

Why it matters: the driver compiles by the text. Such PTX runs on its own GPU (or family) only; tools that list headers,
such as cuobjdump, show it as PTX that newer GPUs compile, too.

Example: TensorFlow 2.16 to 2.20 write `compute_90` over PTX for `sm_90a`.

What to do: nothing in a published library. In your own build, name the target with its suffix where the images are
put together (`fatbinary --image3=kind=ptx,sm=90a,…`).
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts
from cudacompat.domain.rules.artifact.ptx_policy_facts import shown_places
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule


def check(held: ArtifactFacts) -> Iterable[Finding]:
    """One note if there are such images."""
    modules = [m for m in held.artifact.modules if any(entry.header_target is not None for entry in m.entries)]
    entries = [entry for module in modules for entry in module.entries if entry.header_target is not None]
    if not entries:
        return
    pairs = sorted({f"{entry.header_target} (the text: {entry.target})" for entry in entries})
    yield Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        path=held.artifact.path,
        message=f"the headers of {count(len(entries), 'PTX image')} lack a suffix: {', '.join(pairs)}",
        found=f"in {count(len(modules), 'module')} of {len(held.artifact.modules)}",
        why="the driver goes by the text, and so does this check",
        places=shown_places(modules),
    )


RULE = Rule("suffix-left-out", "A header that lacks the suffix of its PTX", __doc__, check)
