"""Something could not be read.

What it finds: a file, an archive member or a piece of device code that is damaged, of an unknown form, too large, or
not to be opened. It is listed as `not read` and makes the run incomplete (exit code 4); it is not a separate finding.

Why it matters: what was not read was not checked, so a green answer would say nothing about it.

Example: a truncated library; an archive inside a wheel that is compressed in a way which is not opened.

What to do: give it in a form that can be read. Where it is known to hold nothing that matters, an ignore with
`rule = "not-read"`, its path and a reason lets the run be complete without it; no other ignore does.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(item: NotRead) -> Iterable[Finding]:
    """What a thing that was not read is called where it is ignored."""
    yield Finding(id=RULE.id, severity=Severity.ERROR, path=item.path, message=item.why)


RULE = Rule("not-read", "File or device code that could not be read", __doc__, check)
