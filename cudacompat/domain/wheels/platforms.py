"""Platforms of wheels as the table calls them: the system and the processor (linux-x86_64)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.words.verdict import Target

# The Python for which a list is checked that pins a package otherwise for each: that of Ubuntu 24.04.
DEFAULT_PYTHON = "3.12"
DEFAULT_PLATFORM = "linux-x86_64"
ARM_PLATFORM = "linux-aarch64"

_OF_TAGS = (
    (re.compile(r"(?:manylinux|linux).*_x86_64"), DEFAULT_PLATFORM),
    (re.compile(r"(?:manylinux|linux).*_aarch64"), ARM_PLATFORM),
    (re.compile(r"win_amd64"), "windows-x86_64"),
    (re.compile(r"macosx"), "macos"),
    (re.compile(r"any"), "any"),
)


def platform_for(target: Target) -> str:
    """Return the platform whose wheels a machine with this GPU installs: `linux-aarch64` for GPUs that are sold only
    with an Arm processor, else `linux-x86_64`."""
    label = target.name or target.id
    return ARM_PLATFORM if is_arm_only(target.capability.number, label) else DEFAULT_PLATFORM


def platform_for_all(targets: Sequence[Target]) -> str | None:
    """Return the platform whose builds all of these GPUs take, where that is not left to whoever asks: `linux-aarch64`
    if each of them is sold only with an Arm processor; None for others."""
    found = {platform_for(target) for target in targets}
    return ARM_PLATFORM if found == {ARM_PLATFORM} else None


def platform_of(tag: str) -> str:
    """Return the platform of a wheel's tag, as `linux-x86_64`."""
    return next((name for pattern, name in _OF_TAGS if pattern.search(tag)), "other")


def platform_of_system(description: str) -> str:
    """Return the platform whose wheels a system takes that describes itself so (`Linux 6.8.0 x86_64`); WSL is Linux."""
    machine = "aarch64" if re.search(r"aarch64|arm64", description) else "x86_64"
    return f"windows-{machine}" if "Windows" in description and "WSL" not in description else f"linux-{machine}"
