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
