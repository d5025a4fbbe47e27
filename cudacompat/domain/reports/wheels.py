"""What `wheels` found: the published builds of a package, what becomes of each on the GPUs, and what to install."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.version import Version

    from cudacompat.domain.wheels.offers import Build, TargetSummary
    from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
    from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class WheelsReport:
    """The builds of `package` (of one release where `version` is given), the newest first; a summary for each target;
    the pin that runs on all of them, or why there is none. `unknown` says in one line why nothing is known, `newest` is
    the newest release that is known, and `note` is a fact about the whole package. `fetched` is whether the index was
    asked, `python` the one that was named, `not_offered` whether the index is known to have no wheel of the package for
    any of these machines, `compiled_later` whether the package compiles its device code at run time."""

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
    python: str | None = None
    not_offered: bool = False
    compiled_later: bool = False

    @property
    def only_compiled_later(self) -> bool:
        """True if no build holds device code, as the package compiles it at run time."""
        return self.compiled_later and not any(build.row is not None and build.row.has_code for build in self.builds)

    def compiled_on(self, summary: TargetSummary) -> bool:
        """Return True if no build holds device code and one compiles it on that target."""
        return self.only_compiled_later and summary.compiles

    @property
    def serves_none_together(self) -> bool:
        """True if some build runs on each target, but none on all of them."""
        runs = all(each.newest is not None or self.compiled_on(each) for each in self.summaries)
        return bool(self.builds) and runs and self._exit_code_together is ExitCode.FINDINGS

    @property
    def exit_code(self) -> ExitCode:
        """3 for a package that is not known, 1 if on some target nothing runs, or no build on all of them, 4 if that
        cannot be told, else 0."""
        if not self.builds and self.not_offered:
            return ExitCode.FINDINGS
        if not self.builds:
            return ExitCode.INCOMPLETE if self.unknown and self.version and self.newest else ExitCode.NOTHING
        lacking = [each for each in self.summaries if each.newest is None and not self.compiled_on(each)]
        if any(not each.undecided for each in lacking):
            return ExitCode.FINDINGS
        return ExitCode.INCOMPLETE if lacking else self._exit_code_together

    @property
    def _exit_code_together(self) -> ExitCode:
        """That of the builds on all targets that do not compile their code there: one build has to run on each."""
        needing = [each.target for each in self.summaries if not self.compiled_on(each)]
        by_build: dict[tuple[Version, str], list[Build]] = {}
        for build in self.builds:
            by_build.setdefault((build.version, build.resolved.build), []).append(build)
        open_ = False
        for group in by_build.values():
            outcomes = [_outcome_of(group, target) for target in needing]
            if all(each is not None and each.runs for each in outcomes):
                return ExitCode.OK
            open_ = open_ or all(each is not None and (each.runs or each is Outcome.UNDECIDED) for each in outcomes)
        return ExitCode.INCOMPLETE if open_ else ExitCode.FINDINGS


def _outcome_of(builds: Sequence[Build], target: Target) -> Outcome | None:
    """What becomes of a build, as the wheel for the platform of the target, there."""
    verdict = next((found for build in builds if (found := build.verdict_on(target)) is not None), None)
    return verdict.outcome if verdict is not None else None
