"""An image of a program with device code, of whose tag nothing is known.

What it finds: an image that the project runs (see `image-cannot-run`) from a repository whose images hold device code,
with a tag of which nothing is documented: newer or older than the table, one that moves, or one named by its digest.

Why it matters: whether it runs on the GPU is not told, and is not guessed from its number.

Example: `vllm/vllm-openai:latest`.

What to do: have it read: `docker save IMAGE | cudacompat check - --gpu …`; and name a tag that does not move.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.image_facts import verdicts_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One note for each image."""
    told: set[tuple[str, int]] = set()
    for used, verdict in verdicts_of(project):
        if verdict.outcome is not Outcome.UNDECIDED or (used.file, used.line) in told:
            continue
        told.add((used.file, used.line))
        gpus = " ".join(f"--gpu {shlex.quote(target.spec)}" for target in project.targets)
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE,
            message=f"what {used.image} holds is not known",
            path=used.file,
            line=used.line,
            help=f"docker save {shlex.quote(used.image)} | cudacompat check - {gpus}",
        )


RULE = Rule("image-not-known", "An image of which nothing is known", __doc__, check)
