"""What a run is held to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cudacompat.domain.words.choices import Extra, Holes, PtxPolicy, Require
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.judged_target import JudgedTarget
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease


@dataclass(frozen=True, slots=True)
class Ignore:
    """One `[[tool.cudacompat.ignore]]`: findings of a rule in the files that a glob names do not count.

    `target` limits it to one GPU. It holds to the end of the day `expires`. `where` is the file it stands in and
    `line` the line of its head, if that could be told.
    """

    path: str
    rule: str
    reason: str
    target: JudgedTarget | None = None
    expires: date | None = None
    where: str = ""
    line: int | None = None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires

    @property
    def label(self) -> str:
        """`hole in */libfoo.so for 12.0`."""
        return f"{self.rule} in {self.path}" + (f" for {self.target.id}" if self.target else "")


@dataclass(frozen=True, slots=True)
class Policy:
    """How strictly verdicts become findings.

    `require` is the level for every target, `native` the targets whose level is native whatever `require` says.
    `any_of` are groups of globs; the files that one group names are alternatives of each other. `coverage` is a share
    (0 to 1) of the kernels, `max_bytes` the most bytes of a file on the disk.
    """

    require: Require = Require.RUNS
    holes: Holes = Holes.ERROR
    any_of: tuple[tuple[str, ...], ...] = ()
    native: tuple[JudgedTarget, ...] = ()
    ptx: PtxPolicy | None = None
    extra: Extra = Extra.ALLOW
    coverage: float | None = None
    driver_floor: DriverRelease | None = None
    max_bytes: int | None = None
    ignores: tuple[Ignore, ...] = ()

    def level_for(self, target: Target) -> Require:
        """The least that an artifact must reach on this target."""
        native = any(each.capability == target.capability for each in self.native)
        return Require.NATIVE if native else self.require

    def exact_code_for(self, target: Target) -> ArchTarget | None:
        """The suffixed target (`sm_90a`) whose own code is demanded on this GPU, if one is."""
        asked = [each.arch for each in self.native if each.capability == target.capability]
        if self.require is Require.NATIVE:
            asked.append(_arch_named(target))
        return next((arch for arch in asked if arch is not None and arch.suffix is not ArchSuffix.NONE), None)


def _arch_named(target: Target) -> ArchTarget | None:
    try:
        return ArchTarget.parse(target.id)
    except ParseError:
        return None
