"""An ignore of the policy has expired.

What it finds: an `[[tool.cudacompat.ignore]]` whose last day is over; what it hid counts again.

Why it matters: an exception is granted for a reason and for a time. The date is there to have it looked at again.

Example: `expires = 2026-12-31` on 1 January 2027.

What to do: remove the entry, or renew its date and reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.ignores.policy_ignores import IgnoreUse
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, verb
from cudacompat.domain.words.rule import Rule


def check(use: IgnoreUse) -> Iterable[Finding]:
    """One warning for an ignore that is over."""
    if use.expired:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=use.ignore.where or None,
            line=use.ignore.line,
            message=f"the ignore for {use.ignore.label} expired on {use.ignore.expires}",
            found=f"{count(use.matched, 'finding')} that it matched {verb(use.matched, 'counts', 'count')} again",
            why=f"reason given: {use.ignore.reason}",
            help="remove the ignore, or set a new date",
        )


RULE = Rule("expired-ignore", "Expired ignore", __doc__, check)
