"""What the pasted output of `python -m torch.utils.collect_env` proves alone: a build without code for the GPU, for the
CPU, or for a CUDA release that the driver refuses."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from cudacompat.domain.logs.cures import is_of_windows
from cudacompat.domain.logs.facts import LogFacts
from cudacompat.domain.logs.reading import Occurrence
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.logs.verdict import LogOutcome
from cudacompat.domain.logs.wheel_verdict import of_version
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import Target

_LACKS_GPU, _CPU_BUILD = "environment-lacks-gpu", "environment-cpu-build"
_NAMED = "framework-names-gpu"
_OLD_DRIVER, _NOT_AVAILABLE = "environment-driver-too-old", "environment-unavailable"
_BUILD = re.compile(r"\+cu(\d{2,3})$")  # of "2.5.1+cu124"


def judge_environment(
    facts: LogFacts,
    target: Target | None,
    signs: Collection[str],
    *,
    lines: Mapping[str, Signature],
    known: Sequence[Occurrence],
) -> list[Occurrence]:
    """Return what follows from the environment that the log states, nothing where another line of it is an error.
    `target` is the GPU that the user names, `None` for those of the log."""
    torch = facts.torch
    if not known and not torch.line and (named := _named_alone(facts, lines)) is not None:
        return [named]
    if not torch.stated or any(each.signature.severity is Severity.ERROR for each in known):
        return []
    found = _judged(facts, _targets(facts, target), windows=is_of_windows(signs))
    if found is None or found[0] not in lines:
        return []
    values = (("version", torch.version or ""), *found[1])
    return [Occurrence(lines[found[0]], torch.version_line, f"PyTorch version: {torch.version}", values=values)]


def _named_alone(facts: LogFacts, lines: Mapping[str, Signature]) -> Occurrence | None:
    """The GPU that the framework names in a warning of which the log has no other line."""
    device = facts.found.subject
    if device is None or not device.blamed or _NAMED not in lines:
        return None
    target = Target(device.name or str(device.capability), device.name, device.capability)
    text = f"Found {device.name or 'a GPU'}, capability {device.capability}"
    return Occurrence(lines[_NAMED], device.line, text, values=(("label", target.label),))


def _targets(facts: LogFacts, target: Target | None) -> list[Target]:
    if target is not None:
        return [target]
    return [Target(each.name or str(each.capability), each.name, each.capability) for each in facts.devices]


def _judged(
    facts: LogFacts, targets: Sequence[Target], *, windows: bool
) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The id and its values; the GPU comes before the driver, which a wheel for that GPU may change."""
    torch = facts.torch
    version = torch.version or ""
    if version.endswith("+cpu"):
        return (_CPU_BUILD, ()) if targets else None
    build = _BUILD.search(version)
    if build is None:  # conda's and own builds have no code that the version tells
        return None
    if targets and all(_fails(each, version, torch.version_line) for each in targets):
        return _LACKS_GPU, (("label", targets[0].label),)
    floor = runtime_floor(int(build[1]) // 10)
    old = facts.driver is not None and floor is not None and not takes_runtime(facts.driver, floor, windows=windows)
    if old and floor is not None and not torch.available:
        return _OLD_DRIVER, (("driver", str(facts.driver)), ("needed", str(floor.oldest(windows=windows))))
    return (_NOT_AVAILABLE, ()) if torch.available is False else None


def _fails(target: Target, version: str, line: int) -> bool:
    verdict = of_version(target, version, line)
    return verdict is not None and verdict.outcome is LogOutcome.FAILS
