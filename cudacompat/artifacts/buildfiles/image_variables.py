"""The variables of a Dockerfile put into its texts."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import Setting

_REFERENCE = re.compile(r"\\(.)|\$(?:\{(\w+)(?:(:?[-+])([^}]{0,2000}))?\}|(\w+))", re.DOTALL)
_LONGEST = 1 << 15  # characters that variables put into a value; no list is as long


def expanded(text: str, settings: dict[str, Setting], *, inherited: bool) -> tuple[str, bool]:
    """The text with the names that are known put in, and whether that were all. `inherited` is whether a base image may
    set others."""
    known = True
    grown = 0

    def value(match: re.Match[str]) -> str:
        nonlocal known, grown
        if match[1] is not None:
            return match[1] if match[1] in '$"\\' else match[0]
        name = match[2] or match[5]
        setting = settings.get(name)
        operator, word = match[3], match[4]
        if operator in (":+", "+"):
            if setting is not None and setting.value is None:
                known = False
                return match[0]
            return word if setting is not None and (setting.value or operator == "+") else ""
        if setting is None and not operator and inherited:
            known = False
            return match[0]
        if setting is None or (setting.value == "" and operator == ":-"):
            return word if operator else ""
        grown += len(setting.value or "")
        if setting.value is None or grown > _LONGEST:
            known = False
            return match[0]
        return setting.value

    return _REFERENCE.sub(value, text), known
