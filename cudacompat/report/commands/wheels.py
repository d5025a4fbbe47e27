"""`wheels` as text and JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cudacompat.domain.reports.wheels import WheelsReport
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.offers import Build, TargetSummary, ranges
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import Outcome, Reason, Target

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

Json = dict[str, Any]
Cell = tuple[str, str]  # a text and its style
_WIDTH = 80  # columns; GPUs that do not fit beside each other get a table each
_KNOWN = {
    HowKnown.READ: "read",
    HowKnown.NO_CODE: "read",
    HowKnown.DOCUMENTED: "documented",
    HowKnown.BETWEEN: "between",
    HowKnown.ABSENT: "documented",
    HowKnown.BUILT_HERE: "sources",
    HowKnown.UNLISTED: "no release",
}
_NOT_KNOWN = "not known"
_AS_OTHERS = "as others"
_MEANS = {
    "read": "the wheel was downloaded, and the answer is of the device code in it",
    "documented": "the build script of the index lists the GPUs; the wheel itself was not downloaded",
    "between": "the releases before and after it were downloaded, and agree",
    "sources": "the index has its sources alone, which pip builds",
    "no release": "the index had no such release on the day of the table",
    _AS_OTHERS: "other releases of it were downloaded, and are the same",
    _NOT_KNOWN: "not downloaded: newer than all that were read, or between releases that differ",
}
_FAILS = {
    Reason.DRIVER_TOO_OLD_FOR_GPU: "driver too old for it",
    Reason.DRIVER_DROPPED_GPU: "driver dropped the GPU",
    Reason.PTX_ISA_TOO_NEW: "driver too old for its PTX",
}
_STYLE = {
    Outcome.NATIVE: "green",
    Outcome.COMPATIBLE: "green",
    Outcome.JIT: "yellow",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILS: "red",
}


def wheels_text(page: Page, report: WheelsReport) -> None:
    """Write the builds in ranges, the newest first, then what runs and what to install."""
    if report.builds:
        for targets in _columns(report):
            _table(page, report, targets)
            page.line()
        for each in report.summaries:
            _labelled(page, each.target.label, _summed(report, each))
        if report.serves_none_together:
            release = f"{report.package} {report.version}" if report.version else report.package
            _labelled(page, "all of them", f"no build of {release} that is known runs on each")
        _install_text(page, report)
    for line in (report.note, report.unknown if report.builds or not report.note else None):
        if line:
            page.field("", line, indent=0, label_width=0)
    if report.builds:
        page.field("", _last_line(report), indent=0, label_width=0)
        for word in dict.fromkeys(_known(build) for build in report.builds):
            _labelled(page, word, _MEANS[word])


def _labelled(page: Page, label: str, text: str) -> None:
    page.field(label, text, indent=0, label_width=len(label) + 2)


def _install_text(page: Page, report: WheelsReport) -> None:
    cure = report.cure
    if cure is None or all(map(report.compiled_on, report.summaries)):
        return  # it runs as it is
    if isinstance(cure, WheelCure):
        _labelled(page, "install", cure.conditions)
        page.line(f"  {cure.command}")
    else:
        _labelled(page, "install", cure.sentence)


def _columns(report: WheelsReport) -> list[tuple[Target, ...]]:
    """The targets of each table: as many as fit beside each other; one empty table for none."""
    parts: list[tuple[Target, ...]] = []
    for target in report.targets:
        wider = (*parts[-1], target) if parts else ()
        if wider and max(map(len, _lines(report, wider))) <= _WIDTH:
            parts[-1] = wider
        else:
            parts.append((target,))
    return parts or [()]


def _lines(report: WheelsReport, targets: tuple[Target, ...]) -> list[str]:
    return ["  ".join(text for text, _ in line).rstrip() for line in _cells(report, targets)]


def _table(page: Page, report: WheelsReport, targets: tuple[Target, ...]) -> None:
    for line in _cells(report, targets):
        last = len(line) - 1
        parts: list[str | tuple[str, str]] = []
        for number, (text, style) in enumerate(line):
            parts += [(text.rstrip() if number == last else text, style), *(["  "] if number < last else [])]
        page.line(*parts)


def _cells(report: WheelsReport, targets: tuple[Target, ...]) -> list[list[Cell]]:
    """The cells of a table, its head first, each as wide as its column."""
    builds = [build for build in report.builds if not targets or any(map(build.verdict_on, targets))]
    rows = ranges(builds)
    several = len({build.platform for build in report.builds}) > 1
    names = [target.label for target in targets] or ["code"]
    head = [report.package, "index", *(["platform"] if several else []), "CUDA", "known", *names]
    lines: list[list[Cell]] = [[(word, "bold") for word in head]]
    for row in rows:
        build = row.builds[0]
        index = "PyPI" if build.resolved.build == PYPI else build.resolved.build
        words = [
            row.versions,
            index,
            *([build.platform] if several else []),
            _cuda(build),
            _known(build),
        ]
        lines.append([*((word, "") for word in words), *(_cell(build, target) for target in targets or (None,))])
    widths = [max(len(line[column][0]) for line in lines) for column in range(len(head))]
    return [[(text.ljust(width), style) for (text, style), width in zip(line, widths, strict=True)] for line in lines]


def _known(build: Build) -> str:
    if build.resolved.known is HowKnown.NO_CODE and build.row is None:
        return _AS_OTHERS
    return _KNOWN.get(build.resolved.known, _NOT_KNOWN)


def _cuda(build: Build) -> str:
    libraries = list(build.row.by_cuda) if build.row is not None else []
    if len(libraries) > 1:
        return f"{libraries[0][:-1]}.{libraries[0][-1]}-{libraries[-1][:-1]}.{libraries[-1][-1]}"
    return build.resolved.cuda or "-"


def _cell(build: Build, target: Target | None) -> Cell:
    if target is None:
        row = build.row if build.known else None
        return (row.lists[0].text if row is not None and row.lists else _without(build) if row else "not known"), ""
    verdict = build.verdict_on(target)
    if verdict is None:
        return "-", ""
    if verdict.resolved.known is HowKnown.ABSENT:
        return "not published", "red"
    if verdict.verdict is not None and verdict.verdict.compiler is not None:
        return f"fails: {verdict.verdict.compiler}", "red"
    if verdict.verdict is not None and verdict.verdict.requires is not None:
        if build.row is not None and build.row.by_cuda:  # the releases are a column
            return "fails: no PyTorch", "red"
        return f"fails: requires {verdict.verdict.requires}", "red"
    if verdict.outcome is None and build.row is not None and build.row.compilers:
        compiler = build.compiler_for(target)
        names = ", ".join(build.row.compilers)
        return (f"compiles with {compiler}", "green") if compiler else (f"fails: {names}", "red")
    if verdict.outcome is None:
        return _without(build), "" if build.holds_features_alone else "red"
    return _outcome(build, verdict), _STYLE.get(verdict.outcome, "magenta")


def _without(build: Build) -> str:
    """What a wheel is without device code that a program needs."""
    return "single features" if build.holds_features_alone else "no device code"


def _outcome(build: Build, verdict: RequirementVerdict) -> str:
    """`native, driver 570`, `JIT, driver 575`, `fails`, `needs driver 580`, `not known`."""
    found, outcome = verdict.verdict, verdict.outcome
    if outcome is None or outcome is Outcome.UNDECIDED:
        return "not known"
    if outcome is Outcome.FAILS:
        needed = found is not None and found.reason is Reason.RUNTIME_NEEDS_DRIVER and found.min_driver
        reason = found.reason if found is not None else None
        return f"needs driver {needed}" if needed else (_FAILS.get(reason, "fails") if reason else "fails")
    word = {Outcome.JIT: "JIT", Outcome.PARTIAL: "lacks kernels"}.get(outcome, outcome.value)
    choice = build.cuda_choice(verdict.target)
    if choice:
        return f"{word}, for CUDA {choice[0]}-{choice[-1]}" if len(choice) > 1 else f"{word}, for CUDA {choice[0]}"
    return f"{word}, driver {found.min_driver}" if found is not None and found.min_driver is not None else word


def _summed(report: WheelsReport, summary: TargetSummary) -> str:
    if report.compiled_on(summary):
        features = any(build.holds_features_alone for build in report.builds)
        return f"runs through {framework().name}" if features else "compiled at run time"
    if summary.newest is None:
        return "no known build runs" if not summary.undecided else "whether a build runs is not known"
    if report.version is not None:
        builds = [build.resolved.label for build in report.builds if build.runs_on(summary.target)]
        return f"runs: {', '.join(builds)}{_default(report, summary.target)}"
    newest, oldest = summary.newest, summary.oldest
    until = f"; oldest that runs: {oldest.resolved.label}" if oldest is not None and oldest != newest else ""
    if summary.newer_fails:
        return f"last that runs: {newest.resolved.label}, newer releases fail{until}"
    return f"newest that runs: {newest.resolved.label}{until}"


def _default(report: WheelsReport, target: Target) -> str:
    """What becomes of the build that pip takes where no index is named, if that does not run and another one does."""
    build = next((each for each in report.builds if each.resolved.build == PYPI and each.verdict_on(target)), None)
    if build is None or build.runs_on(target):
        return ""
    return f"; not the one of PyPI, which pip takes by default ({_cell(build, target)[0]})"


def _last_line(report: WheelsReport) -> str:
    counts = Counter(_known(build) for build in report.builds)
    dates = sorted({build.row.date for build in report.builds if build.row is not None and build.known})
    until = f", {dates[-1]}" if dates else ""
    of = f"{report.package} {report.version}" if report.version else report.package
    platforms = sorted({build.platform for build in report.builds})
    parts = ", ".join(f"{number} {word}" for word, number in sorted(counts.items(), reverse=True))
    where = ", ".join(platforms) + (f" with Python {report.python}" if report.python is not None else "")
    return f"{of}: {count(len(report.builds), 'build')} for {where} ({parts}{until})"


def wheels_json(report: WheelsReport) -> Json:
    """What `wheels` writes."""
    from cudacompat.report.json import head

    return {
        **head("wheels"),
        "package": report.package,
        "version": report.version,
        "targets": [_target(target) for target in report.targets],
        "builds": [_build(build) for build in report.builds],
        "summaries": [_summary(each) for each in report.summaries],
        "install": _install(report),
        "newest_known": report.newest,
        "unknown": report.unknown,
        "note": report.note,
        "fetched": report.fetched,
    }


def _target(target: Target) -> Json:
    return {
        "id": target.id,
        "name": target.name,
        "compute_capability": str(target.capability),
        "driver": str(target.driver) if target.driver is not None else None,
    }


def _build(build: Build) -> Json:
    row = build.row
    return {
        "version": str(build.version),
        "index": build.resolved.build,
        "platform": build.platform,
        "cuda": build.resolved.cuda,
        "known": build.resolved.known.value,
        "python": row.python if row is not None else None,
        "library": row.main if row is not None else None,
        "targets": [{"list": each.text, "modules": each.modules} for each in (row.lists if row is not None else ())],
        "source": row.source if row is not None else None,
        "date": row.date if row is not None else None,
        "compilers": list(row.compilers) if row is not None else [],
        "verdicts": [_verdict(each) for each in build.verdicts],
    }


def _verdict(verdict: RequirementVerdict) -> Json:
    from cudacompat.report.json import wheel_causes

    found = verdict.verdict
    return {
        "target": verdict.target.id,
        "outcome": verdict.outcome.value if verdict.outcome is not None else None,
        "reason": found.reason.value if found is not None and found.reason is not None else None,
        "min_driver": str(found.min_driver) if found is not None and found.min_driver is not None else None,
        "basis": verdict.basis,
        **wheel_causes(verdict),
    }


def _summary(summary: TargetSummary) -> Json:
    return {
        "target": summary.target.id,
        "newest": summary.newest.resolved.label if summary.newest is not None else None,
        "oldest": summary.oldest.resolved.label if summary.oldest is not None else None,
        "newer_fails": summary.newer_fails,
        "compiles": summary.compiles,
    }


def _install(report: WheelsReport) -> Json | None:
    cure = report.cure
    if cure is None:
        return None
    found = isinstance(cure, WheelCure)
    return {
        "command": cure.command if isinstance(cure, WheelCure) else None,
        "pins": list(cure.pins) if isinstance(cure, WheelCure) else [],
        "index_url": cure.index_url if isinstance(cure, WheelCure) else None,
        "text": cure.sentence,
        "runs": found,
    }
