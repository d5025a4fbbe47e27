"""What `verify` found, the findings that follow from it, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.finding import Finding, Severity
from cudacompat.domain.gpus import JudgedTarget
from cudacompat.domain.observation import Observation
from cudacompat.domain.report import EXIT_FINDINGS, EXIT_INCOMPLETE, EXIT_OK, EXIT_STEP_FAILED, count_of
from cudacompat.domain.verify import Decision, Expect, Verdict


@dataclass(frozen=True, slots=True)
class Verified:
    """A verdict and what it is held to: what the rules over a run are given.

    `gpus` are the GPUs that the run was to use, `min_gpu_memory` the bytes that it was to hold.
    """

    seen: Observation
    decision: Decision
    expected: Expect
    min_gpu_memory: int | None = None
    gpus: tuple[JudgedTarget, ...] = ()
    log: str | None = None  # the saved log, where no command was run

    @property
    def subject(self) -> str:
        """What was verified, in a word or two."""
        return self.log if self.log is not None else (self.seen.command[0] if self.seen.command else "the command")

    @property
    def memory(self) -> int | None:
        """The bytes of GPU memory that it held at most, on all GPUs together; `None` where that was not seen."""
        if not self.seen.devices or self.seen.lists_processes is False:
            rose = [u.peak - u.before for u in self.seen.devices if u.index in self.decision.devices]
            return sum(rose) if rose else None
        return sum(use.own_peak or 0 for use in self.seen.devices)


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """`verify`: the verdict and the findings."""

    verified: Verified
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """5 where the command failed; 1 for less than expected; 4 where it cannot be told; else 0."""
        decision, verified = self.verified.decision, self.verified
        if decision.verdict is Verdict.FAILED:
            return EXIT_STEP_FAILED
        if count_of(self.findings, Severity.ERROR):
            return EXIT_FINDINGS
        if decision.meets(verified.expected) is not True:
            return EXIT_INCOMPLETE
        if verified.min_gpu_memory is not None and verified.memory is None:
            return EXIT_INCOMPLETE
        return EXIT_OK
