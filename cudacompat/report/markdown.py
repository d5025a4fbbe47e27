"""Reports as GitHub Flavored Markdown: for job summaries, issues and pull requests.

Source of the escapes: https://github.github.com/gfm/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cudacompat.domain.machine.private_texts import GPU_ID
from cudacompat.domain.reports.doctor import DoctorReport
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.reports.lookup import GpusReport
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.finding import Finding, Suppressed
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.report import Report
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome
from cudacompat.report.code.sizes import sizes_of
from cudacompat.report.markdown_text import block, code, escaped, table_row
from cudacompat.report.safe_text import safe
from cudacompat.report.view import View, conditions, details, view_of

SUMMARY_LIMIT = 1_000_000  # bytes; GitHub takes 1 MiB of a step's summary and drops all of a longer one
_BAD = (Outcome.FAILS, Outcome.PARTIAL, Outcome.UNDECIDED)


def summary(parts: Iterable[str], limit: int = SUMMARY_LIMIT) -> str:
    """Return the parts of a report in at most `limit` bytes of UTF-8; parts that do not fit are left out, and said."""
    blocks, used, left_out = [], 0, 0
    for piece in parts:
        length = len(piece.encode("utf-8", "backslashreplace"))
        if left_out or used + length > limit - 200:  # room for the line that says so
            left_out += 1
            continue
        blocks.append(piece)
        used += length
    if left_out:
        blocks.append(f"\n_{count(left_out, 'more part')} left out: a summary may hold {limit} bytes._\n")
    return "".join(blocks)


def findings_markdown(report: Report) -> Iterator[str]:
    """Return a report that is made of findings, in parts."""
    return _view(view_of(report))


def doctor_markdown(report: DoctorReport) -> Iterator[str]:
    """Return what `doctor` found and the plan, in parts."""
    from cudacompat.report.machine_lines import machine_lines

    head, *rest = _view(view_of(report))
    yield head
    yield "\n" + "".join(f"- {label}: {escaped(_without_ids(text))}\n" for label, text in machine_lines(report.facts))
    for part in (*rest, *_plan(report)):
        yield _without_ids(part)


def _without_ids(text: str) -> str:
    """The text without the ids of GPUs: a report is pasted where everybody reads it."""
    return GPU_ID.sub("\\1-\u2026", text)


def _view(view: View) -> Iterator[str]:
    yield f"## cudacompat {view.command}: {view.headline}\n\n{escaped(view.scope)}: {view.tally}\n"
    if view.targets:
        yield "\nChecked for:\n\n"
        for target in view.targets:
            yield f"- {escaped(target.label)}, {escaped(conditions(target))}\n"
    if view.policies:
        yield "\n" + "".join(f"- {escaped(policy)}\n" for policy in view.policies)
    if view.rows:
        yield "\n### Coverage\n\n"
        yield table_row(["File", *(escaped(target.label) for target in view.targets)])
        yield table_row(["---"] * (len(view.targets) + 1))
        faults = view.faults()
        for row in view.rows:
            cells = [
                _cell(verdict, faults.get((row.path, target.id), ()))
                for target, verdict in zip(view.targets, row.verdicts, strict=True)
            ]
            yield table_row([code(row.path, cell=True), *cells])
    if view.gaps:
        yield "\n### Not checked\n\n"
        for gap in view.gaps:
            yield f"- **{code(gap.path) if gap.path else 'all'}**: {escaped(gap.message)}\n"
    if view.told:
        yield "\n### Findings\n\n"
        for finding in view.told:
            yield _finding(finding)
    if view.suppressed and view.show_suppressed:
        yield f"\n### Suppressed\n\n{count(len(view.suppressed), 'finding')} not counted:\n\n"
        for item in view.suppressed:
            yield _suppressed(item)


def _cell(verdict: ArtifactVerdict | None, faults: Sequence[Finding]) -> str:
    """The outcome, in bold where it is bad, and the errors where it runs and yet does not pass."""
    if verdict is None:
        return "not checked"
    outcome = verdict.outcome
    text = f"**{outcome.value}**" if outcome in _BAD else outcome.value
    notes = []
    if outcome is Outcome.PARTIAL:
        bad = sum(verdict.counts[each] for each in _BAD)
        notes.append(f"{bad} of {count(len(verdict.modules), 'module')}")
    if verdict.min_driver:
        notes.append(f"driver {verdict.min_driver} or newer")
    if notes:
        text += f" ({', '.join(notes)})"
    if outcome.runs and faults:
        text += ", **" + ", ".join(dict.fromkeys(safe(finding.id) for finding in faults)) + "**"
    return text


def _finding(finding: Finding) -> str:
    where = code(finding.path + (f":{finding.line}" if finding.line else "")) if finding.path else "this machine"
    head = f"- **{finding.severity.value}** `{safe(finding.id)}` {where}: {escaped(finding.message)}\n"
    return head + "".join(f"  - {label}: {escaped(text)}\n" for label, text in details(finding))


def _suppressed(item: Suppressed) -> str:
    where = code(item.finding.path) if item.finding.path else "this machine"
    return f"- `{safe(item.finding.id)}` {where}, by {item.by}: {escaped(item.reason)}\n"


def _plan(report: DoctorReport) -> Iterator[str]:
    if report.plan:
        yield "\n### What to do\n\n"
    for number, step in enumerate(report.plan, 1):
        yield f"{number}. {escaped(step.why)}\n" + (f"\n{block(step.command, '   ')}\n" if step.command else "")
    for title, text in report.settings:
        yield f"\n### {escaped(title)}\n\n{block(text)}"


# -- listings


def inspect_markdown(report: InspectReport) -> Iterator[str]:
    """Return what `inspect` read, in parts."""
    read = report.read
    yield (
        f"## cudacompat inspect\n\ninspected {count(read.files, 'file')}: {len(read.artifacts)} with device code, "
        f"{read.without_code} without, {len(read.not_read)} not read\n"
    )
    for artifact in sorted(read.artifacts, key=lambda each: each.path):
        yield f"\n### {code(artifact.path)}\n\n"
        yield f"{escaped(artifact.format)}, {byte_size(artifact.size)}, {count(len(artifact.modules), 'module')}\n\n"
        yield table_row(["Code", "Target", "Modules", "Images", "Bytes"])
        yield table_row(["---", "---", "---:", "---:", "---:"])
        for each in sizes_of(artifact.modules):
            yield table_row([each.kind_name, each.name, str(each.modules), str(each.images), byte_size(each.bytes)])
        if report.kernels:
            names = sorted({k for m in artifact.modules for e in m.entries for k in e.kernels or ()})
            yield f"\n{count(len(names), 'kernel')}:\n\n"
            for name in names:
                yield f"- {code(name)}\n"
        for module in artifact.modules:
            if module.damage:
                yield f"\ndamaged at byte {module.offset}: {escaped(module.damage)}\n"
    if read.not_read:
        yield "\n### Not read\n\n"
        for item in sorted(read.not_read, key=lambda each: (each.path, each.why)):
            yield f"- **{code(item.path)}**: {escaped(item.why)}\n"


def gpus_markdown(report: GpusReport) -> Iterator[str]:
    """Return what `gpus` found, in parts."""
    about = f" for {code(report.query)}" if report.query else ""
    yield f"## cudacompat gpus\n\n{count(len(report.gpus), 'GPU')} found{about}\n"
    if report.similar:
        yield f"\nSimilar: {escaped(', '.join(report.similar))}\n"
    if report.gpus:
        yield "\n" + table_row(["Compute capability", "Name", "Chip", "PCI ids"]) + table_row(["---"] * 4)
    for gpu in report.gpus:
        yield table_row([str(gpu.capability), escaped(gpu.name), escaped(gpu.chip or ""), " ".join(gpu.pci_ids)])


# -- the language
