"""Finding the signature that says most about a line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.logs.signature import EVERYWHERE, Role, Signature, compile_template, pieces_of
from cudacompat.domain.logs.wordings import meant_by

# "CUDA error 209", "CUDA failure 100:", "cudaError: 35", "CUDA Error Code: 2", "cuBLAS error 13", "cudnn status: 4",
# "nvrtc: error 5", "CUDA error: error code 34", "CUDA_CHECK failed with error 2": a number where the text is missing
_NUMBER = re.compile(
    r"(?i)(?<![a-z])(cuda|cu(?:blas|dnn|dss|fft|file|rand|solver|sparse|tensor)"
    r"|nv(?:rtc|ml|vm|jitlink|shmem)|nccl|npp)(?:lt|dn|sp)?"
    r"(?:_?(?:check|call|assert)\s?failed with| api failed with)?\s?:?"
    r"\s?(?:runtime |driver |api |library )?(?:error|failure|status)!?(?:\s*[:,]\s*error)?(?:\s*code)?\s*[:=(#\[]?"
    r"\s*(-?\d{1,4})(?![\d.])"
)
# "Check failed: status == CUDNN_STATUS_SUCCESS (7 vs. 0)"
_INSTEAD_OF_SUCCESS = re.compile(
    r"(?i)== ?(cuda|cu(?:blas|dnn|fft|rand|solver|sparse|tensor)|nccl)(?:_?status)?_?success\w* \((\d{1,4}) vs\. \d"
)
# OpenMM's, of an error whose name it does not know: "Error downloading array posq: Invalid error code (700)"
_INVALID_CODE = re.compile(r"\b(?:Error|Exception)\b.{0,200}: Invalid error code \((?P<number>\d{1,3})\)")
# "Error on nvEncOpenEncodeSessionEx: 10 (…)", "nvEncInitializeEncoder returned error 8", "nvml vram init failure: 999"
_OF_CALL = re.compile(
    r"(?i)(?P<said>error (?:on|in|from) )?(?<![a-z])(?P<library>nvenc|nvml|nvjpeg|optix|nvptxcompile|cufile|cudss)"
    r"[a-z]{0,40}"
    r"(?:\([^()\n]{0,160}\))?(?: [a-z]{1,10}){0,3}?[ :]{1,3}"
    r"(?(said)|(?:error|failure|failed)(?: (?:with|code|error)){0,3})"
    r"[ :=(]{0,3}(?P<number>-?\d{1,4})(?![\d.\w])"
)
# "cuInit failed : 804", "cudaMalloc(&p, n) returned 2", "cuCtxCreate failed with error code 999"; not "failed 3 times"
_OF_CUDA_CALL = re.compile(
    r"(?<![A-Za-z0-9_])cu(?:da)?[A-Z]\w{2,40}(?:\([^()\n]{0,160}\))?(?: (?:failed|returned|failure|error)){1,2}"
    r"(?: (?:with|code|error|status)){0,3}[ :=(]{1,3}(?P<number>\d{1,3})(?![\d.\w])(?! ?(?:times|bytes|of|[kKMG]i?B)\b)"
)
_NUMBER_WEIGHT = 10
_LONGEST_VALUE = 160
_SAYS = {Role.GENERAL: 0, Role.END: 1, Role.HEADING: 1, Role.ECHO: 1}


@dataclass(frozen=True, slots=True)
class Match:
    """A signature found in a text, with the values of its pattern and where it lies there."""

    signature: Signature
    values: tuple[tuple[str, str], ...]
    start: int
    end: int
    weight: int

    def value(self, name: str) -> str | None:
        """One of the pattern's values."""
        return dict(self.values).get(name)


class Matcher:
    """Signatures, ready to be looked for.

    `pieces` are literals of their patterns: a text that a pattern matches contains at least one of the pattern's.
    `needles` are the same in bytes.
    """

    def __init__(self, signatures: Iterable[Signature], everywhere: tuple[str, ...] = ()) -> None:
        """`everywhere`: what stands in most lines of a verbose build of an engine."""
        self.signatures = tuple(signatures)
        self._templates: list[tuple[str, bool, Signature]] = []  # made into patterns where a text may match them
        self._numbers: dict[tuple[str, int], Signature] = {}
        self._by_id = {signature.id: signature for signature in self.signatures}
        of_piece: dict[str, list[int]] = defaultdict(list)
        common = (*EVERYWHERE, *everywhere)
        for signature in self.signatures:
            for template in signature.templates:
                for piece in pieces_of(template, common):
                    of_piece[piece].append(len(self._templates))
                self._templates.append((template, template in signature.names, signature))
            self._numbers.update(dict.fromkeys(signature.numbers, signature))
        self.pieces: tuple[str, ...] = tuple(of_piece)
        self.needles: tuple[bytes, ...] = tuple(piece.encode() for piece in self.pieces)
        self._of_piece: tuple[tuple[int, ...], ...] = tuple(tuple(numbers) for numbers in of_piece.values())

    def match(self, text: str, pieces: Iterable[int] | None = None, *, one_line: bool = True) -> Match | None:
        """Return what says most about the text (the match with the most literal characters), or `None`.

        `pieces` are the numbers of those in the text; without them all patterns are tried. Words in any order count
        in `one_line` only: those of several may be of two messages.
        """
        if pieces is None:
            candidates: Iterable[int] = range(len(self._templates))
        else:
            candidates = sorted({number for piece in pieces for number in self._of_piece[piece]})
        squeezed = "".join(text.split())
        best: Match | None = None
        for number in candidates:
            template, is_name, signature = self._templates[number]
            pattern = compile_template(template, whole=is_name)
            if best is not None and _rank(signature, pattern.weight) <= _rank(best.signature, best.weight):
                continue
            if not all(anchor in squeezed for anchor in pattern.anchors):
                continue
            found = pattern.regex.search(text)
            if found is not None:
                best = _matched(signature, found, pattern.weight)
        by_number = None if best is not None and best.signature.role is not Role.GENERAL else self._by_number(text)
        return by_number or best or (self._by_words(text) if one_line else None)

    @staticmethod
    def match_of(signature: Signature, text: str) -> Match | None:
        """Return what the signature's own patterns say about a text: the match with the most literal characters."""
        patterns = [compile_template(each, whole=each in signature.names) for each in signature.templates]
        for pattern in sorted(patterns, key=lambda each: -each.weight):
            found = pattern.regex.search(text)
            if found is not None:
                return _matched(signature, found, pattern.weight)
        return None

    def _by_words(self, text: str) -> Match | None:
        id_ = meant_by(text)
        signature = self._by_id.get(id_) if id_ is not None else None
        return Match(signature, (), 0, end=len(text), weight=0) if signature is not None else None

    def _by_number(self, text: str) -> Match | None:
        found = _NUMBER.search(text) or _INSTEAD_OF_SUCCESS.search(text)
        signature = self._numbers.get((found[1].lower(), int(found[2]))) if found else None
        if signature is None and (found := _INVALID_CODE.search(text)) is not None:
            signature = self._numbers.get(("cuda", int(found["number"])))
        if signature is None and (found := _OF_CALL.search(text)) is not None:
            signature = self._numbers.get((found["library"].lower(), int(found["number"])))
        if signature is None and (found := _OF_CUDA_CALL.search(text)) is not None:
            signature = self._numbers.get(("cuda", int(found["number"])))
        return (
            Match(signature, (), found.start(), end=found.end(), weight=_NUMBER_WEIGHT) if found and signature else None
        )


def _rank(signature: Signature, weight: int) -> tuple[int, int]:
    """How much a match says: a named fault more than a report of a failure, which says more than what any program can
    print; of equals the one with more text."""
    return _SAYS.get(signature.role, 2), weight


def _matched(signature: Signature, found: re.Match[str], weight: int) -> Match:
    values = tuple((name, value.strip().rstrip(",;:.")[:_LONGEST_VALUE]) for name, value in found.groupdict("").items())
    return Match(signature, values, found.start(), end=found.end(), weight=weight)
