"""What `inspect` read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class InspectReport:
    """What `inspect` read. `kernels` and `sizes` are what the user asked to be shown; `names` are the kernels' names as
    their source has them, by the mangled ones, where there are any."""

    COMMAND: ClassVar[str] = "inspect"

    read: ReadResult
    kernels: bool = False
    sizes: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """0; 4 if something could not be read; 3 if nothing with device code was found."""
        if self.read.not_read:
            return ExitCode.INCOMPLETE
        return ExitCode.OK if self.read.artifacts else ExitCode.NOTHING
