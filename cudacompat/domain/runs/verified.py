"""What `verify` found, the findings that follow from it, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.runs.observation import Observation
from cudacompat.domain.runs.verify import Decision, Expect
from cudacompat.domain.words.judged_target import JudgedTarget


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
