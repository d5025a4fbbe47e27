"""What is installed, judged as packages: each library once, and as its loader takes it."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from cudacompat.app.check import ArtifactJudge, judge_read, read
from cudacompat.app.doctor.compiler_users import with_users
from cudacompat.app.doctor.component_rows import component_findings, component_rows, library_verdict
from cudacompat.app.doctor.found_libraries import with_found
from cudacompat.app.doctor.left_over import with_left_over
from cudacompat.app.doctor.rows_as_read import RowsAsRead, Watcher
from cudacompat.app.doctor.shadowing_path import shadowed_facts
from cudacompat.app.inputs.reading import ReadOptions, cache_of
from cudacompat.artifacts.reading.work import FileResult, OnResult
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.machine.alternatives import Loaded, recognised
from cudacompat.domain.machine.components import Component
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.machine.loaders import OneForRelease, with_loading
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages
from cudacompat.domain.rules.artifact import no_runnable_code
from cudacompat.domain.rules.component import library_shadowed
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.wheels.distributions import compiled_by, distributions
from cudacompat.domain.words.code import BinaryArtifact, ReadResult
from cudacompat.domain.words.finding import Finding, Severity, worst_first
from cudacompat.domain.words.verdict import ArtifactVerdict, Target, without_driver
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.environments.own import normalised


@dataclass(frozen=True, slots=True)
class JudgedPackages:
    """The report on the libraries of all packages, the packages, the device code that was read of them, and by path the
    libraries of CUDA's that the loader does not find for one of theirs."""

    report: CheckReport
    packages: InstalledPackages
    artifacts: tuple[BinaryArtifact, ...] = ()
    lacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def judge_installed(
    facts: HostFacts,
    targets: tuple[Target, ...],
    on_file: Callable[[str], None] | None = None,
    options: ReadOptions | None = None,
    *,
    watcher: Watcher | None = None,
) -> JudgedPackages | None:
    """Return what becomes of the packages of this machine on these GPUs; `None` where it has none with libraries.

    Files without device code are counted and nothing else; libraries of the same bytes in one package are one. The
    `watcher` is told of the files and of what becomes of each component while they are read.
    """
    components = with_users(_with_loaders(facts), facts.environments)
    loaded = _loaded(components)
    apart = loaded.libraries  # a loader knows them by name, whatever bytes they have
    copies = {path: same for each in components for path, same in _distinct(each.libraries, apart).items()}
    if not copies:
        return None
    options = options or ReadOptions(jobs=1)
    judge = ArtifactJudge(targets, Policy(), cache=cache_of(options))
    listeners: list[OnResult] = [judge]
    if watcher is not None:
        on_file = watcher.file
        listeners.append(_rows_for(watcher, components, copies, targets=targets, facts=facts, judge=judge))
    options = replace(options, on_result=partial(_tell, listeners))
    found = _read(tuple(copies), targets, on_file, options=options)
    here = with_found(_with_shapes(components, found.artifacts), found.artifacts, facts)
    components = with_left_over(here.components, facts.environments, here.asked)
    report = judge_read(found, targets, Policy(), loaded=_loaded(components), judge=judge)
    served = _served_by_choice(components, report.verdicts)
    findings = [_counted(_as_warning(f) if (f.path, f.target) in served else f, copies) for f in report.findings]
    findings += _takes_none(components)
    shown = {str(each.path) for each in report.verdicts} | {str(each.path) for each in report.not_read}
    with_code = tuple(each for each in components if shown & set(each.libraries) or _compiles_all(each))
    several = {path: len(same) for path, same in copies.items() if len(same) > 1 and path in shown}
    rows = component_rows(
        with_code,
        found.artifacts,
        report.verdicts,
        targets=targets,
        environments=facts.environments,
        lacks=here.lacks,
    )
    findings += component_findings((*with_code, *_asking(components, with_code)), rows, targets)
    findings += [each for shadowed in shadowed_facts(components, facts) for each in library_shadowed.check(shadowed)]
    report = replace(report, findings=tuple(worst_first(findings)))
    anyhow: tuple[ComponentRow, ...] = ()
    if any(verdict.loaded_or_own.is_of_driver for row in rows for verdict in row.verdicts):
        free = without_driver(targets)
        judged = (judge_artifact(each, target) for each in found.artifacts for target in free)
        verdicts = [each for each in judged if each is not None]
        anyhow = component_rows(with_code, found.artifacts, verdicts, targets=free, environments=facts.environments)
    asking = _asking(components, with_code)
    without = len(components) - len(with_code)
    copied = tuple(several.items())
    packages = InstalledPackages(with_code, without, copied, rows=rows, anyhow=anyhow, asking=asking)
    return JudgedPackages(report, packages, found.artifacts, lacks=here.lacks)


def _tell(listeners: Iterable[OnResult], path: str, result: FileResult | None) -> None:
    for listener in listeners:
        listener(path, result)


def _rows_for(
    watcher: Watcher,
    components: Sequence[Component],
    copies: Mapping[str, Sequence[str]],
    *,
    targets: Sequence[Target],
    facts: HostFacts,
    judge: ArtifactJudge,
) -> RowsAsRead:
    """What tells the watcher of each file's result."""
    watcher.begins(tuple(copies))
    return RowsAsRead(
        components,
        copies,
        targets,
        facts=facts,
        judged=lambda artifact: judge.of(artifact).verdicts,
        watcher=watcher,
        shapes=lambda component, artifacts: _with_shapes((component,), artifacts)[0],
    )


def _compiles_all(component: Component) -> bool:
    """Whether it makes all its kernels with a compiler that it brings along, and is judged by that."""
    return bool(component.compilers) and distributions().is_compiler(normalised(component.package))


def _asking(components: Iterable[Component], with_code: Iterable[Component]) -> tuple[Component, ...]:
    coded = {each.key for each in with_code}
    others = (each for each in components if each.key not in coded)
    return tuple(
        each
        for each in others
        if each.found.parts_lack or each.found.elsewhere or (each.found.release and compiled_by(each.package))
    )


def _read(
    paths: Sequence[str],
    targets: Sequence[Target],
    on_file: Callable[[str], None] | None,
    options: ReadOptions | None,
) -> ReadResult:
    """What the libraries hold, in their order. The largest is begun first, so that no process ends up alone with it."""
    order = {path: number for number, path in enumerate(paths)}
    found = read(sorted(paths, key=lambda path: -(_size(path) or 0)), targets, on_file, options=options)
    artifacts = sorted(found.artifacts, key=lambda artifact: order.get(artifact.path, len(order)))
    return replace(found, artifacts=tuple(artifacts), barren=())


def _loaded(components: Iterable[Component]) -> Loaded:
    return Loaded(
        tuple(group for component in components for group in component.alternatives),
        tuple(only for component in components for only in component.called_on),
    )


def _with_shapes(components: Iterable[Component], artifacts: Iterable[BinaryArtifact]) -> tuple[Component, ...]:
    """The components, with the groups among their libraries that the files themselves show."""
    known = {path for component in components for path in _loaded((component,)).libraries}
    by_path = {artifact.path: artifact for artifact in artifacts if artifact.path not in known}
    return tuple(
        replace(
            component,
            alternatives=(
                *component.alternatives,
                *recognised(by_path[path] for path in component.libraries if path in by_path),
            ),
        )
        for component in components
    )


# -- loaders


def _with_loaders(facts: HostFacts) -> tuple[Component, ...]:
    """The packages, with what the rows of engines say about their loaders."""
    from cudacompat.engines import loading

    rows = loading()
    locations = list(dict.fromkeys(each.location for each in facts.packages if each.manager in ("pip", "conda")))
    environment = dict(facts.environment)
    components = []
    for component in facts.packages:
        own = (*rows.get(normalised(component.package), ()), *rows.get("*", ()))
        near = [component.location, *locations]
        releases = {row: _release(row, near, environment) for row in own if isinstance(row, OneForRelease)}
        components.append(with_loading(component, own, releases))
    return tuple(components)


def _release(row: OneForRelease, locations: Iterable[str], environment: dict[str, str]) -> ToolkitVersion | None:
    """The CUDA release that decides here: the one that a variable names, else that of the package that tells it."""
    from cudacompat.environments.releases import release_told

    named = environment.get(row.variable, "")
    if re.fullmatch(r"\d{3}", named):
        return ToolkitVersion(int(named[:2]), int(named[2:]))
    return release_told(locations, row.told_by, row.told)


def _served_by_choice(
    components: Iterable[Component], verdicts: Iterable[ArtifactVerdict]
) -> frozenset[tuple[str | None, str | None]]:
    """The libraries of NVIDIA, each with a target, of which nearly all modules run there and a few wait for a driver
    that compiles their PTX."""
    own = {path for each in components if is_vendors(each.package) for path in each.libraries}
    few = (each for each in verdicts if str(each.path) in own and library_verdict(each).runs_but_for_a_few)
    return frozenset((str(each.path), each.target.id) for each in few)


def _as_warning(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding


def _takes_none(components: Iterable[Component]) -> list[Finding]:
    """An error for each component that takes none of its libraries, whatever the GPU."""
    found = []
    for component in components:
        groups = [group for group in component.alternatives if group.none_for]
        if not groups or len(groups) < len(component.alternatives):
            continue
        release = groups[0].none_for
        finding = Finding(
            id=no_runnable_code.RULE.id,
            severity=Severity.ERROR,
            path=groups[0].libraries[0],
            message=f"{component.package} {component.version} has no library for {release}, so it loads none of "
            f"its {sum(len(group.libraries) for group in groups)}",
            why=groups[0].evidence,
            help=f"install a release of {component.package} made for {release}",
        )
        found.append(finding)
    return found


# -- copies


def _distinct(libraries: Sequence[str], apart: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The libraries that are there, each with all that have its bytes (the same size and hash), but for those that are
    to be kept apart."""
    by_size: dict[int, list[str]] = defaultdict(list)
    for path in libraries:
        size = _size(path)
        if size is not None:
            by_size[size].append(path)
    found: dict[str, tuple[str, ...]] = {}
    for same in by_size.values():
        by_hash: dict[str, list[str]] = defaultdict(list)
        for path in same:
            by_hash[path if path in apart else _hash(path) if len(same) > 1 else ""].append(path)
        found |= {each[0]: tuple(each) for each in by_hash.values()}
    return {path: found[path] for path in libraries if path in found}


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size if Path(path).is_file() else None
    except (OSError, ValueError):
        return None


def _hash(path: str) -> str:
    """The hash of a file; its path where it cannot be read, which makes it equal to no other."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return path


def _counted(finding: Finding, copies: dict[str, tuple[str, ...]]) -> Finding:
    same = copies.get(finding.path or "", ())
    if len(same) < 2:
        return finding
    return replace(finding, message=f"{finding.message} (one of {len(same)} copies of the same bytes)")
