"""Verdicts on libraries that were read before, kept beside what was read of them.

Judging is pure: the same modules, GPUs, drivers and rules give the same verdicts and findings. What was read is kept
under a name that is given once (`BinaryArtifact.kept`), so that name, path, targets and the state of this program are
all that a verdict depends on under a policy that asks nothing. The modules of a verdict are judged again where somebody
looks at them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from cudacompat import __version__
from cudacompat.artifacts.reading.json_values import (
    as_flag,
    as_list,
    as_number,
    as_number_or_none,
    as_text,
    as_text_or_none,
)
from cudacompat.artifacts.reading.own_folder import BAD_DOCUMENT, OwnFolder, state_of
from cudacompat.artifacts.reading.saved_form import targets_of_document, to_targets_document
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.reports.check import OfArtifact
from cudacompat.domain.words.code import BinaryArtifact
from cudacompat.domain.words.finding import CodePlace, Finding, Severity
from cudacompat.domain.words.later import Later
from cudacompat.domain.words.verdict import ArtifactVerdict, Basis, ModuleVerdict, Outcome, Reason, Target

_NOT_KEPT = ("fix", "span", "excerpt")  # of findings in texts


class KeptVerdicts:
    """Gives what was judged before for the same targets, and keeps what is judged now."""

    def __init__(self, folder: Path, targets: Sequence[Target]) -> None:
        self._folder = OwnFolder(folder)
        self._targets = tuple(targets)

    def get(self, artifact: BinaryArtifact) -> OfArtifact | None:
        """Return what was judged; None where that is not known."""
        if artifact.kept is None or not self._folder.is_ours():
            return None
        try:
            document = self._folder.get(self._key(artifact))
            return OfArtifact(
                [self._to_verdict(each, artifact) for each in as_list(document["verdicts"])],
                [_to_finding(each, artifact.path) for each in as_list(document["findings"])],
            )
        except BAD_DOCUMENT:
            return None

    def put(self, judged: Iterable[tuple[BinaryArtifact, OfArtifact]]) -> None:
        """Keep what was judged, where what was read of the artifact is kept."""
        documents = [
            {
                "key": self._key(artifact),
                "verdicts": [self._from_verdict(each) for each in its.verdicts],
                "findings": [_from_finding(each) for each in its.findings],
            }
            for artifact, its in judged
            if artifact.kept is not None and all(_can_be_kept(each, artifact.path) for each in its.findings)
        ]
        if documents:
            self._folder.put(*documents)

    def _key(self, artifact: BinaryArtifact) -> list[Any]:
        return ["verdicts", artifact.kept, str(artifact.path), list(map(repr, self._targets)), __version__, _rules()]

    def _from_verdict(self, verdict: ArtifactVerdict) -> dict[str, Any]:
        return {
            "target": self._targets.index(verdict.target),
            "outcome": verdict.outcome.value,
            "reason": None if verdict.reason is None else verdict.reason.value,
            "basis": verdict.basis.value,
            "min_driver": verdict.min_driver,
            "counts": [verdict.counts[outcome] for outcome in Outcome],
            "modules": len(verdict.modules),
            "stray": len(verdict.stray),
            "runtime": verdict.runtime,
            "runtime_is_linked": verdict.runtime_is_linked,
            "awaits_link": verdict.awaits_link,
            "windows": verdict.windows,
            "default_target": verdict.default_target,
            "held": verdict.held,
            "targets": to_targets_document(verdict.targets),
        }

    def _to_verdict(self, kept: dict[str, Any], artifact: BinaryArtifact) -> ArtifactVerdict:
        target = self._targets[as_number(kept["target"])]
        again = lru_cache(maxsize=1)(lambda: judge_artifact(artifact, target))

        def modules(name: str) -> tuple[ModuleVerdict, ...]:
            verdict = again()
            return () if verdict is None else tuple(getattr(verdict, name))

        return ArtifactVerdict(
            artifact.path,
            target,
            Outcome(kept["outcome"]),
            reason=None if kept["reason"] is None else Reason(kept["reason"]),
            basis=Basis(kept["basis"]),
            min_driver=as_number_or_none(kept["min_driver"]),
            counts=dict(zip(Outcome, map(as_number, as_list(kept["counts"])), strict=True)),
            modules=Later(as_number(kept["modules"]), lambda: modules("modules")),
            stray=Later(as_number(kept["stray"]), lambda: modules("stray")),
            runtime=as_number_or_none(kept["runtime"]),
            runtime_is_linked=as_flag(kept["runtime_is_linked"]),
            awaits_link=as_flag(kept["awaits_link"]),
            windows=as_flag(kept["windows"]),
            default_target=as_text_or_none(kept["default_target"]),
            held=as_number(kept["held"]),
            targets=targets_of_document(kept["targets"]),
        )


def _from_finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": finding.message,
        "line": finding.line,
        "places": [[place.module, place.kernel] for place in finding.places],
        "found": finding.found,
        "why": finding.why,
        "help": finding.help,
        "target": finding.target,
        "command": finding.command,
    }


def _to_finding(kept: dict[str, Any], path: str) -> Finding:
    return Finding(
        id=as_text(kept["id"]),
        severity=Severity(kept["severity"]),
        message=as_text(kept["message"]),
        path=path,
        line=as_number_or_none(kept["line"]),
        places=tuple(CodePlace(as_text(module), as_text_or_none(kernel)) for module, kernel in as_list(kept["places"])),
        found=as_text_or_none(kept["found"]),
        why=as_text_or_none(kept["why"]),
        help=as_text_or_none(kept["help"]),
        target=as_text_or_none(kept["target"]),
        command=as_text_or_none(kept["command"]),
    )


def _can_be_kept(finding: Finding, path: str) -> bool:
    return finding.path == path and not any(getattr(finding, name) for name in _NOT_KEPT)


def _rules() -> str:
    """The state of the code and the tables that make verdicts and findings."""
    return state_of(Path(__file__).parents[2] / "domain")
