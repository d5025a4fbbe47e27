"""What a log says of the PyTorch in use: its version, and for which compute capabilities it was built.

Sources: torch/cuda/__init__.py of 2.6 (a list), 2.8 (a range: pytorch/pytorch#164596), 2.11 (a table: the pull request
pytorch/pytorch#166185) and 2.13 (its version alone: pytorch/pytorch#172629).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

_ARCHS = re.compile(r"supports CUDA capabilities ((?:(?:sm|compute)_\d{2,3}[af]?[ ,]*){1,40})")
_ARCH_LIST = re.compile(r"\[((?:'(?:sm|compute)_\d{2,3}[af]?'(?:, )?){1,40})\]")  # torch.cuda.get_arch_list()
_ROW = re.compile(r"^\s*- (\d{1,2}\.\d) which supports hardware CC")
_RANGE = re.compile(
    r"Minimum and Maximum cuda capability supported by this version of PyTorch is\s+"
    r"\((\d{1,2}\.\d)\) - \((\d{1,2}\.\d)\)"
)
_MINIMUM = re.compile(r"minimum cuda capability (?:supported by this library|that we support) is (\d{1,2}\.\d)")
_PINNED = re.compile(r"(?<![\w-])(\w+)==(\d+\.\d+(?:\.\d+)?\+cu\d{3})")
_VERSION = re.compile(r"PyTorch version: (\d+\.\d+(?:\.\d+)?(?:\+\w{2,12})?)")
_STATED = re.compile(r"^PyTorch version: \d")  # a line of torch.utils.collect_env
_AVAILABLE = re.compile(r"^Is CUDA available: (True|False)\b")

# Literals one of which every line with such a fact holds.
TORCH_NEEDLES = (
    b"upports CUDA capabilities",
    b"['sm_",
    b" which supports hardware CC",
    b"Minimum and Maximum cuda",
    b"minimum cuda capability",
    b"+cu1",
    b"PyTorch version: ",
    b"Is CUDA available: ",
)
_MOST_ARCHS = 40


@dataclass(slots=True)
class LoggedTorch:
    """What was read so far: `archs` it was built for, or the `lowest` and `highest` capability that it names; `line` is
    where that was; `version` as pip writes it (`2.6.0+cu124`), `stated` where torch.utils.collect_env does, which also
    says whether CUDA is `available`."""

    archs: tuple[ArchTarget, ...] = ()
    lowest: ComputeCapability | None = None
    highest: ComputeCapability | None = None
    line: int = 0
    version: str | None = None
    version_line: int = 0
    stated: bool = False
    available: bool | None = None
    _rows: bool = False  # the list is one of many lines

    def read(self, text: str, line: int, following: Sequence[str] = ()) -> None:
        """Take what one line says; `following` are the lines after it."""
        if self.version is None and (version := _version_in(text)):
            self.version, self.version_line = version, line
            self.stated = _STATED.match(text) is not None
        if self.available is None and (available := _AVAILABLE.match(text)):
            self.available = available[1] == "True"
        row = _ROW.search(text)
        if row is not None and (self._rows or not self.archs) and len(self.archs) < _MOST_ARCHS:
            self._add_row(row[1], line)
            return
        if self.line:
            return
        self._read_list(text, line)
        self._read_range(" ".join((text, *following[:2])), line)

    def _read_list(self, text: str, line: int) -> None:
        found = _ARCHS.search(text) or _ARCH_LIST.search(text)
        if found is not None:
            self.archs = tuple(ArchTarget.parse(word) for word in re.findall(r"\w+", found[1]))
            self.line = line

    def _read_range(self, text: str, line: int) -> None:
        found = _RANGE.search(" ".join(text.split()))
        if found is not None:
            self.lowest, self.highest = ComputeCapability.parse(found[1]), ComputeCapability.parse(found[2])
            self.line = line
        elif (minimum := _MINIMUM.search(text)) is not None:
            self.lowest, self.line = ComputeCapability.parse(minimum[1]), line

    def _add_row(self, capability: str, line: int) -> None:
        try:
            number = ComputeCapability.parse(capability).number
        except ParseError:
            return
        target = ArchTarget(CodeKind.SASS, number, ArchSuffix.NONE)
        if target not in self.archs:
            self.archs, self._rows, self.line = (*self.archs, target), True, self.line or line


def _version_in(text: str) -> str | None:
    """The version of the framework that a line names, as pip writes it."""
    found = _VERSION.search(text)
    if found is not None:
        return found[1]
    pinned = _PINNED.search(text)
    if pinned is None:
        return None
    from cudacompat.domain.wheels.distributions import framework

    return pinned[2] if pinned[1] == framework().name else None
