"""How much of a change since the baseline a finding shows."""

from __future__ import annotations

SHOWN = 12
