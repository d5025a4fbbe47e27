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
from cudacompat.report.text.sections import PROGRAM_NAME, not_read_lines

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
_MOST_BLOCKS = 30  # files of which something is said


def diff_text(page: Page, report: DiffReport) -> None:
    """Write the comparison."""
    for label, side in (("old", report.old), ("new", report.new)):
        code = f"{count(len(side.artifacts), 'file')} with device code, {side.without_code} without"
        page.prose(f"{label}  ", (side.label, "bold"), f"  {code}")
    _compilers(page, report)
    blocks = _alike(report.artifacts)
    for block in _worst(blocks):
        page.line()
        _artifact(page, block, report.names)
    if len(blocks) > _MOST_BLOCKS:
        left = sum(map(len, blocks)) - sum(map(len, _worst(blocks)))
        page.line()
        page.prose(f"{count(left, 'more file')}, none with a worse change than these (--format json has all)")
    for side in (report.old, report.new):
        not_read_lines(page, side.not_read)
    both = report.old.artifacts and report.new.artifacts
    if both and sum(any(map(_is_other, each.targets)) for each in report.artifacts) > 1:
        page.line()
        page.line(("in sum", "bold"))
        _targets(page, report.totals)
    unsaid = next((each.target for each in report.totals if str(each.target).endswith("?")), None)
    if unsaid is not None:
        plain = str(unsaid).rstrip("?")
        page.line()
        page.prose(f"{unsaid}: the bytes do not say whether it is for {plain}, {plain}a or {plain}f")
    page.line()
    _gpus(page, report)
    _count_line(page, report)


def _compilers(page: Page, report: DiffReport) -> None:
    """What changed of the compilers: the releases, and the GPUs for which one side alone builds."""
    for each in report.compilers:
        page.line()
        page.prose(
            (f"{PROGRAM_NAME.get(each.program, each.program)}  ", "bold"), f"{_listed(each.old)} -> {_listed(each.new)}"
        )
        for word, style, capabilities in (
            ("no longer builds", "bold red", each.lost),
            ("now builds", "bold green", each.gained),
        ):
            if capabilities:
                page.prose(
                    "  ", (word.ljust(_WIDTH), style), f"for {_gpu_names(capabilities, report)}", margin=_WIDTH + 2
                )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


Block = tuple[ArtifactDiff, ...]  # files of which the same is to be said


def _alike(artifacts: Sequence[ArtifactDiff]) -> list[Block]:
    """The files, copies of one another together."""
    found: dict[object, list[ArtifactDiff]] = defaultdict(list)
    for each in artifacts:
        folder = each.name.rpartition("/")[0]
        service = tuple((s.change, s.kernels, _standing(s.old), _standing(s.new)) for s in each.service)
        sizes = (each.old_size, each.new_size, each.old_modules, each.new_modules)
        sides = (each.old_path is None, each.new_path is None, sizes)
        found[folder, sides, each.targets, each.lost, each.gained, service].append(each)
    return [tuple(group) for group in found.values()]


def _worst(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that are shown, in their order: of too many those with the worst changes."""
    if len(blocks) <= _MOST_BLOCKS:
        return list(blocks)
    order = list(Change)

    def rank(block: Block) -> tuple[bool, int]:
        changes = [order.index(each.change) for each in block[0].service]
        return not block[0].gone, min(changes, default=order.index(Change.GAINED))

    kept = {id(block) for block in sorted(blocks, key=rank)[:_MOST_BLOCKS]}
    return [block for block in blocks if id(block) in kept]


def _artifact(page: Page, block: Block, names: Mapping[str, str]) -> None:
    artifact = block[0]
    copies = [each.name.rpartition("/")[2] for each in block[1:]]
    also = f" and {count(len(copies), 'copy', 'copies')} ({_names(copies, {})})" if copies else ""
    called = (f"{artifact.name}{also}", "bold")
    if artifact.old_path is None:
        page.line(called, "  ", ("new", "green"))
    elif artifact.new_path is None:
        moved = f"{artifact.moved} of its {count(len(artifact.lost), 'kernel')} moved to other files"
        page.line(called, "  ", ("no longer contains device code", "bold red"), f": {moved}")
    else:
        modules = _changed(artifact.old_modules, artifact.new_modules, "module")
        sizes = f"{byte_size(artifact.old_size)} -> {byte_size(artifact.new_size)}"
        page.line(called, f"  {sizes}, {modules}")
    if artifact.old_path is None or artifact.new_path is None:
        _one_side(page, artifact)
    else:
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


def _one_side(page: Page, artifact: ArtifactDiff) -> None:
    """All code of a file that one side alone has, in one line."""
    word, style = ("gained", "green") if artifact.old_path is None else ("lost", "red")
    if artifact.old_path is None:
        modules, kernels, sizes = artifact.new_modules, artifact.gained, [each.new.size for each in artifact.targets]
    else:
        modules, kernels, sizes = artifact.old_modules, artifact.lost, [each.old.size for each in artifact.targets]
    amount = CodeAmount(modules, len(kernels), sum(sizes))
    kinds: dict[str, list[str]] = defaultdict(list)
    for each in artifact.targets:
        kind = {CodeKind.SASS: "machine code", CodeKind.PTX: "PTX"}.get(each.target.kind, "other code")
        kinds[kind].append(str(each.target))
    code = "; ".join(f"{kind} {' '.join(targets)}" for kind, targets in kinds.items())
    page.prose("  ", (word.ljust(_WIDTH), style), f"{code}; {_amount(amount)}", margin=_WIDTH + 2)


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
    for change in Change:
        if change in _WORDS and groups[change] and change is not Change.UNDECIDED:
            names = _gpu_names(sorted(groups[change]), report)
            page.prose((_WORDS[change].ljust(_WIDTH), _STYLES[change]), "  ", names, margin=_WIDTH + 2)


def _gpu_names(capabilities: Sequence[ComputeCapability], report: DiffReport) -> str:
    """`12.0 (RTX 5090)`: with the GPU that was named, else with one that people know."""
    asked = {target.capability: target.name for target in report.targets if target.name is not None}
    return ", ".join(f"{each} ({asked[each]})" if each in asked else f"{each}{_such_as(each)}" for each in capabilities)


def _such_as(capability: ComputeCapability) -> str:
    """A product that people know, from the table of GPUs."""
    named = [gpu.name for gpu in search(str(capability)) if "no known product" not in gpu.name]
    listed = {name for name, _ in capabilities_by_name()}  # by NVIDIA for users, without samples and mining cards
    known = [name for name in named if name in listed]
    return f" ({[*known, *named][0]})" if named else ""


def _count_line(page: Page, report: DiffReport) -> None:
    changes = list(report.service.values())
    losing = len(
        {each for each, change in report.service.items() if change in (Change.LOST, Change.PARTLY_LOST)}
        | {each for compiler in report.compilers for each in compiler.lost}
    )
    weaker = changes.count(Change.WEAKER)
    gone = sum(artifact.gone for artifact in report.artifacts)
    unread = len(report.old.not_read) + len(report.new.not_read)
    old, new = (sum((getattr(t, side).size for t in report.totals), 0) for side in ("old", "new"))
    page.prose(
        f"compared for {count(len(report.targets), 'compute capability', 'compute capabilities')}: {losing} lost, "
        f"{weaker} weaker, {count(gone, 'file')} removed, {unread} not read; device code {byte_size(old)} -> "
        f"{byte_size(new)}"
    )
