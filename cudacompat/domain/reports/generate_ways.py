"""What `generate` says where no engine is named, and none is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class WaysReport:
    """The settings of each plain way of building.

    `plans` has one or more for each way, `commands` the command line of each way in the same order, and `engines` the
    names of all other engines.
    """

    COMMAND: ClassVar[str] = "generate --gpu"

    plans: tuple[BuildPlan, ...]
    engines: tuple[str, ...]
    commands: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """0: GPUs that nothing can build for were refused before."""
        return ExitCode.OK
