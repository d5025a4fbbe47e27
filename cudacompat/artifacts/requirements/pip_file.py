"""pip's requirements and constraints files, and what `pip freeze` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from cudacompat.artifacts.buildfiles.positions import Node
from cudacompat.artifacts.requirements.base import (
    Include,
    LineNumbers,
    Origin,
    ReadRequirements,
    all_made,
    requirement_of,
)
from cudacompat.domain.wheels.requirement import Requirement, index_name
from cudacompat.domain.words.shell_words import shell_words

_COMMENT = re.compile(r"(^|\s)#.*$")
_OPTION = re.compile(
    r"^(?P<name>-r|--requirement|-c|--constraint|-i|--index-url|--extra-index-url|-f|--find-links|--no-index|-e"
    r"|--editable|--pre|--prefer-binary|--no-binary|--only-binary|--trusted-host|--require-hashes|--use-feature)"
    r"(?:\s+|=|(?<=^-[rcif]))(?P<value>.*)$|^(?P<bare>--[\w-]+)$"
)
_PER_LINE = re.compile(r"\s+--(?:hash|global-option|config-settings?|install-option)\b.*$")
# Installers of some applications take a line apart that pip refuses: several releases, an index behind them.
_BEHIND = re.compile(r"\s+(?=(?:--extra-index-url|--index-url|-i|--find-links|-f)[\s=])")
_RELEASE = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w.,-]*\])?(?:[=~!<>]=?=?[^\s;@]+)+")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")


def read(text: str, file: str, outer: Origin | None = None) -> ReadRequirements:
    """Return what the file says. Its indexes hold for all of its lines, wherever they stand, together with those of the
    file or command that includes it (`outer`)."""
    lines = list(_lines(text))
    index = outer.index if outer is not None else None
    extra = list(outer.extra) if outer is not None else []
    includes: list[Include] = []
    rest: list[tuple[int, str]] = []
    for number, line in ((number, part) for number, whole in lines for part in _parts(whole)):
        match = _OPTION.match(line)
        if match is None:
            rest.append((number, line))
            continue
        name, value = match["name"] or match["bare"], _unquoted(match["value"] or "")
        if name in ("-i", "--index-url"):
            index = index_name(value)
        elif name in ("--extra-index-url", "-f", "--find-links"):
            extra.append(index_name(value))
        elif name in ("-r", "--requirement", "-c", "--constraint"):
            includes.append(Include(value, name in ("-c", "--constraint"), number))
        elif name in ("-e", "--editable") and "://" in value:
            rest.append((number, value))
    origin = Origin(file, index, tuple(extra))
    found, wrong = [], []
    for number, line in rest:
        if _is_local(line):
            continue
        try:
            found.append(requirement_of(_PER_LINE.sub("", line), number, origin))
        except ValueError as error:
            wrong.append((number, str(error)))
    return ReadRequirements(all_made(found), tuple(includes), tuple(wrong), index=index, extra_indexes=tuple(extra))


def of_nodes(items: Sequence[Node], of_file: LineNumbers, file: str, outer: Origin | None = None) -> ReadRequirements:
    """Return what the texts of a list in YAML say, a line of pip's each, with the lines of the whole file."""
    lines = [(each.text or "").replace("\n", " ") for each in items]
    numbers = [of_file.at(each.start) for each in items]
    found = read("\n".join(lines), file, outer)

    def place(line: int) -> int:
        return numbers[min(line, len(numbers)) - 1]

    return replace(
        found,
        requirements=tuple(replace(each, line=place(each.line)) for each in found.requirements),
        includes=tuple(Include(each.path, each.constraint, place(each.line)) for each in found.includes),
        not_understood=tuple((place(line), why) for line, why in found.not_understood),
    )


def constrained(read_: ReadRequirements, constraints: ReadRequirements) -> ReadRequirements:
    """Return the requirements, those that leave a choice narrowed by the constraints on the same package."""
    by_name = {each.name: each for each in constraints.requirements}
    narrowed = []
    for each in read_.requirements:
        limit = by_name.get(each.name)
        if limit is not None and each.pinned is None and _leaves(each, limit):
            both = ",".join(filter(None, (each.specifier, limit.specifier)))
            both = limit.specifier if limit.pinned is not None else both
            narrowed.append(
                replace(
                    each,
                    specifier=both,
                    local=each.local or limit.local,
                    local_version=each.local_version or limit.local_version,
                )
            )
        else:
            narrowed.append(each)
    held = (*read_.constraints, *constraints.requirements)
    return replace(read_, requirements=tuple(narrowed), constraints=held)


def _leaves(requirement: Requirement, limit: Requirement) -> bool:
    """Whether a requirement allows what a constraint pins; true for one that pins nothing."""
    if limit.pinned is None:
        return True
    try:
        return SpecifierSet(requirement.specifier).contains(limit.pinned, prereleases=True)
    except InvalidSpecifier:
        return True


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The logical lines, without comments, with the number of the line that each begins on."""
    number, held, first = 0, "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if not held:
            first = number
        if line.rstrip().endswith("\\") and not line.lstrip().startswith("#"):
            held += line.rstrip()[:-1]
            continue
        whole = _COMMENT.sub("", held + line).strip()
        held = ""
        if whole:
            yield first, whole
    if held.strip():
        yield first, _COMMENT.sub("", held).strip()


def _parts(line: str) -> Iterator[str]:
    """The requirements and options of a line that holds several; else the line itself."""
    head, *options = _BEHIND.split(line) if _OPTION.match(line) is None else [line]
    words = head.split()
    yield from words if len(words) > 1 and all(map(_RELEASE.fullmatch, words)) else [head]
    yield from options


def _unquoted(value: str) -> str:
    value = value.strip()
    try:
        return shell_words(value)[0] if value[:1] in "\"'" else value
    except (ValueError, IndexError):
        return value


def _is_local(line: str) -> bool:
    """Whether the line names a folder or an archive of this machine, or a value that only the environment has."""
    head = line.partition(";")[0].strip()
    if head.endswith(".whl"):
        return False
    return head.startswith((".", "/", "~", "file:")) or _VARIABLE.search(head) is not None
