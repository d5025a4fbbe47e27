"""What `check` judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cudacompat.domain.words.code import ContainerImage, NotRead
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Target

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.gpus.fleet import FleetGpu
    from cudacompat.domain.policy.keys import PolicyValue
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` judged. `given` are the values of the policy with their origins, as far as any were given;
    `show_suppressed` is whether the user asked to see what does not count, `fleet` the GPUs that fleet files listed,
    `images` the container images among what was read."""

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

    @property
    def exit_code(self) -> ExitCode:
        """3 if there was nothing to judge; 1 on an error; 4 if something is unread or undecided; else 0.

        What is undecided in an artifact counts whatever else the artifact is (a policy may let holes pass), unless an
        ignore of `undecided` itself says otherwise.
        """
        if not self.verdicts and not self.not_read:
            return ExitCode.NOTHING
        if count_of(self.findings, Severity.ERROR):
            return ExitCode.FINDINGS
        excused = {(s.finding.path, s.finding.target) for s in self.suppressed if s.finding.id == "undecided"}
        judged = left_open(self.verdicts)
        open_ = (v for v in judged if v.outcome is Outcome.UNDECIDED or v.counts[Outcome.UNDECIDED])
        if self.not_read or any((v.path, v.target.id) not in excused for v in open_):
            return ExitCode.INCOMPLETE
        return ExitCode.OK


def left_open(verdicts: Sequence[ArtifactVerdict]) -> Sequence[ArtifactVerdict]:
    """Return the verdicts that count: without the inputs of linkers, unless there is nothing else."""
    return [verdict for verdict in verdicts if not verdict.awaits_link] or verdicts
