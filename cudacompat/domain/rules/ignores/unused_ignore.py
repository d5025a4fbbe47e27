"""An ignore of the policy matched nothing.

What it finds: an `[[tool.cudacompat.ignore]]` that no finding of this run matched.

Why it matters: an unneeded exception hides the next fault that happens to match it.

Example: a glob that names a library which was renamed.

What to do: remove the entry. Where one policy serves several runs that each see a part of the files, it may be another
run's.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.ignores.policy_ignores import IgnoreUse
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(use: IgnoreUse) -> Iterable[Finding]:
    """One warning for an ignore that matched nothing."""
    if not use.expired and not use.matched:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=use.ignore.where or None,
            line=use.ignore.line,
            message=f"the ignore for {use.ignore.label} matched no finding",
            why=f"reason given: {use.ignore.reason}",
            help="remove the ignore, or correct its path, rule or target",
        )


RULE = Rule("unused-ignore", "Ignore that matches nothing", __doc__, check)
