"""Wheels whose name is for another system or processor than the libraries in them.

What it finds: a wheel in which each library with device code is for another processor or system than the tags of its
name.

Why it matters: pip installs the wheel by its name, on machines whose loader refuses these libraries.

Example: a wheel called manylinux_2_28_x86_64 with libraries for Arm processors, as a cross build leaves it that names
the wheel for the machine it ran on.

What to do: build or rename the wheel for the platform of its libraries: `wheel tags --platform-tag`, or `auditwheel
repair`, which asks the libraries.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.wheels.platforms import (
    ARM_PLATFORM,
    DEFAULT_PLATFORM,
    WINDOWS_PLATFORM,
    platform_of,
    platform_of_library,
)
from cudacompat.domain.words.code import BinaryArtifact, ReadResult
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.wheel_tags import tags_of_file

_KNOWN = frozenset((DEFAULT_PLATFORM, ARM_PLATFORM, WINDOWS_PLATFORM, "windows-aarch64"))


def check(read: ReadResult) -> Iterable[Finding]:
    """One finding for each wheel none of whose libraries is for a platform of its name."""
    for wheel, held in _wheels(read.artifacts).items():
        tags = sorted({tag.platform for tag in tags_of_file(wheel.name)})
        named = {platform_of(tag) for tag in tags}
        if not named or not named <= _KNOWN or not named.isdisjoint(held.values()):
            continue
        libraries = f"{count(len(held), 'library', 'libraries')} for {', '.join(sorted(set(held.values())))}"
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            path=str(wheel),
            message=f"{libraries} in a wheel for {', '.join(sorted(named))}",
            found=f"its name: {', '.join(tags)}; {min(held)}",
            why="pip installs it where the loader refuses these libraries",
            help="build or rename the wheel for the platform of its libraries",
        )


def _wheels(artifacts: Iterable[BinaryArtifact]) -> dict[ArtifactPath, dict[str, str]]:
    """The wheels that libraries lie in, the innermost of each, with the platform of each library by its path there."""
    found: dict[ArtifactPath, dict[str, str]] = {}
    for artifact in artifacts:
        platform = platform_of_library(artifact)
        around = ArtifactPath.parse(artifact.path)
        if platform is None or ".whl" not in artifact.path:
            continue
        inner = around.members[-1] if around.members else ""
        while around.members and not around.name.endswith(".whl"):
            around = around.outside
        if around.name.endswith(".whl"):
            found.setdefault(around, {})[inner] = platform
    return found


RULE = Rule("mistagged-wheel", "Wheel named for another platform", __doc__, check)
