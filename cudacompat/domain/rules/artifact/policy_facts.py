"""What the rules over whole artifacts are given."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, FatbinEntry
from cudacompat.domain.words.target import ArchSuffix, CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Outcome

_SUFFIXED = (ArchSuffix.ARCH_SPECIFIC, ArchSuffix.FAMILY)


@dataclass(frozen=True, slots=True)
class ArtifactFacts:
    """One artifact, its verdict on each target (at least one), and what it is held to."""

    artifact: BinaryArtifact
    verdicts: tuple[ArtifactVerdict, ...]
    policy: Policy

    def ordinary(self) -> list[DeviceModule]:
        """The deciding modules with kernels, without those that are made for chosen architectures on purpose: with
        nothing but a and f targets, or `special` on a target judged for. Where that leaves none, all of them."""
        every = [verdict.module for verdict in self.verdicts[0].modules if verdict.module.kernels]
        special = {
            id(module.module)
            for verdict in self.verdicts
            for module in verdict.modules
            if module.outcome is Outcome.SPECIAL
        }
        return [m for m in every if id(m) not in special and not only_suffixed(m)] or every


def is_suffixed(entry: FatbinEntry) -> bool:
    """Whether an image is for an a or f target."""
    return entry.target is not None and entry.target.suffix in _SUFFIXED


def may_hold_kernels(entry: FatbinEntry) -> bool:
    """Whether an image for a driver has kernels, or may have: those that could not be read count as there."""
    return entry.kind in (CodeKind.SASS, CodeKind.PTX) and (entry.kernels is None or bool(entry.kernels))


def only_suffixed(module: DeviceModule) -> bool:
    """Whether every image with kernels in a module is for an a or f target."""
    images = [entry for entry in module.entries if may_hold_kernels(entry)]
    return bool(images) and all(is_suffixed(entry) for entry in images)


def served(verdict: ModuleVerdict) -> tuple[int, int]:
    """How many of a module's kernels run, and how many it has."""
    every = len(verdict.module.kernels)
    if verdict.outcome.runs:  # what the source leaves out is no kernel of this GPU
        return every - len(verdict.missing), every - len(verdict.missing)
    return (every - len(verdict.missing) if verdict.outcome is Outcome.PARTIAL else 0), every
