"""What the lines of a running engine prove, and what they only seem to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class SignMeaning(Enum):
    """What a line proves about the run."""

    GPU = "gpu"  # data or work was put on the GPU
    CPU = "cpu"  # the engine says that it goes on without a GPU
    ERROR = "error"  # a CUDA call failed
    NOTHING = "nothing"  # often taken for proof, and none


@dataclass(frozen=True, slots=True)
class RunSign:
    """One kind of line. `needle` is a literal that every such line holds. `why` says what it proves or does not; `code`
    is the CUDA error that it reports. `source` is where the line was read or run."""

    id: str
    needle: str
    pattern: re.Pattern[str]
    says: SignMeaning
    why: str
    source: str
    code: int | None = None


def run_sign(
    id_: str, needle: str, pattern: str, says: SignMeaning, why: str, source: str, code: int | None = None
) -> RunSign:
    """Return the sign of this pattern, a regular expression."""
    return RunSign(id_, needle, re.compile(pattern), says=says, why=why, source=source, code=code)


@dataclass(frozen=True, slots=True)
class SeenSign:
    """A sign in a log: the number and text of the first such line, and how many there were."""

    sign: RunSign
    line: int
    text: str
    count: int
