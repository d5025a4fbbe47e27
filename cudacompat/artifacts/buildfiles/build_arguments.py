"""What the builds of a Dockerfile give to its build arguments."""

from __future__ import annotations

import re
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


# What BuildKit itself gives to a build argument that is declared: https://docs.docker.com/build/building/variables
_PLATFORM = re.compile(r"(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE|BUILDKIT_\w+")


def is_unset(setting: Setting, given: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a build argument has no default and no build of the project gives it a value."""
    bare = setting.value is None and not setting.written and not setting.choices
    return bare and setting.name not in given and _PLATFORM.fullmatch(setting.name) is None
