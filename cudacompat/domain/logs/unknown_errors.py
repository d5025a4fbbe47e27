"""Lines that look like errors and are in no catalogue: said to be unknown, never guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.logs.signature import Signature

# Words that make a line an error only in these positions: "error:", "ERROR", "[error]", "ValueError: …".
_ERROR = re.compile(
    r"(?:^|[\s\[(:=|*>\"'])(?:(?:fatal "
    r")?error|fatal|ERROR|FATAL|Error|Fatal|CRITICAL|critical|panic)(?:\[[A-Z]\d+\])?\s*[\]:!]"
    r"|(?:^|[\s:|])(?:ERROR|FATAL|CRITICAL)\s|\blevel=(?:error|fatal|ERROR|FATAL)\b"
    r"|\b[A-Z]\w*(?:Error|Exception)\b(?::|\()"
    r"|\b(?:fatal|catastrophic error)\s{1,4}:"
    r"|\bCUDA (?:[Ee]rror|failure|runtime error|driver error)\b"
    r"|\bCUDA_ERROR_[A-Z_]{3,}|\bcudaError[A-Z]\w{3,}|\bCU(?:BLAS|DNN|FFT|SPARSE|SOLVER|RAND)_STATUS_[A-Z_]{3,}"
    r"|\bNVRTC_ERROR_[A-Z_]{3,}|\bNVRM: |\bnvidia-container-cli: "
    r"|\bpanicked at\b|\bterminate called\b|\bSegmentation fault\b|\bcore dumped\b|\bIllegal instruction\b"
    r"|\bcannot open shared object file\b|\bundefined symbol\b|\bundefined reference to\b"
)
# Lines that mention an error and report none.
_HARMLESS = re.compile(
    r"\berror: ?-?\d+(?:\.\d+|\.?\d*\s?%)"  # a measure: "Validation error: 84.6%"
    r"|\bNCCL INFO\b"
    r"|\b(?:0|no|without|zero) "
    r"(?:errors?|failures?|warnings?)\b|\b(?:errors?|failures?)\b\s*[:=]\s*(?:0|none|null|false|nil|''|\"\")(?![.\d])"
    r"|\berror[_ -]?(?:rate|handler|handling|log|page|count|correction|budget)\b|-W(?:no-)?error|\bCUBLAS_STATUS_SUCC"
    r"ESS\b"
    r"|\bCUDNN_STATUS_SUCCESS\b|\bcudaSuccess\b|\bcudaErrorNotReady\b|\bstrerror\b|\bperror\b",
    re.IGNORECASE,
)

# Literals one of which every such line holds.
ERROR_NEEDLES = (
    *(
        word + end
        for word in (b"rror", b"atal", b"ritical", b"panic", b"xception")
        for end in (b":", b" :", b"]", b"!")
    ),
    *(word + end for word in (b"RROR", b"FATAL", b"CRITICAL") for end in (b":", b" ", b"]", b"!")),
    b"level=error",
    b"level=fatal",
    b"level=ERROR",
    b"level=FATAL",
    b"xception(",
    b"rror(",
    b"rror[",
    b"CUDA error",
    b"CUDA Error",
    b"CUDA failure",
    b"CUDA runtime error",
    b"CUDA driver error",
    b"CUDA_ERROR_",
    b"cudaError",
    b"_STATUS_",
    b"NVRTC_ERROR_",
    b"NVRM: ",
    b"nvidia-container-cli: ",
    b"panicked at",
    b"terminate called",
    b"Segmentation fault",
    b"core dumped",
    b"Illegal instruction",
    b"open shared object file",
    b"undefined symbol",
    b"undefined reference to",
)

_WORD = re.compile(r"[A-Za-z][A-Za-z_]{2,}|\b\d{3}\b")
_COMMON = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "not",
        "error",
        "failed",
        "file",
        "line",
        "this",
        "that",
        "from",
        "your",
        "are",
        "was",
        "has",
        "have",
        "cuda",
        "fatal",
        "errors",
        "while",
        "version",
    ]
)
_NEAR_ENOUGH = 0.34


@dataclass(slots=True)
class Unknown:
    """A line that looks like an error: the first of its kind, how many there were, and the ids of signatures that
    share most words with it (none if none does). One that `names_fault` says more than that something failed."""

    line: int
    text: str
    nearest: tuple[str, ...]
    names_fault: bool = True
    count: int = 1


def looks_like_error(text: str) -> bool:
    """Whether a line reports an error, as far as its words tell."""
    return _ERROR.search(text) is not None and _HARMLESS.search(text) is None


class Nearest:
    """Finds the signatures whose sample shares most words with a text."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self._words = [(signature.id, _words(signature.sample)) for signature in signatures]

    def ids(self, text: str, most: int = 3) -> tuple[str, ...]:
        """Return the ids of the nearest, at most three, none if none is near."""
        words = _words(text)
        scored = []
        for id_, own in self._words:
            common = len(words & own)
            if common >= 2:
                share = common / min(len(words), len(own))
                scored.append((share, common, id_))
        scored.sort(key=lambda item: (-item[0] * item[1], item[2]))
        return tuple(id_ for share, _, id_ in scored[:most] if share >= _NEAR_ENOUGH)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text[:2000])) - _COMMON
