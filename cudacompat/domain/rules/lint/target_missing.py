"""A list that does not serve the GPU it is meant for.

What it finds: with --gpu, a list that reaches a build and whose machine code and PTX do not fit that GPU, or of
which only the PTX fits. The lists and flags that reach the same command are taken together, after the engine's own
rewriting. A list of the project's own files (CMakeLists.txt, presets, .cargo/config.toml, the flags of a Makefile)
counts where no command gives another.

Why it matters: without code that fits, every kernel launch fails with "no kernel image is available for execution on
the device" (error 209). With PTX alone it works, after the driver has compiled each kernel at the first start.

Example: `-DCMAKE_CUDA_ARCHITECTURES="75-real;80-real;86-real"` in the image for an RTX 5070 Ti (12.0).

What to do: add the card's own target. Machine code serves GPUs of its major with the same minor or a higher one; PTX
serves every newer GPU.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.reader import extended, wants_bare
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.cuda_switches import leaves_cuda_out
from cudacompat.domain.project.default_lists import flags_in, is_makefile, standing_lists
from cudacompat.domain.project.list_coverage import (
    ListCoverage,
    beside,
    flag_settings,
    images_beside,
    images_of,
    images_of_flags,
    serves,
)
from cudacompat.domain.project.list_edits import replacing
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, Project
from cudacompat.domain.project.stages import toolkit
from cudacompat.domain.tables.toolkits import first_with, last_with
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Target

_KEEPS = re.compile(
    r"upload-artifact|upload-release|gh-release|gh release|twine|gh-action-pypi|push:\s*true|docker push|artifacts:"
)


def check(project: Project) -> Iterable[Finding]:
    """One finding for each target and list that reaches a command and does not serve it with machine code."""
    for listed in project.lists:
        command = listed.command
        if command is None or command.conditional or listed.archs is None or not listed.setting.name:
            continue
        if listed.setting.cut:
            continue  # the shell takes the rest of it away, and another rule says so
        if leaves_cuda_out(command):
            continue
        if command.job is not None and not _published(project, command.job):
            continue
        for target, result, images, chosen in _unserved(project, command, listed):
            if chosen is listed:
                yield _finding(project, listed, target, result=result, images=images)
    if project.targets:
        yield from _of_files(project)


_Unserved = tuple[tuple[Target, ListCoverage, tuple[ArchTarget, ...], ArchListSetting | None], ...]


def _unserved(project: Project, command: Command, listed: ArchListSetting) -> _Unserved:
    """The targets that the lists which reach a command do not serve together: what each comes to, of which images, and
    the list that it would have to be added to."""
    return project.once(("unserved", id(command)), lambda: tuple(_all_unserved(project, command, listed)))


def _all_unserved(
    project: Project, command: Command, listed: ArchListSetting
) -> Iterator[tuple[Target, ListCoverage, tuple[ArchTarget, ...], ArchListSetting | None]]:
    together = beside(project, listed)
    if any(each.archs is None or _unsaid(each) for each in together):
        return
    flags = (image for setting in flag_settings(command) for image in images_of_flags(setting))
    images = (*images_beside(project, listed), *flags)
    for target in project.targets if images else ():
        result = serves(target.capability, images)
        if result in (ListCoverage.JIT, ListCoverage.FAILS):
            yield target, result, images, _chosen(together, target)


def _of_files(project: Project) -> Iterable[Finding]:
    """Of the lists that files give to the project's own builds; nothing where a command says which list counts."""
    named = {each.setting.name for each in project.lists if each.command is not None}
    groups: dict[tuple[str, str], list[ArchListSetting]] = {}
    for listed in standing_lists(project):
        if listed.setting.name not in named:
            groups.setdefault((listed.setting.place.file, listed.setting.name), []).append(listed)
    for file in project.files if project.targets else ():
        if is_makefile(file.name):
            flags = flags_in(project, file.name)
            if flags:
                groups[file.name, ""] = list(flags)
    for group in groups.values():
        if any(each.archs is None or _unsaid(each) for each in group):
            continue
        images = [image for each in group for image in images_of(each)]
        for target in project.targets if images else ():
            result = serves(target.capability, images)
            if result in (ListCoverage.JIT, ListCoverage.FAILS):
                yield _finding(project, group[-1], target, result=result, images=images)


def _published(project: Project, job: CiJob) -> bool:
    """Whether what the job builds is kept by anybody. Jobs of GitLab take `artifacts` from others, too."""
    file = project.file(job.file)
    if file is None:
        return False
    if job.system == "gitlab":
        return project.once(("published", job.file), lambda: _KEEPS.search(file.text) is not None)
    starts = project.once(
        ("jobs_begin", job.file), lambda: sorted(each.place.start for each in project.jobs if each.file == job.file)
    )
    at = bisect_right(starts, job.place.start)
    end = starts[at] if at < len(starts) else len(file.text)
    return project.once(("published", job.place.at), lambda: _KEEPS.search(file.text, job.place.start, end) is not None)


def _unsaid(listed: ArchListSetting) -> bool:
    """Whether the list does not say all that will be built: names, or PTX that another setting asks for."""
    items = listed.archs.items if listed.archs is not None else ()
    return any(item.code is None for item in items) or (listed.knob is not None and listed.knob.ptx_name is not None)


def _chosen(together: Iterable[ArchListSetting], target: Target) -> ArchListSetting | None:
    """The list of these that the target would have to be added to."""
    lists = [each for each in together if each.setting.name]
    takes = [each for each in lists if each.knob is not None and each.knob.takes(target.capability.number, "")]
    return next(iter(takes or lists), None)


def _finding(
    project: Project, listed: ArchListSetting, target: Target, result: ListCoverage, images: Iterable[ArchTarget]
) -> Finding:
    images = tuple(images)
    setting = listed.setting
    numbers = sorted({image.capability for image in images if image.kind is CodeKind.SASS})
    sass = ", ".join(map(str, numbers)) or "no target"
    code = (
        "neither its machine code nor its PTX runs" if len(numbers) < len(images) else "its machine code does not run"
    )
    became = (
        f"{code} there (error 209)"
        if result is ListCoverage.FAILS
        else "only its PTX fits: the driver compiles every kernel at the first start"
    )
    first = _toolkit_first(project, listed, target)
    fix = _fix(listed, target) if first is None else None
    edit = fix.edits[0].new if fix is not None else None
    name = setting.name if setting.way is not AssignmentKind.FLAGS else "what these flags compile for"
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR if result is ListCoverage.FAILS else Severity.WARNING,
        message=f"{name} does not serve {target.label}: {became}",
        path=setting.place.file,
        line=setting.place.line,
        found=(f"{setting.name}={setting.value}" if name == setting.name else setting.written)[:160],
        why=f"machine code here is of {sass}; it serves its own major from its minor up",
        help=first or (f"{setting.name}={edit}" if edit else _other(listed, target)),
        target=target.id,
        fix=fix,
    )


def _toolkit_first(project: Project, listed: ArchListSetting, target: Target) -> str | None:
    """What to do where the toolkit that reads the list could not build for the target; `None` where it could."""
    stage = listed.command.stage if listed.command is not None else None
    made_by = toolkit(project, stage) if stage is not None else None
    arch = str(target.capability.number)
    if made_by is None or arch in made_by.targets:
        return None
    code = [int(each) for each in made_by.targets if each.isdecimal()]
    runs = [each for each in code if serves(target.capability, [ArchTarget(CodeKind.SASS, each)]) is ListCoverage.RUNS]
    if runs:
        return f"add sm_{max(runs)}, whose code runs there; CUDA {made_by.version} has no sm_{arch}"
    first, last = first_with(arch), last_with(arch)
    then = f"with {listed.setting.name}={arch}" if listed.grammar is Grammar.ONE_NUMBER else "and add it to the list"
    if first is not None and first.version > made_by.version:
        return f"begin with CUDA {first.version} or newer, the first that builds sm_{arch}, {then}"
    return f"begin with CUDA {last.version}, the last that builds sm_{arch}, {then}" if last is not None else None


def _other(listed: ArchListSetting, target: Target) -> str:
    if listed.setting.way is AssignmentKind.FLAGS:
        number = target.capability.number
        return f"add -gencode arch=compute_{number},code=sm_{number}"
    if listed.grammar is Grammar.ONE_NUMBER:
        return f"a build of its own, with {listed.setting.name}={target.capability.number}"
    return f"build for sm_{target.capability.number} as well"


def _fix(listed: ArchListSetting, target: Target) -> Fix | None:
    archs, number = listed.archs, target.capability.number
    if (
        archs is None
        or not archs.items
        or listed.setting.way is AssignmentKind.FLAGS
        or listed.grammar is Grammar.ONE_NUMBER
    ):
        return None
    engine, version = listed.use.engine, listed.use.parsed
    number = engine.stand_in(version, number)
    suffix = ArchSuffix(engine.added_suffix(version, number, demanded=True))
    if listed.knob is not None and not listed.knob.takes(number, suffix.value):
        return None
    plain = suffix is ArchSuffix.NONE and not engine.added_suffix(version, number, ptx=True)
    try:
        text = extended(archs, CodeTarget(number, suffix, ptx=plain and wants_bare(archs)))
    except UsageError:
        return None
    return replacing(listed.setting, text, f"add {number}{suffix.value}", safe=False)


RULE = Rule("target-missing", "A list that does not serve the GPU", __doc__, check)
