"""How the ignores of a policy were used."""

from __future__ import annotations

from cudacompat.domain.policy.policy import Ignore
from cudacompat.domain.words.records import dataclass


@dataclass(frozen=True, slots=True)
class IgnoreUse:
    """One ignore, whether it is expired, and how many findings of the run it matched."""

    ignore: Ignore
    expired: bool
    matched: int
