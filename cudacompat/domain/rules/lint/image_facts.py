"""What the rules about container images share: the verdicts of the images that a project runs, and their words."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from cudacompat.domain.project.job_runners import is_on_others
from cudacompat.domain.project.model import Command, Project
from cudacompat.domain.project.other_machines import is_for_others
from cudacompat.domain.project.used_images import UsedImage, images_of_jobs, used_images
from cudacompat.domain.rules.lint.wheel_facts import cure_of, reason_of
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.images import ImageContent, ImageVerdict, content_of_image, image_with, judge_image
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.package_set import PackageSet, ResolvedSet
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.table import cuda_of_index
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import document_of
from cudacompat.domain.words.verdict import Outcome, Target


def verdicts_of(project: Project, *, trials: bool = False) -> Iterator[tuple[UsedImage, ImageVerdict]]:
    """Yield each image that the project runs and that the table has, with its verdict on each GPU that was named; not
    those whose package a stage or job installs anew. `trials` are those of jobs that are not certainly where a GPU is,
    and no others."""
    jobs = images_of_jobs(project, trials=trials)
    for used in jobs if trials else (*used_images(project), *jobs):
        content = content_of_image(used.image)
        if content is None or _is_replaced(project, used, content):
            continue
        for target in project.targets:
            elsewhere = used.job is not None and is_on_others(used.job, target.capability)
            if not elsewhere and not is_for_others(used.file, target.capability):
                yield used, judge_image(content, target)


def _is_replaced(project: Project, used: UsedImage, content: ImageContent) -> bool:
    """Whether a command of the stage or job installs another release of the package that decides for the image: pip
    leaves one alone that does for what is asked."""
    package = content.package
    if used.place is None or package is None:
        return False
    commands = project.commands_in(used.job) if used.job is not None else project.commands
    anew = any(_takes_anew(command) for command in commands if command.stage is used.stage)
    asked = (
        each
        for packages in project.packages
        if (packages.file.startswith(f"{used.stage.file}:") if used.stage is not None else packages.file == used.place)
        for each in packages.requirements
        if each.name == package.name
    )
    return any(anew or not _does(package, each) for each in asked)


def _takes_anew(command: Command) -> bool:
    return command.has("-U", "--upgrade", "--force-reinstall", "--ignore-installed", "-I", "--pre")


def _does(package: Requirement, asked: Requirement) -> bool:
    """Whether the package of an image is one that is asked for, of any index."""
    if package.pinned is None or asked.local is not None or asked.index != PYPI or asked.locked:
        return False
    try:
        return SpecifierSet(asked.specifier).contains(package.pinned, prereleases=True)
    except InvalidSpecifier:
        return False


def what_is_in(verdict: ImageVerdict) -> str:
    """Return what decides in the image, how it is known and since when."""
    content, resolved = verdict.content, verdict.verdict.resolved
    rolling = "; the tag moves, this is its build of that day" if content.rolling else ""
    known = f"(documented {content.date}: {document_of(content.source)}{rolling})"
    if content.package is not None:
        lists = resolved.rows[0].lists if resolved.rows else ()
        code = f": {lists[0].text}" + ("" if lists[0].ptx else ", no PTX") if lists else ""
        return f"{resolved.label}{code} {known}"
    if not resolved.rows:
        return f"{content.image} {known}"
    row = resolved.rows[0]
    return f"{row.lists[0].text} for CUDA {row.cuda} {known}"


def finding(
    id_: str, severity: Severity, message: str, used: UsedImage, *, verdict: ImageVerdict, help_: str | None
) -> Finding:
    """Return the finding at the line that names the image."""
    return Finding(
        id=id_,
        severity=severity,
        message=message,
        path=used.file,
        line=used.line,
        target=verdict.target.id,
        found=what_is_in(verdict),
        why=reason_of(verdict.verdict)
        if verdict.outcome is Outcome.FAILS
        else "the driver compiles its PTX at the first start",
        help=help_,
    )


def help_for_image(verdict: ImageVerdict) -> str:
    """Return what serves the GPU in place of the image: the release of its package that does, else a newer tag."""
    package = verdict.content.package
    if package is None:
        return f"use a tag whose lists serve {verdict.target.label}, or build the image for it"
    cure = _cure(package, verdict.target)
    if not isinstance(cure, WheelCure):
        return cure.sentence
    version = dict(cure.released)[package.name]
    pin = next((each for each in cure.pins if each.startswith(f"{package.name}==")), f"{package.name}=={version}")
    index = f" for CUDA {cure.index[2:-1]}.{cure.index[-1]}" if cure.index_url else ""
    named = image_with(verdict.content, version, cuda_of_index(cure.index))
    image = f"{named}, which has {pin}" if named else f"an image with {pin}{index}"
    return f"use {image}; or install that release: {cure.sentence}"


def _cure(package: Requirement, target: Target) -> WheelCure | NoCure:
    """The cure that a list with this one package has, with what the package brings along: the image holds the same."""
    packages = PackageSet("", (package,))
    own = next((each for each in ResolvedSet.of(packages).resolved if each.requirement == package), None)
    cure = cure_of(own, packages, (target,)) if own is not None else None
    if isinstance(cure, WheelCure) and package.name in dict(cure.released):
        return cure
    return cure_for(package.name, (target,), version=package.pinned)
