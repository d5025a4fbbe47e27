"""Reports as GitHub Flavored Markdown: for job summaries, issues and pull requests.

Source of the escapes: https://github.github.com/gfm/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from cudacompat.domain.errors import UsageError
from cudacompat.domain.finding import Finding, Suppressed
from cudacompat.domain.report import DoctorReport, GpusReport, InspectReport
from cudacompat.domain.sizes import byte_size
from cudacompat.domain.verdict import ArtifactVerdict, Outcome
from cudacompat.domain.wording import count
from cudacompat.report.clean import clipped, safe
from cudacompat.report.code_sizes import sizes_of
from cudacompat.report.view import View, command_of, conditions, details, view_of

SUMMARY_LIMIT = 1_000_000  # bytes; GitHub takes 1 MiB of a step's summary and drops all of a longer one
_LONGEST = 4000
_BAD = (Outcome.FAILS, Outcome.PARTIAL, Outcome.UNDECIDED)


def render(report: object, stream: TextIO) -> None:
    """Write the report."""
    for block in _blocks(report):
        stream.write(block)


def summary(report: object, limit: int = SUMMARY_LIMIT) -> str:
    """Return the report in at most `limit` bytes of UTF-8; what does not fit is left out block by block, and said."""
    blocks, used, left_out = [], 0, 0
    for block in _blocks(report):
        length = len(block.encode("utf-8", "backslashreplace"))
        if left_out or used + length > limit - 200:  # room for the line that says so
            left_out += 1
            continue
        blocks.append(block)
        used += length
    if left_out:
        blocks.append(f"\n_{count(left_out, 'more part')} left out: a summary may hold {limit} bytes._\n")
    return "".join(blocks)


def _blocks(report: object) -> Iterator[str]:
    if isinstance(report, InspectReport):
        yield from _inspect(report)
    elif isinstance(report, GpusReport):
        yield from _gpus(report)
    else:
        view = view_of(report)
        if view is None:
            raise UsageError(f"{command_of(report)} is not written as markdown")
        yield from _view(view)
        if isinstance(report, DoctorReport):
            yield from _plan(report)


def _view(view: View) -> Iterator[str]:
    yield f"## cudacompat {view.command}: {view.headline}\n\n{_escaped(view.scope)}: {view.tally}\n"
    if view.targets:
        yield "\nJudged for:\n\n"
        for target in view.targets:
            yield f"- {_escaped(target.label)}, {_escaped(conditions(target))}\n"
    if view.rows:
        yield "\n### Coverage\n\n"
        yield _line(["File", *(_escaped(target.label) for target in view.targets)])
        yield _line(["---"] * (len(view.targets) + 1))
        faults = view.faults()
        for row in view.rows:
            cells = [
                _cell(verdict, faults.get((row.path, target.id), ()))
                for target, verdict in zip(view.targets, row.verdicts, strict=True)
            ]
            yield _line([_code(row.path, cell=True), *cells])
    if view.gaps:
        yield "\n### Not judged\n\n"
        for gap in view.gaps:
            yield f"- **{_code(gap.path) if gap.path else 'all'}**: {_escaped(gap.message)}\n"
    if view.findings:
        yield "\n### Findings\n\n"
        for finding in view.findings:
            yield _finding(finding)
    if view.suppressed and view.show_suppressed:
        yield f"\n### Suppressed\n\n{count(len(view.suppressed), 'finding')} not counted:\n\n"
        for item in view.suppressed:
            yield _suppressed(item)


def _cell(verdict: ArtifactVerdict | None, faults: Sequence[Finding]) -> str:
    """The outcome, in bold where it is bad, and the errors where it runs and yet does not pass."""
    if verdict is None:
        return "not judged"
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
    where = _code(finding.path + (f":{finding.line}" if finding.line else "")) if finding.path else "this machine"
    head = f"- **{finding.severity.value}** `{safe(finding.id)}` {where}: {_escaped(finding.message)}\n"
    return head + "".join(f"  - {label}: {_escaped(text)}\n" for label, text in details(finding))


def _suppressed(item: Suppressed) -> str:
    where = _code(item.finding.path) if item.finding.path else "this machine"
    return f"- `{safe(item.finding.id)}` {where}, by {item.by}: {_escaped(item.reason)}\n"


def _plan(report: DoctorReport) -> Iterator[str]:
    if report.plan:
        yield "\n### What to do\n\n"
    for number, step in enumerate(report.plan, 1):
        yield f"{number}. {_escaped(step.why)}\n" + (f"\n{_block(step.command, '   ')}\n" if step.command else "")
    for title, text in report.settings:
        yield f"\n### {_escaped(title)}\n\n{_block(text)}"


# -- listings


def _inspect(report: InspectReport) -> Iterator[str]:
    read = report.read
    yield (
        f"## cudacompat inspect\n\ninspected {count(read.files, 'file')}: {len(read.artifacts)} with device code, "
        f"{read.without_code} without, {len(read.not_read)} not read\n"
    )
    for artifact in sorted(read.artifacts, key=lambda each: each.path):
        yield f"\n### {_code(artifact.path)}\n\n"
        yield f"{_escaped(artifact.format)}, {byte_size(artifact.size)}, {count(len(artifact.modules), 'module')}\n\n"
        yield _line(["Code", "Target", "Modules", "Images", "Bytes"])
        yield _line(["---", "---", "---:", "---:", "---:"])
        for each in sizes_of(artifact.modules):
            yield _line([each.kind_name, each.name, str(each.modules), str(each.images), byte_size(each.bytes)])
        if report.kernels:
            names = sorted({k for m in artifact.modules for e in m.entries for k in e.kernels or ()})
            yield f"\n{count(len(names), 'kernel')}:\n\n"
            for name in names:
                yield f"- {_code(name)}\n"
        for module in artifact.modules:
            if module.damage:
                yield f"\ndamaged at byte {module.offset}: {_escaped(module.damage)}\n"
    if read.not_read:
        yield "\n### Not read\n\n"
        for item in sorted(read.not_read, key=lambda each: (each.path, each.why)):
            yield f"- **{_code(item.path)}**: {_escaped(item.why)}\n"


def _gpus(report: GpusReport) -> Iterator[str]:
    about = f" for {_code(report.query)}" if report.query else ""
    yield f"## cudacompat gpus\n\n{count(len(report.gpus), 'GPU')} found{about}\n"
    if report.gpus:
        yield "\n" + _line(["Compute capability", "Name", "Chip", "PCI ids"]) + _line(["---"] * 4)
    for gpu in report.gpus:
        yield _line([str(gpu.capability), _escaped(gpu.name), _escaped(gpu.chip or ""), " ".join(gpu.pci_ids)])


# -- the language


_SPECIAL = re.compile(r"[\\`*~<>\[\]|&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINKED = re.compile(r"(?i)(?<=www)\.|(?<=http):|(?<=https):|(?<=ftp):|@(?=\w)|#(?=\d)")


def _escaped(text: str) -> str:
    """Free text that stays what it is: no markup, no links, no mentions, one line."""
    line = clipped(text, _LONGEST, lines=True).replace("\n", " ")
    line = _SPECIAL.sub(lambda match: "\\" + match[0], line)
    line = _LINKED.sub(lambda match: f"{match[0]}<!-- -->" if match[0] in "@#" else "\\" + match[0], line)
    return f"\\{line}" if line.startswith(("#", "+", "-", "=")) else line


def _code(text: str, *, cell: bool = False) -> str:
    """A code span; in the cell of a table a `|` would end the cell even inside of one."""
    shown = clipped(text, _LONGEST)
    if cell:
        shown = shown.replace("|", "\\|")
    fence = "`" * (_longest_run(shown) + 1)
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{room}{shown}{room}{fence}"


def _block(text: str, indent: str = "") -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return "".join(f"{indent}{line}\n" for line in (fence, *map(safe, text.splitlines()), fence))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _line(cells: Sequence[str] | Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
