"""What a list of targets costs in bytes and seconds, from builds that were measured; an estimate says that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.builds.plans.cost_table import SizeRow, TimeRow, size_row, time_row
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Bytes that one image adds; `like` is the measured image that stands for it (`None`: it was measured itself)."""

    image: ArchTarget
    size: int
    like: str | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The file that ships: bytes of its host half and of each image, with the binary that they were read from.

    `estimated` is whether any of it was measured on something else: another engine of the family, another target.
    """

    row: SizeRow
    images: tuple[ImageSize, ...]
    estimated: bool

    @property
    def total(self) -> int:
        """Bytes of the whole file."""
        return self.row.base + sum(each.size for each in self.images)


@dataclass(frozen=True, slots=True)
class BuildTime:
    """Seconds of one core for the list, taken as that many times the target that was timed: always an estimate."""

    row: TimeRow
    core_seconds: int


def sizes(engine: Engine, cuda: ToolkitVersion, images: Sequence[ArchTarget]) -> Sizes | None:
    """Return what these images weigh; `None` where nothing was measured for this engine and release.

    An image that was not itself measured is taken as the one of its kind with the nearest number.
    """
    row = size_row(engine, cuda)
    if row is None:
        return None
    found = []
    for image in images:
        like = _measured(row, image)
        if like is None:
            return None
        found.append(ImageSize(image, row.images[like], None if like == str(image) else like))
    return Sizes(row, tuple(found), engine.name != row.of or any(each.like for each in found))


def _measured(row: SizeRow, image: ArchTarget) -> str | None:
    if str(image) in row.images:
        return str(image)
    known = [ArchTarget.parse(name) for name in row.images]
    same_kind = [each for each in known if each.kind is image.kind]
    if not same_kind:
        return None
    same_suffix = image.suffix is not ArchSuffix.NONE
    nearest = min(
        same_kind,
        key=lambda each: (
            abs(each.number - image.number),
            (each.suffix is ArchSuffix.NONE) is same_suffix,
            -each.number,
        ),
    )
    return str(nearest)


def build_time(engine: Engine, images: Sequence[ArchTarget]) -> BuildTime | None:
    """Return the compiling time of these images; `None` where no build of this engine was timed."""
    row = time_row(engine)
    if row is None:
        return None
    return BuildTime(row, row.core_seconds * len({(image.number, image.suffix, image.kind) for image in images}))
