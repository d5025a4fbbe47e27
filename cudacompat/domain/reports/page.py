"""What `explain` says of one id."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from cudacompat.domain.words.exit_codes import ExitCode


class PageKind(Enum):
    """What a page is about."""

    FINDING = "finding"
    LOG_LINE = "log-line"
    TARGET = "target"
    TERM = "term"
    GPU = "gpu"
    PROJECT = "project"  # an engine, a package, or what is both
    EXIT_CODE = "exit-code"


@dataclass(frozen=True, slots=True)
class PageReport:
    """The page of what `explain` knows by a name. `code` is the CUDA error's number and
    `severity` that of the line, where there is one; `sections` are the page's parts by their headings."""

    COMMAND: ClassVar[str] = "explain ID"

    id: str
    kind: PageKind
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
