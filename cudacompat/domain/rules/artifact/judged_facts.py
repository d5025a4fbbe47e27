"""What the rules over artifacts are given."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.verdict import ArtifactVerdict


@dataclass(frozen=True, slots=True)
class VerdictFacts:
    """One artifact's verdict on one target, and what it is held to."""

    verdict: ArtifactVerdict
    policy: Policy
