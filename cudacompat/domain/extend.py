"""The places of a project that carry a list of architectures, and what becomes of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.code import NotRead
from cudacompat.domain.engine import Engine
from cudacompat.domain.report import EXIT_INCOMPLETE, EXIT_NOTHING, EXIT_OK


class Way(Enum):
    """How a file gives a value to a name."""

    DEFINE = "define"  # to CMake: -D, set(), a preset's cache variable
    ENVIRONMENT = "environment"
    BUILD_ARGUMENT = "build-argument"  # of an image build
    FLAGS = "flags"  # on nvcc's own command line; the name is empty
    LIST = "list"  # several values of one name, each for a build of its own (a CI matrix)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One value that a file gives to a name: `text[start:end]` of the file, without quotes around it.

    `what` says what kind of line it is. `quote` is what stands around the value or the word that holds it; `in_shell`
    is whether a shell reads the text, so that a bare semicolon would end the command, and `cut` whether one behind the
    value does. `sourced` is whether a shell may read the file. `separator` parts the items where the file's own syntax
    decides that. `cased` is whether it may stand in a branch, beside others of the name for other cases.
    """

    name: str
    value: str
    start: int
    end: int
    way: Way
    what: str
    quote: str = ""
    in_shell: bool = False
    separator: str | None = None
    cut: bool = False
    sourced: bool = False
    cased: bool = False


@dataclass(frozen=True, slots=True)
class BaseImageLine:
    """One base image that a file names, and where."""

    image: str
    start: int


class PlaceState(Enum):
    """What becomes of a place; the values are the strings of the JSON."""

    CHANGES = "changes"
    THERE = "there"  # it has the target already
    UNREAD = "unread"  # nothing in this build reads it
    CANNOT = "cannot"  # it has to be changed by hand
    NO_LIST = "no-list"  # a default of CMake code that names no target, for where nothing else sets the list
    OTHER_CASE = "other-case"  # the target is carried by another line, for another case


@dataclass(frozen=True, slots=True)
class Place:
    """One list in a project: where, what it is, who reads it, and what becomes of it."""

    file: str
    line: int
    what: str
    name: str
    value: str
    reader: str | None
    state: PlaceState
    becomes: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class EditedFile:
    """One file before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ExtendReport:
    """What `generate --add` found in a project: every list, and the files that change.

    `skipped` are folders that were not looked into, `after` the commands that make the change count.
    """

    engine: Engine
    version: str | None
    folder: str
    added: tuple[str, ...]
    archs: tuple[str, ...]
    places: tuple[Place, ...]
    files: tuple[EditedFile, ...]
    not_read: tuple[NotRead, ...]
    skipped: tuple[str, ...]
    after: tuple[str, ...]
    command: str

    @property
    def exit_code(self) -> int:
        """3 where no list was found; 4 where one has to be changed by hand or a file could not be read; else 0."""
        if any(place.state is PlaceState.CANNOT for place in self.places) or self.not_read:
            return EXIT_INCOMPLETE
        states = {place.state for place in self.places}
        if states & {PlaceState.CHANGES, PlaceState.THERE}:
            return EXIT_OK
        return EXIT_INCOMPLETE if PlaceState.OTHER_CASE in states else EXIT_NOTHING
