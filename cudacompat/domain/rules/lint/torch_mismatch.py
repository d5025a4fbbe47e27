"""A torch of one release with an extension that is built for another.

What it finds: requirements that are installed together, of which one asks in its metadata for exactly another torch
than the one that is pinned, or comes from the index of another CUDA release; and a triton, or in one list a
library of NVIDIA's, that is not the one that the pinned torch asks for.

Why it matters: pip refuses to install the two; with --no-deps, or in a list that `pip freeze` made after one was
replaced, the extension fails at import: undefined symbols, "operator torchvision::nms does not exist".

Example: `torch==2.6.0` with `torchvision==0.20.1`, which asks for 2.5.1.

What to do: pin the releases that belong together, from one index.
"""

from __future__ import annotations

from collections.abc import Iterable

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
                why="pip refuses the two together"
                if is_vendors_wheel(each.second.name)
                else "pip refuses the two together; an extension for another torch fails at import",
                help=_another_framework(environment, project)
                or _without(each)
                or _pin(each, environment, project)
                or f"pin the {each.second.name} that was released with {each.first_label}, from the same index",
            )


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
