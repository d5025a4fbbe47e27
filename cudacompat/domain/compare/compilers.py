"""The compilers of two releases compared: for which GPUs those that a package brings along build, before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.judge.bundled_compilers import by_folder, name_of
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BundledCompiler
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class CompilerDiff:
    """One kind of compiler (`ptxas`, `nvrtc`) on both sides: its files by name and CUDA release, and the GPUs for which
    some of it builds on one side alone, where both sides have it."""

    program: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    gained: tuple[ComputeCapability, ...] = ()
    lost: tuple[ComputeCapability, ...] = ()


def compare_compilers(
    old: Sequence[BundledCompiler], new: Sequence[BundledCompiler], targets: Sequence[Target]
) -> tuple[CompilerDiff, ...]:
    """Return what changed of each kind of compiler; nothing of one that has the same releases on both sides."""
    before, after = _by_program(old), _by_program(new)
    found = []
    for program in sorted({*before, *after}):
        was, is_ = _names(before[program]), _names(after[program])
        if was == is_:
            continue
        both = bool(was and is_)
        served, serves = _served(before[program], targets), _served(after[program], targets)
        gained, lost = (serves - served, served - serves) if both else (set(), set())
        found.append(CompilerDiff(program, was, is_, gained=tuple(sorted(gained)), lost=tuple(sorted(lost))))
    return tuple(found)


def _by_program(compilers: Iterable[BundledCompiler]) -> defaultdict[str, list[BundledCompiler]]:
    found: defaultdict[str, list[BundledCompiler]] = defaultdict(list)
    for each in compilers:
        found[each.program].append(each)
    return found


def _names(compilers: Iterable[BundledCompiler]) -> tuple[str, ...]:
    return tuple(sorted({f"{name_of(each)} {each.release}" for each in compilers}))


def _served(compilers: Sequence[BundledCompiler], targets: Sequence[Target]) -> set[ComputeCapability]:
    """The GPUs for which the compilers of some folder build."""
    groups = by_folder(compilers, targets)
    return {each.target.capability for each in groups if each.lacking is None}
