"""What `diff` finds between two releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from cudacompat.domain.compare.compilers import CompilerDiff
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.choices import FailOn as FailOn
from cudacompat.domain.words.code import BinaryArtifact, BundledCompiler, NotRead
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Target
from cudacompat.domain.words.versions import PtxIsa


class Change(Enum):
    """What became of an artifact's service on one GPU; the values are the strings of the JSON, worst first.

    LOST: it ran, whole or in part, and nothing of it does now. PARTLY_LOST: it ran whole and now in part, or kernels
    that ran do not any more. WEAKER: it still runs, but by JIT instead of machine code, through code of a lower minor
    instead of its own, or by PTX that needs a newer driver. UNDECIDED: it cannot be told on one of the two sides.
    """

    LOST = "lost"
    PARTLY_LOST = "partly-lost"
    UNDECIDED = "undecided"
    WEAKER = "weaker"
    SAME = "same"
    STRONGER = "stronger"
    GAINED = "gained"


@dataclass(frozen=True, slots=True)
class CodeAmount:
    """Modules that hold an image for a target (as `inspect` counts them), kernels (counted once in each module), bytes
    as they are stored."""

    modules: int = 0
    kernels: int = 0
    size: int = 0

    def __add__(self, other: CodeAmount) -> CodeAmount:
        return CodeAmount(self.modules + other.modules, self.kernels + other.kernels, self.size + other.size)


@dataclass(frozen=True, slots=True)
class TargetDiff:
    """The code for one target on both sides, with the PTX ISA versions where it is PTX."""

    target: ArchTarget
    old: CodeAmount
    new: CodeAmount
    old_isas: tuple[PtxIsa, ...] = ()
    new_isas: tuple[PtxIsa, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceDiff:
    """What became of one artifact on one GPU; a side without anything that counts has no verdict.

    `kernels` are those that ran before, are still there, and do not run now.
    """

    target: Target
    old: ArtifactVerdict | None
    new: ArtifactVerdict | None
    change: Change
    kernels: tuple[str, ...] = ()

    @property
    def may_be_lost(self) -> bool:
        """Whether it is undecided and may hide a loss: where it surely did not run before, or all of it runs now, there
        is none."""
        return self.may_be_weaker and not (self.new is not None and self.new.outcome.runs)

    @property
    def may_be_weaker(self) -> bool:
        """Whether it is undecided and may have run in a better way before."""
        return self.change is Change.UNDECIDED and self.old is not None and self.old.outcome is not Outcome.FAILS


@dataclass(frozen=True, slots=True)
class ArtifactDiff:
    """One artifact on both sides (or on one): `name` is its path without versions, the paths are as they lie.

    `lost` and `gained` are names of kernels that only one side has; `moved` counts those lost that are in another
    artifact of the new side now, `alternative` is whether it is one of several libraries of which a loader takes one;
    `old_modules` and `new_modules` are all modules of the file, those included that count
    for no verdict. Of one that is gone, `service` is what it ran and no artifact of the new side does.
    """

    name: str
    old_path: str | None
    new_path: str | None
    old_size: int
    new_size: int
    targets: tuple[TargetDiff, ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    moved: int
    service: tuple[ServiceDiff, ...]
    old_modules: int = 0
    new_modules: int = 0
    alternative: bool = False

    @property
    def shown(self) -> tuple[str, ...]:
        """The first of the kernels that are lost, and of those that ran on each GPU."""
        return (*self.lost[:2], *(name for each in self.service for name in each.kernels[:2]))

    @property
    def gone(self) -> bool:
        """Whether it is only in the old one, and not all of its kernels are elsewhere in the new one; of alternatives
        not most of them: a release that drops one may drop kernels, too."""
        needed = len(self.lost) / 2 if self.alternative else len(self.lost)
        return self.new_path is None and self.moved < needed


@dataclass(frozen=True, slots=True)
class Release:
    """One of the two: what the user called it, what was found in it. `alternatives` are the paths of its libraries of
    which a loader takes the one for its CUDA release."""

    label: str
    artifacts: tuple[BinaryArtifact, ...]
    not_read: tuple[NotRead, ...]
    files: int
    without_code: int
    names: Mapping[str, str] = field(default_factory=dict)  # path -> name without versions
    compilers: tuple[BundledCompiler, ...] = ()
    alternatives: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing that builds for GPUs, or runs there, was found or left unread."""
        return not self.artifacts and not self.compilers and not self.not_read


@dataclass(frozen=True, slots=True)
class DiffReport:
    """What `diff` found. `service` is the worst that became of each GPU in any artifact of the old side, `names` what
    the source calls kernels, as far as that was asked for, `compilers` what changed of NVIDIA's compilers."""

    COMMAND: ClassVar[str] = "diff"

    old: Release
    new: Release
    targets: tuple[Target, ...]
    artifacts: tuple[ArtifactDiff, ...]
    service: Mapping[ComputeCapability, Change]
    totals: tuple[TargetDiff, ...]
    fail_on: FailOn | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    compilers: tuple[CompilerDiff, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """3 if neither side has device code or a compiler; 1 for what `fail_on` names; 4 if something is unread, or may
        have been lost and cannot be told; else 0."""
        if self.old.is_empty and self.new.is_empty:
            return ExitCode.NOTHING
        failing = {Change.LOST, Change.PARTLY_LOST} | ({Change.WEAKER} if self.fail_on is FailOn.WEAKER else set())
        lost = any(change in failing for change in self.service.values()) or any(a.gone for a in self.artifacts)
        lost = lost or any(each.lost for each in self.compilers)
        if self.fail_on is not None and lost:
            return ExitCode.FINDINGS
        weaker = self.fail_on is FailOn.WEAKER
        every = [each for artifact in self.artifacts for each in artifact.service]
        open_ = any(each.may_be_lost or (weaker and each.may_be_weaker) for each in every)
        return ExitCode.INCOMPLETE if self.old.not_read or self.new.not_read or open_ else ExitCode.OK
