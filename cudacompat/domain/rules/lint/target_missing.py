"""A list that does not serve the GPU it is meant for.

What it finds: with --gpu, a list that reaches a build and whose machine code and PTX do not fit that GPU, or of
which only the PTX fits. The lists and flags that reach the same command are taken together, after the engine's own
rewriting. A list of the project's own files (CMakeLists.txt, presets, .cargo/config.toml, the flags of a Makefile)
counts where no command gives another. Image builds and CI jobs without any have the list that the engine takes by
itself. Of a CI job that publishes nothing the finding is a note. Where a CMake target has its CUDA_ARCHITECTURES set,
that list alone counts for it, unless its program may choose another target for the GPU, by what names or links show.

Why it matters: without code that fits, every kernel launch fails with "no kernel image is available for execution on
the device" (error 209). With PTX alone it works, after the driver has compiled each kernel at the first start.

Example: `-DCMAKE_CUDA_ARCHITECTURES="75-real;80-real;86-real"` in the image for an RTX 5070 Ti (12.0).

What to do: add the GPU's own target. Machine code serves GPUs of its major with the same minor or a higher one; PTX
serves every newer GPU.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cmake_lists import CMakeTargets, for_capability
from cudacompat.domain.project.cmake_own_lists import others_lists, own_lists
from cudacompat.domain.project.cmake_values import LIST_NAME
from cudacompat.domain.project.command_facts import is_aside, is_cmake
from cudacompat.domain.project.cuda_switches import leaves_cuda_out
from cudacompat.domain.project.disabled_lists import is_switched_off
from cudacompat.domain.project.list_coverage import (
    ListCoverage,
    beside,
    drops_unknown,
    flag_settings,
    images_beside,
    images_of,
    images_of_flags,
    is_said,
    serves,
)
from cudacompat.domain.project.list_units import parts
from cudacompat.domain.project.loose_lists import loose_groups, unpublished_groups
from cudacompat.domain.project.model import ArchListSetting, Command, Project, TextSpan
from cudacompat.domain.project.other_machines import passes_by
from cudacompat.domain.project.own_lists import own_builds
from cudacompat.domain.project.published_jobs import is_published, publishes_nothing
from cudacompat.domain.project.stages import toolkit
from cudacompat.domain.project.standing_lists import named_in_cmake, standing_groups
from cudacompat.domain.rules.lint.settings_facts import settings_fix, settings_for
from cudacompat.domain.rules.lint.target_facts import (
    along,
    fix_for,
    has_own_words,
    in_image_for_arm,
    in_other_job,
    in_words,
    last_with_result,
    toolkit_first,
    why_unserved,
)
from cudacompat.domain.tables.toolkits import first_with
from cudacompat.domain.words.finding import Finding, Fix, Severity
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget
from cudacompat.domain.words.verdict import Target


def check(project: Project) -> Iterable[Finding]:
    """One finding for each target and list that decides a build and does not serve it with machine code."""
    if not project.targets:
        return
    yield from _of_commands(project)
    yield from _of_unpublished(project)
    yield from _of_branches(project)
    yield from _of_compilers(project)
    yield from _of_environments(project)
    yield from _of_engines(project)
    yield from _of_files(project)
    yield from _of_own(project)
    yield from _of_cmake(project)


def _of_commands(project: Project) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for listed in project.lists:
        command = listed.command
        if command is None or command.conditional or not _counts(project, listed, command):
            continue
        for target, result, images, chosen in _unserved(project, command, listed):
            if passes_by(listed, target.capability):
                continue
            if chosen is not listed or in_other_job(project, listed, target, result=result):
                continue
            alone = (listed.use.engine.name, target.id)  # of builds of one target each, one has to be added
            if command.job is not None and listed.grammar is Grammar.ONE_NUMBER:
                if alone in told:
                    continue
                told.add(alone)
            yield _finding(project, listed, target, result=result, images=images)


def _of_unpublished(project: Project) -> Iterator[Finding]:
    """Of jobs that publish nothing, a note for each file and target: what is built there reaches nobody as far as the
    file shows, and whoever reads it for a GPU still sees the list."""
    told: set[tuple[str, str]] = set()
    for listed in project.lists:
        command = listed.command
        if command is None or command.job is None or is_published(project, command.job):
            continue
        if not _decides(project, listed, command):
            continue
        for target, result, images, chosen in _unserved(project, command, listed):
            key = (command.place.file, target.id)
            passed = key in told or chosen is not listed or passes_by(listed, target.capability)
            if passed or result is not ListCoverage.FAILS or in_other_job(project, listed, target, result=result):
                continue
            told.add(key)
            yield _as_note(_finding(project, listed, target, result=result, images=images))
    for group in unpublished_groups(project):
        yield from map(_as_note, _of_group(project, group, worst=(ListCoverage.FAILS,)))


def _as_note(found: Finding) -> Finding:
    why = f"{found.why}; no step of the job publishes what it builds"
    return replace(found, severity=Severity.NOTE, why=why, fix=None)


def _of_group(project: Project, group: Sequence[ArchListSetting], worst: tuple[ListCoverage, ...]) -> Iterator[Finding]:
    """Of lists of which one is taken: the targets that all together do not serve, or that a unit does not serve which
    is compiled by itself."""
    for target in project.targets:
        if all(passes_by(each, target.capability) or in_image_for_arm(project, each, target) for each in group):
            continue
        for result, lists, images in parts(group, target.capability):
            if result in worst:
                last = last_with_result(lists, target, result, images=images_of)
                yield _finding(project, last, target, result=result, images=images)


def _counts(project: Project, listed: ArchListSetting, command: Command) -> bool:
    """Whether the list decides what somebody gets."""
    return _decides(project, listed, command) and (command.job is None or is_published(project, command.job))


def _decides(project: Project, listed: ArchListSetting, command: Command) -> bool:
    """Whether the list decides what a command builds."""
    if not listed.outcomes or not listed.setting.name or listed.setting.cut or is_switched_off(project, listed):
        return False  # of a list that the shell cuts, or flags switch off, another rule speaks
    return not project.once(("leaves_cuda_out", id(command)), lambda: leaves_cuda_out(command))


def _of_branches(project: Project) -> Iterator[Finding]:
    """Of commands in branches: what none of them, and no other command of the file that builds the same, serves."""
    groups: dict[tuple[str, str, str], list[ArchListSetting]] = {}
    branched: set[tuple[str, str, str]] = set()
    for listed in project.lists:
        command = listed.command
        if command is not None and listed.setting.name and not listed.setting.cut:
            key = (command.place.file, listed.use.engine.name, listed.setting.name)
            groups.setdefault(key, []).append(listed)
            if command.conditional:
                branched.add(key)
    for key, group in groups.items():
        if key not in branched or not all(is_said(each) and each.command is not None for each in group):
            continue
        if not all(each.command is not None and _counts(project, each, each.command) for each in group):
            continue
        images = [image for each in group for image in images_of(each)]
        last = next(each for each in reversed(group) if each.command is not None and each.command.conditional)
        for target in project.targets if images else ():
            result = serves(target.capability, images)
            if passes_by(last, target.capability) or result not in _UNSERVED:
                continue
            if not in_other_job(project, last, target, result=result):
                yield _finding(project, last, target, result=result, images=images)


def _of_compilers(project: Project) -> Iterator[Finding]:
    """Of the flags of nvcc in commands, or that make gets: what no such call in the same file serves. One call may be
    for one GPU."""
    groups: dict[str, list[ArchListSetting]] = {}
    for listed in project.lists:
        command = listed.command
        if command is None or command.program not in _COMPILERS or listed.setting.way is not AssignmentKind.FLAGS:
            continue
        if not is_aside(command.place.file) and (command.job is None or is_published(project, command.job)):
            groups.setdefault(command.place.file, []).append(listed)
    for group in groups.values():
        yield from _of_group(project, group, worst=_UNSERVED)


def _of_environments(project: Project) -> Iterator[Finding]:
    """Of lists in the environment of commands that compile sources which are not here: those of one name in one file
    together, since each may be for sources of its own."""
    for group in loose_groups(project):
        yield from _of_group(project, group, worst=_UNSERVED)


def _of_engines(project: Project) -> Iterator[Finding]:
    """Of builds that give no list: what the one does not serve that the engine takes by itself."""
    for build in own_builds(project):
        command, knob = build.command, build.knob
        if not build.images or not (command.job is None or is_published(project, command.job)):
            continue
        for target in project.targets:
            result = serves(target.capability, build.images)
            if result in _UNSERVED:
                first = toolkit_first(project, command, knob.name, grammar=knob.grammar, target=target)
                yield _said_of(
                    target,
                    command.place,
                    message=f"{build.use.engine.name} gets no list, and its own has {_code(result)} for {target.label}",
                    found=f"{' '.join(command.line.split())[:90]} takes {build.text}",
                    result=result,
                    images=build.images,
                    help_=first or settings_for(project, command, knob.name),
                    fix=settings_fix(project, command) if first is None else None,
                )


_COMPILERS = MAKE | {"nvcc"}
_UNSERVED = (ListCoverage.JIT, ListCoverage.FAILS)
_Unserved = tuple[tuple[Target, ListCoverage, tuple[ArchTarget, ...], ArchListSetting | None], ...]


def _unserved(project: Project, command: Command, listed: ArchListSetting) -> _Unserved:
    """The targets that the lists which reach a command do not serve together: what each comes to, of which images, and
    the list that it would have to be added to."""
    return project.once(("unserved", id(command)), lambda: tuple(_all_unserved(project, command, listed)))


def _all_unserved(
    project: Project, command: Command, listed: ArchListSetting
) -> Iterator[tuple[Target, ListCoverage, tuple[ArchTarget, ...], ArchListSetting | None]]:
    together = beside(project, listed)
    if not all(map(is_said, together)):
        return
    flags = (image for setting in flag_settings(command) for image in images_of_flags(setting))
    images = _built(project, listed, (*images_beside(project, listed), *flags))
    for target in project.targets if together else ():
        result = serves(target.capability, images)
        if result in _UNSERVED:
            yield target, result, images, _chosen(together, target)


def _built(project: Project, listed: ArchListSetting, images: tuple[ArchTarget, ...]) -> tuple[ArchTarget, ...]:
    """The images that are left where the engine drops, without a word, what the toolkit cannot build."""
    stage = listed.command.stage if listed.command is not None else None
    made_by = toolkit(project, stage) if stage is not None and drops_unknown(listed) else None
    if made_by is None:
        return images
    return tuple(image for image in images if image.arch in made_by.targets or first_with(image.arch) is None)


def _of_files(project: Project) -> Iterator[Finding]:
    """Of the lists that files give to builds, where no command says which list counts: those of one name in one file
    together, since one of them is taken."""
    named = {_named_by(each) for each in project.lists if each.command is not None}
    standing = tuple(standing_groups(project))
    general = any(not _of_one_chip(image) for group in standing for each in group for image in images_of(each))
    for group in standing:
        if _named_by(group[0]) in named:
            continue
        if general and all(_of_one_chip(image) for each in group for image in images_of(each)):
            continue  # what some sources are compiled for besides: their other code has the other list
        yield from _of_group(project, group, worst=_UNSERVED)


def _named_by(listed: ArchListSetting) -> str:
    """What a list is called; flags, which have no name or that of an option, by their file."""
    name = listed.setting.name
    return f"{listed.setting.place.file}:{name}" if not name or name.startswith("--") else name


def _of_one_chip(image: ArchTarget) -> bool:
    """Whether the target has a suffix (`sm_100f`): such code is chosen by its program, and runs nowhere else."""
    return image.suffix is not ArchSuffix.NONE


def _of_cmake(project: Project) -> Iterator[Finding]:
    """Of what the project's CMake files name, where no command gives another list: neither a preset nor a script for
    another system. Jobs whose builds nobody keeps may give any."""
    named = (each for each in project.lists if each.setting.name == LIST_NAME)
    others = (each for each in named if each.command is not None or not is_cmake(each.setting.place.file))
    if not all(_is_of_tests(project, each) for each in others):
        return
    every = others_lists(project)
    for target in project.targets if every else ():
        counting = for_capability(every, target.capability)
        own = tuple(image for each in counting for image in each.images)
        images = (*own, *(image for each in named_in_cmake(project) for image in images_of(each)))
        result = serves(target.capability, images) if own else ListCoverage.RUNS
        if result in _UNSERVED:
            last = last_with_result(counting, target, result, images=lambda each: each.images)
            alone = bool(last.owners) and serves(target.capability, last.images) is result
            yield _named_in_cmake(project, last, target, result=result, images=last.images if alone else images)


def _of_own(project: Project) -> Iterator[Finding]:
    """Of CMake targets whose own list is all that they are built for, whatever a variable or a command says."""
    for own in own_lists(project):
        for target in project.targets:
            result = serves(target.capability, own.images)
            if result in _UNSERVED:
                yield _named_in_cmake(project, own.named, target, result=result, images=own.images)


def _is_of_tests(project: Project, listed: ArchListSetting) -> bool:
    """Whether it stands in a file of CI jobs of which nobody keeps what they build."""
    return publishes_nothing(project, listed.setting.place.file)


def _named_in_cmake(
    project: Project,
    named: CMakeTargets,
    target: Target,
    result: ListCoverage,
    images: Sequence[ArchTarget],
) -> Finding:
    listed = next(iter(project.lists_at(named.place)), None)
    if listed is not None and listed.archs is not None:
        return _finding(project, listed, target, result=result, images=images)
    number = target.capability.number
    return _said_of(
        target,
        named.place,
        message=f"no list of this project serves {target.label}"
        + ("" if result is ListCoverage.FAILS else " with machine code"),
        found=" ".join(project.text(named.place).split()),
        result=result,
        images=images,
        help_=f"add {number} to a list of CMake's, or -gencode arch=compute_{number},code=sm_{number} to flags",
        fix=None,
    )


def _chosen(together: Iterable[ArchListSetting], target: Target) -> ArchListSetting | None:
    """The list of these that the target would have to be added to."""
    lists = [each for each in together if each.setting.name]
    takes = [each for each in lists if each.knob is not None and each.knob.takes(target.capability.number, "")]
    return next(iter(takes or lists), None)


def _finding(
    project: Project, listed: ArchListSetting, target: Target, result: ListCoverage, images: Iterable[ArchTarget]
) -> Finding:
    setting = listed.setting
    file = setting.place.file
    first = toolkit_first(project, listed.command, setting.name, grammar=listed.grammar, target=target, file=file)
    fix = fix_for(listed, target, along(project, listed)) if first is None else None
    edit = fix.edits[0].new if fix is not None else None
    flags = setting.way is AssignmentKind.FLAGS and not has_own_words(setting.name)
    who = "these flags have" if flags else f"{setting.name} has"
    value = setting.written if has_own_words(setting.name) else setting.value
    written = setting.written if flags or value is None else f"{setting.name}={value}"
    return _said_of(
        target,
        setting.place,
        message=f"{who} {_code(result)} for {target.label}",
        found=" ".join(written.replace("\\\n", " ").split()),
        result=result,
        images=tuple(images),
        help_=first or (f"{setting.name}={edit}" if edit else in_words(listed, target)),
        fix=fix,
    )


def _code(result: ListCoverage) -> str:
    return "no code" if result is ListCoverage.FAILS else "only PTX"


def _said_of(
    target: Target,
    place: TextSpan,
    message: str,
    found: str,
    result: ListCoverage,
    images: Sequence[ArchTarget],
    help_: str,
    fix: Fix | None,
) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR if result is ListCoverage.FAILS else Severity.WARNING,
        message=message,
        path=place.file,
        line=place.line,
        span=place.span,
        found=found[:160],
        why=why_unserved(images),
        help=help_,
        target=target.id,
        fix=fix,
    )


RULE = Rule("target-missing", "Architecture list without the GPU", __doc__, check)
