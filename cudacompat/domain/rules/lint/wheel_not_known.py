"""A wheel of a package with CUDA code, of which nothing is known.

What it finds: a requirement of a package whose wheels hold CUDA code, in a release, or from an index, of which nothing
was read: newer than the table, between releases that do not agree, from a mirror, or of conda-forge; or in a release
that PyPI did not have on the day of the table, although it had a newer one. A package that its index has as sources
alone (flash-attn, torch-scatter) holds what the machine builds that installs it. A wheel that was read may stay
undecided for a GPU.

Why it matters: whether it runs on the GPU is not told, and is not guessed from its number.

Example: a release of last week.

What to do: have it read: `cudacompat check NAME==VERSION --gpu 12.0` asks the index for the wheel itself. A package of
conda is another build: `cudacompat check` reads its file or address, and `cuda-version` chooses the CUDA release.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.wheel_facts import content_of, finding, groups_of, targets_of, without_wheel
from cudacompat.domain.wheels.cure_words import command_of, sentence_of
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.package_set import is_open
from cudacompat.domain.wheels.platforms import options_for, platform_for
from cudacompat.domain.wheels.pythons import option_of_python
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolved import HowKnown, RequirementVerdict, Resolved
from cudacompat.domain.wheels.table import cuda_of_index, releases, releases_around, rows_of
from cudacompat.domain.wheels.wheel_cure import NoCure
from cudacompat.domain.wheels.without_row import variable_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome, Target

_ADDRESS = re.compile(r"https://[^\s/@]{1,200}/[^\s;#@]{1,600}\.whl")  # without a user or a password
_LONGEST_WRITTEN = 1000  # characters that are looked at
_CONDA_UNREAD = "packages of conda are other builds than wheels of that name, and were not read"


def check(project: Project) -> Iterable[Finding]:
    """One note for each package."""
    told: set[tuple[str, int, str]] = set()
    for packages, group in groups_of(project):
        resolved = group[0].resolved
        key = (resolved.requirement.file, resolved.requirement.line, resolved.requirement.name)
        undecided = group[0].outcome is Outcome.UNDECIDED and not is_open(group[0])
        if len(group) > 1 or not (undecided or is_open(group[0])) or key in told:
            continue
        told.add(key)
        if undecided:
            yield _undecided(group[0], shlex.join(_options(group[0], targets_of(project, packages))))
            continue
        name = resolved.requirement.name
        read = rows_of(name, platform_for(group[0].target))
        gpus = shlex.join(_options(group[0], targets_of(project, packages)))
        if read and read[-1].version.is_devrelease and resolved.known is HowKnown.NEWER:
            continue  # pip builds it
        if resolved.known is HowKnown.BUILT_HERE:
            if not any(name in use.engine.packages for use in project.uses):  # whose settings other rules look at
                yield _built_here(group[0])
            continue
        end = {HowKnown.NEWER: "newest", HowKnown.OLDER: "oldest"}.get(resolved.known)
        bound = f": the {end} that was read is {resolved.rows[0].version}" if end and resolved.rows else ""
        yield finding(
            RULE.id,
            Severity.NOTE,
            f"the device code of {resolved.label} is not known{bound}",
            resolved=resolved,
            found=content_of(resolved) if not resolved.rows else None,
            why=_why(resolved),
            help_=_of_conda(resolved, targets_of(project, packages), gpus) or _of_pip(resolved, gpus),
        )


def _options(verdict: RequirementVerdict, targets: Sequence[Target]) -> list[str]:
    """The options of the command that reads the wheel: the GPUs, and the Python where it matters."""
    resolved, platform = verdict.resolved, platform_for(verdict.target)
    if resolved.version is None or resolved.requirement.conda:
        return options_for(targets)
    name, python = resolved.requirement.name, resolved.requirement.python
    return [*options_for(targets), *option_of_python(name, resolved.version, platform, python=python)]


def _why(resolved: Resolved) -> str | None:
    if resolved.known is HowKnown.UNLISTED and resolved.version is not None:
        return releases_around(resolved.requirement.name, resolved.version)
    if resolved.known is not HowKnown.FOREIGN:
        return None
    return _CONDA_UNREAD if resolved.requirement.conda else f"its index, {resolved.build}, was not read"


def _undecided(verdict: RequirementVerdict, gpus: str) -> Finding:
    """What was read, and did not tell whether it runs."""
    resolved = verdict.resolved
    return finding(
        RULE.id,
        Severity.NOTE,
        f"the result of {resolved.label} on {verdict.target.label} is undecided",
        resolved=resolved,
        target=verdict.target,
        found=content_of(resolved),
        why="some of its modules were read and could not be told",
        help_=f"see which they are: cudacompat check {resolved.requirement.name}=={resolved.version} {gpus}",
    )


def _of_conda(resolved: Resolved, targets: Sequence[Target], gpus: str) -> str | None:
    """What to do with a package of conda, which is another build than the wheel of that name; `None` for a wheel."""
    requirement = resolved.requirement
    if not requirement.conda:
        return None
    if requirement.address:
        return f"read the package of conda itself: cudacompat check {shlex.quote(requirement.address)} {gpus}"
    cure = NoCure(requirement.name, "read the package of conda itself, downloaded: cudacompat check FILE.conda")
    return sentence_of(cure, command_of(cure, requirement, targets), requirement)


def _is_file(requirement: Requirement) -> bool:
    return ".whl" in requirement.written


def _of_pip(resolved: Resolved, gpus: str) -> str:
    requirement, name = resolved.requirement, resolved.requirement.name
    if resolved.known is HowKnown.UNLISTED and resolved.version is not None:
        near = " or ".join(f"{name}=={each}" for each in releases()[name].around(resolved.version))
        return f"pin a release that is there: {near}"
    if _is_file(requirement):
        address = _address(requirement)
        if address is not None:
            return f"read that wheel: cudacompat check {shlex.quote(address)} {gpus}"
        return f"download that wheel and read it: cudacompat check {_file(resolved)} {gpus}"
    if resolved.version is None:
        return f"read the wheel itself: {_index_of(resolved)}cudacompat check {name} {gpus}"
    local = requirement.local_version
    where = _index_of(resolved)
    if local and not where:  # PyPI takes no release with a local version
        return f"download the wheel of {name} {resolved.version}+{local} and read it: cudacompat check FILE.whl {gpus}"
    build = local or (requirement.build if where and cuda_of_index(requirement.build) else "")
    pin = f"{name}=={resolved.version}{'+' if build else ''}{build}"
    return f"read the wheel itself: {where}cudacompat check {pin} {gpus}"


def _index_of(resolved: Resolved) -> str:
    """The variable that makes pip look where the wheel is; empty for PyPI."""
    build = resolved.build
    if cuda_of_index(build) is not None and resolved.requirement.name in framework().on_its_index:
        return f"PIP_INDEX_URL={framework().index}/{build} "
    if resolved.known is not HowKnown.FOREIGN or "://" not in build:
        return ""
    page = build.partition("?")[0].endswith((".html", ".htm"))  # one of links, not an index
    return f"{'PIP_FIND_LINKS' if page else 'PIP_INDEX_URL'}={shlex.quote(build)} "


def _address(requirement: Requirement) -> str | None:
    """The https address of a wheel, as `check` takes it; None for a path, and for an address that holds a password."""
    match = _ADDRESS.search(requirement.written[:_LONGEST_WRITTEN])
    return match[0] if match is not None else None


def _file(resolved: Resolved) -> str:
    """The name of the wheel's file, as a shell takes it."""
    named = resolved.requirement.written.partition(".whl")[0].rpartition("/")[2]
    return shlex.quote(f"{unquote(named)}.whl")


def _built_here(verdict: RequirementVerdict) -> Finding:
    resolved, name = verdict.resolved, verdict.resolved.requirement.name
    missing = without_wheel(resolved, verdict.target)
    variable = variable_of(name)
    listed = (
        f"{variable} names the GPUs for it" if variable else "its setup.py has the list of GPUs, or takes a built wheel"
    )
    return finding(
        RULE.id,
        Severity.NOTE,
        f"{resolved.label} is built where it is installed, with the nvcc there",
        resolved=resolved,
        why=missing[1] if missing is not None else "its index has no wheel with device code",
        help_=f"{listed}; read what came out: cudacompat doctor, in that environment",
    )


RULE = Rule("wheel-not-known", "A wheel of which nothing is known", __doc__, check)
