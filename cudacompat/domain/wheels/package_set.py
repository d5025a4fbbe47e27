"""Packages that are installed together, as one file or one stage of an image names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.tables.cuda_libraries import cuda_in_name, is_vendors_wheel
from cudacompat.domain.wheels.answer import judge_all
from cudacompat.domain.wheels.constraints import refusals
from cudacompat.domain.wheels.distributions import distributions, family_of, framework
from cudacompat.domain.wheels.metadata import needs_of
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.required import asked_by_framework, asked_of_framework
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolve import resolve
from cudacompat.domain.wheels.resolved import NOT_KNOWN, HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.running_framework import with_its_pin
from cudacompat.domain.wheels.sources_compiler import cut_by_compiler
from cudacompat.domain.wheels.table import cuda_of_index, packages, rows
from cudacompat.domain.words.verdict import Outcome, Target

_MOST_OF_ONE = 12  # requirements of one package that are compared with each other


@dataclass(frozen=True, slots=True)
class PackageSet:
    """Requirements that are installed together. `file` is the one that names them; `forked` is whether it holds
    alternatives (extras, groups, a lock for several platforms): then no two of them need ever meet. `branched` is
    whether branches of a script install some of them; `job` is where the job of a CI system stands that does;
    `platform` the one that they are installed on (`None`: that of each GPU). `constraints` hold what the packages bring
    along; `lists` are the files among those of the requirements of which pip takes all lines at once. `compiler` is the
    CUDA release of the nvcc there (`12.4`), `None` where that is not known."""

    file: str
    requirements: tuple[Requirement, ...]
    branched: bool = False
    job: tuple[str, int] | None = None
    platform: str | None = None
    constraints: tuple[Requirement, ...] = ()
    lists: frozenset[str] = frozenset()
    compiler: str | None = None

    @property
    def forked(self) -> bool:
        """Whether some package stands there more than once, or only in an extra, or in a branch."""
        names = [each.name for each in self.requirements if each.locked or each.name in packages()]
        return self.branched or len(set(names)) != len(names)


@dataclass(frozen=True, slots=True)
class ResolvedSet:
    """A set of packages with the wheels that they resolve to, of those packages that the table knows."""

    packages: PackageSet
    resolved: tuple[Resolved, ...]

    @classmethod
    def of(cls, packages: PackageSet) -> ResolvedSet:
        """Return the set with its wheels."""
        return cls(packages, _resolve(packages, packages.platform or DEFAULT_PLATFORM))

    def verdicts(self, targets: Sequence[Target]) -> tuple[RequirementVerdict, ...]:
        """Return the verdict of each wheel on each target, of the wheel for the platform that goes with the target."""
        found: list[RequirementVerdict] = []
        for platform in dict.fromkeys(map(platform_for, targets)):
            own = [target for target in targets if platform_for(target) == platform]
            default = platform == (self.packages.platform or DEFAULT_PLATFORM)
            resolved = self.resolved if default else _resolve(self.packages, platform)
            verdicts = judge_all(resolved, own, self.packages.requirements)
            found += verdicts if self._has_framework else (with_its_pin(each, platform) for each in verdicts)
        return tuple(found)

    @property
    def _has_framework(self) -> bool:
        """Whether the framework is there, or may be: a lock names all that its packages need."""
        named = self.packages.requirements
        return self.framework is not None or any(each.locked or each.name == framework().name for each in named)

    @property
    def framework(self) -> Resolved | None:
        """The wheel of the framework that the extensions in the set load into."""
        return next((each for each in self.resolved if each.requirement.name == framework().name), None)


def _resolve(packages: PackageSet, platform: str) -> tuple[Resolved, ...]:
    return tuple(cut_by_compiler(resolve(packages.requirements, platform), packages.compiler))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two packages of one set that do not go together: where the second stands, and both as they are told to people.
    `asking` is the one whose metadata excludes the other; `None` where pip sees nothing wrong with them."""

    first: Requirement
    second: Requirement
    first_label: str
    second_label: str
    asking: Requirement | None = None


def two_majors(environment: ResolvedSet) -> Iterator[Conflict]:
    """Yield the first pair of packages that bring or need CUDA libraries of two major releases."""
    packages = environment.packages
    if packages.forked:
        return
    found: list[tuple[int, Requirement, str]] = []
    for each in environment.resolved:
        name = each.requirement.name
        cuda = each.cuda if name in rows() else None
        if cuda is not None and (name in distributions().shared_libraries or cuda_in_name(name) is not None):
            own = cuda_in_name(name) if is_vendors_wheel(name) else None  # its version is the library's, not CUDA's
            found.append((int(cuda.partition(".")[0]), each.requirement, f"{each.label} (CUDA {own or cuda})"))
    known = {requirement.name for _, requirement, _ in found}
    for requirement in packages.requirements:
        major = cuda_in_name(requirement.name)
        if major is not None and requirement.name not in known:
            found.append((major, requirement, requirement.name))
    first = next((each for each in found if each[1].name == framework().name), found[0] if found else None)
    other = next((each for each in found if first is not None and each[0] != first[0]), None)
    if first is not None and other is not None and not _brings_own(found, other[0], packages):
        yield Conflict(first[1], other[1], first[2], second_label=other[2])


def _brings_own(found: Sequence[tuple[int, Requirement, str]], major: int, packages: PackageSet) -> bool:
    """Whether the libraries of that release are asked for by name, for a package that loads them."""
    libraries = {f"{name}-cu{major}" for name in distributions().loaded_by_name}
    asked = {each.name for each in packages.requirements}
    users = [each for number, each, _ in found if number == major and not is_vendors_wheel(each.name)]
    return bool(users) and not libraries.isdisjoint(asked)


def framework_mismatches(environment: ResolvedSet) -> Iterator[tuple[Conflict, str]]:
    """Yield the packages that do not go with the release of the framework in the set, as one of the two asks for
    another release of the other, each with that in words."""
    torch = environment.framework
    if environment.packages.forked:
        return
    if torch is None or torch.version is None or torch.requirement.pinned is None:
        return
    for each in environment.resolved:
        if each is torch or each.version is None or each.requirement.pinned is None:
            continue
        conflict = Conflict(torch.requirement, each.requirement, torch.label, second_label=each.label)
        asked = asked_of_framework(each.requirement.name, each.version)
        taken = asked_by_framework(each.requirement.name, torch.version)
        excludes = asked is not None and not _holds(asked, torch.version)
        built_for = f"{framework().name}{asked}" if excludes else ""
        built = cuda_of_index(each.build) and cuda_of_index(torch.build) and each.build != torch.build
        if not built_for and built and _loads_into_framework(each.requirement.name):
            built_for = f"the {framework().name} of {each.build}"
        if built_for:
            yield (
                replace(conflict, asking=each.requirement if excludes else None),
                f"{each.label} is built for {built_for}, not for {torch.label}",
            )
        elif taken is not None and not _holds(taken, each.version) and not is_vendors_wheel(each.requirement.name):
            told = f"{torch.label} requires {each.requirement.name}{taken}, not {each.label}"
            yield replace(conflict, asking=torch.requirement), told
    yield from _other_libraries(environment.packages, torch)


def _other_libraries(packages: PackageSet, torch: Resolved) -> Iterator[tuple[Conflict, str]]:
    """Yield NVIDIA's libraries at a release that the framework of the same list does not take. Of commands that follow
    each other, the later one may put another cuDNN in the place of the framework's, and people do."""
    if torch.known is not HowKnown.READ or torch.requirement.file not in packages.lists:
        return
    taken = dict(needs_of(torch.rows[0]))
    for each in packages.requirements:
        if each.file not in packages.lists or each.pinned is None or not is_vendors_wheel(each.name):
            continue
        if each.name in taken and not _holds(taken[each.name], each.pinned):
            label = f"{each.name} {each.pinned}"
            conflict = Conflict(torch.requirement, each, torch.label, second_label=label, asking=torch.requirement)
            yield conflict, f"{torch.label} requires {each.name}{taken[each.name]}, not {each.pinned}"


def _loads_into_framework(package: str) -> bool:
    """Whether builds of this package are extensions of the framework: a local version alone does not say so
    (`llama-cpp-binaries 0.0.3+cu124`)."""
    if package in framework().on_its_index | framework().built_with_it:
        return True
    return any(name == framework().name for row in rows().get(package, ()) for name, _ in needs_of(row))


def _holds(asked: SpecifierSet, version: Version) -> bool:
    return asked.contains(version, prereleases=True)


def one_folder(packages: PackageSet) -> Iterator[Conflict]:
    """Yield the pairs of packages of which one overwrites the other; none of a lock that holds builds for the GPUs of
    other makers, too: not all of it is installed anywhere."""
    if any(each.locked and each.for_others for each in packages.requirements):
        return
    for group in distributions().one_folder:
        held = [each for each in packages.requirements if each.name in group]
        names = list(dict.fromkeys(each.name for each in held))
        groups = {each.group for each in held}
        if len(names) > 1 and len(groups) == 1:
            first, second = (next(each for each in held if each.name == name) for name in names[:2])
            yield Conflict(first, second, first.name, second_label=second.name)


def overwritten_by_brought(environment: ResolvedSet) -> Iterator[tuple[Conflict, str]]:
    """Yield the packages that the set names and that own the files of one which the wheel of another brings along, each
    with the name of what that one brings."""
    if environment.packages.forked:
        return
    named = {each.name: each for each in environment.packages.requirements}
    for each in environment.resolved:
        brought = {name for row in each.rows[:1] for name, _ in needs_of(row)} - named.keys()
        for group in distributions().one_folder:
            own = next((name for name in group if name in brought), None)
            other = next((named[name] for name in group if name in named), None)
            if own is not None and other is not None:
                yield Conflict(each.requirement, other, each.label, second_label=other.name), own


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two requirements of one package, of which no release satisfies both."""

    first: Requirement
    second: Requirement


def contradictions(packages: PackageSet) -> Iterator[Contradiction]:
    """Yield the first two requirements of each package with device code, in lists that pip takes whole, that leave it
    no release. Of commands that follow each other the later one replaces what the earlier one has installed."""
    before: dict[str, list[Requirement]] = {}
    for second in packages.requirements if packages.lists else ():
        others = before.setdefault(second.name, [])
        if len(others) >= _MOST_OF_ONE:
            continue
        first = next((each for each in others if _meet(packages, each, second)), None)
        if first is not None:
            others += [first] * _MOST_OF_ONE  # told
            yield Contradiction(first, second)
        others.append(second)


def _meet(packages: PackageSet, first: Requirement, second: Requirement) -> bool:
    """Whether one run of pip gets both, and no release is left."""
    lists = packages.lists
    together = first.file in lists and second.file in lists and (first.file == second.file or packages.file in lists)
    apart = first.pythons and second.pythons and first.pythons.isdisjoint(second.pythons)
    return together and not apart and any(refusals((second,), (first,)))


def alternatives(
    verdicts: Iterable[RequirementVerdict], packages: PackageSet
) -> dict[tuple[str, str], list[RequirementVerdict]]:
    """Return the verdicts by package and target: where a file names several builds of one package, one has to run. Of
    branches each may install the package for its own CUDA release."""
    found: dict[tuple[str, str], list[RequirementVerdict]] = {}
    for each in verdicts:
        name = each.resolved.requirement.name
        found.setdefault((family_of(name) if packages.branched else name, each.target.id), []).append(each)
    return found


def deciding(group: Sequence[RequirementVerdict]) -> RequirementVerdict:
    """Return the verdict that decides for a package of which a file names alternatives: of the one that runs best."""
    return max(group, key=_rank)


def _rank(verdict: RequirementVerdict) -> tuple[int, int]:
    order = (Outcome.FAILS, None, Outcome.UNDECIDED, Outcome.PARTIAL)
    outcome = verdict.outcome
    return (order.index(outcome), 0) if outcome in order else (len(order), outcome.strength if outcome else 0)


def is_open(verdict: RequirementVerdict) -> bool:
    """Whether nothing is known of what becomes of the wheel."""
    return verdict.resolved.known in NOT_KNOWN | {HowKnown.FOREIGN, HowKnown.BUILT_HERE}
