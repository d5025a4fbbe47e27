"""A comparison as text: each artifact's targets, kernels and service, then the GPUs, the worst first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cudacompat.domain.compare.diff_report import ArtifactDiff, Change, CodeAmount, DiffReport, ServiceDiff, TargetDiff
from cudacompat.domain.gpus.lookup import search
from cudacompat.domain.tables.gpu_names import capabilities_by_name
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.phrases import CAUSE, count, some
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome
from cudacompat.report.text.sections import not_read_lines

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page


_WORDS = {
    Change.LOST: "no longer runs",
    Change.PARTLY_LOST: "partly lost",
    Change.UNDECIDED: "undecided",
    Change.WEAKER: "weaker",
    Change.STRONGER: "stronger",
    Change.GAINED: "now runs",
}
_STYLES = {
    Change.LOST: "bold red",
    Change.PARTLY_LOST: "bold red",
    Change.UNDECIDED: "bold magenta",
    Change.WEAKER: "yellow",
    Change.STRONGER: "green",
    Change.GAINED: "bold green",
}
_WIDTH = 16
_LONGEST = 80  # characters of a kernel's name


def diff_text(page: Page, report: DiffReport) -> None:
    """Write the comparison."""
    for label, side in (("old", report.old), ("new", report.new)):
        code = f"{count(len(side.artifacts), 'file')} with device code, {side.without_code} without"
        page.prose(f"{label}  ", (side.label, "bold"), f"  {code}")
    for artifact in report.artifacts:
        page.line()
        _artifact(page, artifact, report.names)
    for side in (report.old, report.new):
        not_read_lines(page, side.not_read)
    if sum(any(map(_is_other, each.targets)) for each in report.artifacts) > 1:
        page.line()
        page.line(("in sum", "bold"))
        _targets(page, report.totals)
    page.line()
    _gpus(page, report)
    _count_line(page, report)


def _artifact(page: Page, artifact: ArtifactDiff, names: Mapping[str, str]) -> None:
    if artifact.old_path is None:
        page.line((artifact.name, "bold"), "  ", ("new", "green"))
    elif artifact.new_path is None:
        moved = f"{artifact.moved} of its {count(len(artifact.lost), 'kernel')} moved to other files"
        page.line((artifact.name, "bold"), "  ", ("no longer contains device code", "bold red"), f": {moved}")
    else:
        modules = _changed(artifact.old_modules, artifact.new_modules, "module")
        sizes = f"{byte_size(artifact.old_size)} -> {byte_size(artifact.new_size)}"
        page.line((artifact.name, "bold"), f"  {sizes}, {modules}")
    _targets(page, artifact.targets)
    if artifact.old_path and artifact.new_path and (artifact.lost or artifact.gained):
        text = f"{count(len(artifact.lost), 'kernel name')} removed, {len(artifact.gained)} added"
        page.field("kernels", text + (f"; gone: {_names(artifact.lost, names)}" if artifact.lost else ""), 2, _WIDTH)
    for change, group in _by_change(artifact.service):
        alike: dict[str, list[str]] = defaultdict(list)
        for each in group:
            text = f"{_standing(each.old)} -> {_standing(each.new)}{_stopped(each, names)}"
            alike[text].append(str(each.target.capability))
        for text, capabilities in alike.items():
            label = (_WORDS[change].ljust(_WIDTH), _STYLES[change])
            page.prose("  ", label, f"{' '.join(capabilities)}: {text}", margin=_WIDTH + 2)


def _by_change(service: Iterable[ServiceDiff]) -> list[tuple[Change, list[ServiceDiff]]]:
    groups: dict[Change, list[ServiceDiff]] = defaultdict(list)
    for each in service:
        if each.change is not Change.SAME and (each.change is not Change.UNDECIDED or each.may_be_lost):
            groups[each.change].append(each)
    return [(change, groups[change]) for change in Change if change in groups]


def _targets(page: Page, targets: Sequence[TargetDiff]) -> None:
    rows = [_row(each) for each in targets if _is_other(each)]
    width = max((len(name) for _, _, name, _ in rows), default=0)
    for word, style, name, text in rows:
        page.prose("  ", (word.ljust(_WIDTH), style), name.ljust(width), "  ", text, margin=_WIDTH + 2)


def _is_other(each: TargetDiff) -> bool:
    return each.new != each.old or each.new_isas != each.old_isas


def _row(each: TargetDiff) -> tuple[str, str, str, str]:
    """Word, its style, the target's name, the numbers."""
    kind = {CodeKind.SASS: "machine code ", CodeKind.PTX: "PTX "}.get(each.target.kind, "")
    isas = [", ".join(map(str, side)) for side in (each.old_isas, each.new_isas) if side]
    ptx = f" ({' -> '.join(dict.fromkeys(isas))})" if isas else ""
    name = f"{kind}{each.target}{ptx}"
    old, new = each.old, each.new
    if not new.size:
        return "lost", "red", name, _amount(old)
    if not old.size:
        return "gained", "green", name, _amount(new)
    fewer = new.kernels < old.kernels or new.modules < old.modules
    grown = new.kernels > old.kernels or new.modules > old.modules
    return "fewer" if fewer else "more" if grown else "changed", "red" if fewer else "", name, _from_to(old, new)


def _amount(amount: CodeAmount) -> str:
    return f"{count(amount.modules, 'module')}, {count(amount.kernels, 'kernel')}, {byte_size(amount.size)}"


def _from_to(old: CodeAmount, new: CodeAmount) -> str:
    parts = [_changed(old.modules, new.modules, "module"), _changed(old.kernels, new.kernels, "kernel")]
    return ", ".join([*parts, f"{byte_size(old.size)} -> {byte_size(new.size)}"])


def _changed(old: int, new: int, noun: str) -> str:
    """`2 -> 3 modules`, or `3 modules` on both sides."""
    return f"{old} -> {new} {noun}s" if old != new else count(new, noun)


def _standing(verdict: ArtifactVerdict | None) -> str:
    """`native`, `partial (204 jit, 2 partial)`, `fails`."""
    if verdict is None:
        return "nothing"
    text = verdict.outcome.value
    if verdict.outcome is Outcome.PARTIAL:
        parts = [f"{number} {outcome.value}" for outcome, number in verdict.counts.items() if number]
        text += f" ({', '.join(parts)})"
    elif verdict.reason and verdict.outcome in (Outcome.FAILS, Outcome.UNDECIDED) and verdict.reason in CAUSE:
        text += f": {CAUSE[verdict.reason]}"
    return text + (f" with driver {verdict.min_driver} or newer" if verdict.min_driver else "")


def _stopped(each: ServiceDiff, names: Mapping[str, str]) -> str:
    return f"; {count(len(each.kernels), 'kernel')} that ran: {_names(each.kernels, names)}" if each.kernels else ""


def _names(kernels: Sequence[str], names: Mapping[str, str]) -> str:
    """The first two, by the names of their source where those are known; the JSON has all."""
    shown = [names.get(name) or (name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…") for name in kernels[:2]]
    return some([*shown, *kernels[2:]], 2)


def _gpus(page: Page, report: DiffReport) -> None:
    groups: dict[Change, list[ComputeCapability]] = defaultdict(list)
    for capability, change in report.service.items():
        groups[change].append(capability)
    asked = {target.capability: target.name for target in report.targets if target.name is not None}
    for change in Change:
        if change in _WORDS and groups[change] and change is not Change.UNDECIDED:
            names = ", ".join(
                f"{each} ({asked[each]})" if each in asked else f"{each}{_such_as(each)}"
                for each in sorted(groups[change])
            )
            page.prose((_WORDS[change].ljust(_WIDTH), _STYLES[change]), "  ", names, margin=_WIDTH + 2)


def _such_as(capability: ComputeCapability) -> str:
    """A product that people know, from the table of GPUs."""
    named = [gpu.name for gpu in search(str(capability)) if "no known product" not in gpu.name]
    listed = {name for name, _ in capabilities_by_name()}  # by NVIDIA for users, without samples and mining cards
    known = [name for name in named if name in listed]
    return f" ({[*known, *named][0]})" if named else ""


def _count_line(page: Page, report: DiffReport) -> None:
    changes = list(report.service.values())
    losing = sum(change in (Change.LOST, Change.PARTLY_LOST) for change in changes)
    weaker = changes.count(Change.WEAKER)
    gone = sum(artifact.gone for artifact in report.artifacts)
    unread = len(report.old.not_read) + len(report.new.not_read)
    old, new = (sum((getattr(t, side).size for t in report.totals), 0) for side in ("old", "new"))
    page.prose(
        f"compared for {count(len(report.targets), 'compute capability', 'compute capabilities')}: {losing} lost, "
        f"{weaker} weaker, {count(gone, 'file')} removed, {unread} not read; device code {byte_size(old)} -> "
        f"{byte_size(new)}"
    )
