"""How the ignores of a policy were used."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.policy.policy import Ignore


@dataclass(frozen=True, slots=True)
class IgnoreUse:
    """One ignore, whether it is expired, and how many findings of the run it matched."""

    ignore: Ignore
    expired: bool
    matched: int
