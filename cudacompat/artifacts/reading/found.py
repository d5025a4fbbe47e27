"""What was found in one place, while it is being read: in a file, or in one member of a container."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from cudacompat.domain.words.code import BinaryArtifact, BundledCompiler, ContainerImage, NotRead
from cudacompat.domain.words.image_platforms import PlatformWish
from cudacompat.domain.words.paths import ArtifactPath

if TYPE_CHECKING:
    from cudacompat.artifacts.reading.tar_content import TarContent


class Terms(NamedTuple):
    """What holds for the whole reading: the platform that is wanted, the most rows about what was not read, and the
    look at the clock."""

    wish: PlatformWish
    rows: int
    clock: Callable[[], None]


@dataclass(slots=True)
class PlaceContents:
    """What a place gave, in its order.

    `place` is its path where it is one member of an archive that may be an image. `more_rows` are the rows of
    `not_read` beyond those that are kept. `tar` is what a tar archive that is this whole place holds, until it is known
    what it is: a container, or a layer; `blank` is whether the place begins with zeros, as an empty layer does.
    """

    place: ArtifactPath | None = None
    artifacts: list[BinaryArtifact] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    more_rows: int = 0
    files: int = 0
    without_code: int = 0
    images: list[ContainerImage] = field(default_factory=list)
    compilers: list[BundledCompiler] = field(default_factory=list)
    tar: TarContent | None = None
    blank: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is one file without device code, and nothing else."""
        return self.files == self.without_code == 1 and not (
            self.artifacts or self.not_read or self.tar or self.blank or self.compilers
        )

    def refuse(self, path: ArtifactPath, why: str, most: int) -> None:
        """Add something that was not read; only counted where there are `most` rows."""
        if len(self.not_read) < most:
            self.not_read.append(NotRead(path, why))
        else:
            self.more_rows += 1

    def plain(self, count: int = 1) -> None:
        """Count files without device code."""
        self.files += count
        self.without_code += count

    def add(self, other: PlaceContents, most: int) -> None:
        """Add what another place gave, a tar archive in it as what it is by itself."""
        self.add_without_tar(other, most)
        if other.tar is not None:
            other.tar.add_to(self)

    def add_without_tar(self, other: PlaceContents, most: int) -> None:
        """Add what another place gave, but for the tar archive in it."""
        self.artifacts += other.artifacts
        room = max(0, most - len(self.not_read))
        self.not_read += other.not_read[:room]
        self.more_rows += other.more_rows + len(other.not_read[room:])
        self.files += other.files
        self.without_code += other.without_code
        self.images += other.images
        self.compilers += other.compilers

    def moved(self, place: Callable[[ArtifactPath], ArtifactPath], most: int) -> PlaceContents:
        """Return it with other paths."""
        flat = PlaceContents()
        flat.add(self, most)
        flat.artifacts = [replace(each, path=place(ArtifactPath.parse(each.path))) for each in flat.artifacts]
        flat.not_read = [NotRead(place(ArtifactPath.parse(each.path)), each.why) for each in flat.not_read]
        flat.images = [replace(each, path=place(ArtifactPath.parse(each.path))) for each in flat.images]
        flat.compilers = [replace(each, path=place(ArtifactPath.parse(each.path))) for each in flat.compilers]
        return flat
