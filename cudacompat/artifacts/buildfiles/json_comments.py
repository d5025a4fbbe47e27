"""JSON with comments, as devcontainers have it."""

from __future__ import annotations

import re


def without_comments(text: str) -> str:
    """Return JSON with comments as YAML takes it: the comments blanked, the length kept."""
    pattern = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)

    def blank(match: re.Match[str]) -> str:
        return match[0] if match[1] else re.sub(r"[^\n]", " ", match[0])

    return pattern.sub(blank, text).replace("\t", " ")
