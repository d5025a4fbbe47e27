"""Projects that were named and hold no device code: what their build files and lists of packages come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.app.doctor.build_files import MOST_ENTRIES
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.rules.artifact import no_device_code
from cudacompat.domain.rules.lint import INSTALLED_RULES
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding, Severity, worst_first
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import ArtifactVerdict, Target

if TYPE_CHECKING:
    from cudacompat.app.lint import Linted


def with_projects(checked: CheckReport, targets: Sequence[Target]) -> tuple[CheckReport, dict[str, LintReport]]:
    """Return the report with what `lint` finds in the named paths that hold no device code, and what is left of that
    with every fix, by these paths: build files, and folders whose build files are about CUDA. That nothing compiled
    lies there is a note then: what will be built or installed was examined."""
    projects: dict[str, LintReport] = {}
    for finding in checked.findings:
        if finding.id != no_device_code.RULE.id or finding.severity is not Severity.ERROR or finding.path is None:
            continue
        checked, linted = _linted(checked, finding.path, targets)
        if linted is not None:
            projects[finding.path] = linted.mended
            checked = _joined(checked, finding, linted.now)
    return checked, projects


def beside_libraries(
    checked: CheckReport, paths: Sequence[str], targets: Sequence[Target]
) -> tuple[CheckReport, dict[str, LintReport]]:
    """Return the report with what `lint` finds in the named folders where libraries were judged, too: of what will be
    installed, and of images. The lists of architectures there are those of these libraries, which say themselves what
    came of them; where a library is at fault, its plan mends the Dockerfile that built it."""
    projects: dict[str, LintReport] = {}
    is_sick = any(each.severity is Severity.ERROR for each in checked.findings)
    for path in dict.fromkeys(paths):
        if path in checked.environments or not Path(path).is_dir() or not _holds(path, checked.verdicts):
            continue
        checked, linted = _linted(checked, path, targets)
        now = _installed(linted.now, is_sick=is_sick) if linted is not None else None
        if linted is None or now is None or not (now.findings or now.packages):
            continue
        if any(each.severity is Severity.ERROR for each in now.findings):
            projects[path] = _installed(linted.mended, is_sick=is_sick)
        checked = replace(
            checked,
            findings=tuple(worst_first((*checked.findings, *now.findings))),
            packages=(*checked.packages, *now.packages),
            not_read=tuple(dict.fromkeys((*checked.not_read, *now.not_read))),
            suppressed=(*checked.suppressed, *now.suppressed),
        )
    return checked, projects


def _holds(folder: str, verdicts: Sequence[ArtifactVerdict]) -> bool:
    return any(Path(ArtifactPath.parse(each.path).outer).is_relative_to(folder) for each in verdicts)


def _installed(report: LintReport, *, is_sick: bool) -> LintReport:
    """What the report has of packages that will be installed, of images, and where no library is at fault of how images
    are built."""
    ids = {rule.id for rule in INSTALLED_RULES}
    return replace(
        report,
        findings=tuple(
            each for each in report.findings if each.id in ids or (not is_sick and _is_dockerfile(each.path))
        ),
        edited=tuple(each for each in report.edited if _is_dockerfile(each.name)),
        fixed=tuple(each for each in report.fixed if _is_dockerfile(each.path)),
    )


def _is_dockerfile(path: str | None) -> bool:
    return path is not None and kind_of(path) is FileKind.DOCKERFILE


def _linted(checked: CheckReport, path: str, targets: Sequence[Target]) -> tuple[CheckReport, Linted | None]:
    """The report, which says what is too large to be looked through, and what `lint` finds in that file or folder:
    `None` for a file that it does not read, and for a folder of which it reads nothing about CUDA."""
    from cudacompat.app.lint import lint_and_mend
    from cudacompat.app.project.files import is_small

    is_folder = Path(path).is_dir()
    if is_folder and not is_small(path, MOST_ENTRIES):
        return replace(checked, not_linted=(*checked.not_linted, path)), None
    try:
        linted = lint_and_mend(path, tuple(targets))
    except CudacompatError:
        return checked, None
    about_cuda = linted.now.uses or linted.now.packages or linted.now.findings or linted.now.of_cuda
    return checked, linted if about_cuda or not is_folder else None


def _joined(checked: CheckReport, barren: Finding, report: LintReport) -> CheckReport:
    note = replace(
        barren,
        severity=Severity.NOTE,
        message=f"nothing in it is compiled: {count(report.files, 'build file')} examined in its place",
        help=None,
    )
    others = [each for each in checked.findings if each is not barren]
    return replace(
        checked,
        findings=(*others, *report.findings, note),
        packages=(*checked.packages, *report.packages),
        not_read=(*checked.not_read, *report.not_read),
        suppressed=(*checked.suppressed, *report.suppressed),
    )
