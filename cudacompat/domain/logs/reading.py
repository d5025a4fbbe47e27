"""What is in a log: the known lines, the facts, and the lines that look like errors and are not known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cudacompat.domain.logs.cases import SIGNS, LogSign
from cudacompat.domain.logs.devices import CapabilityOf
from cudacompat.domain.logs.facts import FACT_NEEDLES, LogFacts
from cudacompat.domain.logs.fragments import Fragments, completed, reports_trouble
from cudacompat.domain.logs.match import Match, Matcher
from cudacompat.domain.logs.quotations import is_quotation, is_quoted_by_its_surroundings
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.logs.text import blocks, sublines, without_prefix
from cudacompat.domain.logs.unknown_errors import Nearest, Unknown
from cudacompat.domain.words.error_forms import Weight
from cudacompat.domain.words.error_lines import (
    ERROR_NEEDLES,
    FORMS_OF_NEEDLE,
    is_harmless,
    is_low,
    is_of_another_program,
    weight_of,
)
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.met_demands import is_met
from cudacompat.domain.words.secrets import masked
from cudacompat.domain.words.translations import in_english

_MOST_OCCURRENCES = 400  # different ones; a log cannot make more be kept
_MOST_UNKNOWN = 50
_LONGEST_TEXT = 400
_AROUND_A_DEMAND = 100  # characters of a text that may be several lines
_SPACED = (b"use gpu ",)  # of messages whose only literal is printed with several spaces in it
_LONGEST_BROKEN = 400  # no line of a message that was broken, or has several lines, is longer
_MOST_AROUND, _MOST_LINES = 12, 60
_MOST_OF_SIGNS = 4000  # characters of a line in which signs are looked for
# After so many looks in vain, a log has lines that hold pieces of messages and is not broken at a margin.
_MOST_FRUITLESS = 20_000
# Lines of another language that are compared with all messages: their pieces are English.
_MOST_TRANSLATED = 1000
# Different lines with nothing but words of errors in them that are looked at: some ten seconds.
_MOST_GENERAL = 400_000
# A line whose message is on the lines after it: "CMake Error at CMakeLists.txt:2 (project):". Not "make: *** No rule".
_HEADING = re.compile(r":\s*$|\bCMake Error\b|panicked at |\u250c Error: ")
# One whose message is on the next line, and of no use without it.
_INTRODUCTION = re.compile(
    r"\bCMake Error (?:at|in)\b|panicked at .*:$|^(?:Error|Caused by error) in .*:\s*$"  # R's
    r"|\b(?:[A-Z]\w*(?:Error|Exception)|ERROR|[Ee]rror|FATAL ERROR|[Ff]ailed): ?$|^Fatal error:$"
    r"|\bError in fail: Repository command failed$"  # Bazel's
    r"|\bterminate called after throwing an instance of "  # C++'s
)
# A message in a box: Julia's "┌ Error: …", "│   exception =", "│    what happened".
_BOX = re.compile(r"\u250c Error: ")
_OF_A_BOX = re.compile(r"\s*[\u2502\u2514](?:\s*exception =)?\s*")
# What stands around an error and is none itself: the head of a trace, the count at the end.
_AROUND_AN_ERROR = re.compile(
    r"^\W*Traceback \(most recent call last\)\W*$|\bDuring handling of the above exception\b"
    r"|\bdirect cause of the following exception\b|\bERROR SUMMARY: |\b\d+ errors? (?:generated|detected in the comp)"
)
# A line of a message that the kernel module prints in several: known with the one of them that is.
_PARAGRAPH = re.compile(r"NVRM: ")
_WARNING_CLASS = re.compile(r"\b[A-Z]\w{0,40}Warning: ")
_NUMBERS = re.compile(r"\d+|0x[0-9a-fA-F]+")


@dataclass(slots=True)
class Occurrence:
    """A signature in the log: its first line, and how often it came."""

    signature: Signature
    line: int
    text: str
    values: tuple[tuple[str, str], ...]
    count: int = 1
    last: int = 0
    end: int = 0  # where the first ends, if that is another line

    def value(self, name: str) -> str | None:
        """One of the values in its first line."""
        return dict(self.values).get(name)


class LogExcerpt(Protocol):
    """A line and its neighbours. `hits` are the numbers of the literals (`LogReading.needles`) in it."""

    line: int
    text: str
    hits: tuple[int, ...]
    alone: bool

    def before(self, most: int = 3) -> list[str]:
        """The lines before it, the nearest last."""

    def after(self) -> list[str]:
        """The lines after it."""


class LogReading:
    """Takes the lines of a log that are worth a look."""

    def __init__(
        self,
        matcher: Matcher,
        names: tuple[tuple[str, re.Pattern[str]], ...] = (),
        signs: tuple[LogSign, ...] = SIGNS,
        *,
        capability_of: CapabilityOf,
        fragments: Fragments | None = None,
    ) -> None:
        """`names` are those of engines and `capability_of` knows GPUs, as `LogFacts` takes them; `signs` are what is
        told by the way; `fragments` are those of the matcher's signatures where they were made before."""
        self._matcher = matcher
        self._nearest = Nearest(matcher.signatures)
        self._fragments = fragments or Fragments(matcher.signatures)
        self._occurrences: dict[tuple[object, ...], Occurrence] = {}
        self._unknown: dict[str, Unknown] = {}
        self._general = 0  # lines that were looked at for words of errors alone
        self._translated = 0  # lines of another language that were compared with all messages
        self._fruitless = 0  # looks at a line's neighbours since one had a message in it
        self.skipped = 0  # lines with words of errors that were not looked at, as there were kinds enough
        self.facts = LogFacts(capability_of, names=names)
        self._signs = list(signs)  # those not seen yet
        self.signs: set[str] = set()  # the names of those seen
        pieces = matcher.needles
        self._facts_from = len(pieces)
        self._spaced_from = self._facts_from + len(FACT_NEEDLES)
        by_the_way = tuple(needle for sign in signs for needle in sign.needles)
        self._sign_of_needle = tuple(sign.name for sign in signs for _ in sign.needles)
        self._signs_from = self._spaced_from + len(_SPACED)
        self._errors_from = self._signs_from + len(by_the_way)
        # what a line worth a look contains: pieces of known messages, then facts, then signs, then words of errors
        self.needles: tuple[bytes, ...] = (
            *pieces,
            *FACT_NEEDLES,
            *_SPACED,
            *by_the_way,
            *map(str.encode, ERROR_NEEDLES),
        )

    def is_general(self, hits: Iterable[int]) -> bool:
        """Whether nothing but words of errors is in a line: its numbers do not matter then."""
        return all(hit >= self._errors_from for hit in hits)

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """What was found, in the order of the lines."""
        return tuple(sorted(self._occurrences.values(), key=lambda each: each.line))

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """What looks like an error and is not known, in the order of the lines, without the headings of known ones
        ("CMake Error at …" on the line before), without what stands around an error that the log tells, and without
        errors of services where the log tells of a GPU."""
        known = {each.line for each in self._occurrences.values()}
        is_told = any(each.names_fault for each in self._unknown.values()) or any(
            each.signature.severity is Severity.ERROR for each in self._occurrences.values()
        )
        own = [
            each
            for each in self._unknown.values()
            if not (each.elsewhere and (self.facts.devices or self.facts.engine or self._occurrences))
            and not (each.is_heading and known & {each.line + 1, each.line + 2})
            and not (is_told and _AROUND_AN_ERROR.search(each.text))
            and not (_PARAGRAPH.match(each.text) and known & set(range(each.line - 4, each.line + 5)))
        ]
        return tuple(sorted(own, key=lambda each: each.line))

    def visit(self, excerpt: LogExcerpt) -> object | None:
        """Look at a line; what it meant is counted, and returned."""
        if self.is_general(excerpt.hits):
            self._general += 1
            if len(self._unknown) >= _MOST_UNKNOWN or self._general > _MOST_GENERAL:
                self.skipped += 1
                return None
        if self._shows_signs_alone(excerpt) or is_quoted_by_its_surroundings(excerpt):
            return None
        printed = [text for text in sublines(excerpt.text) if not is_quotation(text)]
        if not printed:
            return None
        lines = [in_english(text) for text in printed]
        pieces = [hit for hit in excerpt.hits if hit < self._facts_from]
        # escapes within the text may have hidden pieces
        all_ = "\x1b" in excerpt.text or "u001b[" in excerpt.text
        facts = any(self._facts_from <= hit < self._spaced_from for hit in excerpt.hits)
        all_ = all_ or any(self._spaced_from <= hit < self._signs_from for hit in excerpt.hits)
        all_ = all_ or (lines != printed and self._translates())
        following = [without_prefix(sublines(raw)[0]) for raw in excerpt.after()] if facts else []
        matches: list[tuple[Match, str]] = []
        refused = False  # a known message that the line itself calls a warning
        for text, original in zip(lines, printed, strict=True):
            if facts:
                self.facts.read(text, excerpt.line, following)
            match = self._matcher.match(text, None if all_ else pieces)
            if match is not None and self._counts(match, text):
                matches.append((match, original))
            refused = refused or (match is not None and is_low(text))
        meanings: list[Occurrence | Unknown] = []
        general = all(match.signature.role is Role.GENERAL for match, _ in matches)
        if general and pieces and not excerpt.alone:
            meanings += self._with_neighbours(excerpt, lines, pieces, telling=bool(matches) or refused)
        if not meanings:
            meanings += [self._found(match, text, excerpt.line) for match, text in matches]
        if not meanings:
            meanings += self._errors(excerpt, lines, printed)
        return tuple(meanings) or None

    def _translates(self) -> bool:
        self._translated += 1
        return self._translated <= _MOST_TRANSLATED

    def _errors(self, excerpt: LogExcerpt, lines: list[str], printed: list[str]) -> list[Occurrence | Unknown]:
        """The first error that a line of the log reports and that no signature knows."""
        forms = None
        if lines == [excerpt.text]:  # nothing was taken off: the literals in it are known
            numbers = (hit - self._errors_from for hit in excerpt.hits if hit >= self._errors_from)
            forms = sorted({form for number in numbers for form in FORMS_OF_NEEDLE[number]})
        for text, original in zip(lines, printed, strict=True):
            weight = weight_of(text, forms)
            gpus = frozenset(each.capability for each in self.facts.devices) if weight is Weight.BY_LEVEL else ()
            if weight is not None and not is_harmless(without_prefix(text)) and not is_met(text, gpus):
                found = self._not_known(_with_message(original, excerpt), excerpt.line, weight)
                found.is_heading |= _heads_a_message(without_prefix(original))
                return [found]
        if (
            len(lines) > 1 and (weight := weight_of(excerpt.text)) is not None
        ):  # the level is another string of the JSON
            return [self._not_known(max(lines, key=len), excerpt.line, weight)]
        return []

    def again(self, meaning: object) -> None:
        """The same line came once more."""
        if isinstance(meaning, tuple):
            for each in meaning:
                each.count += 1

    def take_copied(self, text: str, line: int, *, is_message: bool) -> None:
        """Look at a line of a few that a person copied, and that no signature knows: it may be a part of a message.
        With `is_message` it was passed as one, and is an unknown error where it says that something is wrong."""
        harmless = is_low(_WARNING_CLASS.sub("", text, count=1)) or is_harmless(without_prefix(text))
        if is_quotation(text) or harmless:
            return
        signature = self._fragments.find(text, whole=not is_message)
        if signature is not None:
            wholes = filter(None, (completed(text, sample) for sample in signature.sample.split("\n")))
            matches = (self._matcher.match_of(signature, whole) for whole in wholes)
            own = next(filter(None, matches), None)
            values = tuple(each for each in own.values if each[1] in text) if own else ()  # not those of the example
            self._unknown = {key: each for key, each in self._unknown.items() if each.line != line}
            self._occurrences = {key: each for key, each in self._occurrences.items() if each.line != line}
            self._found(Match(signature, values, 0, end=len(text), weight=0), text, line)
        elif is_message and not self._unknown and reports_trouble(text):
            self._not_known(text, line, Weight.ERROR)

    def _with_neighbours(
        self, excerpt: LogExcerpt, lines: list[str], pieces: list[int], *, telling: bool
    ) -> list[Occurrence | Unknown]:
        """Matches in the line taken together with lines around it: a message of several lines, or one that was broken
        at a margin; with `telling` none that any program can print."""
        if self._fruitless > _MOST_FRUITLESS or min(map(len, lines)) > _LONGEST_BROKEN:
            return []
        self._fruitless += 1
        before = [line[:_LONGEST_BROKEN] for raw in excerpt.before() for line in sublines(raw)][-_MOST_AROUND:]
        after = [line[:_LONGEST_BROKEN] for raw in excerpt.after() for line in sublines(raw)][:_MOST_AROUND]
        lines = [line[: 4 * _LONGEST_BROKEN] for line in lines[:_MOST_LINES]]
        for text, begins, ends in blocks([*before, *lines, *after], len(before), len(lines)):
            match = self._matcher.match(text, pieces, one_line=False)
            if match is None or (telling and match.signature.role is Role.GENERAL):
                continue
            if match.start < ends and match.end > begins and self._counts(match, text):
                self._fruitless = 0
                line = excerpt.line - text.count("\n", match.start, begins) if match.start < begins else excerpt.line
                found = self._found(match, text[match.start : match.end], line)
                found.end = max(found.end, excerpt.line)
                return [found]
        return []

    def _shows_signs_alone(self, excerpt: LogExcerpt) -> bool:
        """Whether a line is worth a look for its signs alone; new ones are read."""
        of_signs = [hit for hit in excerpt.hits if self._signs_from <= hit < self._errors_from]
        if any(self._sign_of_needle[hit - self._signs_from] not in self.signs for hit in of_signs):
            self._read_signs(excerpt.text)
        return len(of_signs) == len(excerpt.hits)

    def _read_signs(self, text: str) -> None:
        for sign in [each for each in self._signs if each.pattern.search(text, 0, _MOST_OF_SIGNS)]:
            self.signs.add(sign.name)
            self._signs.remove(sign)

    def _counts(self, match: Match, text: str) -> bool:
        """Whether a match is more than words: what any program can print counts where the line reports an error, and
        asks for more than the GPUs have that the log named so far."""
        if match.signature.role is not Role.GENERAL:
            return True
        gpus = frozenset(each.capability for each in self.facts.devices)
        said = text[max(0, match.start - _AROUND_A_DEMAND) : match.end + _AROUND_A_DEMAND]
        return weight_of(text) is not None and not is_harmless(text) and not is_met(said, gpus)

    def _found(self, match: Match, text: str, line: int) -> Occurrence:
        self.facts.read_engine(text)
        self._read_signs(text)
        signature = match.signature
        distinct = tuple(match.value(name) for name in signature.distinct)
        key: tuple[object, ...] = (signature.id, *distinct)
        known = self._occurrences.get(key)
        if known is None and len(self._occurrences) >= _MOST_OCCURRENCES:
            key = (signature.id,)
            known = self._occurrences.get(key)
        if known is not None:
            if line != known.last:
                known.count += 1
                known.last = line
            return known
        shown = " ".join(without_prefix(text).split())
        shown = masked(shown) if len(shown) <= _LONGEST_TEXT else _around(match, text)
        found = Occurrence(signature, line, shown, values=match.values, last=line)
        self._occurrences[key] = found
        return found

    def _not_known(self, text: str, line: int, weight: Weight) -> Unknown:
        shown = " ".join(without_prefix(text).split())
        key = _NUMBERS.sub("", shown[:200])
        known = self._unknown.get(key)
        if known is None and len(self._unknown) >= _MOST_UNKNOWN:
            return Unknown(line, shown[:_LONGEST_TEXT], (), names_fault=weight is not Weight.FAILED)
        if known is None:
            known = Unknown(
                line,
                masked(shown[: 4 * _LONGEST_TEXT])[:_LONGEST_TEXT],
                self._nearest.ids(shown),
                names_fault=weight is not Weight.FAILED,
                elsewhere=is_of_another_program(text),
                count=0,
            )
            self._unknown[key] = known
        known.count += 1
        return known


def _with_message(text: str, excerpt: LogExcerpt) -> str:
    """A heading together with the line after it that says what happened; any other line as it is."""
    if _BOX.search(text):
        inside = [_OF_A_BOX.sub("", line) for line in excerpt.after() if _OF_A_BOX.match(line)]
        return f"{text.rstrip()} {next(filter(None, inside), '')[:_LONGEST_TEXT]}"
    if not _INTRODUCTION.search(text):
        return text
    following = next((line for line in excerpt.after()[:3] if line.strip()), "")
    return f"{text.rstrip()} {without_prefix(sublines(following)[0]).strip()[:_LONGEST_TEXT]}"


def _heads_a_message(text: str) -> bool:
    return _HEADING.search(text) is not None or _INTRODUCTION.search(text) is not None


def _around(match: Match, text: str) -> str:
    """The message itself, of a very long line."""
    start = max(0, match.start - 40)
    end = min(len(text), max(match.end, match.start + 200), start + _LONGEST_TEXT)
    # masked with more around, and cut then: what is left of a token would not be known for one
    before = masked(text[max(0, start - _LONGEST_TEXT) : match.start])[-(match.start - start) :] if match.start else ""
    after = masked(text[match.start : end + _LONGEST_TEXT])[: end - match.start]
    return ("…" if start else "") + " ".join((before + after).split()) + ("…" if end < len(text) else "")
