"""The best list of targets that fits into a number of bytes. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from cudacompat.domain.builds.engine import Route
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.costs import sizes
from cudacompat.domain.builds.plans.model import BuildPlan
from cudacompat.domain.builds.plans.plan import SPARE_PTX, arriving, sayable
from cudacompat.domain.judge.coverage import Reach, how, reach
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.verdict import Outcome

_Code = tuple[CodeTarget, ...]
_Found = tuple[tuple[int, int, bool, int], int, _Code]  # how good, bytes, the list


def within(plan: BuildPlan, budget: int, measured: Sequence[str]) -> tuple[CodeTarget, ...]:
    """Return the best list for the plan's GPUs whose file stays within `budget` bytes, sizes as measured or estimated.

    Every GPU has to run it. As few as possible go through the JIT, then as many as possible get code of their own
    number: so targets of one major give way to its lowest minor first, and PTX comes last. `UsageError` where no size
    was measured for the engine, or nothing fits; `measured` are the engines for which some were.
    """
    full = sizes(plan.engine, plan.release.version, plan.arrives)
    if full is None:
        raise UsageError(
            f"no sizes were measured for {plan.engine.name} with CUDA {plan.release.version}, so --budget cannot be "
            f"held{'; they were for ' if measured else ''}{', '.join(measured)}"
        )
    if full.total <= budget:
        return plan.code
    found = [each for ptx in _ptx_candidates(plan) for each in _lists(plan, ptx)]
    smallest = min(found, key=lambda each: each[1], default=None)
    fitting = [each for each in found if each[1] <= budget]
    if fitting:
        return max(fitting, key=lambda each: (each[0], -each[1]))[2]
    if smallest is None:
        raise UsageError(f"no smaller list of {plan.engine.name} runs on all of these GPUs")
    images = " ".join(map(str, _arriving(plan, smallest[2])))
    raise UsageError(
        f"no list fits into {byte_size(budget)}; the smallest that runs on all of these GPUs is {images}: about "
        f"{byte_size(smallest[1])}, of which {byte_size(full.row.base)} is not device code"
    )


def tradeoff(full: BuildPlan, small: BuildPlan, budget: int) -> str:
    """Return what the smaller list costs whom, in one sentence."""
    whole = sizes(full.engine, full.release.version, full.arrives)
    about = f", about {byte_size(whole.total)}" if whole is not None else ""
    lost: dict[str, list[str]] = defaultdict(list)
    for wanted, before, after in zip(full.wanted, full.reached, small.reached, strict=True):
        if (before.outcome, before.image) != (after.outcome, after.image):
            lost[how(after)].append(wanted.label)
    changes = [f"{said} for {', '.join(dict.fromkeys(labels))}" for said, labels in lost.items()]
    if any(each.ptx for each in full.code) and not any(each.ptx for each in small.code):
        changes.append("nothing for GPUs of newer generations")
    images = " ".join(map(str, full.arrives))
    return (
        f"within {byte_size(budget)}, instead of {images}{about}: {'; '.join(changes) or 'the same for all of these'}"
    )


def _ptx_candidates(plan: BuildPlan) -> list[CodeTarget | None]:
    """PTX that some of these GPUs can compile: of each plain target, the spare one, none."""
    plain = {each.number for each in plan.wanted} | {SPARE_PTX}
    numbers = sorted(
        each for each in plain if not plan.engine.added_suffix(plan.version, each, ptx=True, cuda=plan.release.version)
    )
    return [None, *(CodeTarget(each, sass=False, ptx=True) for each in numbers)]


def _lists(plan: BuildPlan, ptx: CodeTarget | None) -> list[_Found]:
    """The smallest list for each degree of service, with this PTX: majors are independent, machine code of one runs
    on no other."""
    by_major: dict[int, list[CodeTarget]] = defaultdict(list)
    for each in dict.fromkeys(CodeTarget(w.number, w.suffix) for w in plan.wanted):
        by_major[each.number // 10].append(each)
    fixed = (ptx,) if ptx is not None else ()
    base = sizes(plan.engine, plan.release.version, _arriving(plan, fixed))
    best: dict[tuple[int, int], tuple[int, _Code]] = {(0, 0): (base.total if base is not None else 0, fixed)}
    for major in sorted(by_major):
        merged: dict[tuple[int, int], tuple[int, _Code]] = {}
        for jit, native, size, part in _of_major(plan, by_major[major], fixed):
            for (jits, natives), (bytes_, code) in best.items():
                key, new = (jits + jit, natives + native), (bytes_ + size, (*code, *part))
                if key not in merged or new[0] < merged[key][0]:
                    merged[key] = new
        best = merged
    forward = ptx is not None and ptx.suffix is ArchSuffix.NONE
    number = ptx.number if ptx is not None else 0
    return [
        ((-jit, native, forward, number), size, _joined(code)) for (jit, native), (size, code) in best.items() if code
    ]


def _of_major(plan: BuildPlan, targets: Sequence[CodeTarget], fixed: _Code) -> Iterable[tuple[int, int, int, _Code]]:
    """For each choice of machine code of one major: GPUs through the JIT, GPUs with their own code, bytes, the code."""
    wanted = {each.number for each in targets}
    for length in range(len(targets) + 1):
        for part in combinations(targets, length):
            images = _arriving(plan, (*part, *fixed))
            reaches: list[Reach] = [
                reach(ComputeCapability.from_number(number), images, plan.release.ptx_isa) for number in sorted(wanted)
            ]
            if not all(each.outcome.runs for each in reaches):
                continue
            own = sizes(plan.engine, plan.release.version, _arriving(plan, part))
            if own is None:
                continue
            outcomes = [each.outcome for each in reaches]
            yield (
                outcomes.count(Outcome.JIT),
                outcomes.count(Outcome.NATIVE),
                own.total - own.row.base,
                part,
            )


def _arriving(plan: BuildPlan, code: Sequence[CodeTarget]) -> tuple[ArchTarget, ...]:
    """What the engine's build makes of this list."""
    said = sayable(plan.engine, plan.version, code, route=Route.COMMAND)
    return arriving(plan.engine, plan.version, said, cuda=plan.release.version)


def _joined(code: Iterable[CodeTarget]) -> _Code:
    """The list in order, machine code and PTX of one number as one item."""
    merged: dict[str, CodeTarget] = {}
    for each in code:
        old = merged.get(each.arch, CodeTarget(each.number, each.suffix, sass=False))
        merged[each.arch] = CodeTarget(each.number, each.suffix, old.sass or each.sass, ptx=old.ptx or each.ptx)
    return tuple(sorted(merged.values(), key=lambda each: (each.number, each.suffix.value)))
