"""Whether the compilers that a project's files install can build what an edit of its lists asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cudacompat.app.project.files import read
from cudacompat.app.project.model import project_of
from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.project.ci_jobs import cannot_build, jobs_with, lists_of, toolkits
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.list_coverage import drops_unknown
from cudacompat.domain.project.model import ArchListSetting, Command, Project
from cudacompat.domain.project.stages import compiler
from cudacompat.domain.rules.lint import ci_toolkit_cannot_build, conda_cannot_build, image_cannot_build_target
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.rule import applied
from cudacompat.domain.words.versions import ToolkitVersion

_RULES = (image_cannot_build_target.RULE, ci_toolkit_cannot_build.RULE, conda_cannot_build.RULE)
_OWN_FILES = (".txt", ".cmake", ".toml")  # where a project keeps the list that it builds by default


@dataclass(frozen=True, slots=True)
class _Build:
    """A CI job, or a stage of an image: what it runs, with which toolkits."""

    file: str
    shown: str
    commands: tuple[Command, ...]
    versions: tuple[ToolkitVersion, ...]


def require_compilers(folder: str, engine: Engine, changed: Mapping[str, str]) -> None:
    """Refuse new texts of files (by name) whose lists ask a compiler of the project for what it cannot build, and did
    not before: that of an image, of a CI job, a distribution's, conda's. `UsageError` says which, and what can."""
    found = read(folder)
    files = tuple(replace(file, text=changed.get(file.name, file.text)) for file in found.files)
    edited = project_of(replace(found, files=files), ())
    now = applied(_RULES, [edited])
    before = {_told(each) for each in applied(_RULES, [project_of(found, ())])} if now else set()
    for finding in now:
        if _told(finding) not in before:
            help_ = f"; {finding.help}" if finding.help else ""
            raise UsageError(f"{finding.path}:{finding.line}: {finding.message}: {finding.why}{help_}")
    for build in _builds(edited):
        for listed in edited.lists:
            if listed.setting.place.file in changed and _reads(edited, build, listed, engine=engine):
                _require(build, listed)


def _told(finding: Finding) -> tuple[str, str | None, str]:
    return finding.id, finding.path, finding.message


def _builds(project: Project) -> Iterator[_Build]:
    for job, commands in jobs_with(project):
        yield _Build(
            job.file, f"job {job.name}", commands, versions=tuple(version for version, _ in toolkits(job, commands))
        )
    for stage in project.stages:
        nvcc = compiler(project, stage)
        image = stage.base.image if stage.base is not None else "an image"
        if nvcc is not None:
            yield _Build(stage.file, f"a stage of {image}", project.commands_of(stage), versions=(nvcc.version,))


def _reads(project: Project, build: _Build, listed: ArchListSetting, engine: Engine) -> bool:
    """Whether the build reads a list that stands in a file of its own, and nothing in its place: it calls the script,
    or builds the engine without a list on the line or in the environment."""
    file = listed.setting.place.file
    name = base_name(file)
    if file == build.file or drops_unknown(listed):
        return False
    for command in build.commands:
        if command.conditional:
            continue
        if any(base_name(word.text) == name for word in command.words):
            return True
        builds = command.use is not None and command.use.engine is engine
        if builds and name.endswith(_OWN_FILES) and next(lists_of(project, command), None) is None:
            return True
    return False


def _require(build: _Build, listed: ArchListSetting) -> None:
    wrong = [cannot_build(listed, version) for version in build.versions]
    first = wrong[0] if wrong else None
    if first is None or None in wrong:
        return
    place = listed.setting.place
    raise UsageError(
        f"{place.file}:{place.line}: CUDA {build.versions[0]} of {build.shown} in {build.file} cannot build "
        f"sm_{first[0]}: {first[1]}; change the toolkit there first"
    )
