"""An ignore of the policy does nothing: `expired-ignore` and `unused-ignore`.

What it finds: an `[[tool.cudacompat.ignore]]` whose last day is over (what it hid counts again), or one that no finding
of this run matched.

Why it matters: an exception is granted for a reason and for a time. One that nobody needs any more hides the next fault
that happens to match it.

Example: `expires = 2026-12-31` on 1 January 2027; a glob that names a library which was renamed.

What to do: remove the entry, or renew its date and reason. Where one policy serves several runs that each see a part
of the files, an unused one may be another run's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.policy.policy import Ignore
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule


@dataclass(frozen=True, slots=True)
class IgnoreUse:
    """One ignore, whether it is expired, and how many findings of the run it matched."""

    ignore: Ignore
    expired: bool
    matched: int


def check_expired(use: IgnoreUse) -> Iterable[Finding]:
    """One warning for an ignore that is over."""
    if use.expired:
        yield Finding(
            id=EXPIRED.id,
            severity=Severity.WARNING,
            path=use.ignore.where or None,
            line=use.ignore.line,
            message=f"the ignore of {use.ignore.label} expired on {use.ignore.expires}",
            found=f"{count(use.matched, 'finding')} of this run that it would have hidden, and that count again",
            why=f"its reason was: {use.ignore.reason}",
            help="remove it, or renew its date",
        )


def check_unused(use: IgnoreUse) -> Iterable[Finding]:
    """One warning for an ignore that matched nothing."""
    if not use.expired and not use.matched:
        yield Finding(
            id=UNUSED.id,
            severity=Severity.WARNING,
            path=use.ignore.where or None,
            line=use.ignore.line,
            message=f"the ignore of {use.ignore.label} matched nothing",
            why=f"its reason was: {use.ignore.reason}",
            help="remove it, or correct its path, rule or target",
        )


EXPIRED = Rule("expired-ignore", "An ignore has expired", __doc__, check_expired)
UNUSED = Rule("unused-ignore", "An ignore matched nothing", __doc__, check_unused)
