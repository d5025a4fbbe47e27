"""What the shell's `read` gives to its names: `read -r CUDA ARCHS <<< "$row"`, the columns of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, Word

_MOST_ROWS = 64
_LEAST_NAMES = 2  # of one name, `read` takes all of the line


def names_of_read(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the names that a command `read` gives a value each; none for another command, or another form of it."""
    if not words or words[0].text != "read":
        return ()
    names = tuple(each for each in words[1:] if each.text != "-r")
    plain = all(each.known and each.text.isidentifier() for each in names)
    return names if plain and len(names) >= _LEAST_NAMES else ()


def columns(names: Sequence[Word], rows: Sequence[str]) -> Iterator[Setting]:
    """Yield what each name may have, of these rows; the last has all that is left of one."""
    parts = [row.split(None, len(names) - 1) for row in rows[: _MOST_ROWS + 1]]
    if not parts or len(parts) > _MOST_ROWS or any(len(each) < len(names) for each in parts):
        return
    for at, name in enumerate(names):
        values = tuple(dict.fromkeys(each[at].strip() for each in parts))
        yield Setting(
            name.text,
            None,
            name.place,
            way=AssignmentKind.ENVIRONMENT,
            written="",
            in_shell=True,
            choices=values,
        )
