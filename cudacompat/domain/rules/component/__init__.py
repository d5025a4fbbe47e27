"""Rules over an installed package, taken as a whole."""

from __future__ import annotations

from cudacompat.domain.rules.component import library_not_found, library_shadowed
from cudacompat.domain.rules.component.component_facts import ComponentFacts
from cudacompat.domain.words.rule import Rule

COMPONENT_RULES: tuple[Rule[ComponentFacts], ...] = (library_not_found.RULE, library_shadowed.RULE)
