"""From the verdicts of libraries to a row for each component."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cudacompat.domain.judge.component_words import why
from cudacompat.domain.judge.components import judge_component, mark_first
from cudacompat.domain.judge.made_for import made_for
from cudacompat.domain.machine.component_verdicts import ComponentVerdict, LibraryVerdict
from cudacompat.domain.machine.components import Component, Environment, by_environment
from cudacompat.domain.reports.doctor import ComponentRow
from cudacompat.domain.rules.artifact import runtime_needs_driver
from cudacompat.domain.rules.component import library_not_found
from cudacompat.domain.rules.component.compiled_later_facts import driver_for
from cudacompat.domain.rules.component.component_facts import ComponentFacts
from cudacompat.domain.rules.machine import toolkit_cannot_build
from cudacompat.domain.tables.cuda_libraries import is_vendors, wheels_of_toolkit
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.verdict import ArtifactVerdict, Target
from cudacompat.environments.own import normalised


def component_rows(
    components: Sequence[Component],
    artifacts: Iterable[BinaryArtifact],
    verdicts: Iterable[ArtifactVerdict],
    *,
    targets: Sequence[Target],
    environments: Sequence[Environment] = (),
    lacks: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[ComponentRow, ...]:
    """Return what becomes of each component on each target, the one that fails first marked in each environment.
    `lacks` are the libraries that the loader does not find for one of theirs, by its path."""
    by_path = {artifact.path: artifact for artifact in artifacts}
    judged = [replace(library_verdict(verdict), lacks=(lacks or {}).get(verdict.path, ())) for verdict in verdicts]
    rows = rows_of(components, judged, targets, environments=environments)
    return tuple(
        replace(row, made_for=made_for(row.component, _deciding(row.component, row.verdicts, by_path=by_path)))
        for row in rows
    )


def rows_of(
    components: Sequence[Component],
    verdicts: Iterable[LibraryVerdict],
    targets: Sequence[Target],
    environments: Sequence[Environment] = (),
) -> tuple[ComponentRow, ...]:
    """Return a row for each component, of what is said of its libraries; `made_for` is what was saved about it."""
    judged = {(verdict.path, verdict.target.id): verdict for verdict in verdicts}
    by_component: dict[int, list[ComponentVerdict]] = defaultdict(list)
    needed_by: dict[int, tuple[str, ...]] = {}
    for _, near in by_environment(components, environments):
        needed_by |= _needed_by(near)
        own = [
            judge_component(each, [v for p in each.libraries if (v := judged.get((p, target.id))) is not None], target)
            for each in near
            for target in targets
        ]
        for verdict in mark_first(own, dependents(near)):
            by_component[id(verdict.component)].append(verdict)
    return tuple(
        ComponentRow(
            each,
            each.code.made_for if each.code is not None else None,
            tuple(by_component[id(each)]),
            needed_by=needed_by[id(each)],
        )
        for each in components
    )


def library_verdict(verdict: ArtifactVerdict) -> LibraryVerdict:
    """Return what is kept of the verdict of a library."""
    own = verdict.default_target
    return LibraryVerdict(
        verdict.path,
        verdict.target,
        verdict.outcome,
        reason=verdict.reason,
        min_driver=verdict.min_driver,
        counts=verdict.counts,
        runtime=verdict.runtime,
        targets=tuple(map(str, verdict.targets)),
        default_target=own,
    )


def _deciding(
    component: Component, verdicts: Iterable[ComponentVerdict], by_path: dict[str, BinaryArtifact]
) -> list[BinaryArtifact]:
    """The libraries that decide; all, where none of them is loaded on any of the GPUs, and none, where which of several
    is loaded cannot be told."""
    decided = [each.library.path for each in verdicts if each.library is not None]
    groups = [group for group in component.alternatives if group.loaded is None and not group.architectures]
    unsure = {path for group in groups for path in group.libraries}
    if unsure.intersection(decided):
        return []
    paths = set(decided)
    return [by_path[path] for path in (paths or component.libraries) if path in by_path]


def dependents(components: Iterable[Component]) -> Counter[str]:
    """Return how many of these components require another one, by its name in lower case."""
    return Counter(name for each in components for name in required(each))


def _needed_by(near: Sequence[Component]) -> dict[int, tuple[str, ...]]:
    """The packages that require each of these components, NVIDIA's own only where no other one does."""
    asked: dict[str, list[Component]] = defaultdict(list)
    for each in near:
        for name in required(each):
            asked[name].append(each)
    found = {id(each): asked[normalised(each.package)] for each in near}
    return {
        key: tuple(each.package for each in askers if not is_vendors(each.package))
        or tuple(each.package for each in askers)
        for key, askers in found.items()
    }


def required(component: Component) -> frozenset[str]:
    """Return the normalised names of what the component requires; with the toolkit the libraries that it asks for by
    that."""
    heads = (re.match(r"[A-Za-z0-9][\w.-]*", each) for each in component.requires)
    wheels = {name for each in component.requires for name, _ in wheels_of_toolkit(each)}
    return frozenset(normalised(head[0]) for head in heads if head is not None) | wheels


def brought_along(changed: Iterable[Component], near: Iterable[Component]) -> frozenset[str]:
    """Return the normalised names of what another release of these components brings along: what they require, and
    whatever that requires of the components beside them. What only an extra asks for stays as it is."""
    by_name = {normalised(each.package): each for each in near}
    found: set[str] = set()
    waiting = [name for each in changed for name in required(each)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += required(by_name[name]) if name in by_name else ()
    return frozenset(found)


def component_findings(
    components: Sequence[Component], rows: Sequence[ComponentRow], targets: Sequence[Target]
) -> list[Finding]:
    """Return an error for each component whose own compiler does not know one of the GPUs, or is too new for its
    driver, or that is not loaded, and a warning for each that is loaded in a part only, or by the help of the program
    that uses it."""
    without_code = [each for each in components if all(row.component is not each for row in rows)]
    return [
        *_compiler_findings(rows),
        *_library_findings(components, rows),
        *_driver_findings(without_code, targets),
    ]


def _driver_findings(components: Iterable[Component], targets: Sequence[Target]) -> Iterator[Finding]:
    """Of what has no code of its own and compiles it with a CUDA release that is too new for the driver."""
    for each in components:
        for target in targets:
            oldest = driver_for(each, target)
            if oldest is not None:
                cuda = f"CUDA {each.found.release}"
                yield Finding(
                    id=runtime_needs_driver.RULE.id,
                    severity=Severity.ERROR,
                    message=f"{each.package} {each.version} compiles with {cuda}, which driver {target.driver} refuses",
                    path=None,
                    target=target.id,
                    why=f"{cuda} takes driver {oldest} or newer, and the package has no other device code",
                )


def _library_findings(components: Iterable[Component], rows: Iterable[ComponentRow]) -> list[Finding]:
    by_component = {id(row.component): row for row in rows}
    told = (ComponentFacts(each, _verdicts(by_component.get(id(each)))) for each in components)
    return [finding for facts in told for finding in library_not_found.RULE.check(facts)]


def _compiler(component: Component) -> str:
    return "NVRTC that it finds here" if component.found.compiler else "assembler that it brings along"


def _verdicts(row: ComponentRow | None) -> tuple[ComponentVerdict, ...]:
    return row.verdicts if row is not None else ()


def _compiler_findings(rows: Iterable[ComponentRow]) -> list[Finding]:
    return [
        Finding(
            id=toolkit_cannot_build.RULE.id,
            severity=Severity.ERROR if verdict.is_bad else Severity.NOTE,
            message=f"{row.component.package} {row.component.version}: {why(verdict)}",
            path=row.component.libraries[0],
            target=verdict.target.id,
            why=f"it compiles kernels as a program runs, with the {_compiler(row.component)}"
            if verdict.is_bad
            else f"what uses it here runs without: {some(row.component.users)}",
        )
        for row in rows
        for verdict in row.verdicts
        if (verdict.compiler and verdict.is_bad) or verdict.is_without_feature
    ]
