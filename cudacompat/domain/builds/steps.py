"""A rebuild: what will be done, step by step, and what became of it. Pure; `cudacompat.app.rebuild` does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.words.choices import Require
from cudacompat.domain.words.finding import Finding


class StepKind(Enum):
    """What a step does; the values are the strings of the JSON."""

    CLEAN = "clean"
    CONFIGURE = "configure"
    FLAGS = "flags"
    BUILD = "build"
    EXTRACT = "extract"
    CHECK = "check"


class ProductsBy(Enum):
    """Who says what the build made.

    CMAKE: the reply of its file API. CARGO: its messages. CHANGES: what changed below the sources. PATTERNS: what
    matches, in a folder that was empty before.
    """

    CMAKE = "cmake"
    CARGO = "cargo"
    CHANGES = "changes"
    PATTERNS = "patterns"


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step: a command, or for CLEAN the paths to remove, or for FLAGS and CHECK what is looked at.

    `environment` is added to the process's own, less the variables in `BuildSteps.unset`.
    """

    kind: StepKind
    why: str
    command: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The word for it in a log's file name."""
        return self.kind.value


@dataclass(frozen=True, slots=True)
class BuildSteps:
    """All steps, where they run, and what the environment of all of them is."""

    plan: BuildPlan
    source: str
    folder: str  # where the build happens
    products: tuple[str, ...]  # globs, relative to `folder`: what an earlier build may have left
    environment: tuple[tuple[str, str], ...]
    unset: tuple[tuple[str, str], ...]  # (name, why)
    steps: tuple[BuildStep, ...]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()  # what would stop the build, seen in the sources before it begins
    products_by: ProductsBy = ProductsBy.PATTERNS

    @property
    def log_folder(self) -> str:
        """Where the output of each step is kept. What make is told to make, `build` included, is its own."""
        return f"{self.source if self.products_by is ProductsBy.CHANGES else self.folder}/cudacompat-logs"

    @property
    def least(self) -> Require:
        """What the artifacts must reach: a build for PTX alone has no machine code to be native."""
        return Require.RUNS if any(each.ptx_only for each in self.plan.wanted) else Require.NATIVE


class StepState(Enum):
    """What became of a step."""

    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step: seconds it took, its exit code, where its whole output lies, its first error (with what
    belongs to it) and its last lines."""

    step: BuildStep
    state: StepState
    seconds: float = 0.0
    exit_code: int | None = None
    log: str | None = None
    tail: tuple[str, ...] = ()
    said: str | None = None  # what it found, or why it failed
    first_error: tuple[str, ...] = ()
