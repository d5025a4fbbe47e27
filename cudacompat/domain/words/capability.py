"""What a GPU is: its compute capability."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.words.errors import ParseError

_FORM = re.compile(r"(\d{1,2})\.(\d)")


@dataclass(frozen=True, slots=True, order=True)
class ComputeCapability:
    """A GPU's compute capability, such as 12.0; ordered by major, then minor.

    It belongs to hardware. Code has an `ArchTarget`; whether one runs on the other is
    `cudacompat.domain.judge.compat`'s to say, never a comparison of numbers.
    """

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> ComputeCapability:
        """Return the capability written `major.minor`; `ParseError` for anything else."""
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ParseError(f"not a compute capability (like 12.0): {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_number(cls, number: int) -> ComputeCapability:
        """Return the capability of an sm number: 120 is 12.0."""
        return cls(*divmod(number, 10))

    @property
    def number(self) -> int:
        """The number in `sm_NN`: 12.0 is 120."""
        return self.major * 10 + self.minor

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"
