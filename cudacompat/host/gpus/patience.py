"""Questions to a library of the driver by a process of its own: a machine that is too busy to start that process says
nothing of the driver."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.host.programs.process import TIMEOUT_S, ProcessResult, run

BEGUN = '{"begun": true}'  # what the process prints before it loads the library
TOO_BUSY = "this machine is too busy to ask it"


def ask(command: Sequence[str], timeout_s: float) -> ProcessResult:
    """Return what the process said within so many seconds; where it had not come to the library by then, what it says
    within TIMEOUT_S."""
    ran = run(command, timeout_s=timeout_s)
    return run(command, timeout_s=TIMEOUT_S) if not came_to_it(ran) and timeout_s < TIMEOUT_S else ran


def came_to_it(ran: ProcessResult) -> bool:
    """Return whether it is the library that was waited for, or that ended the process."""
    return not ran.timed_out or BEGUN in ran.stdout
