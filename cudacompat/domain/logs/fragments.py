"""Parts of known messages: what a person copied of one, cut at either end, in other case, or behind other words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cudacompat.domain.logs.signature import Role, Signature, literals_between_places
from cudacompat.domain.logs.text import without_prefix

# "libcudart.so.12", "sm_120", "12.0", "nvidia-smi": a word without the marks at its ends.
_WORD = re.compile(r"[^\W_](?:[\w.+-]*[^\W_])?")
_NUMBER = re.compile(r"\d+(?:\.\d+)*[a-f]?(?![a-z])")
# Words without which a few copied words report no trouble: "CUDA is available" is no part of an error.
_TROUBLE = re.compile(
    r"\b(?:not?|cannot|unable|without|errors?(?!\.)|fail\w*|fault|fatal|abort\w*|bad|denied|exce\w+|illegal|"
    r"in(?:valid|sufficient|compatible|correct)|miss\w*|mis(?:match|align)\w*|lacks?|lost|refused|reject\w*|"
    r"un(?:supported|known|defined|resolv\w*|specified|expected|recognized|available|satisfi\w+)|out of|"
    r"too (?:old|new|many|large|small|low|high)|blocked|timed? ?out|killed|deprecated|(?:non-)?empty|"
    r"only support\w*|conflict\w*|corrupt\w*|exhausted|overflow|\w+n[' ]t)\b"
)
# What programs print in front of a message: "RuntimeError: ", "CUDA error: ", "E   ", "torch.AcceleratorError: ".
_INTRODUCTION = re.compile(r"(?:[\w.]{0,60}(?:[Ee]rror|Exception|ERROR|fatal)\s?:\s*|CUDA [Ee]rror:?\s+|E\s{2,})+")
_ADDRESS = re.compile(r"\bhttps?://\S{1,300}")
_NAME = re.compile(r"[A-Za-z]\w{9,79}")  # a constant or a function: "CUDA_ERROR_NO_BINARY", "cudaErrorInsufficient"
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]+){2,8}\b")
_MOST_WORDS = 24
_LEAST_SHARE = 0.6  # of the copied letters that a message has to hold
_LEAST_LETTERS = 10
_MOST_TELLING = 5.0  # what a word that stands in one message alone counts for
_OF_A_CUT_WORD = 4.0
_LEAST_TOLD = 6.0  # "the build failed" and "not supported" say less
# Words of any sentence about any failure: "an error occurred", "it does not work".
_SAY_NOTHING = frozenset(
    ("an", "it", "is", "the", "to", "in", "of", "was", "does", "occurred", "happened", "problem", "work", "works")
)
_LEAST_WITHOUT_TROUBLE = 16  # letters of a part without a word of trouble in it: "the provided PTX was"
_LEAST_OF_MANY = 24  # the same, where the message goes on in another way than the copied words
_LEAST_PART = 0.5  # of a message, that words have to be which are in several
_NEAR = 12  # letters by which the lengths of two messages may differ that are compared in other ways
_MOST_LETTERS = 600
_WITH_DIGITS = r"[\w.+-]{0,60}\d[\w.+-]{0,60}"
_SAYS_LESS = {Role.END: 2, Role.HEADING: 2, Role.ECHO: 2, Role.GENERAL: 1}
_PLACE = "#"


@dataclass(frozen=True, slots=True)
class _Text:
    """A part of a message: its words in lower case with one space between them, with `#` for each number; and the same
    with `#` for each word that holds one."""

    words: str
    coarse: str
    of: Signature
    is_sample: bool


class Fragments:
    """Finds the message of which some copied words are a part."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self._signatures = tuple(signatures)

    @cached_property
    def _texts(self) -> tuple[_Text, ...]:
        found = []
        for signature in self._signatures:
            literals = literals_between_places(signature.patterns, _PLACE)
            lines = signature.sample.split("\n")
            for text, is_sample in (*((each, False) for each in literals), *((each, True) for each in lines)):
                words = _words(text)
                if words:
                    found.append(_Text(" ".join(words), " ".join(map(_coarse, words)), signature, is_sample=is_sample))
        return tuple(found)

    @cached_property
    def _telling(self) -> dict[str, float]:
        """How much each word says: the more, the fewer signatures have it."""
        owners = Counter(word for signature in self._signatures for word in set(_words(_whole(signature))))
        return {word: min(_MOST_TELLING, math.log(len(self._signatures) / of)) for word, of in owners.items()}

    def find(self, text: str, *, whole: bool = False) -> Signature | None:
        """Return the signature of whose message the words are a part; `None` where they are a part of none, or of too
        many. With `whole` every word has to be in the message."""
        name = text.strip(" '\"`:;,.()[]")
        if _NAME.fullmatch(name):
            return self._named(name.upper())
        words = _words(bare(text))[:_MOST_WORDS]
        letters = sum(map(len, words))
        for first, last in _spans(words):
            run = words[first:last]
            is_all = last - first == len(words)
            if len(" ".join(run)) < max(_LEAST_LETTERS, _LEAST_SHARE * letters) or (whole and not is_all):
                break
            if self._told(run) >= _LEAST_TOLD and (found := self._holding(run, first > 0, last < len(words))):
                return _best(" ".join(run), found)
        return None

    def _holding(self, run: Sequence[str], after_another: bool, before_another: bool) -> list[_Text]:
        """The texts that hold some of the copied words, which may be cut where no other copied word is beside them."""
        before, behind = " " if after_another else "", " " if before_another else ""
        exact, coarse = (f"{before}{' '.join(words)}{behind}" for words in (run, map(_coarse, run)))
        without_numbers = self._told([word for word in run if _PLACE not in word]) >= _LEAST_TOLD
        found = [
            each
            for each in self._texts
            if exact in f" {each.words} " or (without_numbers and coarse in f" {each.coarse} ")
        ]
        is_all = not after_another and not before_another
        if not is_all:  # what an example shows beside its message is no message
            found = [each for each in found if not each.is_sample]
        if not _TROUBLE.search(exact):
            least = _LEAST_WITHOUT_TROUBLE if is_all else _LEAST_OF_MANY
            found = [each for each in found if len(exact) >= least and not each.is_sample]
        return found

    def _told(self, words: Sequence[str]) -> float:
        """How much words say together; one with a number in it says something where it is known."""
        said = [word for word in words if word not in _SAY_NOTHING]
        return sum(self._telling.get(word, 0.0 if _PLACE in word else _OF_A_CUT_WORD) for word in said)

    def _named(self, name: str) -> Signature | None:
        """The one of whose constants this is the beginning or the end: of its CUDA error before others it mentions."""
        for of_error in (True, False):
            owners: dict[str, Signature] = {}
            for signature in self._signatures:
                names = map(str.upper, signature.names) if of_error else _CONSTANT.findall(_whole(signature))
                if any(_is_end_of(own, name) for own in names):
                    owners[signature.id] = signature
            if owners:
                return next(iter(owners.values())) if len(owners) == 1 else None
        return None


def completed(text: str, sample: str) -> str | None:
    """Return the copied text with what an example of its message has behind it, and before it where its first word is
    cut; `None` where the example does not hold it."""
    text = bare(text)
    words = _WORD.findall(text)[:_MOST_WORDS]
    parts = [_WITH_DIGITS if any(map(str.isdigit, word)) else re.escape(word) for word in words]
    found = re.search(r"[\W_]{1,8}".join(parts), sample, re.IGNORECASE) if parts else None
    if found is None:
        return None
    cut = re.search(r"\w{0,60}$", sample[: found.start()])
    return f"{cut[0] if cut else ''}{text}{sample[found.end() :]}"


def bare(text: str) -> str:
    """The copied text without what programs and collectors print in front of a message."""
    text = without_prefix(_ADDRESS.sub("", text[:_MOST_LETTERS])).strip()
    found = _INTRODUCTION.match(text)
    return text[found.end() :] if found else text


def reports_trouble(text: str) -> bool:
    """Whether a few copied words say that something is wrong."""
    return _TROUBLE.search(text[:_MOST_LETTERS].lower()) is not None


def _is_end_of(name: str, part: str) -> bool:
    return len(part) >= _LEAST_SHARE * len(name) and (name.startswith(part) or name.endswith(part))


def _whole(signature: Signature) -> str:
    return "\n".join((*signature.patterns, signature.sample))


def _words(text: str) -> list[str]:
    return [_NUMBER.sub(_PLACE, word) for word in _WORD.findall(text.lower().replace(_PLACE, " 0 "))]


def _coarse(word: str) -> str:
    return _PLACE if _PLACE in word else word


def _spans(words: Sequence[str]) -> list[tuple[int, int]]:
    """All runs of the words by where they begin and end, the longest first."""
    spans = [(first, last) for first in range(len(words)) for last in range(first + 1, len(words) + 1)]
    return sorted(spans, key=lambda span: -sum(map(len, words[span[0] : span[1]])))


def _best(run: str, found: Sequence[_Text]) -> Signature | None:
    """The most general of the messages, of which the words are the largest part, and the best known of those; what an
    example shows beside its message counts where no message holds the words."""
    owners = {each.of.id for each in found}
    found = [each for each in found if not each.is_sample] or found
    best = min(
        found,
        key=lambda each: (
            _SAYS_LESS.get(each.of.role, 0),
            run not in each.words,
            len(each.words) // _NEAR,
            -len(each.of.sources),
            each.of.id,
        ),
    )
    in_all = all(best.words in each.words for each in found)
    return best.of if len(owners) == 1 or in_all or len(run) >= _LEAST_PART * len(best.words) else None
