"""What a user chooses: the values of options, variables and policy files, each stated once.

The command line offers these before it knows which command is meant, so that nothing is imported here that a start does
not have already.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cudacompat.domain.words.finding import Severity
    from cudacompat.domain.words.verdict import Outcome


class Require(Enum):
    """The least that an artifact must reach on each target."""

    RUNS = "runs"
    SASS = "sass"
    NATIVE = "native"

    def met_by(self, outcome: Outcome) -> bool:
        """Whether an outcome that runs is enough."""
        from cudacompat.domain.words.verdict import Outcome

        least = {Require.RUNS: Outcome.JIT, Require.SASS: Outcome.COMPATIBLE, Require.NATIVE: Outcome.NATIVE}
        return outcome.strength >= least[self].strength


class Holes(Enum):
    """What an artifact that runs only in part is: an error, a warning, or nothing. `strict` is an error, and so is a
    gap of which the bytes do not say whether it is meant."""

    STRICT = "strict"
    ERROR = "error"
    WARN = "warn"
    IGNORE = "ignore"

    @property
    def severity(self) -> Severity | None:
        """The severity of the finding, `None` for no finding."""
        from cudacompat.domain.words.finding import Severity

        return {Holes.WARN: Severity.WARNING, Holes.IGNORE: None}.get(self, Severity.ERROR)

    @property
    def severity_of_unclear(self) -> Severity | None:
        """The severity of the finding about a gap that is unclear, `None` for no finding."""
        from cudacompat.domain.words.finding import Severity

        return {Holes.STRICT: Severity.ERROR, Holes.IGNORE: None}.get(self, Severity.WARNING)


class PtxPolicy(Enum):
    """The PTX that every module has to carry: none at all, any that newer GPUs can compile, or that of the highest
    required compute capability (compute_120 for 12.0), so that every GPU from there on is served."""

    NONE = "none"
    ANY = "any"
    HIGHEST = "highest"


class Extra(Enum):
    """What code for targets that nobody asked for is: nothing, a warning, or an error."""

    ALLOW = "allow"
    WARN = "warn"
    FORBID = "forbid"

    @property
    def severity(self) -> Severity | None:
        """The severity of the finding, `None` for no finding."""
        from cudacompat.domain.words.finding import Severity

        return {Extra.ALLOW: None, Extra.WARN: Severity.WARNING, Extra.FORBID: Severity.ERROR}[self]


class JitPolicy(Enum):
    """What the environment allows: CUDA_FORCE_PTX_JIT=1 is `forced`, CUDA_DISABLE_PTX_JIT=1 `disabled`.

    With both, no fatbin runs: its machine code is ignored and its PTX refused.
    """

    NORMAL = "normal"
    FORCED = "forced"
    DISABLED = "disabled"
    FORCED_AND_DISABLED = "forced-and-disabled"

    @property
    def ignores_machine_code(self) -> bool:
        """Whether machine code in fatbins is passed over; a bare cubin runs all the same."""
        return self in (JitPolicy.FORCED, JitPolicy.FORCED_AND_DISABLED)

    @property
    def refuses_ptx(self) -> bool:
        """Whether PTX is not compiled."""
        return self in (JitPolicy.DISABLED, JitPolicy.FORCED_AND_DISABLED)


class Expect(Enum):
    """The least that is wanted: the GPU's own code, any machine code, or the GPU at all (by JIT, too)."""

    NATIVE = "native"
    SASS = "sass"
    GPU = "gpu"


class FailOn(Enum):
    """What fails a comparison: service or code that is lost, or also service that is weaker."""

    LOST = "lost"
    WEAKER = "weaker"


class SurveyExecutor(Enum):
    """Who reads the wheels of a survey: processes of this program, or the workers of a cluster of Dask distributed."""

    PROCESSES = "processes"
    DASK = "dask"
