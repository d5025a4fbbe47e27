"""What becomes of the wheels that requirements stand for on GPUs: a verdict for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.tables.run_time_compilers import begins_above, may_be_a_feature, only_a_feature
from cudacompat.domain.wheels.brought import names_needed
from cudacompat.domain.wheels.by_compiler import verdict_by_compiler
from cudacompat.domain.wheels.by_release import verdict_by_release
from cudacompat.domain.wheels.distributions import distributions, family_of, framework
from cudacompat.domain.wheels.model import WheelRow
from cudacompat.domain.wheels.own_compiler import compile_alone
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.verdict import WheelVerdict, judge_row, lacking_features
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Target


def judge_all(
    resolved: Sequence[Resolved], targets: Sequence[Target], named: Sequence[Requirement] = ()
) -> tuple[RequirementVerdict, ...]:
    """Return what becomes of each of these wheels on each target, the wheels taken as one environment; `named` are all
    packages of it, those without device code as well."""
    every = [each for each in resolved if each.requirement.name == framework().name]
    cudas = tuple(dict.fromkeys(each.cuda for each in every))
    verdicts = (_beside(each, target, cudas or (None,)) for each in resolved for target in targets)
    if not every:
        return tuple(verdicts)
    failing = [target for target in targets if verdict_of(every[0], target).outcome is Outcome.FAILS]
    users = {name: _users(name, named) for name in {each.requirement.name for each in resolved}}
    return tuple(
        _with_framework(each, framework_fails=each.target in failing, users=users[each.resolved.requirement.name])
        for each in verdicts
    )


def _users(name: str, named: Sequence[Requirement]) -> tuple[str, ...]:
    """The packages that need this one, as far as that is known, beside the framework that is there."""
    if not may_be_a_feature(name):
        return ()
    return (framework().name, *(each.name for each in named if name in names_needed(each)))


def _beside(resolved: Resolved, target: Target, cudas: Sequence[str | None]) -> RequirementVerdict:
    """The verdict beside the framework of these CUDA releases: where they are alternatives, that beside the first with
    which the wheel runs."""
    verdicts = [verdict_of(resolved, target, cuda) for cuda in cudas]
    return next((each for each in verdicts if each.outcome is not Outcome.FAILS), verdicts[0])


def _with_framework(verdict: RequirementVerdict, *, framework_fails: bool, users: Sequence[str]) -> RequirementVerdict:
    """The verdict on one of NVIDIA's libraries beside the framework that it came with: it chooses its code at run time,
    and what was not read of it, or looks like a gap, decides nothing that the framework does not. Neither does one that
    fails where the framework does, which asks for this release of it, nor on a GPU that no program uses it on."""
    name = verdict.resolved.requirement.name
    least = distributions().used_from.get(family_of(name), "0.0")
    idle = verdict.target.capability < ComputeCapability.parse(least)
    follows = verdict.outcome is Outcome.FAILS and (framework_fails or idle)
    compiler = verdict.verdict.compiler if verdict.verdict is not None else None
    below = begins_above(name, verdict.target.capability)
    if compiler is not None and compiler == below:
        feature = only_a_feature(name, users)
        if feature is None:  # another release of the framework would not change that
            return verdict
        if not framework_fails:
            return replace(verdict, outcome=Outcome.PARTIAL)
    if framework_fails and compiler is not None:
        return RequirementVerdict(replace(verdict.resolved, known=HowKnown.WITH_FRAMEWORK), verdict.target, None)
    if not is_vendors_wheel(name) or not (follows or verdict.outcome in (Outcome.UNDECIDED, Outcome.PARTIAL)):
        return verdict
    resolved = replace(verdict.resolved, known=HowKnown.WITH_FRAMEWORK)
    return RequirementVerdict(resolved, verdict.target, None)


def verdict_of(resolved: Resolved, target: Target, cuda: str | None = None) -> RequirementVerdict:
    """Return what becomes of this wheel on the target; `cuda` is the CUDA release of the torch beside it."""
    if resolved.known is not HowKnown.WITH_FRAMEWORK and compile_alone(resolved.rows):
        return verdict_by_compiler(resolved, target)
    if resolved.known in (HowKnown.NO_CODE, HowKnown.WITH_FRAMEWORK):
        return _without_code(resolved, target)
    if resolved.known in (HowKnown.BETWEEN, HowKnown.ANY_BUILD):
        verdicts = [judge_row(row, target, cuda) for row in resolved.rows]
        known = [each for each in verdicts if each is not None]
        alike = len(known) == len(verdicts) and len({each.outcome for each in known}) == 1
        if alike and (target.driver is None or len({each.row.cuda_major for each in known}) == 1):
            newest = max(known, key=lambda each: each.min_driver or 0)
            return RequirementVerdict(resolved, target, newest.outcome, verdict=newest)
        post = (
            known[-1] if known and known[-1].outcome is Outcome.FAILS and _is_post_of(resolved, known[-1].row) else None
        )
        if post is not None:
            return RequirementVerdict(replace(resolved, rows=(post.row,)), target, Outcome.FAILS, verdict=post)
        unread = replace(resolved, known=HowKnown.UNREAD)
        return RequirementVerdict(unread, target, Outcome.UNDECIDED)
    if resolved.known in (HowKnown.READ, HowKnown.DOCUMENTED):
        verdict = judge_row(resolved.rows[0], target, cuda)
        return RequirementVerdict(resolved, target, verdict.outcome if verdict is not None else None, verdict=verdict)
    if resolved.known is HowKnown.ABSENT:
        return RequirementVerdict(resolved, target, Outcome.FAILS)
    if resolved.known is HowKnown.FOREIGN:
        return verdict_by_release(resolved, target)
    return RequirementVerdict(resolved, target, Outcome.UNDECIDED)


def _without_code(resolved: Resolved, target: Target) -> RequirementVerdict:
    """The verdict on a wheel without device code that its programs need: it fails where it compiles its kernels by
    itself, and not for this GPU, and lacks kernels where a library of single features does."""
    below = begins_above(resolved.requirement.name, target.capability)
    read = resolved.rows and resolved.build != "cpu"  # whose rows are those of the build with device code
    features = lacking_features(resolved.rows[-1], target) if read and below is None else None
    if features is not None:
        lacks = Outcome.PARTIAL
        found = WheelVerdict(resolved.rows[-1], target, lacks, reason=None, min_driver=None, beside=features)
        return RequirementVerdict(resolved, target, lacks, verdict=found)
    if below is None or not resolved.rows:
        return RequirementVerdict(resolved, target, None if below is None else Outcome.FAILS)
    row = resolved.rows[-1]
    fails = WheelVerdict(row, target, Outcome.FAILS, reason=None, min_driver=None, compiler=below)
    return RequirementVerdict(resolved, target, Outcome.FAILS, verdict=fails)


def _is_post_of(resolved: Resolved, row: WheelRow) -> bool:
    """Whether it is a post-release of that release, which holds the same software: what fails in one does in the other.
    https://packaging.python.org/en/latest/specifications/version-specifiers/#post-releases"""
    version, post = resolved.version, row.version
    return version is not None and post.is_postrelease and post.base_version == version.base_version
