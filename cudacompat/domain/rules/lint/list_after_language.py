"""A list of architectures that comes after CMake chose one.

What it finds: CMAKE_CUDA_ARCHITECTURES set only `if(NOT DEFINED …)`, or in the cache without FORCE, after project(…
CUDA) or enable_language(CUDA); and a plain set() below the targets that it is for.

Why it matters: as soon as CUDA is a language the variable is defined, in the cache too, with the compiler's default
(sm_52 up to CUDA 12, sm_75 from CUDA 13). A guarded default is then never taken, and targets that exist already keep
the old list. Run with CMake 3.25 and 4.4.

Example: `project(app CXX CUDA)`, then `if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)`, `set(CMAKE_CUDA_ARCHITECTURES 80)`.

What to do: move it before project() or enable_language().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cudacompat.domain.project.cmake_languages import CommandScope, condition, makes_cuda, minimum, standing, top_of
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import CMakeCommand, CMakeFile, Project
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_NAME = "CMAKE_CUDA_ARCHITECTURES"
_UNDEFINED = re.compile(rf'NOT (?:DEFINED )?"?(?:\$\{{)?{_NAME}\}}?"?(?: OR "?(?:\$\{{)?{_NAME}\}}? STREQUAL "?"?)?')
_OLD_POLICY = re.compile(r"CMP0104\s+OLD|POLICY_DEFAULT_CMP0104|cmake_policy\s*\(\s*VERSION", re.IGNORECASE)
_WHY = {
    "guarded": "enabling CUDA has already defined the variable, so this branch never runs",
    "cached": "enabling CUDA has already cached the compiler's default; set(… CACHE …) without FORCE keeps it",
    "targets": "a target copies the list when it is created; this one already has the compiler's default",
}


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list that comes too late."""
    root = top_of(project)
    for file in project.cmake:
        if base_name(file.name) != "CMakeLists.txt":
            continue
        own = tuple(standing(file))
        has_project = any(each.command.name == "project" for each in own)
        policies = minimum(file) or (minimum(root) if root is not None and not has_project else None)
        if (
            policies is None
            or policies < (3, 18)
            or any(_OLD_POLICY.search(text) for text in _texts(project, file, root))
        ):
            continue  # CMP0104 leaves the list undefined: the guard is taken
        language = next((each for each in own if makes_cuda(each.command) and not each.called), None)
        late = own[own.index(language) + 1 :] if language is not None else ()
        if language is None and not has_project and root is not None and file is not root and _top(root):
            late = own  # a folder of a project that begins with CUDA as a language
        if not late or any(_sets(each.command) for each in own[: len(own) - len(late)]):
            continue
        where = f"{file.name}:{language.command.place.line}" if language is not None else "project() in CMakeLists.txt"
        yield from _late(project, file, late, where=where, language=language)


def _texts(project: Project, *files: CMakeFile | None) -> Iterator[str]:
    for each in files:
        source = project.file(each.name) if each is not None else None
        if source is not None:
            yield source.text


def _top(root: CMakeFile) -> bool:
    own = tuple(standing(root))
    language = next((each for each in own if makes_cuda(each.command)), None)
    if language is None or language.around or language.command.name != "project":
        return False
    return not any(_sets(each.command) for each in own)


def _late(
    project: Project, file: CMakeFile, late: Sequence[CommandScope], where: str, language: CommandScope | None
) -> Iterator[Finding]:
    targets: list[CMakeCommand] = []
    told: set[int] = set()  # guards that were reported: several set() in one are one mistake
    own = any(_has_own(command) for command in file.commands)
    for each in late:
        command = each.command
        if command.name in ("add_library", "add_executable") and not own:
            targets += [command] if any(word.text.endswith(".cu") for word in command.arguments) else []
        if not _sets(command) or each.called:
            continue
        kind = _kind(each, targets)
        guard = each.around[0].place.start if each.around else command.place.start
        if kind is None or guard in told or (language is not None and each.excludes(language)):
            continue
        told.add(guard)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"this list comes too late ({where} enables CUDA): {_EFFECT[kind]}",
            path=file.name,
            line=command.place.line,
            span=command.place.span,
            found=project.text(command.place)[:160].split("\n")[0],
            why=_WHY[kind],
            help="move it before project() or enable_language(CUDA)",
            fix=_moved(project, file, each, language=language) if kind == "guarded" else None,
        )


_EFFECT = {
    "guarded": "it is never used",
    "cached": "it has no effect",
    "targets": "earlier targets keep the default",
}


def _sets(command: CMakeCommand) -> bool:
    words = command.arguments
    return command.name == "set" and len(words) > 1 and words[0].text == _NAME


def _kind(each: CommandScope, targets: Sequence[CMakeCommand]) -> str | None:
    if any(_UNDEFINED.fullmatch(condition(around).strip()) for around in each.around if around.name == "if"):
        return "guarded"
    words = [word.text for word in each.command.arguments]
    if each.around:
        return None
    if "CACHE" in words:
        return None if "FORCE" in words else "cached"
    return "targets" if targets and "PARENT_SCOPE" not in words else None


def _has_own(command: CMakeCommand) -> bool:
    """Whether it gives a target a list of its own."""
    words = [word.text for word in command.arguments]
    return command.name in ("set_property", "set_target_properties") and "CUDA_ARCHITECTURES" in words


def _moved(project: Project, file: CMakeFile, each: CommandScope, language: CommandScope | None) -> Fix | None:
    """The whole if() before project(), where there is nothing else in it and all of it stands in the same file."""
    if language is None or language.around or len(each.around) != 1:
        return None
    source = project.file(file.name)
    first = next((one for one in file.commands if one.name == "project"), language.command)
    opening = each.around[0]
    inside = [one for one in file.commands if one.place.start > opening.place.start]
    if source is None or len(inside) < 2 or inside[0] is not each.command or inside[1].name != "endif":
        return None
    start = source.text.rfind("\n", 0, opening.place.start) + 1
    stop = source.text.find("\n", inside[1].place.end) + 1 or len(source.text)
    block = source.text[start:stop]
    if source.text[start : opening.place.start].strip() or "${" in block.replace("${CMAKE_CUDA_ARCHITECTURES}", ""):
        return None
    before = source.text.rfind("\n", 0, first.place.start) + 1
    edits = (Edit(file.name, before, before, new=block), Edit(file.name, start, stop, new=""))
    return Fix("move it before project()", edits, safe=False)


RULE = Rule("list-after-language", "Architecture list set too late", __doc__, check)
