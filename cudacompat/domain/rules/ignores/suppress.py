"""What the ignores of a policy take out of a report, and what they leave in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from cudacompat.domain.policy.policy import Ignore
from cudacompat.domain.rules.artifact import not_read as not_read_rule
from cudacompat.domain.rules.ignores.policy_ignores import IgnoreUse
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, Suppressed
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class Remaining:
    """What still counts, what does not and why, and how often each ignore matched."""

    findings: tuple[Finding, ...]
    not_read: tuple[NotRead, ...]
    suppressed: tuple[Suppressed, ...]
    uses: tuple[IgnoreUse, ...]


def suppress(
    findings: Iterable[Finding],
    not_read: Iterable[NotRead],
    ignores: Sequence[Ignore],
    targets: Sequence[Target],
    today: date,
) -> Remaining:
    """Return what is left when the ignores that hold today are applied.

    Each takes out findings of its own rule only: what could not be read passes by none but `not-read`, what is
    undecided by none but `undecided`.
    """
    by_id = {target.id: target for target in targets}
    matched = [0] * len(ignores)
    suppressed: list[Suppressed] = []

    def counts(finding: Finding) -> bool:
        counting = True
        for number, ignore in enumerate(ignores):
            if _matches(ignore, finding, by_id):
                matched[number] += 1
                if counting and not ignore.expired(today):
                    suppressed.append(Suppressed(finding, "ignore", ignore.reason, file=ignore.where or None))
                    counting = False
        return counting

    kept = tuple(finding for finding in findings if counts(finding))
    unread = tuple(item for item in not_read if all(counts(finding) for finding in not_read_rule.RULE.check(item)))
    uses = (IgnoreUse(each, each.expired(today), times) for each, times in zip(ignores, matched, strict=True))
    return Remaining(kept, unread, tuple(suppressed), uses=tuple(uses))


def names(glob: str, path: str) -> bool:
    """Whether a glob names a path: the whole of it, its end from a folder or container on, or its last part."""
    return fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")


def _matches(ignore: Ignore, finding: Finding, targets: dict[str, Target]) -> bool:
    if finding.id != ignore.rule or finding.path is None or not names(ignore.path, finding.path):
        return False
    if ignore.target is None:
        return True
    target = targets.get(finding.target or "")
    if target is None:
        return False
    # a product is only itself; a compute capability or an architecture is every GPU of that number
    named = ignore.target.name
    return target.name == named if named is not None else target.capability == ignore.target.capability
