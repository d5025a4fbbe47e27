"""What becomes of a component and its libraries on a GPU; `cudacompat.domain.judge.components` says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cudacompat.domain.machine.components import Component
from cudacompat.domain.words.verdict import Outcome, Reason, Target

_FEW = 20  # modules that run, for each one that does not


@dataclass(frozen=True, slots=True)
class LibraryVerdict:
    """What becomes of one library on one GPU: the verdict of an artifact without its modules, small enough to be saved.

    `counts` are modules by outcome, `runtime` is the major release of the CUDA runtime that the library asks for,
    `targets` are those of its images (`sm_80`, `compute_86`), `lacks` the libraries of CUDA's that the loader does not
    find for it.
    """

    path: str
    target: Target
    outcome: Outcome
    reason: Reason | None
    min_driver: int | None = None
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    runtime: int | None = None
    targets: tuple[str, ...] = ()
    default_target: str | None = None
    lacks: tuple[str, ...] = ()

    @property
    def modules(self) -> int:
        """How many modules decided."""
        return sum(self.counts.values())

    @property
    def is_bad(self) -> bool:
        """Whether something in it does not run that has to."""
        return self.outcome in (Outcome.FAILS, Outcome.PARTIAL)

    @property
    def runs_but_for_a_few(self) -> bool:
        """Whether nearly all of its modules run in machine code, and a few fail only as the driver does not compile
        their PTX. NVIDIA's libraries choose their kernels at run time, and each serves every driver of its CUDA major
        release: CUDA Compatibility, Minor Version Compatibility."""
        run = self.counts.get(Outcome.NATIVE, 0) + self.counts.get(Outcome.COMPATIBLE, 0)
        few = self.counts.get(Outcome.FAILS, 0) * _FEW <= run
        return self.outcome is Outcome.PARTIAL and self.reason is Reason.PTX_ISA_TOO_NEW and few


# Reasons that stand in the way of everything, before any kernel is looked for.
DRIVER_REASONS = (Reason.RUNTIME_NEEDS_DRIVER, Reason.DRIVER_TOO_OLD_FOR_GPU, Reason.DRIVER_DROPPED_GPU)


@dataclass(frozen=True, slots=True)
class ComponentVerdict:
    """What becomes of a component on one GPU. `outcome` is that of an artifact. `library` is the one that decides
    (`None`: nothing of it is loaded there, and `outcome` is `SPECIAL`), `builds` how many alternatives it is taken of.
    `open_modules` are modules that nobody can tell about, beside others that run; `is_first` marks the component of its
    environment that fails first. `compiler` is the assembler that it runs for that GPU, in words, where all its
    kernels come of it; `compiler_lacks` one that does not know the GPU, beside kernels that run. `lacks` are libraries
    that the loader does not find, where that is what stands in the way, and `loaded` is what would become of it with
    them."""

    component: Component
    target: Target
    outcome: Outcome
    reason: Reason | None
    library: LibraryVerdict | None
    builds: int = 1
    open_modules: int = 0
    is_first: bool = False
    compiler: str = ""
    compiler_lacks: str = ""
    lacks: tuple[str, ...] = ()
    loaded: ComponentVerdict | None = None

    @property
    def is_bad(self) -> bool:
        """Whether something that the component needs does not run there."""
        return self.outcome in (Outcome.FAILS, Outcome.PARTIAL)

    @property
    def is_without_feature(self) -> bool:
        """Whether what uses it runs without it there, but for a feature."""
        return self.outcome is Outcome.SPECIAL and bool(self.compiler_lacks)

    @property
    def loaded_or_own(self) -> ComponentVerdict:
        """What becomes of it where the loader finds all that it asks for."""
        return self.loaded if self.loaded is not None else self

    @property
    def is_of_driver(self) -> bool:
        """Whether it is the driver that stands in the way: another one may do."""
        return self.is_bad and self.reason in (*DRIVER_REASONS, Reason.PTX_ISA_TOO_NEW)
