"""`diff`: two paths, or two releases of a package, read, judged for every GPU and compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cudacompat.app.inputs.baseline_file import called
from cudacompat.app.inputs.named import require_named
from cudacompat.app.inputs.reading import ReadOptions, read
from cudacompat.app.inputs.source_names import source_names
from cudacompat.domain.compare.diff import FailOn, compare
from cudacompat.domain.compare.diff_report import DiffReport, Release
from cudacompat.domain.machine.alternatives import recognised
from cudacompat.domain.rules.artifact.other_processor import X86
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease

OnFile = Callable[[str], None] | None

_OLDEST = 3  # the major compute capability below which nothing reads today's files


def diff(
    old: str,
    new: str,
    targets: Sequence[Target] = (),
    driver: DriverRelease | None = None,
    fail_on: FailOn | None = None,
    on_file: OnFile = None,
    options: ReadOptions | None = None,
) -> DiffReport:
    """Return what changed from `old` to `new`, each a path, a release (`pkg==1.22`) or an address.

    Without targets, every compute capability is judged for that is known and is in machines with the files' processor.
    `UsageError` for what is nothing of these,
    `StepError` where one cannot be fetched.
    """
    require_named((old, new))
    sides = _side(old, on_file, options), _side(new, on_file, options)
    found = compare(*sides, tuple(targets) or _every_gpu(sides, driver), fail_on=fail_on)
    return replace(found, names=source_names(name for artifact in found.artifacts for name in artifact.shown))


def _every_gpu(sides: Sequence[Release], driver: DriverRelease | None) -> tuple[Target, ...]:
    """Every compute capability that is known; of files that x86-64 processors alone start, those of machines with such
    a processor."""
    processors = {artifact.processor for side in sides for artifact in side.artifacts}
    known = (row.capability for row in ARCHITECTURES if row.capability.major >= _OLDEST)
    return tuple(
        Target(str(each), None, each, driver=driver)
        for each in known
        if processors != {X86} or not is_arm_only(each.number)
    )


def _side(text: str, on_file: OnFile, options: ReadOptions | None) -> Release:
    found = read([text], options, kernels=True, on_file=on_file)
    roots = [text, *(file.label for file in found.fetched)]
    names = called([artifact.path for artifact in found.artifacts], roots, inside=True)
    return Release(
        text,
        found.artifacts,
        found.not_read,
        files=found.files,
        without_code=found.without_code,
        names=names,
        compilers=found.compilers,
        alternatives=_of_releases(found.artifacts),
    )


def _of_releases(artifacts: Sequence[BinaryArtifact]) -> frozenset[str]:
    groups = (group for group in recognised(artifacts) if not group.architectures)
    return frozenset(path for group in groups for path in group.libraries)
