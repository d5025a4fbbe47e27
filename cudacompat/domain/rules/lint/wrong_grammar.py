"""A list of architectures that its reader does not understand.

What it finds: dotted numbers, `sm_80`, `80+PTX`, commas, spaces or literal quotes in CMake's list; one of CMake's words
(`all`, `all-major`, `native`, `OFF`) with other items; plain numbers or commas in TORCH_CUDA_ARCH_LIST; a list where
one number is taken. Only where every item is a target that CUDA has, so that it is certain what was meant.

Why it matters: each reader has its own grammar. CMake 3.24 and newer stop ("CMAKE_CUDA_ARCHITECTURES: 8.6"), older ones
hand the text to nvcc, which stops; PyTorch raises "Unknown CUDA arch"; others ignore what they do not know and build
for fewer GPUs silently.

Example: `cmake -B build -DCMAKE_CUDA_ARCHITECTURES="8.6;12.0"`.

What to do: write the list as its reader wants it: `86;120` for CMake, `8.6;12.0+PTX` for PyTorch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.guess import GuessedItem, is_pair, meant, rewritten
from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, Project, TextSpan
from cudacompat.domain.tables.cmake_spellings import stands_alone
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

# What each reader wants, in an example. OpenCV (DOTTED) drops the points itself and takes either form.
_FORMS = {
    Grammar.CMAKE: "80;86;120",
    Grammar.CMAKE_SPLIT: "80-real;86-real;120-virtual",
    Grammar.TORCH: "8.0;8.6;12.0+PTX",
    Grammar.SPACED: "8.0 8.6 12.0",
    Grammar.FIND_CUDA: "8.0;8.6+PTX",
    Grammar.NUMBERS: "80;86;120",
    Grammar.ONE_NUMBER: "86",
    Grammar.CUPY: "arch=compute_80,code=sm_80;arch=compute_86,code=sm_86",
}
_FIND_CUDA = re.compile(r"(?i)cuda_select_nvcc_arch_flags\s*\([^)]{0,4000}CMAKE_CUDA_ARCHITECTURES")
_POINTED = (Grammar.TORCH, Grammar.SPACED, Grammar.FIND_CUDA)  # whose numbers are compute capabilities
_FETCHES = frozenset({"git", "wget", "curl"})
_POINT = re.compile(r"\d\.\d")
_PARTED = re.compile(r"[;,\s]+")
_HALF = re.compile(r"-(?:real|virtual)\Z", re.IGNORECASE)
_MALFORMED = "an item has a form that it does not read"
_WORDS_OF_OTHERS = frozenset({"auto", "common", "current"})


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list that its reader refuses."""
    fetched = {command.place.file for command in project.commands if command.program in _FETCHES}
    unknown = (each for each in project.commands if each.use is None and each.place.file in fetched)
    foreign = {each.place.at for command in unknown for each in command.defines}
    by_module = any(_FIND_CUDA.search(file.text) for file in project.files if "cuda_select_nvcc" in file.text.lower())
    for listed in project.lists:
        setting = listed.setting
        if setting.value is None or listed.grammar not in _FORMS or setting.cut:
            continue
        pointed = setting.place.at in foreign and _POINT.search(setting.value) is not None
        if listed.grammar is Grammar.CMAKE and (by_module or pointed):
            continue  # a project that hands CMake's list to FindCUDA's function takes its numbers with points
        items = meant(setting.value) if listed.wrong is not None else None
        why = _why(listed, items)
        if why is None:
            continue
        written = rewritten(listed.grammar, items) if items else None
        named = setting.name or "the list"
        example = "all-major alone, or numbers alone: " if items is None and listed.word is None else "example: "
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{named} has the wrong syntax: {why}",
            path=setting.place.file,
            line=setting.place.line,
            span=setting.place.span,
            found=f"{named}={setting.value}"[:160],
            why=f"read by {listed.reader}",
            help=f"{named}={written}" if written else f"{example}{_FORMS[listed.grammar]}",
            fix=replacing(setting, written, f"rewrite it as {written}", safe=True) if written else None,
        )
    if not by_module:
        yield from _appended(project)


def _why(listed: ArchListSetting, items: tuple[GuessedItem, ...] | None) -> str | None:
    """What its reader does not understand; `None` where that is not certain."""
    value = (listed.setting.value or "").strip()
    if listed.word is not None:
        return _why_of_word(listed, listed.word, value)
    if items is None and listed.wrong is not None and listed.grammar is Grammar.CMAKE:
        return _why_of_mixed(listed, value)
    if items is None or is_pair(value):
        return None
    if listed.grammar is Grammar.FIND_CUDA and any(item.number >= 100 for item in items):
        return None  # in no grammar of this reader's
    if '"' in value or "'" in value:
        return "the quotes become part of the value"
    if len(items) > 1 and listed.grammar is Grammar.ONE_NUMBER:
        return "it accepts only one architecture"
    if listed.grammar is Grammar.CUPY:
        return "it requires nvcc's arch and code pairs"
    return _why_of_numbers(listed.grammar, value)


def _why_of_word(listed: ArchListSetting, word: str, value: str) -> str | None:
    if listed.grammar is not Grammar.CMAKE or listed.setting.place.file.endswith((".py", ".rs")):
        return None
    if word in _WORDS_OF_OTHERS:
        return f"CMake does not accept {value!r}"
    if word in ("all", "all-major", "native") and value != word:
        return f"CMake requires {word!r} in lower case"
    return None


def _why_of_mixed(listed: ArchListSetting, value: str) -> str | None:
    """Why CMake does not take its own words beside other items, or with a half (`all-real`)."""
    if listed.setting.place.file.endswith((".py", ".rs")):
        return None
    items = _PARTED.split(value)
    words = [item for item in items if stands_alone(_HALF.sub("", item))]
    if not words or any(item not in words and meant(item) is None for item in items):
        return None
    half = next((word for word in words if _HALF.search(word)), None)
    return f"CMake does not accept {half!r}" if half else f"CMake takes {words[0]} only without other items"


def _why_of_numbers(grammar: Grammar, value: str) -> str:
    by_cmake = grammar in (Grammar.CMAKE, Grammar.CMAKE_SPLIT)
    whose = "CMake's" if by_cmake else "its"
    if "," in value:
        return f"{whose} separator is the {'space' if grammar is Grammar.SPACED else 'semicolon'}, not the comma"
    if grammar in _POINTED:
        return f"{whose} numbers need a point (8.6, not 86)" if "." not in value else _MALFORMED
    if "." in value:
        return f"{whose} numbers have no point (86, not 8.6)"
    if "+ptx" in value.lower():
        return "CMake's word for PTX is -virtual, not +PTX" if by_cmake else "it does not read +PTX"
    if "_" in value:
        return f"{whose} numbers have no prefix (86, not sm_86)"
    return f"{whose} separator is the semicolon, not the space" if " " in value else _MALFORMED


def _appended(project: Project) -> Iterable[Finding]:
    """list(APPEND CMAKE_CUDA_ARCHITECTURES …) with items that CMake refuses."""
    for command in (command for file in project.cmake for command in file.commands if command.name == "list"):
        words = command.arguments
        if len(words) < 3 or words[0].text != "APPEND" or words[1].text != "CMAKE_CUDA_ARCHITECTURES":
            continue
        for word in words[2:]:
            items = meant(word.text) if word.known and re.search(r"[._+,\s]", word.text) else None
            if items is None:
                continue
            written = rewritten(Grammar.CMAKE, items)
            place = word.place
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{words[1].text} has the wrong syntax: {word.text}",
                path=place.file,
                line=place.line,
                span=place.span,
                found=word.text,
                why="read by CMake",
                help=written or "example: 80;86;120",
                fix=None if written is None else Fix(f"write {written}", (_edit(place, written),), safe=True),
            )


def _edit(place: TextSpan, text: str) -> Edit:
    return Edit(place.file, place.start, place.end, new=text)


RULE = Rule("wrong-grammar", "Architecture list with the wrong syntax", __doc__, check)
