"""Faults that programs word in ways no row can list: words that a line holds in any order, and the signature that is
meant by them. They are tried where no pattern matched."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 1000  # characters of a line that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A signature by its id, a literal one of which a line of it holds, and expressions that all have to be in it."""

    id: str
    needles: tuple[str, ...]
    parts: tuple[re.Pattern[str], ...]


def _words(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)\b(?:{expression})\b")


# "compute capability 3.7", "SM_120", "device capability", "CUDA arch 86"
_CAPABILITY = _words(
    r"comput(?:e|ing)[ _-]?(?:capabilit(?:y|ies)|architectures?)|(?:cuda|gpu|device|sm)[ _-](?:arch\w*|capabilit\w*)"
    r"|sm[_ ]?\d{2,3}[af]?"
)
_OF_A_CAPABILITY = ("apabilit", "sm_", "SM", "sm ", "rch")
_LIBRARY = _words(
    "(?:lib)?(?:cuda|cudnn|cublas|cublaslt|cusolver|cusparse|cufft|curand|nccl|tensorrt|nvrtc|nvjitlink|nvml)"
    "|driver|runtime|plugin"
)
_BUILT = _words("(?:built|compiled) (?:with|against|for|using)|build version|was built")
_BUT = _words("but|while|whereas|however")
WORDINGS: tuple[Wording, ...] = (
    Wording(
        id="built-for-other-capability",
        needles=_OF_A_CAPABILITY,
        parts=(_CAPABILITY, _words("mismatch(?:ed|es)?|does not match|doesn't match|do not match")),
    ),
    Wording(id="built-for-other-capability", needles=_OF_A_CAPABILITY, parts=(_CAPABILITY, _BUILT, _BUT)),
    Wording(id="built-for-other-capability", needles=("have",), parts=(_CAPABILITY, _words("wanted"), _words("have"))),
    Wording(
        id="gpu-generation-refused",
        needles=_OF_A_CAPABILITY,
        parts=(
            _CAPABILITY,
            _words(
                "unsupported|not (?:yet )?(?:supported|enough|high enough|sufficient|compatible|recognized|known)"
                "|too (?:low|old|small|new)|no longer|insufficient|incompatible|at least|minimum"
                "|or (?:higher|newer|greater|later|above)|only (?:supports?|supported|works|available)"
                "|(?:requires?|needs?) (?:an? )?(?:gpu|device|sm|compute|cuda)|(?:does not|doesn't) support"
            ),
        ),
    ),
    Wording(
        id="library-release-differs",
        needles=("ersion",),
        parts=(
            _LIBRARY,
            _words("versions?"),
            _words(
                "mismatch(?:ed|es|ing)?|(?:does not|doesn't|do not|don't) match|differs?|incompatible|not compatible"
                "|unmatched|different versions?"
            ),
        ),
    ),
    Wording(
        id="library-release-differs",
        needles=("built", "ompiled"),
        parts=(_LIBRARY, _BUILT, _BUT, _words("found|loaded|running|run ?time|using|installed|detected")),
    ),
    Wording(
        id="library-release-differs",
        needles=("xpect",),
        parts=(_LIBRARY, _words("versions?"), _words("expect(?:ed|ing|s)"), _words("got|found|but")),
    ),
)


def meant_by(text: str) -> str | None:
    """Return the id of the signature whose words a line holds, `None` if it holds none's."""
    text = text[:_LONGEST]
    for wording in WORDINGS:
        if any(needle in text for needle in wording.needles) and all(part.search(text) for part in wording.parts):
            return wording.id
    return None
