"""Which of a log's lines is the first cause, and what the others follow from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cudacompat.domain.logs.reading import Occurrence
from cudacompat.domain.logs.signature import Role
from cudacompat.domain.logs.unknown_errors import Unknown
from cudacompat.domain.words.finding import Severity

# An unknown line that may be why no GPU or driver is there: "modprobe: FATAL: …", "NVRM: …", "nvidia 0000:01:00.0: …".
# Not "KeyError: 'segments'".
_OF_THE_DRIVER = re.compile(
    r"nvidia|nvrm|nvml|nouveau|modprobe|insmod|dkms|\bgpus?\b|\bcuda\b|\bdrm\b|\bpci\b|kernel module|device handle",
    re.IGNORECASE,
)
# "Caused by: java.lang.UnsatisfiedLinkError: …", of the trace of another exception.
_CAUSED_BY = re.compile(r"Caused by: [\w.$]+(?:Error|Exception)\b")
_LONGEST_TRACE = 120  # lines
# "  × Failed to build `x`", whose last "╰─▶ " is the reason: uv and pixi print errors so.
_HEAD_OF_CHAIN = re.compile(r"(?:\w{1,12}: )?\u00d7 |\u251c\u2500\u25b6 ")
_END_OF_CHAIN = re.compile(r"[\u2570\u2514]\u2500\u25b6 ")
_LONGEST_CHAIN = 12  # lines
_REPORTS_ONLY = frozenset({Role.END, Role.HEADING, Role.ECHO})
_AFTER_ITS_OWN = frozenset({Role.CHAIN_END, Role.GENERAL})  # give way to unknown lines about a GPU, not to others


@dataclass(frozen=True, slots=True)
class CauseOrigin:
    """What a line follows from: a known kind of line by its id, or an unknown error line by its number."""

    id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Causes:
    """The first cause, if a known line is one; the unknown error line that stands in its place, if none is; and what
    each other line (by identity) follows from."""

    first: Occurrence | None = None
    lead: Unknown | None = None
    origins: Mapping[int, CauseOrigin] = field(default_factory=dict)

    def origin(self, occurrence: Occurrence) -> CauseOrigin | None:
        """Return what a line follows from, `None` for one that follows from nothing."""
        return self.origins.get(id(occurrence))


def find_causes(occurrences: Sequence[Occurrence], unknown: Sequence[Unknown]) -> Causes:
    """Return the causes in a log. `occurrences` and `unknown` are in the order of the lines.

    A line that only says that something failed is the first cause only where nothing else that could be one is before
    it, known or not.
    """
    origins = {key: CauseOrigin(id=id_) for key, id_ in _follow(occurrences).items()}
    roots = [each for each in occurrences if id(each) not in origins]
    errors = [each for each in roots if each.signature.severity is Severity.ERROR]
    doubtful = {id(each): line for each in errors if (line := _unknown_before(each, unknown)) is not None}
    sure = [each for each in errors if id(each) not in doubtful]
    first = min(sure, key=_standing, default=None)
    lead = min(doubtful.values(), key=lambda each: each.line, default=None)
    if first is not None and (lead is None or first.signature.role not in _REPORTS_ONLY):
        return Causes(first, None, origins)
    if lead is None and not errors:
        lead = next((each for each in unknown if each.names_fault), None) or next(iter(unknown), None)
        warning = next((each for each in roots if each.signature.severity is Severity.WARNING), None)
        if warning is not None and (lead is None or warning.line < lead.line):
            return Causes(warning, None, origins)
    if lead is None:
        return Causes(None, None, origins)
    lead = _root(lead, unknown)
    return Causes(None, lead, {**origins, **{key: CauseOrigin(line=lead.line) for key in doubtful}})


def _root(lead: Unknown, unknown: Sequence[Unknown]) -> Unknown:
    """The last cause that a trace of Java, or an error of uv or pixi, names below the line that leads; that line itself
    without one."""
    root = lead
    chain = _HEAD_OF_CHAIN.match(lead.text) is not None
    cause, most = (_END_OF_CHAIN, _LONGEST_CHAIN) if chain else (_CAUSED_BY, _LONGEST_TRACE)
    for each in unknown:
        if root.line < each.line <= root.line + most and each.names_fault and cause.match(each.text):
            root = each
    return root


def _standing(each: Occurrence) -> int:
    """How good a first cause a line is, the best first: of equals the earliest in the log leads."""
    if each.signature.role in _REPORTS_ONLY:
        return 2
    return 1 if each.signature.role is Role.GENERAL else 0


def _unknown_before(occurrence: Occurrence, unknown: Sequence[Unknown]) -> Unknown | None:
    """The first unknown error line that may be why this line was printed."""
    role = occurrence.signature.role
    if role is Role.CAUSE:
        return None
    for each in unknown:
        if not each.names_fault or (each.line > max(occurrence.line, occurrence.end) and role is not Role.HEADING):
            continue
        if role not in _AFTER_ITS_OWN or _OF_THE_DRIVER.search(each.text):
            return each
    return None


def _follow(occurrences: Sequence[Occurrence]) -> dict[int, str]:
    """Which occurrences (by identity) follow from other known ones, and the id of the cause of each.

    One that names its causes follows from them wherever they are, as the output of a GPU is written late.
    """
    follows: dict[int, str] = {}
    for each in occurrences:
        cause = _named(each, occurrences, follows) or _nearest(each, occurrences, follows)
        if cause is not None:
            follows[id(each)] = cause.signature.id
    # a cause that turned out to be a consequence later in the list hands its own cause on
    by_signature = {each.signature.id: follows[id(each)] for each in occurrences if id(each) in follows}
    for key, cause_id in list(follows.items()):
        seen = {cause_id}
        while (further := by_signature.get(cause_id)) is not None and further not in seen:
            seen.add(further)
            cause_id = further
        follows[key] = cause_id
    return follows


def _named(each: Occurrence, occurrences: Sequence[Occurrence], follows: Mapping[int, str]) -> Occurrence | None:
    after = each.signature.after
    for other in occurrences:
        if other is each or other.signature.id not in after or id(other) in follows:
            continue
        if other.line <= each.line or each.signature.id not in other.signature.after:
            return other
    return None


def _nearest(each: Occurrence, occurrences: Sequence[Occurrence], follows: Mapping[int, str]) -> Occurrence | None:
    """The error before a line that only says that something failed; for a heading, else the first after it."""
    if each.signature.role not in _REPORTS_ONLY:
        return None
    errors = [
        other
        for other in occurrences
        if other.signature.severity is Severity.ERROR
        and other.signature.role not in _REPORTS_ONLY
        and id(other) not in follows
        and other.signature.id != each.signature.id
    ]
    before = [other for other in errors if other.line <= each.line]
    if before:
        return before[-1]
    return errors[0] if errors and each.signature.role is Role.HEADING else None
