"""Ignores: how they apply, and the rules about them."""

from __future__ import annotations

from cudacompat.domain.rules.ignores import expired_ignore, unused_ignore
from cudacompat.domain.rules.ignores.policy_ignores import IgnoreUse
from cudacompat.domain.words.rule import Rule

IGNORE_RULES: tuple[Rule[IgnoreUse], ...] = (expired_ignore.RULE, unused_ignore.RULE)
