"""What `gpus` and `toolkits` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.words.cuda_release import CudaRelease
    from cudacompat.domain.words.gpu import Gpu
    from cudacompat.domain.words.versions import DriverRelease
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class GpusReport:
    """What `gpus` found for a query; where that is nothing, `similar` are names that may have been meant."""

    COMMAND: ClassVar[str] = "gpus"

    query: str | None
    gpus: tuple[Gpu, ...]
    similar: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """3 if nothing matched, else 0."""
        return ExitCode.OK if self.gpus else ExitCode.NOTHING


@dataclass(frozen=True, slots=True)
class ToolkitsReport:
    """The CUDA releases that a query leaves: of a version, those that build all `archs` (`"120"`) of what was named, or
    those whose programs run with a driver. `board` is what a Jetson board has in their place, in words, `no_driver` why
    no driver serves all of the GPUs in one machine."""

    COMMAND: ClassVar[str] = "toolkits"

    query: str | None
    archs: tuple[str, ...]
    releases: tuple[CudaRelease, ...]
    driver: DriverRelease | None = None
    board: str | None = None
    no_driver: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """3 if nothing matched, else 0."""
        return ExitCode.OK if self.releases else ExitCode.NOTHING
