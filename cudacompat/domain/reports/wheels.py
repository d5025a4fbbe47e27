"""What `wheels` found: the published builds of a package, what becomes of each on the GPUs, and what to install."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.words.exit_codes import ExitCode

if TYPE_CHECKING:
    from cudacompat.domain.wheels.offers import Build, TargetSummary
    from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
    from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class WheelsReport:
    """The builds of `package` (of one release where `version` is given), the newest first; a summary for each target;
    the pin that runs on all of them, or why there is none. `unknown` says in one line why nothing is known, `newest` is
    the newest release that is known, and `note` is a fact about the whole package. `fetched` is whether the index was
    asked, `compiled_later` whether the package compiles its device code at run time."""

    COMMAND: ClassVar[str] = "wheels"

    package: str
    version: str | None
    targets: tuple[Target, ...]
    builds: tuple[Build, ...] = ()
    summaries: tuple[TargetSummary, ...] = ()
    cure: WheelCure | NoCure | None = None
    newest: str | None = None
    unknown: str | None = None
    note: str | None = None
    fetched: bool = False
    compiled_later: bool = False

    @property
    def only_compiled_later(self) -> bool:
        """True if no build holds device code, as the package compiles it at run time."""
        return self.compiled_later and not any(build.row is not None and build.row.has_code for build in self.builds)

    def compiled_on(self, summary: TargetSummary) -> bool:
        """Return True if no build holds device code and one compiles it on that target."""
        return self.only_compiled_later and summary.compiles

    @property
    def exit_code(self) -> ExitCode:
        """3 for a package that is not known, 1 if on some target nothing runs, 4 if that cannot be told, else 0."""
        if not self.builds:
            return ExitCode.INCOMPLETE if self.unknown and self.version and self.newest else ExitCode.NOTHING
        lacking = [each for each in self.summaries if each.newest is None and not self.compiled_on(each)]
        if any(not each.undecided for each in lacking):
            return ExitCode.FINDINGS
        return ExitCode.INCOMPLETE if lacking else ExitCode.OK
