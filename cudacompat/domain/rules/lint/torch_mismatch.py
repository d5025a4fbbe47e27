"""A torch of one release with an extension that is built for another.

What it finds: requirements that are installed together, of which one asks in its metadata for exactly another torch
than the one that is pinned, or comes from the index of another CUDA release; and a triton, or in one list a
library of NVIDIA's, that is not the one that the pinned torch asks for.

Why it matters: pip refuses to install the two in one command. In two commands it replaces the torch of the first one,
or warns and leaves an extension for another torch. That one fails at import, also with --no-deps, or in a list that
`pip freeze` made after one was replaced: undefined symbols, "operator torchvision::nms does not exist".

Example: `torch==2.6.0` with `torchvision==0.20.1`, which asks for 2.5.1.

What to do: pin the releases that belong together, from one index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import environments_of, help_for, targets_of
from cudacompat.domain.tables.cuda_libraries import is_vendors_wheel
from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.cure_words import command_of
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.package_set import Conflict, ResolvedSet, framework_mismatches
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.release_bounds import ReleaseBounds
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.together import FrameworkRelease, moved_along
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One error for each extension."""
    for environment in environments_of(project):
        for each, message in framework_mismatches(environment):
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=message,
                path=each.second.file,
                line=each.second.line,
                why=_why(each, environment, project),
                help=_another_framework(environment, project)
                or _without(each)
                or _pin(each, environment, project)
                or f"pin the {each.second.name} that was released with {each.first_label}, from the same index",
            )


def _why(conflict: Conflict, environment: ResolvedSet, project: Project) -> str:
    """What pip makes of the two: it refuses them in one command only."""
    fails = "an extension for another torch fails at import"
    if conflict.asking is None:
        return f"pip does not compare the CUDA releases; {fails}"
    if not _apart(conflict, project):
        of_vendor = is_vendors_wheel(conflict.second.name)
        return "pip refuses the two together" if of_vendor else f"pip refuses the two together; {fails}"
    named = environment.packages.requirements
    first, second = (conflict.first, conflict.first_label), (conflict.second, conflict.second_label)
    (_, earlier), (later, label) = sorted((first, second), key=lambda each: named.index(each[0]))
    if later == conflict.asking:
        return f"pip replaces {earlier} when it installs {label} after it; with --no-deps the two do not fit"
    return f"pip installs {label} after {earlier}, with a warning only; {fails}"


def _apart(conflict: Conflict, project: Project) -> bool:
    """Whether certainly one command installs the first and another the second."""
    by_place = project.once("commands_by_what_they_name", lambda: _by_what_they_name(project))
    one, two = (_getting(each, by_place) for each in (conflict.first, conflict.second))
    return bool(one and two) and one.isdisjoint(two)


def _getting(requirement: Requirement, commands: Mapping[tuple[str, int, str], set[int]]) -> set[int]:
    """The commands, by their number, that name the requirement, or the list in which it stands."""
    at = (requirement.file, requirement.line, requirement.written)
    return commands.get(at) or commands.get((base_name(requirement.file), 0, ""), set())


def _by_what_they_name(project: Project) -> Mapping[tuple[str, int, str], set[int]]:
    found: dict[tuple[str, int, str], set[int]] = defaultdict(set)
    for number, command in enumerate(project.commands):
        for word in command.words[1:] if command.has("install", "add", "sync") else ():
            found[command.place.file, command.place.line, word.text].add(number)
            found[base_name(word.text), 0, ""].add(number)
    return found


def _another_framework(environment: ResolvedSet, project: Project) -> str | None:
    """The cure of the framework with all that moves along, or what does in its place, where that of the list does not
    run; else `None`."""
    torch, targets = environment.framework, targets_of(project, environment.packages)
    if torch is None or all(verdict_of(torch, target).outcome is not Outcome.FAILS for target in targets):
        return None
    return help_for(torch, environment.packages, targets)


def _without(conflict: Conflict) -> str | None:
    """Where the framework itself brings what is pinned beside it: to leave that out."""
    if not is_vendors_wheel(conflict.second.name):
        return None
    return f"drop {conflict.second.name}: {conflict.first_label} brings the release that it takes"


def _pin(conflict: Conflict, environment: ResolvedSet, project: Project) -> str | None:
    """The command that installs the release for this torch that runs on all GPUs that are named; `None` where the table
    has none. What goes with which release is the same on every platform."""
    torch = environment.framework
    if torch is None or torch.version is None:
        return None
    second = conflict.second
    release = FrameworkRelease(torch.version, torch.cuda, torch.build)
    targets = targets_of(project, environment.packages)
    beside = (f"{second.name}=={second.pinned}",)
    python = second.python or second.installed_for or None
    moved = moved_along(release, targets, ReleaseBounds(platform=DEFAULT_PLATFORM, beside=beside, python=python))
    if not moved.pins:
        return None
    name, version = moved.pins[0]
    index = release.index if name in framework().built_with_it else PYPI
    along = WheelCure(name, version, index, basis="", native=True, min_driver=None)
    command = command_of(along, second, project.targets)
    return f"{command} (for {conflict.first_label})"


RULE = Rule("torch-mismatch", "A torch with extensions for another torch", __doc__, check)
