"""What the builds of a Dockerfile give to its build arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cudacompat.domain.project.model import Setting


def as_given(setting: Setting, given: Mapping[str, tuple[str, ...]]) -> Setting:
    """Return the build argument with what its builds give it, which counts before its default: one value, several, or
    none where only the build knows it."""
    values = given.get(setting.name)
    if values is None:
        return setting
    only = values[0] if len(values) == 1 else None
    return replace(setting, value=only, choices=values if only is None else ())
