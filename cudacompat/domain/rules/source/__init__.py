"""Rules over source files."""

from __future__ import annotations

from cudacompat.domain.builds.api_changes import CallingSources
from cudacompat.domain.rules.source import api_changed
from cudacompat.domain.words.rule import Rule

SOURCE_RULES: tuple[Rule[CallingSources], ...] = (api_changed.RULE,)
