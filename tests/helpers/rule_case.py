"""One case of a rule: facts on which it fires, and facts beside them on which it stays silent.

Any test module may have a tuple `RULE_CASES` of these; tests/domain/rules/test_rules.py runs them all and wants one
for every rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RuleCase:
    """Facts are of the kind that the rule's check takes."""

    id: str
    fires: Any
    silent: Any
