"""Four versions that are easily mixed up, each a type of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from cudacompat.domain.words.errors import ParseError

_DIGITS = re.compile(r"\d{1,5}")
# Branches from 450 on are multiples of five, and a driver of Windows has the number of its branch or one of the four
# behind it. NVIDIA's notes name both versions of a release: 535.104.05 and 537.13, 535.183.06 and 538.78, 570.133.20
# and 572.83, 570.172.08 and 573.48, 575.57.08 and 576.57 (https://docs.nvidia.com/datacenter/tesla/, November 2026).
_BETWEEN_BRANCHES, _COUNTED_SO = 5, 450


@dataclass(frozen=True, slots=True, order=True)
class _MajorMinor:
    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the version written `major.minor`; `ParseError` for anything else."""
        parts = text.strip().split(".")
        if len(parts) != 2 or not all(_DIGITS.fullmatch(part) for part in parts):
            raise ParseError(f"not a {cls.__doc__.split(':')[0] if cls.__doc__ else 'version'} (like 13.0): {text!r}")
        return cls(int(parts[0]), int(parts[1]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True, order=True)
class PtxIsa(_MajorMinor):
    """PTX ISA version: the `.version` of a PTX text."""


@dataclass(frozen=True, slots=True, order=True)
class DriverCudaVersion(_MajorMinor):
    """driver's CUDA version: what cuDriverGetVersion and nvidia-smi print, the newest CUDA the driver speaks."""


@dataclass(frozen=True, slots=True, order=True)
class ToolkitVersion(_MajorMinor):
    """CUDA toolkit release: of the compiler that made something, or of an installed toolkit."""


@dataclass(frozen=True, slots=True, order=True)
class DriverRelease:
    """A driver's own version, such as 580.65.06. Its first number is the branch (r580) on Linux; on Windows a branch
    goes through several: 571 to 573 are r570, 581 and 582 r580."""

    parts: tuple[int, ...]
    text: str

    @classmethod
    def parse(cls, text: str) -> DriverRelease:
        """Return the release written `580`, `580.65.06` or `r580`; `ParseError` for anything else."""
        cleaned = text.strip().removeprefix("r")
        pieces = cleaned.split(".")
        if not 1 <= len(pieces) <= 4 or not all(_DIGITS.fullmatch(piece) for piece in pieces) or int(pieces[0]) < 100:
            raise ParseError(_no_driver(cleaned, text))
        return cls(tuple(int(piece) for piece in pieces), cleaned)

    @property
    def branch(self) -> int:
        """The driver branch: 580 of 580.65.06 and of 581.80."""
        number = self.parts[0]
        return number - number % _BETWEEN_BRANCHES if number >= _COUNTED_SO else number

    @property
    def of_windows(self) -> bool:
        """Whether only a driver of Windows has such a number (566.36, 581.80); False for those that either may have."""
        return self.branch != self.parts[0]

    def __str__(self) -> str:
        return self.text


_CUDA_VERSION = re.compile(r"\d{1,2}\.\d")  # 12.4; not 580.65
_WINDOWS_NUMBER = re.compile(r"\d\d\.\d\.\d(\d)\.(\d\d)(\d\d)")  # 31.0.15.5222


def _no_driver(cleaned: str, text: str) -> str:
    """What is wrong with a text that is no driver version: the two other numbers of a driver that people write."""
    said = f"not a driver version (like 580.65.06, as nvidia-smi prints it): {text!r}"
    if _CUDA_VERSION.fullmatch(cleaned):
        return f"{said}; it looks like the CUDA version that nvidia-smi prints with it"
    windows = _WINDOWS_NUMBER.fullmatch(cleaned)
    if windows is not None:
        return f"{said}; it is Windows' number of driver {windows[1]}{windows[2]}.{windows[3]}"
    return said
