"""A call that the engine's version no longer has, or never had.

What it finds: calls in Rust sources that do not exist in the whisper-rs of the project's Cargo.lock or Cargo.toml.

Why it matters: cargo compiles the engine for minutes and only then stops at the crate's own sources. Some of these
calls never existed in any version, so that no other version helps: `with_gpu` is one.

Example: `params.with_gpu(true)`; the setter is `params.use_gpu(true)`, and with the feature cuda it is the default.

What to do: write the call that the finding names, or change the version.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from cudacompat.domain.builds.api_changes import CallingSources, code_only
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(calling: CallingSources) -> Iterable[Finding]:
    """One finding for each call that this version does not have."""
    applying = [
        (change, re.compile(change.pattern)) for change in calling.changes if change.window.holds(calling.version)
    ]
    for path, text in calling.sources:
        code = code_only(text)
        ends = [match.start() for match in re.finditer("\n", code)]
        for change, pattern in applying:
            for match in pattern.finditer(code):
                yield Finding(
                    id=RULE.id,
                    severity=Severity.ERROR,
                    message=f"{change.name}: {change.why}",
                    path=path,
                    line=bisect_left(ends, match.start()) + 1,
                    span=match.span(),
                    found=text[match.start() : match.end()].strip().split("\n")[0][:120],
                    why=change.source,
                    help=change.fix,
                )


RULE = Rule("api-changed", "Call missing from this version of the engine", __doc__, check)
