"""Flags together with an engine's own list: which lists reach a command, and which target its build cannot take."""

from __future__ import annotations

from collections.abc import Mapping

from cudacompat.domain.builds.engine import Hazard
from cudacompat.domain.project.list_coverage import images_of_flags
from cudacompat.domain.project.model import ArchListSetting, Command, Project, Setting
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

_HARMS = "NVCC_APPEND_FLAGS"


def harm_of(command: Command, setting: Setting) -> tuple[Hazard | None, ArchTarget | None]:
    use = command.use
    if use is None:
        return None, None
    for image in sorted(images_of_flags(setting), key=lambda each: each.number):
        if image.kind is not CodeKind.SASS or image.suffix is not ArchSuffix.NONE:
            continue
        major = image.number // 10
        for hazard in use.engine.hazards:
            if hazard.name != _HARMS or not hazard.majors or not hazard.applies(use.parsed, {major}):
                continue
            releases = [
                r.cuda for r in use.engine.rewrites if r.cuda and r.major == major and r.window.holds(use.parsed)
            ]
            cuda = command.stage.base.cuda if command.stage is not None and command.stage.base is not None else None
            if not releases or (cuda is not None and cuda >= min(releases)):
                return hazard, image
    return None, None


def engine_lists(project: Project, command: Command) -> list[ArchListSetting]:
    """The lists of the engine itself that reach this command; one in the environment may be found at an earlier one."""
    places = [each.place for each in command.defines]
    beside, around, shared = _shared(project, command)
    files = list(dict.fromkeys((command.place.file, *(place.file for place in places), *beside)))
    starts = {place.at for place in places}
    found = [*project.lists_reaching(command), *(each for place in places for each in project.lists_at(place)), *shared]
    own = {
        each.setting.place.at: each
        for each in found
        if each.knob is not None
        and each.knob.name == each.setting.name
        and (each.command is command or each.setting.place.at in starts or each.setting.place.at in around)
    }
    return [own[at] for at in sorted(own, key=lambda at: (files.index(at[0]) if at[0] in files else len(files), at[1]))]


def _shared(
    project: Project, command: Command
) -> tuple[tuple[str, ...], frozenset[tuple[str, int]], tuple[ArchListSetting, ...]]:
    """Of what a command sees: the files where it is set, the places, and the lists in them."""
    seen = command.environment
    return project.once(("shared_lists", id(seen)), lambda: _of_environment(project, seen))


def _of_environment(
    project: Project, environment: Mapping[str, Setting]
) -> tuple[tuple[str, ...], frozenset[tuple[str, int]], tuple[ArchListSetting, ...]]:
    places = [each.place for each in environment.values()]
    lists = tuple(each for place in places for each in project.lists_at(place))
    return tuple(dict.fromkeys(place.file for place in places)), frozenset(place.at for place in places), lists
