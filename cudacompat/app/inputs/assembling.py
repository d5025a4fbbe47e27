"""`check --assemble`: the PTX that verdicts rest on, given to an assembler of this machine."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cudacompat.app.inputs.reading import ReadOptions
from cudacompat.artifacts.binaries.text_keeper import Wanted, text_path
from cudacompat.domain.judge.assembled import Proofs, as_the_driver_says, assembler_target, rests_on
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.tables.toolkit_packages import NVCC_WHEEL
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import FatbinEntry, ReadResult
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.verdict import Assembly, PtxProof, Target
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.host.toolchain.assemblers import LONGEST_S, Assembler, assemble, assemblers

_MOST_AT_ONCE = 8  # each may take gigabytes
_TOO_LATE = "the time was used up before its turn came"


@dataclass(frozen=True, slots=True)
class _Job:
    """A text to compile for a GPU."""

    text: str
    target: Target
    entry: FatbinEntry

    @property
    def key(self) -> tuple[str, ComputeCapability, DriverRelease | None]:
        """What tells one answer from another."""
        return self.text, self.target.capability, self.target.driver


class Assembling:
    """Keeps the texts while they are read, and has them compiled afterwards."""

    def __init__(self, folder: Path, targets: Sequence[Target], found: Sequence[Assembler], seconds: float) -> None:
        self._folder = folder
        self._targets = tuple(targets)
        self._assemblers = {each.release: each for each in found}
        self._seconds = seconds

    def reading(self, options: ReadOptions) -> ReadOptions:
        """Return the options of a reading that keeps the texts."""
        return replace(options, wanted=Wanted(str(self._folder), self._targets))

    def proofs(self, found: ReadResult, on_text: Callable[[str], None] | None = None) -> Proofs:
        """Return what the assembler says of each text that a verdict rests on, for each GPU. `on_text` is told how far
        it is: `assembling 3 of 12`."""
        jobs = list(self._jobs(found))
        until = time.monotonic() + self._seconds
        proofs: dict[tuple[str, ComputeCapability, DriverRelease | None], Assembly] = {}
        count = min(_MOST_AT_ONCE, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
        with ThreadPoolExecutor(count) as pool:
            for number, (job, answer) in enumerate(
                zip(jobs, pool.map(lambda job: self._ask(job, until), jobs), strict=True), 1
            ):
                proofs[job.key] = answer
                if on_text is not None:
                    on_text(f"assembled {number} of {len(jobs)} PTX texts")
        return proofs

    def _jobs(self, found: ReadResult) -> Iterator[_Job]:
        seen: set[tuple[str, ComputeCapability, DriverRelease | None]] = set()
        for target in self._targets:
            for module in (module for artifact in found.artifacts for module in artifact.modules):
                if not any(entry.text for entry in module.entries):
                    continue
                entry = rests_on(judge(target, module))
                if entry is None or entry.text is None:
                    continue
                job = _Job(entry.text, target, entry)
                if job.key not in seen:
                    seen.add(job.key)
                    yield job

    def _ask(self, job: _Job, until: float) -> Assembly:
        chosen = assembler_target(job.entry, job.target.capability, tuple(self._assemblers))
        if isinstance(chosen, str):
            return Assembly(PtxProof.OPEN, None, f"sm_{job.target.capability.number}", said=chosen)
        release, target = chosen
        path = text_path(self._folder, job.text)
        if not path.is_file():
            return Assembly(PtxProof.OPEN, None, target, said="there is no room on the disk for the text")
        left = until - time.monotonic()
        if left <= 0:
            return Assembly(PtxProof.OPEN, release, target, said=_TOO_LATE)
        answer = assemble(self._assemblers[release], path, target, seconds=min(left, LONGEST_S))
        return as_the_driver_says(answer, job.target.driver, ascii_only=path.read_bytes().isascii())


@contextmanager
def assembling(targets: Sequence[Target], seconds: float) -> Iterator[Assembling]:
    """Give what keeps and compiles the PTX texts of a reading, for at most `seconds` in all. `UsageError` where this
    machine has no ptxas."""
    found = assemblers()
    if not found:
        raise UsageError(
            "--assemble needs NVIDIA's ptxas, and none is on PATH, in a CUDA toolkit or in this Python's packages: "
            f"{sys.executable} -m pip install {NVCC_WHEEL}"
        )
    with tempfile.TemporaryDirectory(prefix="cudacompat-") as folder:
        yield Assembling(Path(folder), targets, found, seconds=seconds)
