"""Reports as text for people: paths first so that editors can jump, one counting line last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.doctor import DoctorReport
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.reports.lookup import GpusReport
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.code import BinaryArtifact, Compression, DeviceModule, FatbinEntry, NotRead, Registration
from cudacompat.domain.words.finding import Finding, Severity, Suppressed, count_of, suppressing_files
from cudacompat.domain.words.phrases import CAUSE, count, sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, JitPolicy, Outcome, Target
from cudacompat.report.code_sizes import KIND_NAME
from cudacompat.report.safe_text import safe
from cudacompat.report.text.page import Page, _finding

if TYPE_CHECKING:
    from cudacompat.domain.machine.facts import HostFacts, Missing
    from cudacompat.domain.policy.keys import PolicyValue

_OUTCOME_STYLE = {
    Outcome.NATIVE: "bold green",
    Outcome.COMPATIBLE: "green",
    Outcome.JIT: "yellow",
    Outcome.PARTIAL: "bold red",
    Outcome.FAILS: "bold red",
    Outcome.SPECIAL: "cyan",
    Outcome.UNCLEAR: "yellow",
    Outcome.UNDECIDED: "bold magenta",
}


def page_on(stream: TextIO, color: str = "auto") -> Page:
    """Return a page that writes to the stream, wrapped to the terminal; where it is none, lines are left whole."""
    console = Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        no_color=True if color == "never" else None,
        force_terminal={"always": True, "never": False}.get(color),
    )
    return Page(console, console.width if stream.isatty() else None)


def _not_read(page: Page, items: Sequence[NotRead]) -> None:
    for item in items:
        page.line((item.path, "bold"), ": ", ("not read", "bold magenta"), ": ", item.why)


# -- inspect


def inspect_text(page: Page, report: InspectReport) -> None:
    """What `inspect` writes."""
    for artifact in report.read.artifacts:
        _artifact(page, artifact, report)
        page.line()
    _not_read(page, report.read.not_read)
    images = sum(len(m.entries) for a in report.read.artifacts for m in a.modules)
    modules = sum(len(a.modules) for a in report.read.artifacts)
    page.line(
        f"inspected {count(report.read.files, 'file')}: {len(report.read.artifacts)} with device code "
        f"({count(modules, 'module')}, {count(images, 'image')}), {report.read.without_code} without, "
        f"{len(report.read.not_read)} not read"
    )


_GROUPS = (
    (Registration.REGISTERED, "registered with the CUDA runtime"),
    (Registration.RELOCATABLE, "relocatable: input of the device linker, never loaded as it is"),
    (Registration.STRAY, "outside the registered sections: the library loads these by itself"),
)


def _artifact(page: Page, artifact: BinaryArtifact, report: InspectReport) -> None:
    page.line((artifact.path, "bold"), f"  {artifact.format}, {byte_size(artifact.size)}")
    for registration, title in _GROUPS:
        modules = [m for m in artifact.modules if m.registration is registration]
        if not modules:
            continue
        page.line(f"  {count(len(modules), 'module')} {title}")
        _targets(page, modules, report.sizes)
        if report.kernels:
            _kernels(page, modules)
    for module in artifact.modules:
        if module.damage:
            page.line(f"  damaged at byte {module.offset}: ", (module.damage, "bold magenta"))


def _targets(page: Page, modules: Sequence[DeviceModule], sizes: bool) -> None:
    groups: dict[tuple[CodeKind, ArchTarget | None], list[FatbinEntry]] = defaultdict(list)
    holders: Counter[tuple[CodeKind, ArchTarget | None]] = Counter()
    for module in modules:
        for entry in module.entries:
            groups[entry.kind, entry.target].append(entry)
        holders.update({(e.kind, e.target) for e in module.entries})
    rows: list[tuple[str, ...]] = []
    for key in sorted(groups, key=lambda k: (list(CodeKind).index(k[0]), sort_key(k[1]) if k[1] else ())):
        kind, target = key
        entries = groups[key]
        isas = ", ".join(str(isa) for isa in sorted({e.ptx_isa for e in entries if e.ptx_isa}))
        packed = sorted({e.compression.value for e in entries if e.compression is not Compression.NONE})
        row = [
            KIND_NAME[kind],
            str(target) if target else "?",
            f"in {holders[key]} of {count(len(modules), 'module')}",
            f"PTX {isas}" if isas else "",
        ]
        if sizes:
            whole = [e.uncompressed_size for e in entries if e.uncompressed_size is not None]
            row.append(byte_size(sum(e.size for e in entries)))
            row.append(f"{byte_size(sum(whole))} unpacked" if len(whole) == len(entries) and packed else "")
            row.append(", ".join(packed))
        rows.append(tuple(row))
    _columns(page, rows, indent=4)


def _columns(page: Page, rows: Sequence[Sequence[str]], indent: int) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        page.line(" " * indent + "  ".join(cells).rstrip())


def _kernels(page: Page, modules: Sequence[DeviceModule]) -> None:
    for module in modules:
        where = f"{module.section} + " if module.section else ""
        page.line(f"    module at {where}byte {module.offset}")
        for entry in module.entries:
            label = str(entry.target) if entry.target else KIND_NAME[entry.kind]
            if entry.kernels is None:
                page.field(label, f"kernels not read: {entry.kernels_why or 'not asked for'}", 6, 13)
            else:
                page.field(label, "\n".join(map(safe, entry.kernels)) or "no kernel", 6, 13)


# -- check


def check_text(page: Page, report: CheckReport) -> None:
    """What `check` writes."""
    _judged_for(page, report.targets)
    _held_to(page, report.given)
    by_path: dict[str, list[ArtifactVerdict]] = defaultdict(list)
    for verdict in report.verdicts:
        by_path[verdict.path].append(verdict)
    for path, verdicts in by_path.items():
        page.line()
        page.line((path, "bold"))
        for verdict in verdicts:
            _verdict(page, verdict, max(len(v.target.label) for v in verdicts))
    if report.fleet:
        _pools(page, report)
    if report.findings or report.not_read:
        page.line()
    for finding in report.findings:
        _finding(page, finding)
    _not_read(page, report.not_read)
    if report.show_suppressed:
        _suppressed(page, report.suppressed)
    page.line()
    suppressing(page, report.suppressed)
    _count_line(page, report)


def _pools(page: Page, report: CheckReport) -> None:
    from cudacompat.report.text.pools import pool_rows

    rows = pool_rows(report)
    if rows:
        page.line()
        page.line(("by node pool", "bold"))
        _columns(page, rows, indent=2)


def _held_to(page: Page, values: Sequence[PolicyValue]) -> None:
    """Where the policy comes from that is not on the command line, a line for each file and variable."""
    from cudacompat.domain.policy.keys import held_to

    for origin, said in held_to(values):
        page.line("held to ", (origin, "bold"), said)


def _suppressed(page: Page, items: Sequence[Suppressed]) -> None:
    for item in items:
        finding = item.finding
        page.line(
            (finding.path or "this machine", "bold"), ": ", (f"suppressed[{finding.id}]", "dim"), ": ", finding.message
        )
        page.field(item.by, item.reason)


def suppressing(page: Page, items: Sequence[Suppressed]) -> None:
    """The policy files that let findings pass, with their numbers."""
    for file, number in suppressing_files(items):
        page.line((file, "bold"), f" suppresses {count(number, 'finding')}")


def _count_line(page: Page, report: CheckReport) -> None:
    judged = len({v.path for v in report.verdicts})
    what = count(judged, "file") if judged else "nothing"
    page.line(
        f"checked {what} for {count(len(report.targets), 'GPU')}: {_tally(report.findings)}, "
        f"{len(report.not_read)} not read, {report.without_code} without device code"
        + (f", {len(report.suppressed)} suppressed" if report.suppressed else "")
    )


def _tally(findings: Sequence[Finding]) -> str:
    return ", ".join(count(count_of(findings, each), each.value) for each in Severity)


def _judged_for(page: Page, targets: Iterable[Target]) -> None:
    for target in targets:
        driver = f"driver {target.driver}" if target.driver else "no driver named: the oldest that will do"
        jit = "" if target.jit is JitPolicy.NORMAL else f", JIT {target.jit.value}"
        page.line("judged for ", (target.label, "bold"), f", {driver}{jit}")


def _verdict(page: Page, verdict: ArtifactVerdict, width: int) -> None:
    label = verdict.target.label
    counts = [f"{n} {outcome.value}" for outcome, n in verdict.counts.items() if n]
    details = f"{count(len(verdict.modules), 'module')}: {', '.join(counts)}" if verdict.modules else ""
    if verdict.min_driver:
        details += f"; driver {verdict.min_driver} or newer"
    if verdict.reason and verdict.reason in CAUSE:
        details += f"; {CAUSE[verdict.reason]}"
    if verdict.basis is Basis.MEASURED:
        details += "; as measured on hardware"
    style = _OUTCOME_STYLE[verdict.outcome]
    page.line("  ", label.ljust(width), "  ", (verdict.outcome.value.ljust(10), style), "  ", details)


# -- doctor


def doctor_text(page: Page, report: DoctorReport) -> None:
    """What `doctor` writes."""
    _machine(page, report.facts)
    if report.check is not None:
        page.line()
        _judged_for(page, report.check.targets)
        by_path: dict[str, list[ArtifactVerdict]] = defaultdict(list)
        for verdict in report.check.verdicts:
            by_path[verdict.path].append(verdict)
        copies = dict(report.packages.copies) if report.packages is not None else {}
        for path, verdicts in by_path.items():
            page.line((path, "bold"), f"  {copies[path]} copies" if path in copies else "")
            for verdict in verdicts:
                _verdict(page, verdict, max(len(v.target.label) for v in verdicts))
        if report.packages is not None and report.packages.without_code:
            page.line(f"{count(report.packages.without_code, 'package')} without device code")
    if report.findings or (report.check and report.check.not_read):
        page.line()
    for finding in report.findings:
        _finding(page, finding)
    if report.check is not None:
        _not_read(page, report.check.not_read)
    if report.plan:
        page.line()
        page.line(("what to do", "bold"))
        for number, step in enumerate(report.plan, 1):
            page.field(f"{number}.", step.why, 2, 3)
            if step.command:
                page.line("       ", (step.command, "bold"))
    for title, text in report.settings:
        page.line()
        page.line((title, "bold"))
        for line in text.splitlines():
            page.line("    ", line)
    page.line()
    if report.check is not None:
        _count_line(page, report.check)
    else:
        page.line(f"examined this machine: {_tally(report.findings)}")


def _machine(page: Page, facts: HostFacts) -> None:
    from cudacompat.domain.machine.facts import Found

    if isinstance(facts.gpus, Found):
        for gpu in facts.gpus.value:
            memory = f", {gpu.memory_bytes / 2**30:.0f} GiB" if gpu.memory_bytes else ""
            page.field("GPU", f"{gpu.index}: {gpu.name}, compute capability {gpu.capability}{memory}", 0, 11)
        page.field("", f"found by {facts.gpus.found_via}", 0, 11)
    else:
        page.field("GPU", _missing(facts.gpus), 0, 11)
    if isinstance(facts.driver, Found):
        driver = facts.driver.value
        cuda = f", CUDA {driver.cuda}" if driver.cuda else ""
        page.field("driver", f"{driver.release or 'unknown release'}{cuda} (found by {facts.driver.found_via})", 0, 11)
    else:
        page.field("driver", _missing(facts.driver), 0, 11)
    toolkits = [
        f"CUDA {t.version or '?'} at {t.path}{' (the nvcc that runs)' if t.active else ''}" for t in facts.toolkits
    ]
    page.field("toolkit", "\n".join(toolkits) or "none found", 0, 11)
    compilers = [f"{c.name} {c.version} at {c.path}" for c in facts.compilers]
    page.field("compiler", "\n".join(compilers) or "none found", 0, 11)
    if facts.container.inside:
        page.field("container", facts.container.kind or "yes", 0, 11)


def _missing(missing: Missing) -> str:
    return f"none found (tried {'; '.join(missing.tried)})"


# -- gpus


def gpus_text(page: Page, report: GpusReport) -> None:
    """What `gpus` writes."""
    rows = [(str(gpu.capability), gpu.name, gpu.chip or "", " ".join(gpu.pci_ids[:4])) for gpu in report.gpus]
    if rows:
        _columns(page, rows, indent=0)
    page.line(f"{count(len(rows), 'GPU')} found" + (f" for {report.query}" if report.query else ""))
