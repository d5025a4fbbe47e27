"""What `generate` planned, and the files it made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """One file that was generated: its name and its text."""

    name: str
    text: str

    @property
    def data(self) -> bytes:
        """What is written."""
        return self.text.encode()


@dataclass(frozen=True, slots=True)
class GeneratedBinary:
    """One file that is no text: its name and what it holds."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """What `generate` planned, the command line that makes it again, and the files that were asked for.

    There are several plans where no single build serves all of the GPUs. `outputs` are the kinds of files that reach
    the engine's compiler. `beside` names what has to lie beside the files, for whoever installs cudacompat by them.
    """

    COMMAND: ClassVar[str] = "generate"

    plans: tuple[BuildPlan, ...]
    command: str
    files: tuple[GeneratedFile, ...] = ()
    outputs: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """0: what cannot be built was refused before."""
        return ExitCode.OK
