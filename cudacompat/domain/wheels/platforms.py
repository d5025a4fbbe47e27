"""Platforms of wheels as the table calls them: the system and the processor (linux-x86_64)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.words.code import BinaryArtifact, FileFormat
from cudacompat.domain.words.command_words import gpu_words
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.wheel_tags import platform_tags

# The Python for which a list is checked that pins a package otherwise for each: that of Ubuntu 24.04.
DEFAULT_PYTHON = "3.12"
DEFAULT_PLATFORM = "linux-x86_64"
ARM_PLATFORM = "linux-aarch64"
WINDOWS_PLATFORM = "windows-x86_64"

_OF_TAGS = (
    (re.compile(r"(?:manylinux|linux).*_x86_64"), DEFAULT_PLATFORM),
    (re.compile(r"(?:manylinux|linux).*_aarch64"), ARM_PLATFORM),
    (re.compile(r"win_amd64"), WINDOWS_PLATFORM),
    (re.compile(r"win_arm64"), "windows-aarch64"),
    (re.compile(r"macosx"), "macos"),
    (re.compile(r"\bany\b"), "any"),
)
_SYSTEMS = {FileFormat.ELF: "linux", FileFormat.PE: "windows"}
_OTHER_LINUX = re.compile(r"(?:manylinux|musllinux|linux)(?:\d*_\d+_\d+|\d+)?_([a-z]\w{1,19})")


def platform_for(target: Target) -> str:
    """Return the platform whose wheels a machine with this GPU installs: the one that was said, else `linux-aarch64`
    for GPUs that are sold only with an Arm processor and `linux-x86_64` for others."""
    if target.platform is not None:
        return target.platform
    label = target.name or target.id
    return ARM_PLATFORM if is_arm_only(target.capability.number, label) else DEFAULT_PLATFORM


def platform_for_all(targets: Sequence[Target]) -> str | None:
    """Return the platform whose builds all of these GPUs take, where that is not left to whoever asks: `linux-aarch64`
    if each of them is in a machine with an Arm processor; None for others."""
    found = {platform_for(target) for target in targets}
    return found.pop() if len(found) == 1 and found != {DEFAULT_PLATFORM} else None


def on_platform(targets: Iterable[Target], platform: str | None) -> tuple[Target, ...]:
    """Return the targets, those of which nobody said a platform on this one."""
    if platform is None:
        return tuple(targets)
    return tuple(each if _is_said(each, platform) else replace(each, platform=platform) for each in targets)


def _is_said(target: Target, platform: str) -> bool:
    """Whether the target has a platform, or its GPU says this one by itself."""
    return target.platform is not None or platform == platform_for(target) == ARM_PLATFORM


def options_for(targets: Sequence[Target]) -> list[str]:
    """Return the options of a command line that name these targets again, with the platform and the driver that were
    said of all."""
    words = gpu_words(each.spec for each in targets)
    said = {each.platform for each in targets}
    only = said.pop() if len(said) == 1 else None
    words += ["--platform", only] if only is not None and only != DEFAULT_PLATFORM else []
    drivers = {each.driver for each in targets}
    driver = drivers.pop() if len(drivers) == 1 else None
    return [*words, "--driver", str(driver)] if driver is not None else words


def platform_of(tag: str) -> str:
    """Return the platform of a wheel's tag, as `linux-x86_64`."""
    return next((name for pattern, name in _OF_TAGS if pattern.search(tag)), "other")


def platform_of_library(artifact: BinaryArtifact) -> str | None:
    """Return the platform whose loader takes a linked file (`linux-x86_64`); `None` for files of other kinds."""
    system = next((name for kind, name in _SYSTEMS.items() if artifact.format == kind), None)
    return f"{system}-{artifact.processor}" if system is not None and artifact.processor is not None else None


def table_platform(text: str) -> str:
    """Return the platform of the table (`linux-x86_64`) that a platform or a tag means, also of a processor that no
    wheel of the table is for (`linux-s390x`); `UsageError` for neither."""
    tag = platform_tags(text)[0]
    known = platform_of(tag)
    other = _OTHER_LINUX.fullmatch(tag) if known == "other" else None
    return f"linux-{other[1]}" if other is not None else known
