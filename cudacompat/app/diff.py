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
from cudacompat.domain.tables.architectures import ARCHITECTURES
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

    Without targets, every compute capability that is known is judged for. `UsageError` for what is nothing of these,
    `StepError` where one cannot be fetched.
    """
    require_named((old, new))
    judged = tuple(targets) or tuple(
        Target(str(row.capability), None, row.capability, driver=driver)
        for row in ARCHITECTURES
        if row.capability.major >= _OLDEST
    )
    found = compare(_side(old, on_file, options), _side(new, on_file, options), judged, fail_on=fail_on)
    return replace(found, names=source_names(name for artifact in found.artifacts for name in artifact.shown))


def _side(text: str, on_file: OnFile, options: ReadOptions | None) -> Release:
    found = read([text], options, kernels=True, on_file=on_file)
    roots = [text, *(file.label for file in found.fetched)]
    names = called([artifact.path for artifact in found.artifacts], roots, inside=True)
    return Release(
        text, found.artifacts, found.not_read, files=found.files, without_code=found.without_code, names=names
    )
