"""A configured build directory that COPY takes along into the image.

What it finds: `COPY . …` into a stage that configures with CMake in a directory of which the project holds a
CMakeCache.txt, with no .dockerignore that keeps it out.

Why it matters: CMake finds the cache of the developer's machine. It stops ("The current CMakeCache.txt directory is
different"), or takes the list of architectures and the compiler from it.

Example: `COPY . .`, then `RUN cmake -B build`, with build/CMakeCache.txt next to the Dockerfile.

What to do: put the directory into .dockerignore.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.command_facts import base_name, folder_of
from cudacompat.domain.project.model import Command, Project, SourceFile
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each COPY that takes such a folder along."""
    caches = [folder_of(file.name) for file in project.files if _is_cache(file)]
    if not caches:
        return
    for stage in project.stages:
        building = {_folder(command): command for command in project.commands_of(stage) if _configures(command)}
        copy = next((each for each in stage.copies if each.stage is None and "." in each.sources), None)
        folder = next((folder for folder in caches if folder in building), None)
        if copy is None or folder is None or building[folder].place.start < copy.place.start:
            continue
        ignoring = _ignore_files(project, stage.file)
        if any(_ignored(file.text, folder) for file in ignoring):
            continue
        fix = None
        if ignoring:
            file, end = ignoring[0], len(ignoring[0].text)
            new = ("" if file.text.endswith("\n") or not file.text else "\n") + f"{folder}\n"
            fix = Fix(f"{folder} into {file.name}", (Edit(file.name, end, end, new=new),), safe=False)
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"COPY includes {folder}/CMakeCache.txt, and CMake configures in {folder}",
            path=copy.place.file,
            line=copy.place.line,
            span=copy.place.span,
            found=project.text(copy.place).splitlines()[0][:160],
            why="CMake stops at the foreign cache, or reuses another machine's list and compiler",
            help=f"add {folder} to .dockerignore",
            fix=fix,
        )


def _is_cache(file: SourceFile) -> bool:
    return "/" in file.name and base_name(file.name) == "CMakeCache.txt"


def _configures(command: Command) -> bool:
    use = command.use
    return command.program == "cmake" and use is not None and use.engine.system is BuildSystem.CMAKE


def _folder(command: Command) -> str:
    words = [word.text for word in command.words]
    for index, word in enumerate(words):
        if word == "-B" and index + 1 < len(words):
            return words[index + 1].removeprefix("./").rstrip("/")
        if word.startswith("-B") and len(word) > len("-B"):
            return word[len("-B") :].removeprefix("./").rstrip("/")
    return ""


def _ignore_files(project: Project, dockerfile: str) -> list[SourceFile]:
    names = (f"{dockerfile}.dockerignore", ".dockerignore")
    return [file for name in names if (file := project.file(name)) is not None]


def _ignored(text: str, folder: str) -> bool:
    parts = folder.split("/")
    heads = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    out = False
    for line in text.splitlines():
        pattern = line.strip().removeprefix("/").rstrip("/")
        if not pattern or pattern.startswith("#"):
            continue
        wanted = pattern.removeprefix("!")
        plain = wanted.removeprefix("**/").removesuffix("/**").removesuffix("/*")
        if any(fnmatchcase(head, wanted) or fnmatchcase(head, plain) for head in heads) or (
            wanted.startswith("**/") and any(fnmatchcase(part, plain) for part in parts)
        ):
            out = not pattern.startswith("!")
        if fnmatchcase(f"{folder}/CMakeCache.txt", wanted) or wanted in ("*", "**", "**/CMakeCache.txt"):
            out = not pattern.startswith("!")
    return out


RULE = Rule("stale-build-copied", "Configured build directory copied into an image", __doc__, check)
