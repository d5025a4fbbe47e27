"""What `survey` did: how many wheels it read into rows, which it had already, and which could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """The file of rows, how many wheels were asked for, were there before and were read now, in how many seconds, and
    those that could not be read, each with the reason. `html` is the page that was written, and `out` `None` for a page
    of the table of wheels alone."""

    COMMAND: ClassVar[str] = "survey"

    out: str | None
    asked: int
    before: int
    written: int
    seconds: float
    not_read: tuple[NotRead, ...] = ()
    html: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """3 if the lists name nothing, 4 if a wheel could not be read, else 0."""
        if not self.asked and self.out is not None:
            return ExitCode.NOTHING
        return ExitCode.INCOMPLETE if self.not_read else ExitCode.OK
