"""Projects that hold the environment which they run in: it is examined as one, and not as so many files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from cudacompat.app.doctor.build_files import WRITES_PINS
from cudacompat.app.doctor.installing import in_place
from cudacompat.app.inputs.reading import ReadOptions
from cudacompat.domain.machine.components import BY_DIRECTORY
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.rules.artifact import no_device_code
from cudacompat.domain.words.finding import Finding, worst_first
from cudacompat.environments.own import normalised

_WRITES_PINS = re.compile(rf"(?:^|&& ){WRITES_PINS}")
_PLAIN = "pip install "
_ENTRIES = 2000  # of a folder, among which an environment is looked for


def environments_in(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the environments that lie right in the folders that were named, by name."""
    from cudacompat.host.toolchain.pythons import is_environment

    found = []
    for path in paths:
        try:
            names = sorted(entry.name for entry in islice(os.scandir(path), _ENTRIES) if entry.is_dir())
        except (OSError, ValueError):  # a file, a package, an address
            continue
        found += [str(Path(path, name)) for name in names if is_environment(Path(path, name))]
    return tuple(dict.fromkeys(found))


def named_by_folder(facts: HostFacts, homes: Sequence[str]) -> HostFacts:
    """Return the facts with how these environments were found: in the folder that was named."""
    own = {os.path.realpath(home) for home in homes}
    every = facts.environments
    told = (replace(each, found_via=BY_DIRECTORY) if os.path.realpath(each.prefix) in own else each for each in every)
    return replace(facts, environments=tuple(told)) if homes else facts


def without_environments(options: ReadOptions | None, homes: Sequence[str]) -> ReadOptions | None:
    """Return options by which these environments are left out of the folder that holds them."""
    if not homes:
        return options
    leave = frozenset((status.st_dev, status.st_ino) for status in (Path(home).stat() for home in homes))
    return replace(options or ReadOptions(jobs=1), leave=leave)


def both(named: CheckReport | None, installed: CheckReport | None, homes: Sequence[str]) -> CheckReport | None:
    """Return what was named together with what is installed in the environments there. That a folder holds no code but
    theirs is no finding then."""
    if named is None or installed is None:
        return named or installed
    holding = {str(Path(home).parent) for home in homes}
    own = [f for f in named.findings if not (f.id == no_device_code.RULE.id and _folder(f) in holding)]
    return replace(
        installed,
        verdicts=(*installed.verdicts, *named.verdicts),
        findings=tuple(worst_first((*installed.findings, *own))),
        not_read=(*installed.not_read, *named.not_read),
        packages=named.packages,
        not_linted=named.not_linted,
        suppressed=(*installed.suppressed, *named.suppressed),
        files=installed.files + named.files,
        without_code=installed.without_code + named.without_code,
    )


def beside_packages(
    steps: Sequence[PlanStep], more: Sequence[PlanStep], facts: HostFacts, homes: Sequence[str]
) -> tuple[PlanStep, ...]:
    """Return the steps for the environments, then those for the project around them. A pin whose release is in an
    environment, or is installed by its step, needs its place in the file alone, and none where the project's own tool
    writes it; another one is installed into the environment, and not where the shell's `pip` puts it."""
    installed = " ".join(each.command or "" for each in steps)
    there = {f"{normalised(each.package)}=={each.version}" for each in facts.packages}
    home = next((each for each in facts.environments if each.is_asked_for), None) if homes else None
    kept = []
    for step in more:
        if step.pin is not None and step.pin.pins and all(p in there or _is_in(p, installed) for p in step.pin.pins):
            if _WRITES_PINS.search(installed) and not there.issuperset(step.pin.pins):
                continue
            step = replace(step, why=step.pin.by_hand, command=None)
        elif step.command is not None and step.command.startswith(_PLAIN) and home is not None:
            step = replace(step, command=f"{in_place(home)} {step.command.removeprefix(_PLAIN)}")
        kept.append(step)
    return (*steps, *(each for each in kept if each not in steps))


def _is_in(pin: str, commands: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(pin)}(?![\w.])", commands) is not None


def _folder(finding: Finding) -> str:
    return str(Path(finding.path or ""))
