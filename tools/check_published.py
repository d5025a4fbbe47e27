#!/usr/bin/env python3
"""Judges published libraries on the GPUs that their publishers support: no error is wanted.

    tools/check_published.py FOLDER [--only GLOB] [--output FILE]

FOLDER is where the wheels of tools/published.json lie; what is not there is downloaded into it with pip (some 17 GB
in all). A library that its publisher makes for some of the GPUs (`only`) is held to those, and a real hole (`holes`)
has to be found. Writes a Markdown table of what is left to say; exits 1 if a library that its publisher supports is
an error, or a real hole was not found.

Together with tools/make_holes.py these set the thresholds of cudacompat/domain/judge/gaps.py.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cudacompat.app.check import judge_read, read  # noqa: E402
from cudacompat.domain.policy.policy import Policy  # noqa: E402
from cudacompat.domain.words.capability import ComputeCapability  # noqa: E402
from cudacompat.domain.words.code import BinaryArtifact, ReadResult  # noqa: E402
from cudacompat.domain.words.finding import Finding, Severity  # noqa: E402
from cudacompat.domain.words.verdict import Target  # noqa: E402

LIST = ROOT / "tools" / "published.json"

INTRO = """# Published libraries on the GPUs that their publishers support

Written by `tools/check_published.py` from the wheels of `tools/published.json`. No library may be an error on a GPU
that its publisher supports, but for the real holes that are named first. For the libraries of a CUDA release these are
the GPUs of that release; for others, where no page of the publisher was read, those that most of its modules are built
for. The table holds every warning that is left:

- `gap-unclear`, "all their targets are newer than the GPU": kernels for features that the older GPU does not have
  (bfloat16 and FlashAttention below 8.0), or faster ones that the library takes on newer GPUs. What the bytes do not
  show is whether the library asks for the GPU before it calls them.
- `gap-unclear`, "the library has no single list that they deviate from": libraries of NVIDIA whose lists were written
  kernel by kernel. They choose at run time; these modules show it neither by names nor by siblings.
- `arch-specific-only`: the library was built for a- or f-suffixed targets alone, and runs on this GPU.
- `undecided`: PTX of a toolkit that no known driver takes, or code for a Tegra chip that shows no sibling for the GPU.

"""


@dataclass(frozen=True, slots=True)
class Published:
    """A wheel, the GPUs that its publisher supports, how that is known, and what differs in single libraries."""

    wheel: str
    gpus: tuple[str, ...]
    basis: str
    only: dict[str, list[str]] = field(default_factory=dict)
    holes: dict[str, list[str]] = field(default_factory=dict)

    def gpus_of(self, path: str) -> tuple[str, ...]:
        """The GPUs that one library of the wheel is for."""
        found = next((gpus for glob, gpus in self.only.items() if fnmatchcase(path, glob)), self.gpus)
        return tuple(gpu for gpu in self.gpus if gpu in found)

    def has_hole(self, path: str, gpu: str) -> bool:
        """Whether the library is known to have a hole for this GPU."""
        return any(gpu in gpus for glob, gpus in self.holes.items() if fnmatchcase(path, glob))


@dataclass(frozen=True, slots=True)
class Row:
    """A warning of one library: its text, why, and the GPUs it is for."""

    wheel: str
    library: str
    finding: Finding
    gpus: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What was found of all."""

    libraries: int = 0
    judged: int = 0
    errors: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    warnings: list[Row] = field(default_factory=list)

    def add(self, published: Published, found: ReadResult) -> None:
        """Judge the libraries of one wheel."""
        for artifact in found.artifacts:
            gpus = published.gpus_of(artifact.path)
            if not gpus:
                continue
            findings = _findings(artifact, gpus)
            if findings is None:
                continue
            self.libraries += 1
            self.judged += len(gpus)
            self._sort(published, artifact.path, gpus, findings)

    def _sort(self, published: Published, path: str, gpus: Sequence[str], findings: Iterable[Finding]) -> None:
        library = path.rpartition("/")[2]
        warned: dict[tuple[str, str | None], list[Finding]] = defaultdict(list)
        red = set()
        for finding in findings:
            if finding.severity is Severity.ERROR:
                red.add(finding.target)
                known = finding.target is not None and published.has_hole(path, finding.target)
                line = f"{published.wheel} {library} on {finding.target}: {finding.id}: {finding.message}"
                (self.known if known else self.errors).append(line)
            elif finding.severity is Severity.WARNING:
                warned[finding.id, finding.why].append(finding)
        for gpu in gpus:
            if published.has_hole(path, gpu) and gpu not in red:
                self.errors.append(f"{published.wheel} {library} on {gpu}: its real hole was not found")
        for same in warned.values():
            on = tuple(each.target or "" for each in same)
            self.warnings.append(Row(published.wheel, library, same[0], on))

    def table(self) -> Iterable[str]:
        """What is left to say, as Markdown."""
        yield "| wheel | library | GPUs | finding | what, on the first of them | why |"
        yield "|---|---|---|---|---|---|"
        for row in self.warnings:
            why = (row.finding.why or "").replace("|", "\\|")
            cells = (
                row.wheel,
                row.library,
                " ".join(row.gpus),
                row.finding.id,
                row.finding.message.partition(";")[0],
                why,
            )
            yield f"| {' | '.join(cells)} |"


def _findings(artifact: BinaryArtifact, gpus: Sequence[str]) -> tuple[Finding, ...] | None:
    report = judge_read(ReadResult((artifact,), (), 1, 0, ()), targets_of(gpus), Policy())
    return report.findings if report.verdicts else None


def targets_of(gpus: Iterable[str]) -> tuple[Target, ...]:
    """The GPUs by compute capability, each with the oldest driver that will do."""
    return tuple(Target(gpu, None, ComputeCapability.parse(gpu)) for gpu in gpus)


def listed(only: str) -> list[Published]:
    """The wheels of the list whose requirement fits a pattern."""
    document: dict[str, Any] = json.loads(LIST.read_text())
    found = [Published(**{**row, "gpus": tuple(row["gpus"])}) for row in document["wheels"]]
    return [each for each in found if fnmatchcase(each.wheel, only)]


def file_of(published: Published, folder: Path) -> Path:
    """The wheel in the folder, downloaded if it is not there."""
    name, _, version = published.wheel.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    for _ in range(2):
        for path in sorted(folder.glob(pattern)):
            return path
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
        subprocess.run([*command, published.wheel], check=True)
    raise SystemExit(f"pip brought no {pattern}")


def main() -> int:
    """Judge all, print the table, say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="*", help="the requirements to take, as a pattern")
    parser.add_argument("--output", type=Path, help="where the table goes instead of stdout")
    given = parser.parse_args()
    wheels, tally = listed(given.only), Tally()
    for published in wheels:
        before = len(tally.errors)
        tally.add(published, read([str(file_of(published, given.folder))], targets_of(published.gpus)))
        print(f"{published.wheel}: {len(tally.errors) - before} errors", file=sys.stderr, flush=True)
    return finish(tally, len(wheels), given.output)


def finish(tally: Tally, wheels: int, output: Path | None) -> int:
    """Write the table and the counts; 1 where something is wrong."""
    counted = (
        f"{wheels} wheels, {tally.libraries} libraries, {tally.judged} verdicts on supported GPUs: "
        f"{len(tally.errors)} errors, {len(tally.known)} real holes found, {len(tally.warnings)} rows of warnings."
    )
    holes = [*(f"- real hole: {line}" for line in tally.known), ""] if tally.known else []
    text = INTRO + "\n".join([counted, "", *holes, *tally.table(), ""])
    if output is None:
        print(text)
    else:
        output.write_text(text)
    for line in tally.errors:
        print(f"error: {line}", file=sys.stderr)
    return 1 if tally.errors else 0


if __name__ == "__main__":
    sys.exit(main())
