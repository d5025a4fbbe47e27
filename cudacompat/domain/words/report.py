"""What every report is: the answer of a command."""

from __future__ import annotations

from typing import ClassVar, Protocol


class Report(Protocol):
    """What a command found: it knows its command and its exit code."""

    COMMAND: ClassVar[str]

    @property
    def exit_code(self) -> int:
        """The contract's exit code."""
