"""Libraries of which a loader takes one: how they are recognised, and what that makes of findings about them.

A package that ships one library for each CUDA release, or for each architecture, runs where the one runs that its
loader takes. Which files belong together is known from the rows of its engine, or seen in the files: the same kernels
under names that differ in one CUDA release or architecture. A name alone is never enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, Target


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Libraries of which a loader takes one, and `evidence`: what shows it, in words.

    `loaded` is the one that is taken, where that is known; `none_for` is what the loader looks for where none of them
    is for it. `architectures` are the numbers that the libraries are made for, in the order of the libraries, where
    their names say it.
    """

    libraries: tuple[str, ...]
    evidence: str
    loaded: str | None = None
    architectures: tuple[int, ...] = ()
    none_for: str = ""

    def loaded_on(self, target: Target) -> str | None:
        """Return the library that is taken on this GPU, the one made for it; `None` where that cannot be told."""
        if self.loaded is not None or not self.architectures:
            return self.loaded
        made = dict(zip(self.architectures, self.libraries, strict=True))
        return made.get(target.capability.number)


@dataclass(frozen=True, slots=True)
class CalledOn:
    """A library that is used on some GPUs only: `numbers` are ranges of compute capabilities (80, 90), both ends
    included, and `evidence` is what shows it, in words."""

    library: str
    numbers: tuple[tuple[int, int], ...]
    evidence: str

    def holds(self, target: Target) -> bool:
        """Whether the library is used on this GPU."""
        return any(low <= target.capability.number <= high for low, high in self.numbers)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is known of the loaders of some packages."""

    alternatives: tuple[Alternatives, ...] = ()
    called_on: tuple[CalledOn, ...] = ()

    @property
    def libraries(self) -> frozenset[str]:
        """All libraries that something is known about."""
        grouped = frozenset(path for group in self.alternatives for path in group.libraries)
        return grouped | {only.library for only in self.called_on}


# -- recognised by their shape

# what a program can load at run time; archives (.a) are for linkers
LOADED = re.compile(r"\.(so(\.\d+)*|pyd|dll|cubin|fatbin|ptx)$", re.IGNORECASE)
_RELEASE = re.compile(r"(?<![A-Za-z])cu(?:da)?[_-]?v?(\d{2}[._]\d{1,2}|\d{2,3})(?![\dA-Za-z])", re.IGNORECASE)
_ARCHITECTURE = re.compile(
    r"(?:(?<![A-Za-z])(?:sm|compute|arch)[_-]?(\d{2,3})[af]?|(?<=[_.-])(\d{2,3})[af])(?![\dA-Za-z])", re.IGNORECASE
)
_FOLDER = re.compile(r"(?:sm|compute)_?\d{2,3}[af]?|cu(?:da)?_?v?\d{2,3}", re.IGNORECASE)  # cuda-12.4 is a toolkit
_FEWEST = 2  # kernels alike but for their numbers: one alone may be another one


@dataclass(frozen=True, slots=True)
class _Named:
    """A path without the number in it (what the libraries of one group have in common), and that number where it is an
    architecture's."""

    stem: str
    architecture: int | None


def recognised(artifacts: Iterable[BinaryArtifact]) -> tuple[Alternatives, ...]:
    """Return the groups among these files, by evidence in themselves: names (or sibling folders) that differ in one
    CUDA release or architecture, and half of their kernels at least the same but for numbers in their names."""
    groups: dict[tuple[str, bool], list[tuple[BinaryArtifact, int]]] = {}
    for artifact in artifacts:
        named = _named(artifact.path)
        if named is not None:
            members = groups.setdefault((named.stem, named.architecture is not None), [])
            members.append((artifact, named.architecture or 0))
    found = (_confirmed(group, by_architecture) for (_, by_architecture), group in groups.items() if len(group) > 1)
    return tuple(group for group in found if group is not None)


def _named(path: str) -> _Named | None:
    """The name of the file counts, or the folder it lies in, and of each only one number."""
    *folders, name = re.split(r"[/\\]", path)
    suffix = LOADED.search(name)
    if suffix is None:
        return None
    for kind, pattern in (("cuda", _RELEASE), ("sm", _ARCHITECTURE)):
        found = pattern.search(name)
        if found is not None and re.search(r"[^\W_]", name[: found.start()] + name[found.end() : suffix.start()]):
            stem = f"{name[: found.start()]}<{kind}>{name[found.end() :]}"
            return _Named("/".join((*folders, stem)), _number(found) if kind == "sm" else None)
        if folders and _FOLDER.fullmatch(folders[-1]) and (found := pattern.search(folders[-1])) is not None:
            stem = "/".join((*folders[:-1], f"<{kind}>", name))
            return _Named(stem, _number(found) if kind == "sm" else None)
    return None


def _number(found: re.Match[str]) -> int:
    return int(found[1] or found[2])


def _confirmed(group: Sequence[tuple[BinaryArtifact, int]], by_architecture: bool) -> Alternatives | None:
    """The files of a group that hold the kernels of its fullest one; `None` where no two do."""
    kernels = {artifact.path: _kernels(artifact) for artifact, _ in group}
    fullest = max(kernels.values(), key=len)
    alike = [(path, number) for (artifact, number) in group if _is_alike(kernels[path := artifact.path], fullest)]
    if len(alike) < 2 or (by_architecture and len({number for _, number in alike}) < len(alike)):
        return None
    what = "the architecture" if by_architecture else "the CUDA release"
    shared = frozenset.intersection(*(_numberless(kernels[path]) for path, _ in alike))
    same = sum(bool(_numberless((name,)) & shared) for name in fullest)
    return Alternatives(
        tuple(path for path, _ in alike),
        f"{len(alike)} libraries differ in {what} that their names say and share {count(same, 'kernel')}: "
        "a loader takes one",
        architectures=tuple(number for _, number in alike) if by_architecture else (),
    )


def _is_alike(kernels: frozenset[str], fullest: frozenset[str]) -> bool:
    if kernels == fullest:
        return bool(kernels)
    own, all_ = _numberless(kernels), _numberless(fullest)
    shared = len(own & all_)
    return shared >= _FEWEST and 2 * shared >= len(all_)


def _kernels(artifact: BinaryArtifact) -> frozenset[str]:
    named = (e.kernels for module in artifact.modules for e in module.entries if e.kernels is not None)
    return frozenset(name for names in named for name in names)


def _numberless(kernels: Iterable[str]) -> frozenset[str]:
    """The names of kernels without numbers: those of architectures, releases and lengths among them."""
    return frozenset(re.sub(r"\d+", "#", name) for name in kernels)


# -- what they make of findings


def settle(
    findings: Iterable[Finding],
    verdicts: Iterable[ArtifactVerdict],
    targets: Sequence[Target],
    groups: Iterable[Alternatives],
    called_on: Iterable[CalledOn] = (),
    *,
    started_nowhere: Mapping[str, frozenset[str]] | None = None,
) -> list[Finding]:
    """Return the findings as they count for packages rather than files, in their order.

    Of a group, the errors of libraries that are not loaded become one note; where none of it serves the GPU, the whole
    group has one error. Errors of a library on a GPU on which it is not used become notes. What is undecided stays so.
    `started_nowhere` are the files, by the id of a GPU, that its machine does not start: those serve for no other.
    """
    left = list(findings)
    judged = list(verdicts)
    away = {target.id: set((started_nowhere or {}).get(target.id, ())) for target in targets}
    for evidence, unused in _unused(called_on, targets).items():
        for target_id, paths in unused.items():
            idle = [f for f in left if _is_error(f, (target_id,), paths)]
            left = _exchanged(left, idle, _noted(idle, evidence)) if idle else left
            away[target_id] |= paths
    for group in groups:
        for target in targets:
            left = _settled(left, judged, group, target=target, away=away[target.id])
    return left


def _is_error(finding: Finding, targets: Iterable[str], paths: Iterable[str]) -> bool:
    return finding.severity is Severity.ERROR and finding.target in set(targets) and finding.path in set(paths)


def _unused(called_on: Iterable[CalledOn], targets: Sequence[Target]) -> dict[str, dict[str, set[str]]]:
    """By what shows it, and by the id of a GPU, the libraries that are not used there."""
    found: dict[str, dict[str, set[str]]] = {}
    for only in called_on:
        for target in targets:
            if not only.holds(target):
                found.setdefault(only.evidence, {}).setdefault(target.id, set()).add(only.library)
    return found


def _noted(findings: Sequence[Finding], evidence: str) -> list[Finding]:
    """One note for all errors of a kind on a GPU in libraries that are not used there, for one reason."""
    by_kind: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault((finding.id, finding.message), []).append(finding)
    found = []
    for first, *others in by_kind.values():
        names = list(dict.fromkeys(_name(each.path) for each in others if each.path not in (None, first.path)))
        message = f"{first.message}{f' (nor {some(names)})' if names else ''}, and is not used there"
        found.append(replace(first, severity=Severity.NOTE, message=message, why=evidence, help=None))
    return found


def _settled(
    findings: list[Finding],
    verdicts: Sequence[ArtifactVerdict],
    group: Alternatives,
    *,
    target: Target,
    away: Set[str],
) -> list[Finding]:
    if group.loaded is not None or group.none_for:  # what is certainly not loaded says nothing but that it is there
        idle = [f for f in findings if _is_idle(f, target, group)]
        findings = [f for f in findings if f not in idle]
    mine = [f for f in findings if _is_error(f, (target.id,), group.libraries)]
    if not mine:
        return findings
    if group.none_for:
        return _exchanged(findings, mine, ())
    failing = {f.path for f in mine}
    ran = {v.path for v in verdicts if v.target == target and v.path in group.libraries and _may_serve(v.outcome)}
    loaded = group.loaded_on(target)
    serving = loaded if loaded is not None and loaded not in away else max(ran - failing - away, default=None)
    kept = [f for f in mine if f.path == loaded]
    spared = [f for f in mine if f.path != loaded]
    if not spared:
        return findings
    if kept or serving is None:
        shown = () if kept else (_group_error(spared[-1], group),)
    else:
        others = [_name(path) for path in dict.fromkeys(f.path for f in spared) if path is not None]
        instead = (
            f"{_name(serving)} is loaded instead" if serving == loaded else f"its alternative {_name(serving)} does"
        )
        shown = (_group_note(spared[0], others[1:], instead, group=group),)
    return _exchanged(findings, spared, shown)


def _is_idle(finding: Finding, target: Target, group: Alternatives) -> bool:
    """Whether it is no error of a library that is not loaded; what is undecided stays."""
    about = finding.target == target.id and finding.path in group.libraries and finding.path != group.loaded
    return about and finding.severity is not Severity.ERROR and finding.id != "undecided"


def _may_serve(outcome: Outcome) -> bool:
    """What is unclear has its own warning, and stands for the others as long as that is no error."""
    return outcome.runs or outcome is Outcome.UNCLEAR


def _exchanged(findings: Sequence[Finding], old: Sequence[Finding], new: Sequence[Finding]) -> list[Finding]:
    """The findings with the new ones in the place of the first of the old."""
    known = set(map(id, old))
    first = next(number for number, f in enumerate(findings) if id(f) in known)
    before, after = findings[:first], findings[first:]
    return [*before, *new, *(f for f in after if id(f) not in known)]


def _group_note(finding: Finding, others: Sequence[str], instead: str, group: Alternatives) -> Finding:
    also = f" (nor {some(others)})" if others else ""
    message = f"{finding.message}{also}; {instead}"
    return replace(finding, severity=Severity.NOTE, message=message, why=group.evidence, help=None)


def _group_error(finding: Finding, group: Alternatives) -> Finding:
    others = len(group.libraries) - 1
    also = f"; none of its {others} alternatives serves it either" if others > 1 else "; nor does its alternative"
    why = f"{finding.why}; {group.evidence}" if finding.why else group.evidence
    return replace(finding, message=f"{finding.message}{also}", why=why)


def _name(path: str) -> str:
    """The name of a library and, where others have the same, the folder that tells it from them."""
    *folders, name = re.split(r"[/\\]", path)
    return f"{folders[-1]}/{name}" if folders and _FOLDER.fullmatch(folders[-1]) else name
