"""What becomes of an installed component on a GPU: its libraries taken together, as its loader takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cudacompat.domain.judge.bundled_compilers import assembler_for, serves
from cudacompat.domain.machine.alternatives import Alternatives
from cudacompat.domain.machine.component_verdicts import DRIVER_REASONS, ComponentVerdict, LibraryVerdict
from cudacompat.domain.machine.components import Component
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.tables.run_time_compilers import begins_above, only_a_feature
from cudacompat.domain.words.verdict import Outcome, Reason, Target


def judge_component(component: Component, verdicts: Iterable[LibraryVerdict], target: Target) -> ComponentVerdict:
    """Return what becomes of the component on this GPU; `verdicts` are those of its libraries there."""
    taken = {verdict.path: verdict for verdict in verdicts}
    for only in component.called_on:
        if not only.holds(target):
            taken.pop(only.library, None)
    builds = 1
    for group in component.alternatives:
        members = [taken[path] for path in group.libraries if path in taken]
        if not members:
            continue
        builds = max(builds, len(members))
        if group.none_for:
            return ComponentVerdict(component, target, Outcome.FAILS, reason=None, library=members[0], builds=builds)
        kept = _loaded(members, group, target)
        for member in members:
            if member is not kept:
                del taken[member.path]
    left = list(taken.values())
    return _with_lacks(_with_nvrtc(_with_compiler(_together(component, target, left, builds=builds))), left)


def _with_nvrtc(verdict: ComponentVerdict) -> ComponentVerdict:
    """The same with the NVRTC that makes nearly all kernels of the component."""
    found = serves(verdict.component.found.compiler, verdict.target.capability)
    if found is None or found[1] or verdict.is_bad:
        return verdict
    return replace(verdict, outcome=Outcome.FAILS, reason=Reason.NO_IMAGE, compiler=found[0], loaded=verdict)


def _with_lacks(verdict: ComponentVerdict, taken: Sequence[LibraryVerdict]) -> ComponentVerdict:
    """The same where libraries are not found: nothing of a library that is not loaded runs, whatever the driver."""
    lacking = [each for each in taken if each.lacks]
    if not lacking:
        return verdict
    main = max(taken, key=lambda each: each.modules)
    worst = main if main in lacking else max(lacking, key=lambda each: each.modules)
    whole = worst is main or len(lacking) == len(taken)
    if not whole and verdict.outcome is Outcome.FAILS:
        return verdict
    return replace(
        verdict,
        outcome=Outcome.FAILS if whole else Outcome.PARTIAL,
        reason=Reason.LIBRARY_NOT_FOUND,
        library=worst,
        compiler="",
        lacks=tuple(dict.fromkeys(name for each in (worst, *lacking) for name in each.lacks)),
        loaded=verdict,
    )


def _with_compiler(verdict: ComponentVerdict) -> ComponentVerdict:
    """The same with the assembler that the component runs itself. A component without kernels of its own fails at the
    first one that it compiles where that, or the component itself, does not know the GPU; one with kernels runs,
    but for what it compiles.
    """
    capability = verdict.target.capability
    found = assembler_for(verdict.component.compilers, capability)
    package = verdict.component.package.lower().replace("_", "-")
    below = begins_above(package, capability)
    if below is not None:
        feature = only_a_feature(package, verdict.component.users)
        if feature is not None and not verdict.is_bad:
            return replace(verdict, compiler_lacks=f"{below}: no {feature}")
        found = below, False
    if found is None or verdict.is_bad:
        return verdict
    words, builds = found
    if verdict.outcome is not Outcome.SPECIAL:
        return verdict if builds else replace(verdict, compiler_lacks=words)
    return replace(verdict, compiler=words, outcome=Outcome.NATIVE if builds else Outcome.FAILS)


def _loaded(members: Sequence[LibraryVerdict], group: Alternatives, target: Target) -> LibraryVerdict:
    """The one that the loader takes; where that cannot be told, one that runs, if there is one."""
    named = group.loaded_on(target)
    for member in members:
        if member.path == named:
            return member
    return max(members, key=lambda each: (not each.is_bad, -len(each.lacks), each.outcome.strength))


def _together(component: Component, target: Target, taken: Sequence[LibraryVerdict], builds: int) -> ComponentVerdict:
    if not taken:
        return ComponentVerdict(component, target, Outcome.SPECIAL, reason=None, library=None, builds=builds)
    main = max(taken, key=lambda each: each.modules)
    held = [each for each in taken if each.reason in DRIVER_REASONS]
    chooses = is_vendors(component.package)
    bad = held or [each for each in taken if each.is_bad and not (chooses and each.runs_but_for_a_few)]
    if bad:
        worst = main if main in bad else max(bad, key=lambda each: each.modules)
        whole = bool(held) or worst is main or len(bad) == len(taken)
        outcome = worst.outcome if whole else Outcome.PARTIAL
        return ComponentVerdict(component, target, outcome, reason=worst.reason, library=worst, builds=builds)
    decided = [each for each in taken if each.outcome is not Outcome.UNDECIDED or _mostly_runs(each)]
    if not decided:
        return ComponentVerdict(component, target, Outcome.UNDECIDED, reason=main.reason, library=main, builds=builds)
    decides = max(decided, key=lambda each: each.modules)
    open_modules = sum(each.counts.get(Outcome.UNDECIDED, 0) for each in taken)
    return ComponentVerdict(
        component,
        target,
        _weakest(decides),
        reason=decides.reason,
        library=decides,
        builds=builds,
        open_modules=open_modules,
    )


_RUN = (Outcome.JIT, Outcome.COMPATIBLE, Outcome.NATIVE)


def _mostly_runs(verdict: LibraryVerdict) -> bool:
    """Whether some modules run, of a library of which others cannot be told about."""
    return any(verdict.counts.get(each) for each in _RUN) and bool(verdict.counts.get(Outcome.UNDECIDED))


def _weakest(verdict: LibraryVerdict) -> Outcome:
    """The outcome of the library; of one that is undecided or fails in a part, what the rest comes to."""
    if verdict.outcome not in (Outcome.UNDECIDED, Outcome.PARTIAL):
        return verdict.outcome
    return next((each for each in _RUN if verdict.counts.get(each)), Outcome.UNDECIDED)


def mark_first(verdicts: Sequence[ComponentVerdict], dependents: Mapping[str, int]) -> list[ComponentVerdict]:
    """Return the verdicts with the component of each GPU marked that fails first: `dependents` are how many of the
    environment need a component, by its name. What is not loaded comes first, the driver's refusal before any kernel,
    and a framework's own kernels before those of the libraries that it calls."""
    first: dict[str, ComponentVerdict] = {}
    for verdict in verdicts:
        if verdict.outcome is not Outcome.FAILS or verdict.compiler:  # a compiler is asked after all else has run
            continue
        best = first.get(verdict.target.id)
        if best is None or _order(verdict, dependents) < _order(best, dependents):
            first[verdict.target.id] = verdict
    return [_marked(each) if first.get(each.target.id) is each else each for each in verdicts]


def _order(verdict: ComponentVerdict, dependents: Mapping[str, int]) -> tuple[bool, bool, bool, int, str]:
    package = verdict.component.package.lower()
    return (
        not verdict.lacks,
        verdict.reason not in DRIVER_REASONS,
        is_vendors(package),
        -dependents.get(package, 0),
        package,
    )


def _marked(verdict: ComponentVerdict) -> ComponentVerdict:
    return replace(verdict, is_first=True)
