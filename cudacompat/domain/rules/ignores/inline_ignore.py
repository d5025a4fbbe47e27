"""An ignore in a file that does not do what it seems to.

What it finds: a comment `cudacompat: ignore[...]` without a reason, with an id that no rule has, or that took nothing
out.

Why it matters: an ignore without a reason has no effect, one with a misspelt id hides nothing, and one that is no
longer needed would hide the next fault on its line.

Example: `# cudacompat: ignore[no-ptx]`, with nothing after it.

What to do: write `# cudacompat: ignore[rule-id] why it is right here`, or remove the comment.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.inline_ignores import InlineUse
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(use: InlineUse) -> Iterable[Finding]:
    """At most one finding for each comment."""
    ignore = use.ignore
    if not ignore.rules:
        message = "this ignore comment names no rule"
    elif use.unknown:
        message = f"this ignore comment names an unknown rule: {use.unknown[0][:60]!r}"
    elif not ignore.reason:
        message = "this ignore comment has no reason, so it has no effect"
    elif not use.matched and not use.not_run:
        message = f"this ignore comment matched no finding: {', '.join(ignore.rules)[:120]}"
    else:
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=message,
        path=ignore.file,
        line=ignore.line,
        help="# cudacompat: ignore[rule-id] the reason"
        if not ignore.reason or not ignore.rules
        else ("remove the comment"),
    )


RULE = Rule("inline-ignore", "Ignore comment without effect", __doc__, check)
