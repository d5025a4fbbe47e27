"""JSON with comments, as devcontainers have it."""

from __future__ import annotations

import re

from cudacompat.artifacts.buildfiles.blanking import blanked

_COMMENT = re.compile(r'(?P<kept>"(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)


def without_comments(text: str) -> str:
    """Return JSON with comments as YAML takes it: the comments blanked, the length kept."""
    return blanked(_COMMENT, text).replace("\t", " ")
