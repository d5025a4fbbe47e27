"""`wheels`: which published builds of a package run on the GPUs, from the table or from the index itself."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from cudacompat.domain.reports.wheels import WheelsReport
from cudacompat.domain.wheels.brought import needs_of_release
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.offers import Build, builds_of, cure_by_read, summary
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, on_platform, options_for, platform_for
from cudacompat.domain.wheels.pythons import is_foreign_to, option_of_python, why_no_wheel
from cudacompat.domain.wheels.resolved import NOT_KNOWN, HowKnown
from cudacompat.domain.wheels.table import measured_row, packages, releases_around, rows, rows_of
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.wheels.without_row import is_built_from_sources, variable_of
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.verdict import Outcome, Target

_MOST_SIMILAR = 3


@dataclass(frozen=True, slots=True)
class WheelQuery:
    """A package by its normalised name, and the one release that is meant, if one is."""

    package: str
    version: Version | None

    @classmethod
    def parse(cls, text: str) -> WheelQuery:
        """Return what PKG or PKG==VERSION means; `UsageError` for anything else."""
        try:
            wanted = Requirement(text)
            pins = [Version(each.version) for each in wanted.specifier if each.operator in ("==", "===")]
        except (InvalidRequirement, InvalidVersion):
            raise UsageError(f"not a package (PKG) or a release (PKG==VERSION): {text}") from None
        if wanted.url or wanted.marker or len(pins) != len(wanted.specifier) or len(pins) > 1:
            raise UsageError(f"not a package (PKG) or a release (PKG==VERSION): {text}")
        return cls(str(canonicalize_name(wanted.name)), pins[0] if pins else None)

    @property
    def pin(self) -> str:
        """PKG or PKG==VERSION, as pip takes it."""
        return f"{self.package}=={self.version}" if self.version is not None else self.package


def wheels(
    query: WheelQuery,
    targets: tuple[Target, ...],
    *,
    platform: str | None = None,
    python: str | None = None,
    read: Sequence[WheelRow] = (),
) -> WheelsReport:
    """Return the builds of the package that the table knows for the platform (that of each GPU without one) and the
    Python (`3.12`; any without one), and those of `read`, rows of wheels that were read just now; what runs on each
    target, and the pin to install."""
    version = query.version
    index = version.local if version is not None else None
    public = Version(version.public) if version is not None else None
    builds = builds_of(query.package, targets, public, platform=platform, python=python, read=read)
    if index is not None:
        builds = tuple(build for build in builds if build.resolved.build == index or build.row in read)
    unknown = _unknown(query, builds, targets, platform=platform, python=python)
    cure = None
    if targets and query.package in packages():
        cure = cure_for(query.package, targets, version=public, platform=platform, build=index, python=python)
    if read and not isinstance(cure, WheelCure):
        cure = cure_by_read(builds, targets, read) or cure
    newest = rows().get(query.package)
    return WheelsReport(
        package=query.package,
        version=str(version) if version is not None else None,
        targets=targets,
        builds=builds,
        summaries=tuple(summary(builds, target) for target in targets),
        cure=cure,
        newest=str(newest[-1].version) if newest else None,
        unknown=unknown,
        note=_note(query.package),
        fetched=bool(read),
        python=python,
        not_offered=bool(targets)
        and all(is_foreign_to(query.package, platform or platform_for(target)) for target in targets),
        compiled_later=distributions().compiled_later(query.package) is not None,
    )


def read_now(query: WheelQuery, path: str) -> WheelRow:
    """Return the row of a wheel that was fetched to `path`; `UsageError` for a file that is no wheel."""
    from zipfile import BadZipFile

    from cudacompat.app.wheels.rows import row_of_file

    try:
        today = datetime.now(UTC).date().isoformat()
        row = row_of_file(path, source="the wheel, read now", date=today)
    except (OSError, ValueError, BadZipFile) as error:
        raise UsageError(f"{query.pin} is not a readable wheel: {error}") from None
    return measured_row(row)


def platforms_to_read(query: WheelQuery, report: WheelsReport, platform: str | None = None) -> tuple[str | None, ...]:
    """Return the platforms of which the table does not say what the wheel of the release, or of the package, holds:
    `platform`, else those of the GPUs; None for that of this machine, where no GPU and no platform was named."""
    own = [platform or platform_for(target) for target in report.targets]
    wanted: list[str | None] = [*dict.fromkeys(own)] or [platform]
    return tuple(each for each in wanted if _needs_reading(query, report, each))


def _needs_reading(query: WheelQuery, report: WheelsReport, platform: str | None) -> bool:
    if query.package not in packages():
        return True
    builds = [build for build in report.builds if build.platform == (platform or DEFAULT_PLATFORM)]
    if query.version is None:
        return not builds
    return all(map(_is_unread, builds))


def _is_unread(build: Build) -> bool:
    """Whether its content is not known, or guessed at from releases before and after it that do not agree."""
    known = build.resolved.known
    unsure = known is HowKnown.BETWEEN and any(each.outcome is Outcome.UNDECIDED for each in build.verdicts)
    return unsure or known in NOT_KNOWN


def _fetching(query: WheelQuery, targets: Sequence[Target], platform: str | None, python: str | None) -> str:
    """The command that reads the wheel of the index, for the platform that was named or for those of the GPUs."""
    one = platform or next(map(platform_for, targets), DEFAULT_PLATFORM)
    own = ["--python", python] if python is not None else []
    if query.version is not None:
        own = option_of_python(query.package, query.version, one, python=python)
    there = options_for(on_platform(targets, platform))
    where = ["--platform", platform] if platform is not None and "--platform" not in there else []
    return shlex.join(("cudacompat", "wheels", query.pin, *there, *where, *own, "--fetch"))


def _unknown(
    query: WheelQuery, builds: Sequence[Build], targets: Sequence[Target], *, platform: str | None, python: str | None
) -> str | None:
    fetch = _fetching(query, targets, platform, python=python)
    if query.package not in packages():
        if any(not _is_open(build) for build in builds):
            return None
        needs = needs_of_release(query.package, query.version)
        if needs:
            first = shlex.join(("cudacompat", "wheels", Requirement(needs[0]).name, *options_for(targets)))
            return f"{query.pin} has no device code; what it requires has: {', '.join(needs)}: {first}"
        if is_built_from_sources(query.package, query.version):
            variable = variable_of(query.package)
            names = f"; {variable} names the GPUs for it" if variable else ""
            return f"{query.pin} has no wheel on the package index: it is built where it is installed{names}"
        similar = difflib.get_close_matches(query.package, sorted(packages()), _MOST_SIMILAR, cutoff=0.8)
        hint = f"; similar: {some(similar)}" if similar else ""
        return f"{query.package} is not in the table of wheels{hint}; {fetch} reads its wheel from the package index"
    if not builds and query.version is not None and query.version.local is not None:
        return f"the index {query.version.local} has no {query.package} {query.version.public} that is known"
    if query.version is None:
        where = {platform or platform_for(target) for target in targets} or {platform or DEFAULT_PLATFORM}
        if builds:
            return None
        if all(is_foreign_to(query.package, each) for each in where):
            return f"PyPI has no wheel of {query.package} for {some(sorted(where))}"
        return f"no wheel of {query.package} for {some(sorted(where))} was read; {fetch} reads one"
    open_ = [build for build in builds if _is_open(build)]
    if not open_ or len(open_) < len(builds):
        return None
    if query.version is not None and open_[0].resolved.known is HowKnown.UNLISTED:
        return releases_around(query.package, open_[0].version)
    missing = why_no_wheel(query.package, open_[0].version, python, platform=open_[0].platform)
    if missing is not None:
        built = ": pip builds it from its sources" if open_[0].resolved.known is HowKnown.BUILT_HERE else ""
        return f"{missing}{built}"
    read = [row.version for row in rows_of(query.package, open_[0].platform)]
    known = {
        HowKnown.NEWER: f"the newest known release is {max(read, default='')}",
        HowKnown.OLDER: f"the oldest known release is {min(read, default='')}",
    }.get(open_[0].resolved.known, "the releases read before and after it do not agree")
    if not read:
        known = f"no wheel of {query.package} for {open_[0].platform} was read"
    return f"{query.package} {query.version} is not known: {known}; {fetch} reads its wheel from the package index"


def _is_open(build: Build) -> bool:
    """Whether its content is not known, and no verdict on it, either."""
    open_ = build.resolved.known in NOT_KNOWN | {HowKnown.BUILT_HERE}
    return open_ and (not build.verdicts or any(each.outcome is Outcome.UNDECIDED for each in build.verdicts))


def _note(package: str) -> str | None:
    """How the package compiles device code itself; what an engine knows about one that holds none."""
    later = distributions().compiled_later(package)
    if later is not None:
        return f"{package} {later}"
    if package in packages():
        return None
    from cudacompat.engines.by_demand import hint

    found = hint(package)
    return f"{package}: {found.how}" if found is not None else None
