"""Paths of what was read: a file, or what lies in one."""

from __future__ import annotations

from typing import Any

_INTO = "!/"


class ArtifactPath(str):
    """A file on the disk and, in containers, the members that lead into it: `outer.whl!/inner.so` as text.

    Who reads makes it, so that nobody has to find out later where the file ends: a folder may be called `a!`.
    It is a text in everything else.
    """

    __slots__ = ("members", "outer")

    outer: str
    members: tuple[str, ...]

    def __new__(cls, outer: str, members: tuple[str, ...] = ()) -> ArtifactPath:
        path = super().__new__(cls, _INTO.join((outer, *members)))
        path.outer = outer
        path.members = members
        return path

    def __reduce__(self) -> tuple[Any, ...]:
        return ArtifactPath, (self.outer, self.members)

    @classmethod
    def of_file(cls, path: str) -> ArtifactPath:
        """The path of a file on the disk, whatever it is called."""
        return cls(str(path))

    @classmethod
    def parse(cls, text: str) -> ArtifactPath:
        """The path that a text of unknown origin means: what its first `!/` leads into lies in a container."""
        if isinstance(text, ArtifactPath):
            return text
        outer, *members = text.split(_INTO)
        return cls(outer, tuple(members))

    def member(self, name: str) -> ArtifactPath:
        """The path of a member of this container."""
        return ArtifactPath(self.outer, (*self.members, name))

    @property
    def outside(self) -> ArtifactPath:
        """The path of the container that this is a member of."""
        return ArtifactPath(self.outer, self.members[:-1])

    def with_outer(self, outer: str) -> ArtifactPath:
        """The same place in a file of another name."""
        return ArtifactPath(outer, self.members)

    def lies_in(self, container: str) -> bool:
        """Whether this is a member of the container, of one in it, and so on."""
        around = ArtifactPath.parse(container)
        depth = len(around.members)
        return self.outer == around.outer and len(self.members) > depth and self.members[:depth] == around.members

    @property
    def inner(self) -> str | None:
        """What is inside the file on the disk (`a.zip!/b.so` of two levels), None for the file itself."""
        return _INTO.join(self.members) if self.members else None

    @property
    def name(self) -> str:
        """The last part of the path, without folders."""
        last = self.members[-1] if self.members else self.outer
        return last.replace("\\", "/").rsplit("/", 1)[-1]
