"""Files that list packages, given to `check`: the wheels that they stand for, judged by the table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from cudacompat.app.project.files import TooLargeError, text_of
from cudacompat.app.project.includes import PipFiles, included
from cudacompat.app.project.packages import ProjectPackages
from cudacompat.artifacts.requirements.base import reading_for
from cudacompat.artifacts.requirements.kinds import kind_of
from cudacompat.artifacts.requirements.plain_lists import is_list_by_text
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.project.inline_ignores import apply
from cudacompat.domain.project.model import Project, SourceFile
from cudacompat.domain.reports.check import ListedPackages
from cudacompat.domain.rules.lint import WHEEL_RULES
from cudacompat.domain.rules.lint.wheel_facts import below_level, groups_of
from cudacompat.domain.wheels.cure_words import LOCKS
from cudacompat.domain.wheels.list_files import BY_CONTENT_SUFFIXES, may_be_plain_list
from cudacompat.domain.wheels.package_set import deciding
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.resolved import RequirementVerdict
from cudacompat.domain.words.choices import Holes
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.package_lists import may_list
from cudacompat.domain.words.verdict import Target


def lists_apart(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the paths that list packages, and the others."""
    lists = [path for path in paths if may_list(path) and is_list(path)]
    return lists, [path for path in paths if path not in lists]


def is_list(path: str) -> bool:
    """Return True for a regular file that lists packages: by its name, of plain text because most lines in it are
    requirements or options of pip, or as an environment of conda. The lines that are neither are said then, as those of
    any list."""
    try:
        if not Path(path).is_file():
            return False
        if kind_of(Path(path).name) is not None or kind_of(path) is not None:
            return True
        plain = may_be_plain_list(path)
        if not plain and not path.lower().endswith(BY_CONTENT_SUFFIXES):
            return False
        text = text_of(Path(path), follow=True, may_list=True, any_bytes=plain)
        return is_list_by_text(text.removeprefix("\ufeff"), plain=plain)
    except TooLargeError:
        return not path.lower().endswith(".json")  # of a list that is said when it is read
    except (OSError, ValueError):
        return False


def judge_lists(
    paths: Sequence[str],
    targets: tuple[Target, ...],
    policy: Policy,
    texts: Mapping[str, str] | None = None,
    *,
    python: str | None = None,
) -> ListedPackages:
    """Return the verdicts and findings for all packages in these files, each file with those that it includes taken as
    one environment of this Python (`3.12`; `None`: of any); `texts` has those that are no file."""
    found = ListedPackages(ids=frozenset(rule.id for rule in WHEEL_RULES))
    for path in dict.fromkeys(paths):
        text = (texts or {}).get(path)
        for number, platform in enumerate(dict.fromkeys(map(platform_for, targets)) or (DEFAULT_PLATFORM,)):
            own = tuple(each for each in targets if platform_for(each) == platform)
            with reading_for(platform, python):
                read = _judged(path, own, policy, platform=platform, text=text)
            found = _joined(found, read if number == 0 else replace(read, files=0))
    return found


def _judged(
    path: str, targets: tuple[Target, ...], policy: Policy, *, platform: str, text: str | None = None
) -> ListedPackages:
    root, name = _root_of(path) if text is None else (Path(), path)
    try:
        text = text_of(root / name, follow=True, may_list=True) if text is None else text
        files = (SourceFile(name, text.removeprefix("\ufeff")),)
    except OSError as error:
        return ListedPackages(not_read=(NotRead(path, (error.strerror or str(error)).lower()),), files=1)
    except ValueError as error:
        return ListedPackages(not_read=(NotRead(path, str(error)),), files=1)
    lists = (name,) if kind_of(name) is None else ()
    pip = PipFiles()
    others, unread = included(root, files, partial(text_of, follow=False), pip=pip, lists=lists)
    packages = ProjectPackages((*files, *others), lists, pip, there=_locks_beside(root, name))
    sets = tuple(replace(each, platform=platform) for each in packages.sets(()))
    not_read = tuple(dict.fromkeys((*unread, *packages.not_read)))
    project = Project(files=(*files, *others), targets=targets, packages=sets, not_read=not_read)
    verdicts = tuple(deciding(group) for _, group in groups_of(project))
    levels = list(below_level(project, policy.level_for))
    places = {(each.id, each.path, each.line, each.target) for each in levels}
    of_rules = [_held(each, policy) for rule in WHEEL_RULES for each in rule.check(project)]
    raw = [*levels, *(each for each in of_rules if (each.id, each.path, each.line, each.target) not in places)]
    ids = frozenset(rule.id for rule in WHEEL_RULES)
    kept, suppressed, _ = apply(list(dict.fromkeys(raw)), project.files, known=ids, run=ids)
    nothing = [] if verdicts or not_read else [_nothing_known(path, platform)]
    return ListedPackages(
        verdicts=tuple(_named_verdict(root, verdict) for verdict in verdicts),
        findings=(*(replace(each, path=_named(root, each.path)) for each in kept), *nothing),
        not_read=tuple(NotRead(_named(root, each.path) or each.path, each.why) for each in project.not_read),
        suppressed=tuple(
            replace(each, finding=replace(each.finding, path=_named(root, each.finding.path))) for each in suppressed
        ),
        files=len(project.files),
    )


def _locks_beside(root: Path, name: str) -> tuple[str, ...]:
    """The locks that lie beside a pyproject.toml, by their names there."""
    folder, _, file = name.rpartition("/")
    if file.lower() != "pyproject.toml":
        return ()
    return tuple("/".join(filter(None, (folder, each))) for each in LOCKS if (root / folder / each).is_file())


def _held(finding: Finding, policy: Policy) -> Finding:
    """The finding as serious as for a file that is read: a gap as the policy wants it, a build for the CPU as any other
    without device code, since a GPU was named that it leaves unused."""
    if finding.severity is Severity.NOTE:
        return finding
    if finding.id == "wheel-without-code":
        return replace(finding, severity=Severity.ERROR)
    if finding.id != "wheel-partial":
        return finding
    severity = {Holes.WARN: Severity.WARNING, Holes.IGNORE: Severity.NOTE}.get(policy.holes, Severity.ERROR)
    return replace(finding, severity=severity)


def _nothing_known(path: str, platform: str) -> Finding:
    message = f"no package for {platform} in this list is known to have device code"
    return Finding("no-device-code", Severity.NOTE, message, path=path)


def _root_of(path: str) -> tuple[Path, str]:
    """The directory below which a list may include others, and the path of the list in it: where the command was
    started if the list is below that, else the directory of the list."""
    here = os.path.relpath(path).replace(os.sep, "/")
    if here.startswith("../"):
        return Path(path).parent, Path(path).name
    return Path(), here


def _named(root: Path, name: str | None) -> str | None:
    return name if name is None or str(root) == "." else (root / name).as_posix()


def _named_verdict(root: Path, verdict: RequirementVerdict) -> RequirementVerdict:
    file = verdict.resolved.requirement.file
    return verdict.in_file(_named(root, file) or file)


def _joined(one: ListedPackages, other: ListedPackages) -> ListedPackages:
    return replace(
        one,
        verdicts=(*one.verdicts, *other.verdicts),
        findings=_each_once((*one.findings, *other.findings)),
        not_read=tuple(dict.fromkeys((*one.not_read, *other.not_read))),
        suppressed=(*one.suppressed, *other.suppressed),
        files=one.files + other.files,
    )


def _each_once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings without those that say the same of the same line: what helps may differ by platform."""
    found: dict[tuple[object, ...], Finding] = {}
    for each in findings:
        found.setdefault((each.id, each.path, each.line, each.target, each.message), each)
    return tuple(found.values())
