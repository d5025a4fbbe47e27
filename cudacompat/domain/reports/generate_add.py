"""What `generate --add` found and changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.project.edited_file import EditedFile
from cudacompat.domain.project.list_places import ListPlace, PlaceState
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class ExtendReport:
    """What `generate --add` found in a project: every list, and the files that change.

    `skipped` are folders that were not looked into, `after` the commands that make the change count.
    """

    COMMAND: ClassVar[str] = "generate --add"

    engine: Engine
    version: str | None
    folder: str
    added: tuple[str, ...]
    archs: tuple[str, ...]
    places: tuple[ListPlace, ...]
    files: tuple[EditedFile, ...]
    not_read: tuple[NotRead, ...]
    skipped: tuple[str, ...]
    after: tuple[str, ...]
    command: str

    @property
    def exit_code(self) -> ExitCode:
        """3 where no list was found; 4 where one has to be changed by hand or a file could not be read; else 0."""
        if any(place.state is PlaceState.CANNOT for place in self.places) or self.not_read:
            return ExitCode.INCOMPLETE
        states = {place.state for place in self.places}
        if states & {PlaceState.CHANGES, PlaceState.THERE}:
            return ExitCode.OK
        return ExitCode.INCOMPLETE if PlaceState.OTHER_CASE in states else ExitCode.NOTHING
