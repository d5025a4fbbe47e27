"""Values that files give to names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class AssignmentKind(Enum):
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
    way: AssignmentKind
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
