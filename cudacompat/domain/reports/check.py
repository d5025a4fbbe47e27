"""What `check` judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from cudacompat.domain.words.code import BundledCompiler, ContainerImage, NotRead
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Target

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.wheels.resolved import RequirementVerdict
    from cudacompat.domain.words.fleet_gpu import FleetGpu
    from cudacompat.domain.words.policy_value import PolicyValue
from cudacompat.domain.words.exit_codes import ExitCode


class OfArtifact(NamedTuple):
    """The verdicts on an artifact, one for each target on which it counts, and what the rules find in it."""

    verdicts: list[ArtifactVerdict]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class ListedPackages:
    """What lists of packages came to: of each package that the table knows the verdict on each target, the findings,
    what was not read, what comments in the lists suppress, how many files were read, and the ids of the rules that a
    policy's ignore may name for them."""

    verdicts: tuple[RequirementVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    files: int = 0
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` judged. `given` are the values of the policy with their origins, as far as any were given;
    `show_suppressed` is whether the user asked to see what does not count, `fleet` the GPUs that fleet files listed,
    `images` the container images and `compilers` NVIDIA's compilers among what was read. `packages` are the verdicts of
    the packages that lists name, each on each target; `judged_compilers` is how many compilers make the kernels of a
    package without any, which is judged by them. `compared` is whether a baseline was.
    `environments` are the paths that are Python environments, whose packages' code alone is judged, `not_linted` the
    named directories that are too large for their build files to be looked for."""

    COMMAND: ClassVar[str] = "check"

    targets: tuple[Target, ...]
    verdicts: tuple[ArtifactVerdict, ...]
    findings: tuple[Finding, ...]
    not_read: tuple[NotRead, ...]
    files: int
    without_code: int
    suppressed: tuple[Suppressed, ...] = ()
    given: tuple[PolicyValue, ...] = ()
    show_suppressed: bool = False
    fleet: tuple[FleetGpu, ...] = ()
    images: tuple[ContainerImage, ...] = ()
    compilers: tuple[BundledCompiler, ...] = ()
    judged_compilers: int = 0
    packages: tuple[RequirementVerdict, ...] = ()
    compared: bool = False
    environments: tuple[str, ...] = ()
    not_linted: tuple[str, ...] = ()

    @property
    def checked(self) -> str:
        """What was judged, with counts: `2 files and 3 packages`."""
        files = len({verdict.path for verdict in self.verdicts})
        named = {(each.resolved.requirement.file, each.resolved.requirement.name) for each in self.packages}
        parts = [count(files, "file") if files else "", count(len(named), "package") if named else ""]
        if not any(parts) and self.judged_compilers:
            parts = [count(self.judged_compilers, "compiler")]
        return " and ".join(filter(None, parts)) or "nothing"

    @property
    def scope(self) -> str:
        """What was judged for how many GPUs: `checked 2 files and 3 packages for 1 GPU`."""
        return f"checked {self.checked} for {count(len(self.targets), 'GPU')}"

    @property
    def exit_code(self) -> ExitCode:
        """3 if there was nothing to check; 1 on an error; 4 if something is unread or undecided; else 0.

        What is undecided in an artifact counts whatever else the artifact is (a policy may let holes pass), unless an
        ignore of `undecided` itself says otherwise.
        """
        if not self.verdicts and not self.packages and not self.judged_compilers and not self.not_read:
            return ExitCode.NOTHING
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        excused = {(s.finding.path, s.finding.target) for s in self.suppressed if s.finding.id == "undecided"}
        judged = left_open(self.verdicts)
        open_ = (v for v in judged if v.outcome is Outcome.UNDECIDED or v.counts[Outcome.UNDECIDED])
        packages = any(each.outcome is Outcome.UNDECIDED for each in self.packages)
        if self.not_read or packages or any((v.path, v.target.id) not in excused for v in open_):
            return ExitCode.INCOMPLETE
        return ExitCode.OK


def left_open(verdicts: Sequence[ArtifactVerdict]) -> Sequence[ArtifactVerdict]:
    """Return the verdicts that count: without the inputs of linkers, unless there is nothing else."""
    return [verdict for verdict in verdicts if not verdict.awaits_link] or verdicts
