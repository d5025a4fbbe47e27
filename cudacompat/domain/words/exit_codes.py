"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run ends with; the contract's numbers."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    NOTHING = 3
    INCOMPLETE = 4
    STEP_FAILED = 5
    BUG = 70
    INTERRUPTED = 130


MEANINGS: dict[int, str] = {
    ExitCode.OK: "everything was read, and no finding fails the run",
    ExitCode.FINDINGS: "findings that fail the run",
    ExitCode.USAGE: "wrong usage or configuration: nothing was checked; or the report could not be written",
    ExitCode.NOTHING: "no device code found, so nothing was checked",
    ExitCode.INCOMPLETE: "something could not be read (a file, an image in a registry), or a result is undecided",
    ExitCode.STEP_FAILED: "a build step or a run failed, or a package or address could not be fetched",
    ExitCode.BUG: "an internal error of cudacompat; please report it",
    ExitCode.INTERRUPTED: "interrupted by the user",
}
