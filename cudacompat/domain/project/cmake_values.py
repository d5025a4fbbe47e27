"""The values that the variables of a project's CMake files may have, and the branches that a plain configuration does
not take. Pure."""

from __future__ import annotations

import re
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import CMakeCommand, CMakeFile, Command, Project
from cudacompat.domain.words.switch_values import is_on

LIST_NAME = "CMAKE_CUDA_ARCHITECTURES"
_LIST = f"${{{LIST_NAME}}}"
_SET_ENDS = frozenset({"CACHE", "PARENT_SCOPE"})
_SORTS = frozenset({"SORT", "REVERSE", "REMOVE_DUPLICATES", "LENGTH", "FIND"})
_REFERENCE = re.compile(r"\$\{(\w+)\}")
_ANY_REFERENCE = re.compile(r"\$(?:ENV)?\{(\w+)\}")
_DEFINED = "DEFINED "
_OPTION = re.compile(rf"(NOT )?({_DEFINED})?\"?(?:\$\{{)?(\w+)\}}?\"?")
_IS_EMPTY = " STREQUAL "  # what a comparison with the empty text comes to here
_PLAIN = re.compile(r"[\w.; ]*")  # a regular expression that matches itself alone
_NAME = re.compile(r"\w+")
_CONDITIONS = frozenset({"if", "elseif", "while", "message"})
# variables that CMake, a package or the system sets
_ELSEWHERE = re.compile(
    r"^(?:CMAKE|CUDA|CPACK|MSVC|CTEST|ENV)|_(?:FOUND|DIR|VERSION|ROOT|INCLUDE\w*|LIBRAR\w*)$|^[A-Z]{1,8}(?:\d+)?$"
)
_WITH_CUDA = re.compile(r"(?:CUDA|GPU|NVCC)$|(?:ENABLE|USE|WITH|BUILD)_(?:\w+_)?(?:CUDA|GPU)")
_UNKNOWN = ("${}",)
_MOST_VALUES = 16  # of one variable
_MOST_LISTS = 64  # that one text may come to
_LONGEST = 1 << 12  # characters of a list that variables make
_MOST_SOURCES = 32  # variables that one is made from, one by one
_DEEPEST = 5  # variables that hand a list on to each other

Values = Mapping[str, Sequence[tuple[str, ...]]]


def until_end(words: Sequence[str]) -> Iterator[str]:
    """Yield the values among the arguments of `set`, without what follows them."""
    for word in words:
        if word in _SET_ENDS:
            return
        yield word


def variables_of(commands: Iterable[CMakeCommand], builds: Iterable[Command]) -> Values:
    """Return what the variables may hold: by the commands of CMake's files, in order, and on the lines of builds."""
    # what a file that is included sets stands before, and what others set later is known in it, too
    ordered = sorted(commands, key=lambda each: not each.place.file.endswith(".cmake"))
    found = _set_by(ordered, _set_by(ordered, {}))
    for build in builds:
        for each in build.defines if build.program == "cmake" else ():
            if each.name in found or (each.name != LIST_NAME and _is_kept(build)):
                found[each.name] += [(value,) for value in each.outcomes]
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def _set_by(commands: Iterable[CMakeCommand], before: Values) -> dict[str, list[tuple[str, ...]]]:
    """What commands give to variables; `before` is what they have where nothing did yet."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    known = ChainMap[str, Sequence[tuple[str, ...]]](found, dict(before))  # type: ignore[arg-type]
    made_of: dict[str, frozenset[str]] = {}  # the variables whose values string() has changed into this one's
    for command in commands:
        words = [word.text for word in command.arguments]
        if len(words) > 1:
            for name, values in _assigned(command.name, words, known):
                sources = _changed_from(command.name, words, made_of)
                made_of[name] = sources
                found[name] = values if name in sources else found[name] + values
    return found


def looped_over(command: CMakeCommand, known: Values) -> Values:
    """Return what the variable of a loop has inside of it."""
    name, *words = [word.text for word in command.arguments]
    return {name: _looped(words, known)}


def _changed_from(command: str, words: Sequence[str], made_of: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The variables that string() makes the value of this one from, one by one; none where another command sets it."""
    if command != "string":
        return frozenset()
    sources = [each for word in words for each in _REFERENCE.findall(word)]
    found = frozenset(sources).union(*(made_of.get(each, frozenset()) for each in sources[:_DEEPEST]))
    return found if len(found) <= _MOST_SOURCES else frozenset(sources)


def _is_kept(build: Command) -> bool:
    """Whether somebody gets what it builds: an image, what a script makes. A job may try one value after the other."""
    return build.job is None and not is_aside(build.place.file)


def _assigned(name: str, words: Sequence[str], known: Values) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The variables that a command sets, each with what it may hold then."""
    if name == "set":
        values = tuple(until_end(words[1:]))
        if not any("$ENV{" in each or _is_words_about(each) for each in values):  # what only the environment says
            yield words[0], [values]
    elif name == "list" and words[0] == "APPEND":
        yield words[1], [tuple(words[2:])]
    elif name == "list" and words[0] == "GET" and len(words) > 3:
        yield words[-1], _items(f"${{{words[1]}}}", known)
    elif name == "list" and words[0] not in _SORTS:
        yield words[1], [_UNKNOWN]
    elif name == "foreach":
        yield words[0], _looped(words[1:], known)
    elif name == "string":
        yield from _of_string(words, known)
    elif name in ("function", "macro"):
        yield words[1], [_UNKNOWN]


def _is_words_about(value: str) -> bool:
    """Whether a value has the list itself in a sentence."""
    rest = value.replace(_LIST, "")
    return rest != value and bool(rest.strip("; ")) and not any(map(str.isdigit, rest))


def _looped(words: Sequence[str], known: Values) -> list[tuple[str, ...]]:
    """What the variable of a loop may hold."""
    if words[:2] == ["IN", "LISTS"]:
        if words[2:] == [LIST_NAME]:
            return [("",)]  # its items, which name nothing new
        return [value for each in words[2:] for value in _items(f"${{{each}}}", known)]
    if words[:1] == ["RANGE"] or "ZIP_LISTS" in words:
        return [_UNKNOWN]
    rest = [each for each in words if each not in ("IN", "ITEMS")]
    return [value for each in rest for value in _items(each, known)]


def _items(text: str, known: Values) -> list[tuple[str, ...]]:
    """The items of a list, each by itself."""
    lists = list(islice(put_in(text, known), _MOST_LISTS))
    if None in lists or len(lists) == _MOST_LISTS:
        return [_UNKNOWN]
    return [(item,) for each in lists for item in (each or "").split(";") if item]


def _of_string(words: Sequence[str], known: Values) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    regular = words[:2] == ["REGEX", "REPLACE"]
    at = 2 if regular else 1
    if (words[:1] != ["REPLACE"] and not regular) or len(words) < at + 4:
        yield words[-1], [_UNKNOWN]
        return
    old, new, out, *rest = words[at:]
    texts = list(islice(put_in(";".join(rest), known), _MOST_LISTS))
    plain = _PLAIN.fullmatch(old) is not None if regular else True
    if not plain or not old or "${" in old + new or ("." in old and regular):
        yield out, [_UNKNOWN]
        return
    yield out, [(each.replace(old, new),) if each is not None else _UNKNOWN for each in texts]


def put_in(text: str, variables: Values, depth: int = 0) -> Iterator[str | None]:
    """Yield the text with each value of the variables in it put in; `None` where one is not known. A list that extends
    itself names nothing new."""
    text = text.replace(_LIST, "")
    match = _REFERENCE.search(text)
    if match is None:
        yield text if "${" not in text else None
        return
    values = variables.get(match[1], ())
    if not values or depth == _DEEPEST or len(text) > _LONGEST or len(values) > _MOST_VALUES:
        yield None
        return
    for value in values:
        own = ";".join(value).replace(match[0], "")  # what extends itself
        yield from put_in(text.replace(match[0], own), variables, depth + 1)


# -- branches


def given_names(project: Project) -> Iterator[str]:
    """Yield the names that builds of the project give to CMake on their lines."""
    return (each.name for command in project.commands for each in command.defines)


def defaults_of(files: Iterable[CMakeFile], given: frozenset[str]) -> Mapping[str, bool]:
    """Return the options that no build of the project gives and no file sets to something else, with their defaults;
    not those that switch CUDA on, which a build for GPUs gives."""
    found: dict[str, set[bool]] = defaultdict(set)
    every = [command for file in files for command in file.commands]
    for command in every:
        words = [word.text for word in command.arguments]
        if command.name == "option" and words:
            found[words[0]].add(is_on(next(iter(words[2:3]), None)))
        elif command.name == "set" and (words[2:4] == ["CACHE", "BOOL"] or words[1:4] == ["", "CACHE", "STRING"]):
            found[words[0]].add(is_on(words[1]))
    for command in every:
        words = [word.text for word in command.arguments]
        if command.name == "set" and words[:1] and words[0] in found:
            found[words[0]].add(is_on(next(iter(words[1:2]), None)))
    said = (name for name, values in found.items() if len(values) == 1 and name not in given)
    return {name: next(iter(found[name])) for name in said if not _WITH_CUDA.search(name)}


def is_left_out(blocks: Iterable[Sequence[str]], switches: Mapping[str, bool]) -> bool:
    """Whether a plain configuration does not come to a place inside these blocks: by the conditions of each so far, the
    one of its own branch last."""
    return any(
        _held(block[-1], switches) is False or any(_held(each, switches) for each in block[:-1]) for block in blocks
    )


def holds(block: Sequence[str], switches: Mapping[str, bool]) -> bool:
    """Whether a plain configuration comes into the last branch of this block for sure."""
    *before, now = block
    if any(_held(each, switches) is not False for each in before):
        return False
    return not now or _held(now, switches) is True


def _held(condition: str, switches: Mapping[str, bool]) -> bool | None:
    """Whether a condition of options holds; `None` where it is of something else."""
    if " AND " in condition and "(" not in condition and " OR " not in condition:
        parts = [_held(each, switches) for each in condition.split(" AND ")]
        return False if False in parts else None if None in parts else True
    match = _OPTION.fullmatch(condition.removesuffix(_IS_EMPTY))
    empty = condition.endswith(_IS_EMPTY)
    name = f"{match[2] or ''}{match[3]}" if match is not None else ""
    if match is None or name not in switches:
        return None
    if empty:
        return match[1] is None if not switches[name] else None
    return switches[name] is not (match[1] is not None)


def references_of(command: CMakeCommand) -> frozenset[str]:
    """Return the variables whose values a command is given."""
    return frozenset(name for word in command.arguments for name in _ANY_REFERENCE.findall(word.text))


def is_users_choice(command: CMakeCommand, conditions: Sequence[str], variables: Values) -> bool:
    """Whether the values in a command are given by whoever builds, and it stands in a branch for that: each variable in
    it that no file sets is asked for by a condition."""
    names = references_of(command)
    open_ = [name for name in names if name != LIST_NAME and name not in variables]
    asked = [each for each in conditions if not each.startswith("NOT ")]
    return bool(open_) and all(any(re.search(rf"\b{name}\b", each) for each in asked) for name in open_)


def names_set(files: Iterable[CMakeFile]) -> frozenset[str]:
    """Return every word of the project's CMake files that a command other than a condition is given: what is not among
    them no file sets, and no command hands a value back by it."""
    every = (command for file in files for command in file.commands if command.name not in _CONDITIONS)
    return frozenset(part for each in every for word in each.arguments for part in _bare(word.text))


def _bare(text: str) -> list[str]:
    """The names in a word, but for those whose value is asked for."""
    return _NAME.findall(_ANY_REFERENCE.sub(" ", text))


def is_unset(name: str, known: frozenset[str]) -> bool:
    """Whether a variable is certainly empty where whoever builds gives none: a project's own, which nothing sets."""
    return name not in known and _ELSEWHERE.search(name) is None


def unset_in(conditions: Iterable[str], known: frozenset[str]) -> Mapping[str, bool]:
    """Return the variables of such conditions that are certainly unset, as options that are off."""
    matches = filter(None, map(_OPTION.fullmatch, conditions))
    names = {match[3] for match in matches if is_unset(match[3], known)}
    return {f"{before}{name}": False for name in names for before in ("", _DEFINED)}
