"""The record of a real driver (tests/data/h200): the files as they were loaded, and what became of each kernel."""

from __future__ import annotations

import functools
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data" / "h200"


@dataclass(frozen=True)
class Answer:
    """What the driver did with one kernel: its error (0: it ran), and what the kernel wrote."""

    error: int
    value: int | None

    @property
    def ran(self) -> bool:
        return self.error == 0

    @property
    def compiled_for(self) -> int:
        """The number of the target that the code which ran was compiled through."""
        assert self.value is not None
        return self.value // 1000

    @property
    def tag(self) -> int:
        """Which image of its fatbin ran, from 1."""
        assert self.value is not None
        return self.value // 10 % 100


@dataclass(frozen=True)
class Case:
    """One file. `images` is what it holds in order, `units` the same for each translation unit of a program put
    together by hand; `None` where compilers made it."""

    id: str
    file: str
    group: str
    build: str
    asked: tuple[str, ...]
    images: list[dict[str, Any]] | None
    units: dict[str, list[dict[str, Any]]] | None
    results: Mapping[str, Any]

    def answers(self, mode: str) -> dict[str, Answer] | None:
        """Per kernel, what the driver did; `None` where the process that asked did not survive."""
        kernels = self._result(mode).get("kernels")
        return None if kernels is None else {name: Answer(*answer) for name, answer in kernels.items()}

    def was_asked(self, mode: str) -> bool:
        """Whether this case was loaded in this mode."""
        return mode in self.results or mode in record().alike

    def _result(self, mode: str) -> Mapping[str, Any]:
        while mode not in self.results:
            mode = record().alike[mode]
        found: Mapping[str, Any] = self.results[mode]
        return found


@dataclass(frozen=True)
class Record:
    """Everything that was recorded on one machine. `modes` are environments; a mode of `alike` is listed with a case
    only where it answers otherwise than the mode it names."""

    machine: Mapping[str, str]
    modes: Mapping[str, Mapping[str, str]]
    alike: Mapping[str, str]
    cases: tuple[Case, ...]


@functools.cache
def record() -> Record:
    """The record, parsed once."""
    truth = json.loads((DATA / "truth.json").read_text())
    cases = tuple(
        Case(
            row["id"],
            row["file"],
            row["group"],
            row["build"],
            tuple(row["ask"]),
            row.get("images"),
            row.get("units"),
            row["results"],
        )
        for row in truth["cases"]
    )
    return Record(truth["machine"], truth["modes"], truth["alike"], cases)


def unpack(folder: Path) -> None:
    """Write every file of the record below a folder."""
    with zipfile.ZipFile(DATA / "cases.zip") as archive:
        archive.extractall(folder)


def asked() -> Iterator[tuple[Case, str]]:
    """Every case with every mode that it was loaded in."""
    for case in record().cases:
        for mode in record().modes:
            if case.was_asked(mode):
                yield case, mode
