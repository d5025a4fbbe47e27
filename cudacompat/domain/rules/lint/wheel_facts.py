"""What the rules about published wheels share: the verdicts of all packages of a project, and their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from packaging.specifiers import SpecifierSet

from cudacompat.domain.judge.compat import judge
from cudacompat.domain.project.job_runners import is_on_others, is_trial
from cudacompat.domain.project.model import CiJob, Project, Stage
from cudacompat.domain.project.other_machines import is_for_boards, is_for_others, of_another_maker, stage_at
from cudacompat.domain.project.stages import compiler
from cudacompat.domain.project.unused_stages import is_unused
from cudacompat.domain.tables.architectures import ARM_ONLY
from cudacompat.domain.wheels.brought import bounds_by_others, extras_of, release_that_takes, takes
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.cure_beside import cure_beside
from cudacompat.domain.wheels.cure_words import command_of, sentence_of
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.own_compiler import brings_assembler
from cudacompat.domain.wheels.package_set import PackageSet, ResolvedSet, alternatives, deciding
from cudacompat.domain.wheels.platforms import on_platform, platform_for
from cudacompat.domain.wheels.pythons import has_wheel, is_on, pythons_in_words
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure, no_native
from cudacompat.domain.words.choices import Require
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, document_of, what_is_there
from cudacompat.domain.words.verdict import CUDA_ERRORS, Outcome, Reason, Target

_OPEN = {
    HowKnown.NEWER: "newer than every release that was read",
    HowKnown.OLDER: "older than every release that was read",
    HowKnown.UNREAD: "not read",
    HowKnown.UNLISTED: "no such release on its index",
    HowKnown.BUILT_HERE: "no wheel of it on its index",
    HowKnown.FOREIGN: "from an index whose files are not known here",
}


def groups_of(project: Project, *, trials: bool = False) -> Iterator[tuple[PackageSet, list[RequirementVerdict]]]:
    """Yield the verdicts of each package on each GPU that was named, with the set that it belongs to: several where
    the set holds alternatives. Not those of files and extras for machines without a GPU; `trials` are those of jobs
    that are not certainly where a GPU is, and no others."""
    if not project.targets:
        return
    for environment in environments_of(project, trials=trials):
        packages = environment.packages
        job = job_of(project, packages)
        stage = stage_at(project, packages.file)
        boards = stage is not None and is_for_boards(stage)
        every = targets_of(project, packages)
        of = packages.file.partition(":")[0]
        targets = tuple(
            each
            for each in every
            if (not boards or each.capability.number in ARM_ONLY)
            and not is_for_others(of, each.capability)
            and not (job is not None and is_on_others(job, each.capability))
        )
        verdicts = project.once(("verdicts", id(packages)), partial(environment.verdicts, targets))
        for group in alternatives(verdicts, packages).values():
            if not all(says_cpu(each.resolved.requirement, packages.file, job) for each in group):
                yield packages, group


def targets_of(project: Project, packages: PackageSet) -> tuple[Target, ...]:
    """Return the GPUs that were named, on the platform that the packages are installed on."""
    return on_platform(project.targets, packages.platform)


def environments_of(project: Project, *, trials: bool = False) -> Iterator[ResolvedSet]:
    """Yield what is installed together, with the wheels that it resolves to; of jobs of a CI system those that run
    where a GPU is, or else (`trials`) those that nobody says that of, and those of stages that a plain build of an
    image leaves out. Not what is installed into an image for accelerators of another maker."""
    own = project.once("trials", lambda: frozenset(job.place.at for job in project.jobs if is_trial(project, job)))
    for packages in project.packages:
        stage = stage_at(project, packages.file)
        others = stage is not None and stage.base is not None and of_another_maker(stage.base.image)
        trial = packages.job in own or (stage is not None and is_unused(project, stage))
        if trial is not trials or others:
            continue
        yield project.once(("resolved", id(packages)), partial(_resolved, project, packages, stage))


def _resolved(project: Project, packages: PackageSet, stage: Stage | None) -> ResolvedSet:
    made_by = compiler(project, stage) if stage is not None else None
    return ResolvedSet.of(replace(packages, compiler=str(made_by.version)) if made_by is not None else packages)


def job_of(project: Project, packages: PackageSet) -> CiJob | None:
    """Return the job of a CI system that installs these packages."""
    jobs = project.once("jobs_by_place", lambda: {job.place.at: job for job in project.jobs})
    return jobs.get(packages.job) if packages.job is not None else None


_NO_GPU = frozenset({"cpu", "doc", "docs", "readthedocs"})
_TESTS = frozenset({"test", "tests", "testing", "unittest", "unittests"})  # what they install, nobody else does
# in a file's own name alone, since folders are named after what they hold: requirements_apple-silicon.txt
_OTHER_GPU = frozenset({"apple", "mac", "macos", "osx", "darwin", "rocm", "xpu", "hpu", "npu"})

_CPU_WORD = re.compile(r"(?!\w*gpu)(?:cpu[a-z]*|[a-z]+cpu)")  # CPUDockerfile, Dockerfile.base_cpuonly


def says_cpu(requirement: Requirement, of: str = "", job: CiJob | None = None) -> bool:
    """Return True if the file or the extra says in its name that it is for machines without a GPU of NVIDIA's, or for
    tests; `of` is the list that includes the file, if another. What a `job` of tests installs itself, its tests use."""
    names = (requirement.file, requirement.group, of)
    words = (re.split(r"[^a-z]+", name.lower()) for name in names)
    own = [re.split(r"[^a-z]+", name.rpartition("/")[2].lower()) for name in (requirement.file, of)]
    if any(_CPU_WORD.fullmatch(word) for each in own for word in each):
        return True
    nobodys = _NO_GPU if job is not None and job.file == requirement.file else _NO_GPU | _TESTS
    return any(not nobodys.isdisjoint(each) for each in words) or any(not _OTHER_GPU.isdisjoint(each) for each in own)


def below_level(project: Project, level_for: Callable[[Target], Require]) -> Iterator[Finding]:
    """Yield an error for each package that runs, but through less than is required on the GPU: by JIT where machine
    code is required, through code for another GPU where its own is."""
    for packages, group in groups_of(project):
        verdict = deciding(group)
        outcome, target, resolved = verdict.outcome, verdict.target, verdict.resolved
        if outcome is None or not outcome.runs or level_for(target).met_by(outcome):
            continue
        by_jit = outcome is Outcome.JIT
        yield finding(
            "wheel-by-jit" if by_jit else "not-native",
            Severity.ERROR,
            f"{resolved.label} runs on {target.label} {'by JIT' if by_jit else 'through code for another GPU'}",
            resolved=resolved,
            target=target,
            found=content_of(resolved),
            why=f"--require {level_for(target).value}",
            help_=_with_own_code(resolved, packages, target)
            if by_jit
            else f"build {resolved.requirement.name} from source for sm_{target.capability.number}",
        )


def _with_own_code(resolved: Resolved, packages: PackageSet, target: Target) -> str:
    """Return the cure where JIT is not allowed: a wheel with machine code, else a build of one's own."""
    cure = cure_of(resolved, packages, (target,), native=True)
    if isinstance(cure, WheelCure) and cure.native:
        return sentence_of(cure, command_of(cure, resolved.requirement, (target,)), resolved.requirement)
    return no_native(resolved.requirement.name, target.label)


def content_of(resolved: Resolved, none_for: str | None = None) -> str:
    """Return what is known of the wheel's code, how and since when; where it has a library for each CUDA release and
    `none_for` the one that is asked, for which releases."""
    if not resolved.rows and resolved.requirement.conda and resolved.requirement.cuda:
        return f"a build of conda for CUDA {resolved.requirement.cuda}, which was not read"
    if not resolved.rows:
        return f"{resolved.label}: {_OPEN.get(resolved.known, 'nothing is known of it')}"
    row = resolved.rows[0]
    if brings_assembler(row):
        return f"{', '.join(row.compilers)} in the wheel of {row.version} (read {row.date})"
    if none_for is not None:
        releases = sorted(int(each) for each in row.by_cuda)
        known = f"read {row.date}" if resolved.known is HowKnown.READ else f"{row.version} was read {row.date}"
        return f"libraries for CUDA {', '.join(f'{each // 10}.{each % 10}' for each in releases)} ({known})"
    library = row.main.rpartition("/")[2] if row.main else ""
    text = what_is_there([each.module(row.ptx_isa) for each in row.lists]) if row.lists else "no device code"
    if resolved.known is HowKnown.BETWEEN and len(resolved.rows) == 1:
        return f"{text} in {library} of {row.version}, its post-release (read {row.date})"
    if resolved.known is HowKnown.BETWEEN:
        of = f"{resolved.rows[0].version} and {resolved.rows[1].version}, which were read {row.date} and agree"
        return f"{text} in {library} of {of}"
    if resolved.known is HowKnown.ANY_BUILD:
        others = f", and {count(len(resolved.rows) - 1, 'build')} for other CUDA releases" if resolved.rows[1:] else ""
        return (
            f"{text} for CUDA {row.cuda}{others}, none of which runs otherwise (documented: {document_of(row.source)})"
        )
    how = f"read {row.date}" if resolved.known is HowKnown.READ else f"documented: {document_of(row.source)}"
    return f"{text} in {library} ({how})"


def without_wheel(resolved: Resolved, target: Target) -> tuple[str, str] | None:
    """Return for which platform, or which Python, the release has no wheel on the machine with this GPU, and what that
    comes from; `None` where it has one."""
    name, version, python = resolved.requirement.name, resolved.version, resolved.requirement.python
    platform = platform_for(target)
    if version is None or has_wheel(name, version, python, platform=platform):
        return None
    if not is_on(name, version, platform):
        return platform, "pip finds none: its wheels are for other platforms"
    pythons = pythons_in_words(name, version, platform)
    return f"Python {python}", f"its wheels are for Python {pythons}: pip finds none for {python}"


def reason_of(verdict: RequirementVerdict) -> str | None:
    """Return why the wheel does not run, with the error that the program will print."""
    if verdict.resolved.known is HowKnown.ABSENT:
        release = f"{verdict.resolved.requirement.name} {verdict.resolved.version}"
        if missing := without_wheel(verdict.resolved, verdict.target):
            return missing[1]
        return f"that index never had {release}: pip finds no matching distribution"
    if verdict.verdict is None:
        return None
    if verdict.verdict.none_for is not None:
        cuda = verdict.verdict.none_for
        return f"it loads the library for the CUDA release of {framework().name}, here {cuda}, and has none"
    if verdict.verdict.compiler is not None:
        return f"{verdict.verdict.compiler}: the first kernel that it compiles for {verdict.target.label} fails"
    if verdict.verdict.requires is not None:
        return f"it requires {verdict.verdict.requires}, which has no build that runs on {verdict.target.label}"
    reason, target = verdict.verdict.reason, verdict.target
    error = CUDA_ERRORS.get(reason) if reason is not None else None
    told = f" (CUDA error {error})" if error is not None else ""
    if reason is Reason.RUNTIME_NEEDS_DRIVER:
        needed = f"driver {verdict.verdict.min_driver} or newer"
        return f"its CUDA {verdict.resolved.cuda} runtime needs {needed}, the driver is {target.driver}{told}"
    if reason is Reason.PTX_ISA_TOO_NEW:
        return f"driver {target.driver} does not compile its PTX{told}"
    if reason is Reason.DRIVER_TOO_OLD_FOR_GPU:
        return f"driver {target.driver} does not know this GPU{told}"
    if reason is Reason.DRIVER_DROPPED_GPU:
        return f"driver {target.driver} no longer drives this GPU{told}"
    told = told or f" (CUDA error {CUDA_ERRORS[Reason.NO_IMAGE]})"
    if not verdict.resolved.rows:
        return f"CUDA {verdict.resolved.cuda} builds no code for {target.label}{told}"
    row = verdict.resolved.rows[0]
    lacking = sum(each.modules for each in row.lists if not judge(target, each.module(row.ptx_isa)).outcome.runs)
    total = sum(each.modules for each in row.lists)
    if 0 < lacking < total:
        return f"{lacking} of {total} modules there have nothing that runs on {target.label}{told}"
    return f"no machine code and no PTX there runs on {target.label}: no kernel image{told}"


def help_for(resolved: Resolved, packages: PackageSet, targets: Sequence[Target], *, native: bool = False) -> str:
    """Return the cure for all these GPUs, in the words of the tool whose file names the package."""
    cure = cure_of(resolved, packages, targets, native=native)
    return sentence_of(cure, command_of(cure, resolved.requirement, targets), resolved.requirement)


def cure_of(
    resolved: Resolved, packages: PackageSet, targets: Sequence[Target], *, native: bool = False
) -> WheelCure | NoCure:
    """Return the pin and index that run on all these GPUs, with the pins of what has to move along: releases that the
    Python there takes, else with the Pythons that they need."""
    there = resolved.requirement.installed_for
    if there:
        resolved = replace(resolved, requirement=replace(resolved.requirement, pythons=frozenset({there})))
    targets = on_platform(targets, packages.platform)
    requirement = resolved.requirement
    bounds = bounds_by_others(requirement.name, packages.requirements)
    found = _with_users(_cure_in(resolved, packages, targets, native=native, allowed=bounds), packages)
    if isinstance(found, NoCure) and bounds is not None:
        free = _with_users(_cure_in(resolved, packages, targets, native=native, allowed=None), packages)
        found = free if isinstance(free, WheelCure) and not free.stuck else found
    return replace(found, extras=extras_of(requirement)) if isinstance(found, WheelCure) else found


def _cure_in(
    resolved: Resolved,
    packages: PackageSet,
    targets: Sequence[Target],
    *,
    native: bool,
    allowed: SpecifierSet | None,
) -> WheelCure | NoCure:
    """The cure in the environment of these packages, of the releases in `allowed`: of the index that the project's own
    tables name where they ask that for what it never had, and it has another."""
    kept = _on_own_index(resolved, packages, targets, native=native, allowed=allowed)
    if kept is not None:
        return kept
    if not packages.forked:
        beside = ResolvedSet.of(packages).resolved
        return cure_beside(resolved, beside, targets, native=native, allowed=allowed)
    name, names = resolved.requirement.name, tuple(each.name for each in packages.requirements)
    python = resolved.requirement.python
    return cure_for(
        name, targets, version=resolved.version, beside=names, native=native, allowed=allowed, python=python
    )


def _on_own_index(
    resolved: Resolved,
    packages: PackageSet,
    targets: Sequence[Target],
    *,
    native: bool,
    allowed: SpecifierSet | None,
) -> WheelCure | None:
    requirement = resolved.requirement
    if resolved.known is not HowKnown.ABSENT or not requirement.is_sourced:
        return None
    found = cure_for(
        requirement.name, targets, version=resolved.version or requirement.pinned,
        beside=tuple(each.name for each in packages.requirements if each.name != requirement.name),
        native=native, allowed=allowed, python=requirement.python, index=requirement.index,
    )  # fmt: skip
    return found if isinstance(found, WheelCure) and not found.stuck else None


def _with_users(cure: WheelCure | NoCure, packages: PackageSet) -> WheelCure | NoCure:
    """The cure with another release of each pinned package that refuses what it pins; those of which no release is
    known that takes it are stuck."""
    if isinstance(cure, NoCure):
        return cure
    pins = {cure.package: cure.version, **dict(cure.companions)}
    along, stuck = list(cure.companions), list(cure.stuck)
    for each in packages.requirements:
        if each.name in pins or each.pinned is None or each.locked or takes(each.name, each.pinned, pins):
            continue
        older = release_that_takes(each.name, pins)
        if older is None:
            stuck.append(each.name)
        else:
            along.append((each.name, older))
    return replace(cure, companions=tuple(along), stuck=tuple(dict.fromkeys(stuck)))


def finding(
    id_: str,
    severity: Severity,
    message: str,
    resolved: Resolved,
    *,
    target: Target | None = None,
    found: str | None = None,
    why: str | None = None,
    help_: str | None = None,
    command: str | None = None,
) -> Finding:
    """Return the finding at the requirement's place; how its version was found is told with what was found."""
    parts = [found or ""]
    if resolved.how:
        parts.insert(0, f"{resolved.requirement.written}: {resolved.how}" if resolved.requirement.written else "")
    return Finding(
        id=id_,
        severity=severity,
        message=message,
        path=resolved.requirement.file,
        line=resolved.requirement.line,
        target=target.id if target is not None else None,
        found="; ".join(filter(None, parts)) or None,
        why=why,
        help=help_,
        command=command,
    )


def failing(group: Sequence[RequirementVerdict]) -> RequirementVerdict | None:
    """Return the verdict to report where no alternative of the package runs: that of the first; else `None`."""
    judged = [each for each in group if each.outcome is not None]
    if not judged or any(each.outcome is not Outcome.FAILS for each in judged):
        return None
    return judged[0]
