"""Libraries that hold a feature for other GPUs beside one that serves this GPU: what that makes of findings about them.

A package that ships its kernels for Hopper in a library of their own works on every other GPU, where its program does
not call that library. The evidence is the same as for modules of one library: every module of it is `special`, and
what lies beside it runs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.domain.machine.alternatives import LOADED
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome

_MOST_WORDS = 20  # of a file's name that are looked at
_EVIDENCE = "all of its modules are for other GPUs, and {} next to it holds more that run"


def spare_features(findings: Iterable[Finding], verdicts: Iterable[ArtifactVerdict]) -> list[Finding]:
    """Return the findings, the errors of libraries that hold a feature for other GPUs as notes.

    Such a library fails on the GPU, and each of its modules is `special` there. In its folder lies a library that has a
    word of its name in common, runs on the GPU without an error and has more modules: what a package needs everywhere
    is not the smaller part of it.
    """
    given = list(findings)
    errors = {(each.path, each.target) for each in given if each.severity is Severity.ERROR}
    folders: dict[tuple[str, str], list[ArtifactVerdict]] = defaultdict(list)
    for verdict in verdicts:
        if LOADED.search(verdict.path):
            folders[_folder(verdict.path), verdict.target.id].append(verdict)
    spared: dict[tuple[str | None, str | None], str] = {}
    for (_, target), here in folders.items():
        running = [each for each in here if each.outcome.runs and (each.path, target) not in errors]
        features = [each for each in here if (each.path, target) in errors and _is_feature(each)] if running else []
        for feature in features:
            serving = _serving(feature, running)
            if serving is not None:
                spared[feature.path, target] = serving
    return [_noted(each, spared.get((each.path, each.target))) for each in given]


def _is_feature(verdict: ArtifactVerdict) -> bool:
    held = sum(verdict.counts.values())
    return verdict.outcome is Outcome.FAILS and held > 0 and verdict.counts.get(Outcome.SPECIAL, 0) == held


def _serving(feature: ArtifactVerdict, running: Sequence[ArtifactVerdict]) -> str | None:
    """The name of the largest library beside it that has a word of its name and more modules."""
    words, held = _words(feature.path), sum(feature.counts.values())
    fitting = [each for each in running if words & _words(each.path) and sum(each.counts.values()) > held]
    largest = max(fitting, key=lambda each: sum(each.counts.values()), default=None)
    return _name(largest.path) if largest is not None else None


def _noted(finding: Finding, serving: str | None) -> Finding:
    if serving is None or finding.severity is not Severity.ERROR:
        return finding
    message = f"{finding.message}; {serving} next to it does"
    return replace(finding, severity=Severity.NOTE, message=message, why=_EVIDENCE.format(serving), help=None)


def _folder(path: str) -> str:
    return path[: len(path) - len(_name(path))]


def _name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _words(path: str) -> frozenset[str]:
    """The words of a file's name before its endings, in small letters; none of digits alone."""
    stem = _name(path).partition(".")[0].lower().removeprefix("lib")
    return frozenset(each for each in re.split(r"[_-]+", stem)[:_MOST_WORDS] if re.search(r"[a-z]", each[:1]))
