"""GPUs that come with another processor than the installed packages are for: no step here makes those run there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cudacompat.app.doctor.component_rows import required
from cudacompat.app.doctor.installed import JudgedPackages
from cudacompat.domain.machine.components import by_environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import ComponentRow, InstalledPackages, PlanStep
from cudacompat.domain.rules.artifact import other_processor
from cudacompat.domain.rules.artifact.other_processor import ARM, X86, ForOtherProcessor
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.platforms import ARM_PLATFORM, platform_for
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.platforms import platform_of_system
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.own import normalised

_MOST = 3  # packages whose releases for the other machine are named


def other_processors(judged: JudgedPackages, facts: HostFacts, targets: Sequence[Target]) -> list[Finding]:
    """Return a finding for each environment and each of these GPUs that comes with an Arm processor, where the
    libraries of a package there are for x86-64: as their bytes say, or of saved facts the machine."""
    elsewhere = tuple(each for each in targets if platform_for(each) == ARM_PLATFORM)
    if not elsewhere:
        return []
    found: list[Finding] = []
    processors = {str(each.path): each.processor for each in judged.artifacts}
    if not processors and platform_of_system(facts.platform).endswith(ARM):
        return []
    for home, near in by_environment(judged.packages.with_code, facts.environments):
        paths = [path for each in near for path in each.libraries if not processors or path in processors]
        if any(processors.get(path) == ARM for path in paths):  # of two processors: the packages that are for one
            paths = [path for each in near for path in _of_x86(each.libraries, processors)]
        if not paths:
            continue
        first = home.label if home is not None else paths[0]
        found += other_processor.RULE.check(ForOtherProcessor(one_line(first), len(paths), elsewhere))
    return found


def _of_x86(libraries: Sequence[str], processors: Mapping[str, str | None]) -> list[str]:
    """The libraries of a package that are for x86-64, where it has none for Arm."""
    found = {path: processors.get(path) for path in libraries}
    return [path for path, processor in found.items() if processor == X86] if ARM not in found.values() else []


def there_only(findings: Iterable[Finding], targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the GPUs for which these findings leave nothing to judge here."""
    ids = {each.target for each in findings if each.id == other_processor.RULE.id and each.severity is Severity.ERROR}
    return tuple(each for each in targets if each.id in ids)


def without(packages: InstalledPackages, away: Sequence[Target]) -> InstalledPackages:
    """Return the packages as they are judged for the other GPUs alone."""
    ids = {each.id for each in away}
    return replace(packages, rows=_kept(packages.rows, ids), anyhow=_kept(packages.anyhow, ids))


def _kept(rows: Iterable[ComponentRow], ids: set[str]) -> tuple[ComponentRow, ...]:
    left = (replace(row, verdicts=tuple(v for v in row.verdicts if v.target.id not in ids)) for row in rows)
    return tuple(row for row in left if row.verdicts)


def step_there(packages: InstalledPackages, away: Sequence[Target]) -> PlanStep:
    """Return what is done on the machines with these GPUs: an environment of their own, with the releases that run."""
    names = " and ".join(each.label for each in away)
    parts = [words for target in away for words in _for_board(target)]
    served = [each for each in away if board(each.capability.number) is None]
    parts += _releases(packages, served) if served else []
    more = f": {'; '.join(dict.fromkeys(parts))}" if parts else ""
    return PlanStep(one_line(f"Make the environment for {names} on that machine, whose processor is Arm{more}"))


def _for_board(target: Target) -> Iterable[str]:
    own = board(target.capability.number)
    return (f"{target.label}: {own.words}",) if own is not None else ()


def _releases(packages: InstalledPackages, targets: Sequence[Target]) -> list[str]:
    """The commands for the packages that no other one brings along in a release of its own choice."""
    own = [each for row in packages.rows if (each := row.component).is_of_pip and not is_vendors(each.package)]
    names = dict.fromkeys(normalised(each.package) for each in own)
    brought = {name for each in own for name in required(each)}
    cures = [cure_for(name, targets, platform=ARM_PLATFORM) for name in names if name not in brought]
    return [each.sentence for each in cures if isinstance(each, WheelCure)][:_MOST]
