"""The settings of a project, each place of a file once."""

from __future__ import annotations

from collections.abc import Container, Iterable

from cudacompat.domain.project.model import Setting


class KeptSettings:
    """`all` are those that were kept, file by file."""

    def __init__(self) -> None:
        self.all: list[Setting] = []
        self._placed: dict[int, int] = {}  # where one of the file begins, and which it is

    def begin(self) -> None:
        """Go on with another file."""
        self._placed = {}

    def drop_at(self, places: Container[tuple[str, int]]) -> None:
        """Drop those of these places, and go on with another file."""
        self.all = [each for each in self.all if each.place.at not in places]
        self.begin()

    def drop_file(self, name: str) -> None:
        """Drop those of a file, which is read anew."""
        self.all = [each for each in self.all if each.place.file != name]
        self.begin()

    def keep(self, settings: Iterable[Setting]) -> None:
        """Keep these."""
        for setting in settings:
            self._placed[setting.place.start] = len(self.all)
            self.all.append(setting)

    def keep_new(self, settings: Iterable[Setting]) -> None:
        """Keep those of places of which none was kept; a command between branches sees a value as unknown that is known
        behind all of them."""
        for setting in settings:
            at = self._placed.get(setting.place.start)
            if at is None:
                self.keep((setting,))
            elif setting.outcomes and not self.all[at].outcomes:
                self.all[at] = setting
