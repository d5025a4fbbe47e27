"""The wheel that a requirement stands for, what is known of it, and what becomes of it on a GPU."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import cuda_in_name
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI, RowBasis, WheelRow
from cudacompat.domain.wheels.own_compiler import compiler_in
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.table import (
    cuda_of_index,
    plain_torch_index,
)
from cudacompat.domain.wheels.verdict import WheelVerdict
from cudacompat.domain.words.verdict import Outcome, Target


class HowKnown(Enum):
    """How it is known which wheel a requirement stands for, and what that holds."""

    READ = "read"  # this wheel was read
    DOCUMENTED = "documented"  # its publisher's build script says it
    BETWEEN = "between"  # the releases read before and after it say the same
    ANY_BUILD = "any-build"  # which build it is is not said, and those for every CUDA release say the same
    NEWER = "newer"  # newer than all that were read
    OLDER = "older"  # older than all that were read
    BUILT_HERE = "built-here"  # no wheel on its index: pip builds it where it is installed
    UNREAD = "unread"  # between releases that do not agree, or of an index or platform that was not read
    NO_CODE = "no-code"  # a wheel without device code
    ABSENT = "absent"  # the index never had it
    WITH_FRAMEWORK = "with-framework"  # released for one release of the framework, from an index that was not read
    UNLISTED = "unlisted"  # a release that PyPI did not have on the day of the table, although it had a newer one
    FOREIGN = "foreign"  # from an index whose files nobody here knows


NOT_KNOWN = frozenset({HowKnown.NEWER, HowKnown.OLDER, HowKnown.UNREAD, HowKnown.UNLISTED})  # by the table


@dataclass(frozen=True, slots=True)
class Resolved:
    """The wheel that a requirement stands for: its version and build (`pypi`, `cu128`), `how` the version was found in
    words (empty where the requirement pins it), what is known of it, and the rows that say it (two where the releases
    before and after do). `compiled_with` is the CUDA release whose nvcc leaves out targets that its sources name."""

    requirement: Requirement
    version: Version | None
    build: str
    how: str
    known: HowKnown
    rows: tuple[WheelRow, ...] = ()
    compiled_with: str | None = None

    @property
    def cuda(self) -> str | None:
        """The CUDA release of the wheel, as far as it is known: not that of a neighbour that was read."""
        own = cuda_of_index(self.build) or self.requirement.cuda or None
        if own is not None or self.build == "cpu":
            return own
        if self.build == PYPI and self.version is not None and self.requirement.name == framework().name:
            plain = cuda_of_index(plain_torch_index(self.version) or "")
            if plain is not None:
                return plain if self.known is not HowKnown.NO_CODE else None
        if self.known in (HowKnown.NEWER, HowKnown.OLDER):
            return None
        found = {row.cuda for row in self.rows}
        cuda = found.pop() if len(found) == 1 else None
        named = cuda_in_name(self.requirement.name)  # which counts before what most of its images were built with
        return cuda if named is None or (cuda or "").partition(".")[0] == str(named) else str(named)

    @property
    def label(self) -> str:
        """`torch 2.6.0+cu124`."""
        build = self.build if cuda_of_index(self.build) or self.build == "cpu" else self.requirement.local_version
        local = f"+{build}" if build else ""
        version = f" {self.version}{local}" if self.version is not None else ""
        return f"{self.requirement.name}{version}"


@dataclass(frozen=True, slots=True)
class RequirementVerdict:
    """What becomes of one requirement on one GPU. `outcome` is `None` where the wheel holds no device code; `undecided`
    where nothing is known of it."""

    resolved: Resolved
    target: Target
    outcome: Outcome | None
    verdict: WheelVerdict | None = None

    @property
    def basis(self) -> str:
        """`measured` or `documented`."""
        known = self.resolved.known
        read = known in (HowKnown.READ, HowKnown.BETWEEN) or (known is HowKnown.NO_CODE and bool(self.resolved.rows))
        return RowBasis.MEASURED.value if read else RowBasis.DOCUMENTED.value

    @property
    def of_features(self) -> bool:
        """True for a package whose programs do without the device code in it, which is that of single features."""
        return self.resolved.requirement.name in distributions().single_features

    @property
    def compiles_with(self) -> str | None:
        """The compiler in a wheel without device code that builds machine code for the GPU (`ptxas 12.8`); `None` where
        there is none, or an outcome."""
        rows = self.resolved.rows
        return compiler_in(rows[-1], self.target) if self.outcome is None and rows else None

    def in_file(self, name: str) -> RequirementVerdict:
        """Return it with another name for the file that its requirement stands in."""
        requirement = replace(self.resolved.requirement, file=name)
        return replace(self, resolved=replace(self.resolved, requirement=requirement))
