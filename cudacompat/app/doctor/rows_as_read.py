"""Rows of environments while their files are read, for who watches: each component as soon as all of it is read."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cudacompat.app.doctor.component_rows import component_rows
from cudacompat.app.doctor.found_libraries import with_found
from cudacompat.artifacts.reading.work import FileResult
from cudacompat.domain.machine.components import Component
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import ComponentRow
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.verdict import ArtifactVerdict, Target

_FROM = 1.0  # seconds: what ends sooner is not worth showing twice


class Watcher(Protocol):
    """Who is told what is read, and what became of it so far."""

    def begins(self, paths: Sequence[str]) -> None:
        """Take note of all files that will be read."""

    def file(self, path: str) -> None:
        """Take note of a file that is read from now on."""

    def row(self, row: ComponentRow) -> None:
        """Take note of a component that was judged."""


class RowsAsRead:
    """Tells a watcher of each component once its last library is read. The rows are those of the report, but for which
    of them fails first; a component with something that could not be read is left to the report."""

    def __init__(
        self,
        components: Sequence[Component],
        copies: Mapping[str, Sequence[str]],
        targets: Sequence[Target],
        *,
        facts: HostFacts,
        judged: Callable[[BinaryArtifact], Sequence[ArtifactVerdict]],
        watcher: Watcher,
        shapes: Callable[[Component, Sequence[BinaryArtifact]], Component],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._components = components
        self._targets = targets
        self._facts = facts
        self._judged = judged
        self._watcher = watcher
        self._shapes = shapes
        self._clock = clock
        self._start = clock()
        first = {same: path for path, every in copies.items() for same in every}
        self._left = {each.key: {first[path] for path in each.libraries if path in first} for each in components}
        self._by_path: defaultdict[str, list[Component]] = defaultdict(list)
        for each in components:
            for path in self._left[each.key]:
                self._by_path[path].append(each)
        self._found: defaultdict[tuple[str, str], list[BinaryArtifact]] = defaultdict(list)

    def __call__(self, path: str, result: FileResult | None) -> None:
        """Take what a file gave; `None` where its reading was lost."""
        for component in self._by_path.get(path, ()):
            key = component.key
            if result is None or result.not_read or result.cut:
                self._left.pop(key, None)
                continue
            left = self._left.get(key)
            if left is None:  # something else of it was lost
                continue
            self._found[key] += result.artifacts
            left.discard(path)
            if not left:
                self._judge(component, self._found.pop(key))

    def _judge(self, component: Component, artifacts: Sequence[BinaryArtifact]) -> None:
        if not artifacts or self._clock() - self._start < _FROM:
            return
        verdicts = [verdict for each in artifacts for verdict in self._judged(each)]
        if not verdicts:
            return
        shaped = self._shapes(component, artifacts)
        near = [shaped if each is component else each for each in self._components]
        here = with_found(near, artifacts, self._facts, only=shaped)
        for row in component_rows(
            here.components, artifacts, verdicts, targets=self._targets, lacks=here.lacks, environments=()
        ):
            self._watcher.row(replace(row, verdicts=tuple(replace(each, is_first=False) for each in row.verdicts)))
