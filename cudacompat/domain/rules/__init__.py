"""Every rule. The rules about one subject are a package, whose tuples are in the order in which findings are listed."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from cudacompat.domain.words.rule import Rule

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@cache
def own_rules() -> tuple[Rule[Any], ...]:
    """Return all rules but those of `lint`: most commands never look at a project. They are imported here, because no
    command has a use for all of them, and their imports take longer than `check` of a small file."""
    from cudacompat.domain.rules.artifact import IGNORABLE_RULES
    from cudacompat.domain.rules.component import COMPONENT_RULES
    from cudacompat.domain.rules.ignores import IGNORE_RULES
    from cudacompat.domain.rules.machine import JIT_RULES, MACHINE_RULES
    from cudacompat.domain.rules.run import LOAD_RULES, RUN_RULES
    from cudacompat.domain.rules.source import SOURCE_RULES

    return (
        *IGNORABLE_RULES,
        *IGNORE_RULES,
        *MACHINE_RULES,
        *JIT_RULES,
        *COMPONENT_RULES,
        *SOURCE_RULES,
        *LOAD_RULES,
        *RUN_RULES,
    )


def rule_called(id_: str) -> Rule[Any] | None:
    """Return the rule with this id. Those of `lint` are imported only for an id that is none of the others'."""
    if _ID.fullmatch(id_) is None:
        return None
    own = next((rule for rule in own_rules() if rule.id == id_), None)
    return own or next((rule for rule in all_rules() if rule.id == id_), None)


def all_rules() -> tuple[Rule[Any], ...]:
    """Return every rule, those of `lint` last."""
    from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES

    return (*own_rules(), *INLINE_RULES, *LINT_RULES)
