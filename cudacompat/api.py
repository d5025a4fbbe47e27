"""What programs may use of cudacompat: `import cudacompat` has all of it.

Names here follow semantic versioning: within one major version nothing is removed, renamed or given another meaning;
fields and functions may be added. Whatever begins with an underscore is private, as are all other modules. Values are
frozen, paths and texts are strings, sizes are bytes. Errors of the caller are `CudacompatError`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cudacompat.domain.words.errors import CudacompatError as CudacompatError

if TYPE_CHECKING:
    from cudacompat.domain.words.code import BinaryArtifact, ReadResult
    from cudacompat.domain.words.finding import Finding as _DomainFinding
    from cudacompat.domain.words.verdict import ArtifactVerdict, Target

__all__ = [
    "Artifact",
    "CheckResult",
    "CudaRelease",
    "CudacompatError",
    "Diagnosis",
    "Finding",
    "Gpu",
    "Image",
    "Inspection",
    "Module",
    "NotRead",
    "Outcome",
    "Requirement",
    "Severity",
    "Step",
    "Verdict",
    "check",
    "cuda_releases",
    "doctor",
    "find_gpus",
    "inspect_path",
    "judge",
]

Outcome = Literal["native", "compatible", "jit", "partial", "fails", "special", "unclear", "undecided"]
Severity = Literal["error", "warning", "note"]
Requirement = Literal["runs", "sass", "native"]

_RUNS = ("native", "compatible", "jit")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU product: its name as NVIDIA writes it, compute capability (`12.0`), chip, and PCI ids (`10de:2c05`)."""

    name: str
    compute_capability: str
    chip: str | None
    pci_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CudaRelease:
    """One CUDA release: what its nvcc builds for (`sm_90a`), the PTX ISA that it writes, the target that nvcc builds
    without an option, and the oldest Linux driver of minor-version compatibility."""

    version: str
    targets: tuple[str, ...]
    ptx_isa: str
    default_target: str
    min_driver: str


@dataclass(frozen=True, slots=True)
class Image:
    """One image: `kind` is sass, ptx, lto-ir or another form, `target` such as sm_86 or compute_86, `kernels` the
    mangled names, None where they were not read."""

    kind: str
    target: str | None
    ptx_isa: str | None
    size: int
    kernels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Module:
    """One module, what the driver loads at once: its byte in the file, its section, and its images."""

    offset: int
    section: str | None
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file with device code; `path` is `outer.whl!/inner.so` inside a container."""

    path: str
    format: str
    size: int
    modules: tuple[Module, ...]
    _read: BinaryArtifact = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotRead:
    """Something that could not be read, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a path holds: the artifacts, and what was not read. `is_complete` is False if anything was not read."""

    artifacts: tuple[Artifact, ...]
    not_read: tuple[NotRead, ...]

    @property
    def is_complete(self) -> bool:
        """True if everything was read."""
        return not self.not_read


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one artifact on one GPU.

    `gpu` is a product's name or a compute capability, `min_driver` the oldest driver branch that can run the code where
    that is known to matter, `modules` counts the modules by outcome. `basis` is measured or documented. `starts` is
    False where the file is for another processor or system than the machine with the GPU: `outcome` is about its device
    code alone.
    """

    path: str
    gpu: str
    compute_capability: str
    outcome: Outcome
    reason: str | None
    min_driver: int | None
    basis: str
    modules: Mapping[Outcome, int]
    starts: bool = True

    @property
    def runs(self) -> bool:
        """True if all of it runs: native, compatible or jit, on a machine that starts the file."""
        return self.starts and self.outcome in _RUNS


@dataclass(frozen=True, slots=True)
class Finding:
    """One reported problem: `id` is what `cudacompat explain` takes; `path` is None for the machine itself."""

    id: str
    severity: Severity
    message: str
    path: str | None
    line: int | None
    why: str | None
    help: str | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `cudacompat check` reports: `exit_code` is that of the command line."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    not_read: tuple[NotRead, ...]
    exit_code: int

    @property
    def passed(self) -> bool:
        """True if everything was read and checked, and nothing is an error."""
        return self.exit_code == 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan: what to do and why, and the command that does it, None where only a person can."""

    why: str
    command: str | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `cudacompat doctor` reports: the findings, the worst first, and the plan that cures them, in order."""

    findings: tuple[Finding, ...]
    plan: tuple[Step, ...]
    exit_code: int


def inspect_path(path: str | os.PathLike[str], *, kernels: bool = True) -> Inspection:
    """Return the device code of a file, wheel, archive or directory.

    Without `kernels` the names of kernels are not read: that is faster, and `judge` needs them. Nothing is run and no
    GPU is needed. `CudacompatError` for a path that does not exist.
    """
    from cudacompat.app.listing import inspect

    return _inspection(inspect([_on_disk(path)], kernels=kernels).read, with_kernels=kernels)


def judge(artifact: Artifact, gpu: str, *, driver: str | int | None = None) -> Verdict | None:
    """Return what becomes of an artifact on a GPU, None where nothing in it has a kernel.

    `gpu` is a SPEC of the command line: a product, compute capability, architecture or PCI id. Without `driver`, the
    oldest driver is assumed that supports the GPU and can run the code. The outcome is undecided for an artifact whose
    kernels were not read. `CudacompatError` for an unknown GPU or driver.
    """
    from cudacompat.domain.judge.artifact import judge_artifact
    from cudacompat.domain.rules.artifact.other_processor import started_nowhere

    if not isinstance(artifact, Artifact):
        raise CudacompatError(f"not an artifact of inspect_path: {type(artifact).__name__}")
    target = _target(gpu, driver)
    verdict = judge_artifact(artifact._read, target)
    away = started_nowhere([artifact._read], [target])
    return None if verdict is None else _verdict(verdict, starts=not any(away.values()))


def check(
    paths: Iterable[str | os.PathLike[str]],
    gpus: Sequence[str],
    *,
    driver: str | int | None = None,
    require: Requirement = "runs",
) -> CheckResult:
    """Return what `cudacompat check` reports on the paths, lists of packages among them, for these GPUs. No policy file
    is read and nothing fetched; packages have no verdict, as nothing of them is read, but findings.

    `CudacompatError` for a path that does not exist, an unknown GPU, and for no GPU at all.
    """
    from cudacompat.app.check import check as check_paths
    from cudacompat.app.wheels.lists import judge_lists, lists_apart
    from cudacompat.domain.policy.policy import Policy
    from cudacompat.domain.rules.artifact.other_processor import errors_by_file
    from cudacompat.domain.words.choices import Require

    if isinstance(gpus, str) or not gpus:
        raise CudacompatError("gpus is a list with at least one GPU")
    if isinstance(paths, str | bytes | os.PathLike):
        raise CudacompatError("paths is a list of paths")
    named = [_on_disk(path) for path in paths]
    targets = tuple(dict.fromkeys(_target(gpu, driver) for gpu in gpus))
    try:
        policy = Policy(Require(require))
    except ValueError:
        raise CudacompatError(f"unknown requirement {require!r} (runs, sass, native)") from None
    lists, others = lists_apart(named)
    listed = judge_lists(lists, targets, policy) if lists else None
    report = check_paths(others, targets, policy, listed=listed)
    refused = errors_by_file(report.findings, (each.path for each in report.verdicts))
    return CheckResult(
        tuple(_verdict(each, starts=(each.path, each.target.id) not in refused) for each in report.verdicts),
        tuple(map(_finding, report.findings)),
        tuple(NotRead(each.path, each.why) for each in report.not_read),
        exit_code=int(report.exit_code),
    )


def doctor(
    paths: Iterable[str | os.PathLike[str]] = (), *, gpus: Sequence[str] = (), driver: str | int | None = None
) -> Diagnosis:
    """Return what `cudacompat doctor` finds on this machine, or in the paths. It asks the driver, in a process of its
    own that ends after seconds. `CudacompatError` for paths without a GPU, here or in `gpus`."""
    from cudacompat.app.doctor import doctor as diagnose

    report = diagnose([_on_disk(path) for path in paths], tuple(gpus), None if driver is None else str(driver))
    return Diagnosis(
        tuple(map(_finding, report.findings)),
        tuple(Step(step.why, step.command) for step in report.plan),
        int(report.exit_code),
    )


def find_gpus(query: str = "") -> tuple[Gpu, ...]:
    """Return the GPUs that match a name, PCI id, chip or compute capability, the best match first; all without one."""
    from cudacompat.domain.gpus.lookup import search

    return tuple(Gpu(each.name, str(each.capability), each.chip, pci_ids=each.pci_ids) for each in search(query))


def cuda_releases() -> tuple[CudaRelease, ...]:
    """Return the CUDA releases that cudacompat knows, the oldest first."""
    from cudacompat.domain.tables.toolkits import RELEASES

    return tuple(
        CudaRelease(
            str(each.version),
            tuple(f"sm_{target}" for target in each.targets),
            ptx_isa=str(each.ptx_isa),
            default_target=f"sm_{each.default_target}",
            min_driver=str(each.min_driver),
        )
        for each in RELEASES
    )


def _on_disk(path: str | os.PathLike[str]) -> str:
    """The path as text. What is not there would else be taken for a package or an address, and fetched."""
    try:
        text = os.fspath(path)
    except TypeError:
        raise CudacompatError(f"not a path: {type(path).__name__}") from None
    if not os.path.lexists(text):
        from cudacompat.domain.words.phrases import one_line

        raise CudacompatError(f"no such file or directory: {one_line(text)}")
    return text


def _target(gpu: str, driver: str | int | None) -> Target:
    from cudacompat.domain.gpus.lookup import resolve
    from cudacompat.domain.words.verdict import Target
    from cudacompat.domain.words.versions import DriverRelease

    if not isinstance(gpu, str):
        raise CudacompatError(f"a GPU is a text such as '12.0', not {type(gpu).__name__}")
    found = resolve(gpu)
    return Target(found.id, found.name, found.capability, driver=DriverRelease.parse(str(driver)) if driver else None)


def _inspection(read: ReadResult, *, with_kernels: bool) -> Inspection:
    return Inspection(
        tuple(_artifact(each, with_kernels=with_kernels) for each in read.artifacts),
        tuple(NotRead(each.path, each.why) for each in read.not_read),
    )


def _artifact(artifact: BinaryArtifact, *, with_kernels: bool) -> Artifact:
    modules = tuple(
        Module(
            module.offset,
            module.section,
            tuple(
                Image(
                    image.kind.value,
                    str(image.target) if image.target is not None else None,
                    ptx_isa=str(image.ptx_isa) if image.ptx_isa is not None else None,
                    size=image.size,
                    kernels=image.kernels if with_kernels else None,
                )
                for image in module.entries
            ),
        )
        for module in artifact.modules
    )
    return Artifact(artifact.path, str(artifact.format), artifact.size, modules=modules, _read=artifact)


def _verdict(verdict: ArtifactVerdict, *, starts: bool) -> Verdict:
    return Verdict(
        path=verdict.path,
        gpu=verdict.target.name or verdict.target.id,
        compute_capability=str(verdict.target.capability),
        outcome=verdict.outcome.value,
        reason=verdict.reason.value if verdict.reason is not None else None,
        min_driver=verdict.min_driver,
        basis=verdict.basis.value,
        modules={outcome.value: number for outcome, number in verdict.counts.items()},
        starts=starts,
    )


def _finding(finding: _DomainFinding) -> Finding:
    return Finding(
        id=finding.id,
        severity=finding.severity.value,
        message=finding.message,
        path=finding.path,
        line=finding.line,
        why=finding.why,
        help=finding.help,
    )
