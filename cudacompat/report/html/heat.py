"""The heat maps of the HTML page as plain data: what stands in each cell, and what is said when one points at it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, Registration
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import CAUSE, count, sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, ModuleVerdict, Outcome
from cudacompat.report.code.sizes import TargetSize, sizes_of
from cudacompat.report.view import RANK, Row, View

MOST_CELLS = 4000  # of one map; a page of more is slow to open
MOST_PATTERNS = 60  # of one artifact

MEANING = {
    Outcome.NATIVE: "native machine code",
    Outcome.COMPATIBLE: "machine code for a lower minor version",
    Outcome.JIT: "PTX that the driver compiles at first use",
    Outcome.PARTIAL: "some modules or kernels fail",
    Outcome.FAILS: "does not run",
    Outcome.SPECIAL: "made for other GPUs, left out of the verdict",
    Outcome.UNCLEAR: "has nothing for the GPU; whether that is meant is not known",
    Outcome.UNDECIDED: "cudacompat cannot tell",
}
FAULTY = frozenset(each.value for each in (Outcome.FAILS, Outcome.PARTIAL, Outcome.UNDECIDED))
_GAPS = (Outcome.FAILS, Outcome.PARTIAL, Outcome.UNDECIDED, Outcome.UNCLEAR)
_WHERE = {
    Registration.REGISTERED: "",
    Registration.RELOCATABLE: "Relocatable device code: input of the device linker",
    Registration.STRAY: "Unregistered: the library must load this code itself",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `style` names its look, `text` stands in it, `note` below, `lines` are said when pointed at."""

    style: str
    text: str
    note: str = ""
    fault: str = ""
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One row: `folder` and `name` of a file."""

    folder: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def faulty(self) -> bool:
        """Whether the file does not pass somewhere, or is not whole there."""
        return any(cell.fault or cell.style in FAULTY for cell in self.cells)


@dataclass(frozen=True, slots=True)
class HeatGroup:
    """The rows of one container or folder."""

    title: str
    rows: tuple[HeatRow, ...]

    @property
    def faults(self) -> int:
        """How many rows are faulty."""
        return sum(row.faulty for row in self.rows)

    @property
    def fine(self) -> int:
        """How many are not."""
        return len(self.rows) - self.faults


@dataclass(frozen=True, slots=True)
class HeatPattern:
    """Modules that carry the same set of targets, and what becomes of them on each GPU."""

    targets: tuple[str, ...]
    where: str
    modules: int
    bytes: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """What one artifact carries: its modules by pattern, its bytes by target."""

    path: str
    folder: str
    name: str
    modules: int
    bytes: int
    patterns: tuple[HeatPattern, ...]
    patterns_left_out: int
    sizes: tuple[TargetSize, ...]


def coverage(view: View) -> tuple[tuple[HeatGroup, ...], int]:
    """Return artifacts by targets, and how many rows are left out; the worst rows are never among those."""
    most = max(1, MOST_CELLS // max(1, len(view.targets)))
    kept = sorted(view.rows, key=lambda row: (*worst(row), row.path))[:most]
    faults = view.faults()
    rows = [
        (
            row.path,
            tuple(
                _cell(verdict, faults.get((row.path, target.id), ()))
                for target, verdict in zip(view.targets, row.verdicts, strict=True)
            ),
        )
        for row in sorted(kept, key=lambda row: row.path)
    ]
    return _groups(rows), len(view.rows) - len(kept)


def carried(artifacts: Sequence[BinaryArtifact]) -> tuple[tuple[TargetSize, ...], tuple[HeatGroup, ...], int]:
    """Return the targets that any artifact carries, artifacts by those targets in bytes, and how many are left out."""
    columns = sizes_of(module for artifact in artifacts for module in artifact.modules)
    most = max(1, MOST_CELLS // max(1, len(columns)))
    rows = []
    for artifact in sorted(artifacts, key=lambda each: each.path)[:most]:
        own = {(each.kind, each.target): each for each in sizes_of(artifact.modules)}
        total = sum(each.bytes for each in own.values())
        rows.append((artifact.path, tuple(_bytes(own.get((c.kind, c.target)), total) for c in columns)))
    return columns, _groups(rows), max(0, len(artifacts) - most)


def detail_of(row: Row) -> Detail:
    """Return what a judged artifact carries. Modules that count for nothing are not in it."""
    modules: dict[int, DeviceModule] = {}
    outcomes: list[Mapping[int, ModuleVerdict]] = []
    for verdict in row.verdicts:
        judged = (*verdict.modules, *verdict.stray) if verdict is not None else ()
        by_offset = {each.module.offset: each for each in judged}
        outcomes.append(by_offset)
        for offset, each in by_offset.items():
            modules.setdefault(offset, each.module)
    return _detail(row.path, [modules[offset] for offset in sorted(modules)], outcomes)


def detail_of_artifact(artifact: BinaryArtifact) -> Detail:
    """Return what an artifact that was only read carries."""
    return _detail(artifact.path, artifact.modules, ())


def worst(row: Row) -> tuple[int, ...]:
    """A key that sorts artifacts by how bad they are on their worst targets."""
    return tuple(sorted(RANK[verdict.outcome] if verdict is not None else len(RANK) for verdict in row.verdicts))


def split_path(path: str) -> tuple[str, str, str]:
    """Container or folder, folder within the container, and file name."""
    parsed = ArtifactPath.parse(path)
    if parsed.inner is not None:
        folder, slash, name = parsed.inner.rpartition("/")
        return parsed.outer, folder + slash, name
    folder, slash, name = path.rpartition("/")
    return folder + slash, "", name


def _groups(rows: Iterable[tuple[str, tuple[Cell, ...]]]) -> tuple[HeatGroup, ...]:
    groups: dict[str, list[HeatRow]] = defaultdict(list)
    for path, cells in rows:
        title, folder, name = split_path(path)
        groups[title].append(HeatRow(folder, name, cells))
    return tuple(HeatGroup(title, tuple(found)) for title, found in groups.items())


def _cell(verdict: ArtifactVerdict | None, faults: Sequence[Finding]) -> Cell:
    if verdict is None:
        return Cell("none", "not checked")
    outcome = verdict.outcome
    bad = sum(verdict.counts[each] for each in _GAPS)
    note = ""
    if outcome in (Outcome.PARTIAL, Outcome.UNDECIDED):
        note = f"{bad} of {len(verdict.modules)}"
    elif verdict.min_driver:
        note = f"driver {verdict.min_driver}+"
    lines = [
        ("means", MEANING[outcome]),
        ("modules", verdict.counted.replace(" modules:", ":").replace(" module:", ":") if verdict.modules else ""),
        ("because", CAUSE.get(verdict.reason, "") if verdict.reason else ""),
        ("driver", f"{verdict.min_driver} or newer" if verdict.min_driver else ""),
        ("outside", _outside(verdict)),
        ("basis", "measured on hardware" if verdict.basis is Basis.MEASURED else "NVIDIA's documentation"),
        *(("error", f"{finding.id}: {finding.message}") for finding in faults[:3]),
    ]
    fault = faults[0].id if outcome.runs and faults else ""
    return Cell(outcome.value, outcome.value, note, fault=fault, lines=tuple((k, v) for k, v in lines if v))


def _outside(verdict: ArtifactVerdict) -> str:
    if not verdict.stray:
        return ""
    gaps = sum(each.outcome in _GAPS for each in verdict.stray)
    text = f"{count(len(verdict.stray), 'more module')} outside the registered sections"
    return f"{text}, {gaps} with a gap" if gaps else text


def _bytes(found: TargetSize | None, total: int) -> Cell:
    if found is None:
        return Cell("none", "-")
    share = found.bytes / total if total else 0
    step = 1 + sum(share >= least for least in (0.05, 0.15, 0.4))
    lines = (
        ("code", f"{found.name}, {found.kind_name}"),
        ("bytes", f"{found.bytes:,} ({share:.0%} of the file's device code)"),
        ("images", f"{found.images} in {count(found.modules, 'module')}"),
    )
    return Cell(f"s{step}", byte_size(found.bytes), count(found.modules, "module"), lines=lines)


def _detail(
    path: str,
    modules: Sequence[DeviceModule],
    outcomes: Sequence[Mapping[int, ModuleVerdict]],
) -> Detail:
    groups: dict[tuple[Registration, frozenset[ArchTarget]], list[DeviceModule]] = defaultdict(list)
    for module in modules:
        groups[module.registration, frozenset(e.target for e in module.entries if e.target)].append(module)
    patterns = [
        HeatPattern(
            targets=_names(pattern) or ("no target",),
            where=_WHERE[registration],
            modules=len(found),
            bytes=_weight(found),
            cells=tuple(
                _pattern_cell([by_offset[m.offset] for m in found if m.offset in by_offset]) for by_offset in outcomes
            ),
        )
        for (registration, pattern), found in groups.items()
    ]
    patterns.sort(key=lambda each: (each.where, -each.modules, each.targets))
    sizes = sizes_of(modules)
    name = split_path(path)[2]
    return Detail(
        path,
        path[: len(path) - len(name)],
        name,
        modules=len(modules),
        bytes=sum(each.bytes for each in sizes),
        patterns=tuple(patterns[:MOST_PATTERNS]),
        patterns_left_out=max(0, len(patterns) - MOST_PATTERNS),
        sizes=sizes,
    )


def _names(pattern: Iterable[ArchTarget]) -> tuple[str, ...]:
    order = (CodeKind.SASS, CodeKind.PTX, CodeKind.LTO_IR, CodeKind.OPTIX_IR, CodeKind.TILE_IR, CodeKind.UNKNOWN)
    return tuple(str(t) for t in sorted(pattern, key=lambda t: (order.index(t.kind), sort_key(t))))


def _weight(modules: Iterable[DeviceModule]) -> int:
    return sum(entry.size for module in modules for entry in module.entries)


def _pattern_cell(verdicts: Sequence[ModuleVerdict]) -> Cell:
    """The worst outcome of a pattern's modules; how many have it where they differ."""
    if not verdicts:
        return Cell("none", "not checked")
    counts = Counter(verdict.outcome for verdict in verdicts)
    ordered = sorted(counts, key=lambda outcome: RANK[outcome])
    outcome = ordered[0]
    reasons = Counter(verdict.reason for verdict in verdicts if verdict.reason is not None)
    needed = max((verdict.min_driver or 0 for verdict in verdicts), default=0)
    picked = sorted({str(v.picked.target) for v in verdicts if v.picked is not None and v.picked.target is not None})
    lines = [
        ("means", MEANING[outcome]),
        ("modules", ", ".join(f"{counts[each]} {each.value}" for each in ordered)),
        ("picked", ", ".join(picked)),
        *(("because", f"{number}: {CAUSE[reason]}") for reason, number in reasons.most_common(4) if reason in CAUSE),
        ("driver", f"{needed} or newer" if needed else ""),
    ]
    note = f"{counts[outcome]} of {len(verdicts)}" if len(counts) > 1 else ""
    return Cell(outcome.value, outcome.value, note, lines=tuple((k, v) for k, v in lines if v))
