"""Which machines a container image is for, as people and registries write it (OCI image specification, "platform")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cudacompat.domain.words.errors import UsageError

_ARCHITECTURES = {
    "x86_64": "amd64",
    "x64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "386",
    "i686": "386",
    "armv7l": "arm",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "loongarch64": "loong64",
}
_SYSTEMS = {"win": "windows", "windows": "windows", "linux": "linux", "manylinux": "linux", "musllinux": "linux"}
_WRITTEN = re.compile(r"([a-z0-9]{1,20})/([a-z0-9_]{1,20})(?:/([a-z0-9_.]{1,20}))?")
_OF_WHEELS = re.compile(r"(manylinux|musllinux|linux|windows|win)(?:\d*_\d+_\d+|\d+)?[-_](\w{2,20})")


@dataclass(frozen=True, slots=True)
class ImagePlatform:
    """A system and a processor, with what tells those of one name apart (`v7`), if anything does."""

    system: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.system, self.architecture, self.variant) if part)

    def serves(self, wanted: ImagePlatform) -> bool:
        """Whether an image of this platform is what was asked for."""
        same = (self.system, self.architecture) == (wanted.system, wanted.architecture)
        return same and (not wanted.variant or wanted.variant == self._variant())

    def _variant(self) -> str:
        return self.variant or {"arm64": "v8", "arm": "v7"}.get(self.architecture, "")


@dataclass(frozen=True, slots=True)
class PlatformWish:
    """The platform whose image is read where there are several; `asked` is whether the user said so."""

    platform: ImagePlatform = ImagePlatform("linux", "amd64")
    asked: bool = False

    def is_for(self, platform: ImagePlatform) -> bool:
        """Whether it is a platform that is wanted."""
        return platform.serves(self.platform)

    def chosen(self, there: Sequence[ImagePlatform | None]) -> int | None:
        """Return the number of the one that is wanted, None where none is: what the user asked for; else the one of
        this machine, or the only one that there is."""
        for number, each in enumerate(there):
            if each is not None and each.serves(self.platform):
                return number
        known = [each for each in there if each is not None]
        return 0 if len(there) == 1 and (not known or not self.asked) else None


def image_platform(text: str) -> ImagePlatform:
    """Return the platform of linux/arm64, linux/arm/v7, or of a platform as wheels write it (linux-aarch64,
    manylinux_2_28_x86_64, win_amd64); `UsageError` for anything else."""
    asked = text.strip().lower()
    match = _WRITTEN.fullmatch(asked)
    if match is not None:
        return ImagePlatform(match[1], _ARCHITECTURES.get(match[2], match[2]), match[3] or "")
    match = _OF_WHEELS.fullmatch(asked)
    if match is not None and match[2] in _ARCHITECTURES:
        return ImagePlatform(_SYSTEMS[match[1]], _ARCHITECTURES[match[2]])
    raise UsageError(f"invalid platform of an image: {text} (examples: linux/amd64, linux/arm64)")


def of_machine(machine: str) -> ImagePlatform:
    """Return the platform of the images that run on a machine which calls itself so (x86_64): containers are Linux."""
    return ImagePlatform("linux", _ARCHITECTURES.get(machine.lower(), machine.lower()))
