"""The lock file of a baseline: how much device code each artifact had for each target when it was written.

It holds numbers, not names, one line a target, so that a person can review what a change to it means. Comparing finds
every target, module or kernel that is fewer than it was; that one kernel went as another came is not seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cudacompat.domain.compare.identity import container_of
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import count, sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind

VERSION = 1
ALL = "all"  # the key of an artifact's own line

_HEAD = """\
# How much device code each artifact carries, by target. `cudacompat check --write-baseline` wrote it, and
# `cudacompat check` compares with it: a target less, or fewer modules or kernels, is the finding lost-since-baseline.
# Keep it in version control and review what changes in it.
"""


@dataclass(frozen=True, slots=True)
class KernelCount:
    """Modules that hold kernels for something, and kernels, counted once in each module.

    `unread` is whether there may be more kernels than could be read.
    """

    modules: int
    kernels: int
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Locked:
    """One artifact by the name that it keeps from release to release: all its code, and that of each target.

    `damaged` is whether there may be more of everything than could be read.
    """

    name: str
    whole: KernelCount
    targets: Mapping[ArchTarget, KernelCount]
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """A lock file, and where it was read from."""

    artifacts: tuple[Locked, ...]
    file: str = ""


def lock(artifact: BinaryArtifact, name: str) -> Locked:
    """Return the artifact's numbers. Images without kernels count for nothing; those of a kind whose kernels nobody
    reads (LTO-IR, OptiX IR, Tile IR) count as modules."""
    modules: Counter[ArchTarget] = Counter()
    kernels: Counter[ArchTarget] = Counter()
    unread: set[ArchTarget] = set()
    whole = every = 0
    damaged = False
    for module in artifact.modules:
        damaged = damaged or module.damage is not None
        here: dict[ArchTarget, set[str]] = {}
        for entry in module.entries:
            if entry.target is None or entry.kernels == ():
                continue
            here.setdefault(entry.target, set()).update(entry.kernels or ())
            if entry.kernels is None and entry.kind in (CodeKind.SASS, CodeKind.PTX):
                unread.add(entry.target)
        modules.update(here.keys())
        kernels.update({target: len(names) for target, names in here.items()})
        if here:
            whole += 1
        every += len(module.kernels)
    targets = {
        target: KernelCount(modules[target], kernels[target], target in unread)
        for target in sorted(modules, key=sort_key)
    }
    return Locked(name, KernelCount(whole, every, bool(unread)), targets, damaged=damaged)


# -- the file


def to_toml(artifacts: Sequence[Locked]) -> str:
    """Return the text of a lock file: the same for the same artifacts, in whatever order they come."""
    parts = [f"{_HEAD}version = {VERSION}\n"]
    for each in sorted(artifacts, key=lambda locked: locked.name):
        lines = [f"[artifacts.{_quoted(each.name)}]", _line(ALL, each.whole)]
        lines += [_line(str(t), amount) for t, amount in sorted(each.targets.items(), key=lambda i: order_of(i[0]))]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def order_of(target: ArchTarget) -> tuple[int, int, str]:
    """The order in which targets are listed: machine code, PTX, the rest; each ascending, plain before a and f."""
    return (list(CodeKind).index(target.kind), target.number, target.suffix.value)


def _line(key: str, amount: KernelCount) -> str:
    name = key if key.replace("_", "").isalnum() else _quoted(key)
    return f"{name} = {{ modules = {amount.modules}, kernels = {amount.kernels} }}"


def _quoted(text: str) -> str:
    """A TOML basic string in which nothing is invisible."""
    escaped = (
        f"\\{c}"
        if c in '"\\'
        else c
        if c.isprintable()
        else f"\\u{ord(c):04x}"
        if ord(c) < 65536
        else f"\\U{ord(c):08x}"
        for c in text
    )
    return f'"{"".join(escaped)}"'


def of_document(document: Mapping[str, object], file: str) -> Baseline:
    """Return the baseline of a parsed lock file; `UsageError` in one line for anything that is none."""
    if document.get("version") != VERSION:
        raise UsageError(
            f"{file} is not a baseline that this version reads: version is {document.get('version')!r:.40}"
        )
    artifacts = document.get("artifacts")
    if not isinstance(artifacts, dict) or not artifacts:
        raise UsageError(f"{file}: a baseline without artifacts")
    return Baseline(tuple(_locked(name, table, f"{file}: {name}") for name, table in artifacts.items()), file)


def _locked(name: str, table: object, where: str) -> Locked:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: expected a table of targets")
    amounts = {key: _amount(value, f"{where}: {key}") for key, value in table.items()}
    if ALL not in amounts:
        raise UsageError(f"{where}: the line {ALL!r} is missing")
    whole = amounts.pop(ALL)
    try:
        return Locked(name, whole, {ArchTarget.parse(key): amount for key, amount in amounts.items()})
    except ParseError as error:
        raise UsageError(f"{where}: {error}") from None


def _amount(value: object, where: str) -> KernelCount:
    numbers = [value.get(key) if isinstance(value, dict) else None for key in ("modules", "kernels")]
    modules, kernels = numbers
    if type(modules) is not int or type(kernels) is not int or modules < 0 or kernels < 0:
        raise UsageError(f"{where}: expected {{ modules = N, kernels = N }}")
    return KernelCount(modules, kernels)


# -- comparing


def compare(
    old: Baseline, new: Mapping[str, Locked], unread: Collection[str], containers: Collection[str]
) -> tuple[BaselineChange, ...]:
    """Return what each artifact lost and gained; `new` maps the path of each to its numbers now.

    `unread` are names of what could not be read (an artifact that is or lies in one of them is not called lost: that is
    not known), `containers` those of the wheels and zips that this run looked into. What lay in another container is
    no part of this run. `UsageError` where the baseline and the run have no artifact in common.
    """
    before = {each.name: each for each in old.artifacts}
    now = {locked.name: (path, locked) for path, locked in new.items()}
    known = set(before) & set(now)
    hidden = {name for name in before if any(name == each or ArtifactPath.parse(name).lies_in(each) for each in unread)}
    if now and not known and not hidden:
        number = count(len(before), "artifact")
        raise UsageError(f"{old.file} is a baseline of other artifacts: {min(now)} is none of its {number}")
    compared = []
    for name in sorted(before):
        if name in now:
            path, locked = now[name]
            lost, gained = _changes(before[name], locked)
            if lost or gained:
                compared.append(BaselineChange(name, path, lost, gained=gained, file=old.file))
            continue
        container = container_of(name)
        if name in hidden:
            continue
        if container is not None and container not in containers:
            compared.append(BaselineChange(name, old.file, (), gained=(), file=old.file, absent=True))
            continue
        whole = before[name].whole
        lost = (f"the whole artifact: {count(whole.modules, 'module')}, {count(whole.kernels, 'kernel')}",)
        compared.append(BaselineChange(name, old.file, lost, gained=(), file=old.file))
    for name in sorted(set(now) - set(before)):
        path, locked = now[name]
        gained = (f"the whole artifact: {count(locked.whole.modules, 'module')}",)
        compared.append(BaselineChange(name, path, (), gained=gained, file=old.file))
    return tuple(compared)


def _changes(old: Locked, new: Locked) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whole targets first, then numbers."""
    gone = [target for target in old.targets if target not in new.targets]
    lost = [f"{t} (was in {count(old.targets[t].modules, 'module')})" for t in sorted(gone, key=order_of)]
    gained = [str(target) for target in sorted(new.targets, key=order_of) if target not in old.targets]
    for target in sorted(old.targets, key=order_of):
        if target in new.targets:
            _numbers(f"{target} ", old.targets[target], new.targets[target], lost=lost, gained=gained)
    _numbers("", old.whole, new.whole, lost=lost, gained=gained)
    return () if new.damaged else tuple(lost), tuple(gained)


def _numbers(what: str, before: KernelCount, after: KernelCount, lost: list[str], gained: list[str]) -> None:
    for noun, was, is_, known in (
        ("modules", before.modules, after.modules, True),
        ("kernels", before.kernels, after.kernels, not after.unread),
    ):
        words = f"{what}{noun}: {was} -> {is_}"
        if is_ < was and known:
            lost.append(words)
        elif is_ > was:
            gained.append(words)
