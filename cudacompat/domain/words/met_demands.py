"""Whether a line that asks for a compute capability says by itself, or by the GPU at hand, that the GPU has it."""

from __future__ import annotations

import re
from collections.abc import Collection

from cudacompat.domain.words.capability import ComputeCapability

_LONGEST = 1000  # characters of a line that are looked at
_NUMBER = r"(?<![\d.])(?P<number>\d{1,2}\.\d)(?![\d.])"
_ASKED = re.compile(
    rf"(?i)(?:\bminimum\b|\bat least\b|>=|\brequire[sd]?\b|\bneed(?:s|ed)?\b|\bsupports?\b)\D{{0,60}}{_NUMBER}"
)
_OR_NEWER = re.compile(rf"(?i){_NUMBER}\+?\s?(?:or|and)\s(?:higher|newer|greater|later|above|better|up)\b")
_HAD = re.compile(rf"(?i)\b(?:capabilit(?:y|ies)|arch\w*|sm|gpu|device)\b\D{{0,30}}{_NUMBER}")
# with which the line says what is wrong, whatever its numbers are
_WRONG = re.compile(
    r"(?i)\bnot\b|n't\b|\bno\b|\btoo\b|\bbelow\b|\bunsupported\b|\bin(?:sufficient|compatible)|\bmismatch|\bfail|\berror\b"
    r"|\bcannot\b|\bonly\b|\brefus|\bskip"
)


def is_met(text: str, gpus: Collection[ComputeCapability] = ()) -> bool:
    """Return whether the line asks for no more than the GPU has that it names, or, where it names none, than all of
    these GPUs have. False for a line that says what is wrong."""
    text = text[:_LONGEST]
    if "apabilit" not in text or _WRONG.search(text) is not None:
        return False
    asked = {found.start("number"): found["number"] for each in (_ASKED, _OR_NEWER) for found in each.finditer(text)}
    own = [found["number"] for found in _HAD.finditer(text) if found.start("number") not in asked]
    there = [ComputeCapability.parse(each) for each in own] or list(gpus)
    wanted = max(map(ComputeCapability.parse, asked.values()), default=None)
    return wanted is not None and bool(there) and all(each >= wanted for each in there)
