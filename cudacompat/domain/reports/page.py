"""What `explain` says of one id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class PageReport:
    """The page of a finding, a log line, a target or a word. `kind` is `finding`,
    `log-line`, `target` or `term`; `code` is the CUDA error's number and
    `severity` that of the line, where there is one; `sections` are the page's parts by their headings."""

    COMMAND: ClassVar[str] = "explain ID"

    id: str
    kind: str
    title: str
    text: str
    sections: tuple[tuple[str, str], ...] = ()
    code: int | None = None
    severity: str | None = None
    sources: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Always 0: an id that nothing is called is refused before."""
        return ExitCode.OK
