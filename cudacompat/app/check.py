"""`check`: read, judge for every target, apply the rules, and hold it all to the policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cudacompat.app.inputs import reading
from cudacompat.app.inputs.baseline_file import compared_with
from cudacompat.app.inputs.named import wish_of
from cudacompat.app.inputs.published_files import for_users
from cudacompat.app.inputs.reading import ReadOptions, cache_of, with_texts
from cudacompat.domain.compare.baseline import Baseline
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.assembled import Proofs
from cudacompat.domain.judge.bundled_compilers import CompilersOnTarget, CompilingPackage, by_folder, deciding
from cudacompat.domain.machine.alternatives import Loaded, recognised, settle
from cudacompat.domain.machine.feature_libraries import spare_features
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport, ListedPackages, OfArtifact, left_open
from cudacompat.domain.rules.artifact import (
    ALTERNATIVES_RULES,
    ARTIFACT_RULES,
    ASKED_WHEEL_RULES,
    BASELINE_RULES,
    COMPILER_RULES,
    HELD_RULES,
    IGNORABLE_RULES,
    PROCESSOR_RULES,
    READ_RULES,
    SIZE_RULES,
    TARGET_RULES,
    WHEEL_FILE_RULES,
    default_target_only,
    jit_only,
    other_processor,
    undecided,
)
from cudacompat.domain.rules.artifact.compiled_later import packages_of, wheels_among
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.rules.artifact.other_platform import AskedWheel
from cudacompat.domain.rules.artifact.other_processor import for_other_processor, started_nowhere
from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts
from cudacompat.domain.rules.artifact.too_big import SizeFacts
from cudacompat.domain.rules.artifact.unused_any_of import AlternativesFacts
from cudacompat.domain.rules.ignores import IGNORE_RULES
from cudacompat.domain.rules.ignores.suppress import names, suppress
from cudacompat.domain.wheels.platforms import platform_for_all
from cudacompat.domain.words.code import BinaryArtifact, ReadResult
from cudacompat.domain.words.finding import Finding, Severity, worst_first
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import for_every_gpu
from cudacompat.domain.words.rule import applied
from cudacompat.domain.words.verdict import ArtifactVerdict, Target

if TYPE_CHECKING:
    from cudacompat.app.inputs.kept_verdicts import KeptVerdicts
    from cudacompat.artifacts.reading.work import FileResult


def check(
    paths: Sequence[str],
    targets: tuple[Target, ...],
    policy: Policy,
    on_file: Callable[[str], None] | None = None,
    *,
    baseline: Baseline | None = None,
    options: ReadOptions | None = None,
    listed: ListedPackages | None = None,
) -> CheckReport:
    """Return the report on all that the paths hold and on packages of lists, for these targets, held to this policy and
    to the baseline."""
    options = with_texts(options or ReadOptions(jobs=1)) if rests_on_texts(policy, baseline) else options
    found = read(paths, targets, on_file, options=options)
    judge = ArtifactJudge(targets, policy, cache=cache_of(options))
    return judge_read(found, targets, policy, paths=paths, baseline=baseline, listed=listed, judge=judge)


def rests_on_texts(policy: Policy, baseline: Baseline | None) -> bool:
    """Whether what is asked for counts the kernels of PTX that no GPU takes."""
    return baseline is not None or policy.ptx is not None or policy.coverage is not None


def read(
    paths: Sequence[str],
    targets: Sequence[Target],
    on_file: Callable[[str], None] | None = None,
    options: ReadOptions | None = None,
) -> ReadResult:
    """Return what the paths hold, with all that judging for these targets needs. Of an image for several platforms the
    one is read that the machines with the GPUs take, where nobody asks for another."""
    options = _for_machines(options or ReadOptions(jobs=1), targets)
    gpus = frozenset(target.capability for target in targets)
    if any(target.jit.ignores_machine_code for target in targets):
        options = with_texts(options)
    return reading.read(paths, options, kernels=True, gpus=gpus, on_file=on_file)


def _for_machines(options: ReadOptions, targets: Sequence[Target]) -> ReadOptions:
    likely = platform_for_all(targets)
    if options.fetch.images is not None or likely is None:
        return options
    return replace(options, fetch=replace(options.fetch, images=replace(wish_of(likely), asked=False)))


def judge_read(
    found: ReadResult,
    targets: tuple[Target, ...],
    policy: Policy,
    *,
    paths: Sequence[str] = (),
    baseline: Baseline | None = None,
    loaded: Loaded | None = None,
    listed: ListedPackages | None = None,
    proofs: Proofs | None = None,
    asked: Sequence[AskedWheel] = (),
    judge: ArtifactJudge | None = None,
) -> CheckReport:
    """Return the report on what was read (with its kernels) of these paths.

    `loaded` is what is known of the loaders of installed packages; of other files, alternatives are recognised by their
    shape. `listed` are the packages of lists among the paths, `proofs` what an assembler made of the PTX that verdicts
    rest on, `asked` the wheels among the paths where those of one platform or Python are asked for. `judge` is one for
    these targets and this policy: that keeps verdicts, or was told of the files while they were read.
    """
    lists = listed if listed is not None else ListedPackages()
    judged = _judged(found, judge or ArtifactJudge(targets, policy, proofs=proofs))
    compilers = by_folder(found.compilers, targets, _compiling(found)) if loaded is None else []
    whole = _of_the_whole(found, targets, compilers=compilers)
    if loaded is None:
        whole += applied(PROCESSOR_RULES, for_other_processor(found.artifacts, found.images, targets))
    findings = [*whole, *applied(COMPILER_RULES, compilers), *judged.findings]
    findings += applied(ASKED_WHEEL_RULES, asked)
    findings = _settled(findings, judged.verdicts, found, targets=targets, policy=policy, loaded=loaded)
    findings += applied(ALTERNATIVES_RULES, _alternatives(judged.verdicts, policy))
    if policy.max_bytes is not None:
        findings += applied(SIZE_RULES, _sized(found, policy.max_bytes))
    if baseline is not None:
        findings += applied(BASELINE_RULES, compared_with(baseline, found, paths))
    findings += lists.findings
    ids = {rule.id for rule in IGNORABLE_RULES} | lists.ids
    ignores = [ignore for ignore in policy.ignores if ignore.rule in ids]  # the others are for `lint`
    not_read = (*found.not_read, *lists.not_read)
    left = suppress(findings, not_read, ignores, targets=targets, today=date.today())
    findings = [*_one_for_jit(left.findings), *applied(IGNORE_RULES, left.uses)]
    return CheckReport(
        targets=targets,
        verdicts=tuple(judged.verdicts),
        findings=tuple(worst_first(findings)),
        compared=baseline is not None,
        not_read=left.not_read,
        files=found.files + lists.files,
        without_code=found.without_code + judged.without_code,
        suppressed=(*lists.suppressed, *left.suppressed),
        images=found.images,
        compilers=found.compilers,
        judged_compilers=len(deciding(compilers)),
        packages=lists.verdicts,
        environments=_environments(paths) if loaded is None else (),
    )


def _environments(paths: Sequence[str]) -> tuple[str, ...]:
    """The Python environments, and folders of packages, among these paths."""
    folders = [path for path in paths if Path(path).is_dir()]
    if not folders:
        return ()
    from cudacompat.host.toolchain.pythons import is_environment, is_package_folder

    return tuple(path for path in folders if is_environment(Path(path)) or is_package_folder(Path(path)))


def _of_the_whole(
    found: ReadResult, targets: Sequence[Target], *, compilers: Iterable[CompilersOnTarget]
) -> list[Finding]:
    """What the rules find in all that was read, before any file is judged. A path without device code whose kernels one
    of these compilers makes is one that was judged."""
    judged = deciding(compilers)
    barren = tuple(path for path in found.barren if not any(_is_in(each, path) for each in judged))
    labels = (each.label for each in found.fetched if each.release is not None)
    wheels = wheels_among((artifact.path for artifact in found.artifacts), targets, labels)
    return [
        *applied(READ_RULES, [replace(found, barren=barren)]),
        *applied(TARGET_RULES, targets),
        *applied(WHEEL_FILE_RULES, wheels),
    ]


def _is_in(path: str, outer: str) -> bool:
    file = ArtifactPath.parse(path).outer
    return file == outer or file.startswith(f"{outer.rstrip('/')}/")


def _compiling(found: ReadResult) -> dict[str, CompilingPackage]:
    if not found.compilers:
        return {}
    from cudacompat.app.inputs.compiling_packages import compiling_packages  # few checks are of compilers

    return compiling_packages(found.compilers, found.artifacts)


class ArtifactJudge:
    """Judges each file once: what `on_result` of a reading may call while processes read the others.

    Verdicts of earlier runs lie in `cache`, None for none: those under a policy that asks nothing are kept, of files
    whose reading is kept.
    """

    def __init__(
        self, targets: Sequence[Target], policy: Policy, *, proofs: Proofs | None = None, cache: Path | None = None
    ) -> None:
        self._targets = targets
        self._policy = policy
        self._proofs = proofs
        self._cache = cache if proofs is None and policy == Policy() else None
        self._judged: dict[int, tuple[BinaryArtifact, OfArtifact]] = {}
        self._new: list[tuple[BinaryArtifact, OfArtifact]] = []

    def __call__(self, _path: str, result: FileResult | None) -> None:
        """Judge what one file gave; None is one that was lost."""
        for artifact in () if result is None else result.artifacts:
            self.of(artifact)

    def of(self, artifact: BinaryArtifact) -> OfArtifact:
        """Return the verdicts on a file, and what the rules find in it."""
        known = self._judged.get(id(artifact))
        if known is None or known[0] is not artifact:
            known = self._judged[id(artifact)] = artifact, self._kept_before(artifact) or self._now(artifact)
        return known[1]

    def keep(self) -> None:
        """Keep what was judged now for a later run."""
        if any(artifact.kept is not None for artifact, _ in self._new) and self._kept is not None:
            self._kept.put(self._new)

    @cached_property
    def _kept(self) -> KeptVerdicts | None:
        if self._cache is None:
            return None
        from cudacompat.app.inputs.kept_verdicts import KeptVerdicts  # small files are read and checked without it

        return KeptVerdicts(self._cache, self._targets)

    def _kept_before(self, artifact: BinaryArtifact) -> OfArtifact | None:
        return self._kept.get(artifact) if artifact.kept is not None and self._kept is not None else None

    def _now(self, artifact: BinaryArtifact) -> OfArtifact:
        own = [v for target in self._targets if (v := judge_artifact(artifact, target, self._proofs)) is not None]
        findings = applied(ARTIFACT_RULES, [VerdictFacts(verdict, self._policy) for verdict in own])
        if own:
            findings += applied(HELD_RULES, [ArtifactFacts(artifact, tuple(own), self._policy)])
        judged = OfArtifact(own, findings)
        self._new.append((artifact, judged))
        return judged


class _Judged(NamedTuple):
    """The verdicts of all files that have device code, what the rules find in each, and how many files have none."""

    verdicts: list[ArtifactVerdict]
    findings: list[Finding]
    without_code: int


def _judged(found: ReadResult, judge: ArtifactJudge) -> _Judged:
    each = [judge.of(artifact) for artifact in found.artifacts]
    judge.keep()
    return _Judged(
        [verdict for known in each for verdict in known.verdicts],
        [finding for known in each for finding in known.findings],
        sum(not known.verdicts for known in each),
    )


def _one_for_jit(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without "only by JIT" of a file that holds just nvcc's default target, which says why it is so.

    After the ignores: who ignores the one still holds the file to the level that is required.
    """
    told = {(finding.path, finding.target) for finding in findings if finding.id == default_target_only.RULE.id}
    return [f for f in findings if f.id != jit_only.RULE.id or (f.path, f.target) not in told]


def _settled(
    findings: list[Finding],
    verdicts: Sequence[ArtifactVerdict],
    found: ReadResult,
    *,
    targets: Sequence[Target],
    policy: Policy,
    loaded: Loaded | None,
) -> list[Finding]:
    """The findings without what is left open only beside others, and with what alternatives forgive each other."""
    counting = {verdict.path for verdict in left_open(verdicts)}
    findings = [f for f in findings if f.id != undecided.RULE.id or f.path in counting]
    away = started_nowhere(found.artifacts, targets)
    findings = _forgive_alternatives(findings, verdicts, targets, policy=policy, away=away)
    # that a machine does not start the files of a folder is true of all of them: none is an alternative there
    of_machines = [f for f in findings if f.id == other_processor.RULE.id]
    findings = [f for f in findings if f.id != other_processor.RULE.id]
    known = loaded if loaded is not None else _loaders_seen(verdicts, findings)
    about = known.libraries if loaded is not None else frozenset()
    groups = (*known.alternatives, *recognised(each for each in found.artifacts if each.path not in about))
    findings = settle(findings, verdicts, targets, groups=groups, called_on=known.called_on, started_nowhere=away)
    findings = spare_features(findings, verdicts)
    findings = for_every_gpu([*of_machines, *findings], targets)
    return for_users(findings, targets) if loaded is None else findings  # `doctor` has steps for installed packages


def _loaders_seen(verdicts: Iterable[ArtifactVerdict], findings: Iterable[Finding]) -> Loaded:
    """What is known of loaders where no package manager says whose the files are: which of them are used on some GPUs
    only. It is looked for where a file has an error, which is all that it can change."""
    if all(finding.severity is not Severity.ERROR for finding in findings):
        return Loaded()
    from cudacompat.domain.machine.loaders import used_on_some
    from cudacompat.engines import loading

    paths = dict.fromkeys(verdict.path for verdict in verdicts)
    return Loaded(called_on=used_on_some(paths, loading(), wheels=packages_of(paths)))


def _forgive_alternatives(
    findings: list[Finding],
    verdicts: Sequence[ArtifactVerdict],
    targets: Sequence[Target],
    *,
    policy: Policy,
    away: Mapping[str, frozenset[str]],
) -> list[Finding]:
    """Of the artifacts that a group names as alternatives one has to satisfy a target, and be started by its machine
    (`away`: those that are not): turn the errors of the others into notes where one does. What is undecided in them
    stays so."""
    for group in policy.any_of:
        members = {v.path for v in verdicts if any(names(glob, v.path) for glob in group)}
        for target in targets:
            failing = {
                f.path for f in findings if f.target == target.id and f.severity is Severity.ERROR and f.path in members
            }
            running = {v.path for v in verdicts if v.target == target and v.path in members and v.outcome.runs}
            satisfying = sorted(running - failing - away.get(target.id, frozenset()))
            if not satisfying:
                continue
            findings = [
                replace(f, severity=Severity.NOTE, message=f"{f.message} (its alternative {satisfying[0]} does)")
                if f.target == target.id and f.path in members and f.severity is Severity.ERROR
                else f
                for f in findings
            ]
    return findings


def _alternatives(verdicts: Sequence[ArtifactVerdict], policy: Policy) -> list[AlternativesFacts]:
    """The groups of alternatives, each with the number of the files that are in it."""
    paths = {verdict.path for verdict in verdicts}
    return [
        AlternativesFacts(group, sum(any(names(glob, path) for glob in group) for path in paths), len(paths))
        for group in policy.any_of
    ]


def _sized(read: ReadResult, limit: int) -> list[SizeFacts]:
    """The files that the artifacts lie in, and how much code for each target they hold."""
    found: dict[str, Counter[str]] = {}
    sizes: dict[str, int] = {file.label: file.size for file in read.fetched}
    for artifact in read.artifacts:
        outer = ArtifactPath.parse(artifact.path).outer
        if outer not in sizes:
            sizes[outer] = artifact.size if outer == artifact.path else _bytes_of(Path(outer))
        targets = found.setdefault(outer, Counter())
        for entry in (entry for module in artifact.modules for entry in module.entries):
            targets[str(entry.target) if entry.target else entry.kind.value] += entry.size
    return [SizeFacts(path, sizes[path], limit, targets=tuple(sorted(found[path].items()))) for path in found]


def _bytes_of(path: Path) -> int:
    """The bytes of a file, or of all files of an image layout."""
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size
