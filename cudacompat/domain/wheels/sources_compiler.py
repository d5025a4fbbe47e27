"""Which nvcc compiles a release that is installed from its sources, and the targets that its setup.py adds only from a
CUDA release on: what an older one leaves out without a word.

A wheel that the project publishes elsewhere is taken where one fits the framework that is there: it was compiled on the
machine of the project.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.version import Version

from cudacompat.domain.judge.compat import judge
from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import CodeList
from cudacompat.domain.wheels.resolved import HowKnown, Resolved
from cudacompat.domain.words.verdict import Target


def cut_by_compiler(resolved: Sequence[Resolved], compiler: str | None) -> Iterator[Resolved]:
    """Yield the wheels, those from sources without what their nvcc leaves out: that of the machine (`compiler`, the
    CUDA release as `12.4`), or where that is not known the release of the framework beside them."""
    frameworks = [each for each in resolved if each.requirement.name == framework().name]
    beside = frameworks[0] if len(frameworks) == 1 else None
    for each in resolved:
        name = each.requirement.name
        of_sources = each.known is HowKnown.DOCUMENTED and name in distributions().added_by_compiler
        by = _compiled_with(each, beside, compiler) if of_sources else None
        yield each if by is None else _cut(each, by)


def first_compiler(resolved: Resolved, target: Target) -> str | None:
    """Return the CUDA release from which on the sources of a release that was cut are compiled for the target; `None`
    where none is."""
    name, version = resolved.requirement.name, resolved.version
    if version is None or resolved.compiled_with is None:
        return None
    rows = distributions().listed_in_sources.get(name, ())
    targets = next(targets for since, until, targets in rows if Version(since) <= version < Version(until))
    releases = sorted(set(distributions().added_by_compiler[name].values()), key=Version)
    lists = ((cuda, CodeList(_left(name, targets, cuda), 1)) for cuda in releases)
    return next((cuda for cuda, there in lists if judge(target, there.module({})).outcome.runs), None)


def _compiled_with(resolved: Resolved, beside: Resolved | None, compiler: str | None) -> str | None:
    """The newest CUDA release that may have compiled it; `None` where nothing says one."""
    version = resolved.version
    published = [
        (since, until, cuda)
        for first, end, since, until, cuda in distributions().published_elsewhere.get(resolved.requirement.name, ())
        if version is not None and Version(first) <= version < Version(end)
    ]
    if beside is None or beside.version is None or beside.cuda is None:
        found = [cuda for _, _, cuda in published]
        return max((*found, compiler), key=Version) if compiler is not None else None
    same = (cuda for since, until, cuda in published if Version(since) <= beside.version < Version(until))
    taken = next((cuda for cuda in same if cuda.partition(".")[0] == beside.cuda.partition(".")[0]), None)
    return taken or compiler or (beside.cuda if "." in beside.cuda else None)


def _cut(resolved: Resolved, compiler: str) -> Resolved:
    name = resolved.requirement.name
    rows = tuple(
        replace(
            row,
            main=f"its extension, compiled with CUDA {compiler}",
            lists=tuple(replace(each, text=_left(name, each.text, compiler)) for each in row.lists),
        )
        for row in resolved.rows
    )
    same = all(old.lists == new.lists for old, new in zip(resolved.rows, rows, strict=True))
    return resolved if same else replace(resolved, rows=rows, compiled_with=compiler)


def _left(name: str, targets: str, compiler: str) -> str:
    added = distributions().added_by_compiler[name]
    return " ".join(each for each in targets.split() if Version(added.get(each, "0")) <= Version(compiler))
