"""The plan for what was named: files that were built, lists of packages, and projects by their build files."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.app.doctor.machine_steps import is_of_builds, machine_steps
from cudacompat.app.inputs.published_files import owner_of
from cudacompat.app.project.recognise import Recognised
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.wheels.published import PublishedPackage
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.command_words import check_options
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease

if TYPE_CHECKING:
    from cudacompat.domain.builds.plans.plan import BuildPlan

# Findings about an artifact that a rebuild with the right list cures.
_CURED_BY_REBUILD = frozenset(
    {
        "default-target-only",
        "no-runnable-code",
        "ptx-newer-than-driver",
        "ptx-invalid",
        "ptx-beyond-ascii",
        "jit-disabled",
        "phantom-arch",
        "hole",
        "jit-only",
        "not-native",
    }
)


def path_plan(
    findings: Sequence[Finding],
    checked: CheckReport | None,
    targets: Sequence[Target],
    *,
    known: Recognised | None,
    projects: Mapping[str, LintReport],
    builds: Sequence[PlanStep],
    driver: DriverRelease | None,
) -> tuple[tuple[PlanStep, ...], tuple[tuple[str, str], ...]]:
    """Return the plan for what was named, and the settings of its build. `known` is the engine whose sources are there,
    `projects` is what `lint` leaves of each of these folders, `builds` are steps for build folders, and `driver` is one
    that the checks of the plan name as well."""
    from cudacompat.app.doctor.build_files import mending_by, pin_steps

    files = {f.path for f in checked.findings} if checked is not None else set()
    lists = checked is not None and _only_lists(checked, known, projects)
    about = (f for f in findings if f.path not in files or f.path is None)
    steps = [*machine_steps(f for f in about if not lists or not is_of_builds(f)), *builds]
    if checked is None:
        return tuple(steps), ()
    curable = [f for f in findings if f.id in _CURED_BY_REBUILD and f.severity is not Severity.NOTE and f.path]
    if not curable:
        ways = [
            step
            for project, left in projects.items()
            for step in mending_by(left, project, targets, driver=driver).steps
        ]
        return tuple(dict.fromkeys((*steps, *pin_steps(findings), *ways))), ()
    owners = {f.path: owner_of(f.path) for f in curable if f.path}
    steps += [release_step(each, targets) for each in dict.fromkeys(owners.values()) if each is not None]
    built = [f.path for f in curable if f.path and owners[f.path] is None]
    archives = sorted({path.outer for path in map(ArtifactPath.parse, built) if path.members})
    for archive in map(one_line, archives):
        steps.append(
            PlanStep(
                f"{archive} is a prebuilt package: install a release that supports these GPUs, or build it from source"
            )
        )
    pins = pin_steps(findings)
    if not built:
        return tuple(dict.fromkeys((*steps, *pins))), ()
    if known is None:
        return tuple(dict.fromkeys((*steps, *_elsewhere(built, targets, driver=driver), *pins))), ()
    rebuild, settings = _rebuild(targets, known, driver=driver)
    return tuple(dict.fromkeys((*steps, *rebuild, *pins))), settings


def _only_lists(checked: CheckReport, known: Recognised | None, projects: Mapping[str, LintReport]) -> bool:
    """Return whether all that is examined are packages to install: nothing there needs a compiler."""
    builds = known is not None or any(left.uses or left.units for left in projects.values())
    return bool(checked.packages) and not checked.verdicts and not builds


def release_step(package: PublishedPackage, targets: Sequence[Target]) -> PlanStep:
    """Return the step that puts a release which runs on all of these GPUs in the place of a published one."""
    cure = package.cure(targets)
    if isinstance(cure, WheelCure):
        why = f"install a build of {package.name} that runs on these GPUs, in place of {package.label}"
        return PlanStep(f"{why} ({cure.conditions})", cure.command)
    return PlanStep(f"{package.label}: {package.help(targets)}")


def _elsewhere(
    built: Sequence[str], targets: Sequence[Target], *, driver: DriverRelease | None
) -> tuple[PlanStep, ...]:
    """The plan for files whose sources are not here: what is not known of their build is not guessed."""
    options = check_options((target.spec for target in targets), driver)
    files = [*dict.fromkeys(ArtifactPath.parse(path).outer for path in built)]
    names = one_line(", ".join(files[:2]) + (f" and {len(files) - 2} more" if len(files) > 2 else ""))
    return (
        PlanStep(
            f"no sources of {names} are here; in the directory of its sources this command names their settings",
            f"cudacompat doctor . {options}",
        ),
        PlanStep("for a build of CMake that it does not know: the settings", f"cudacompat generate cmake {options}"),
        PlanStep(
            "check what was built again",
            f"cudacompat check {shlex.join(map(one_line, files[:20]))} {options}",
        ),
    )


def _rebuild(
    targets: Sequence[Target], known: Recognised, *, driver: DriverRelease | None
) -> tuple[tuple[PlanStep, ...], tuple[tuple[str, str], ...]]:
    from cudacompat.app.doctor.build_files import mending
    from cudacompat.app.doctor.own_sources import lacking_sources
    from cudacompat.app.inputs.wanted_gpus import wanted_gpus
    from cudacompat.domain.builds.plans.plan import commands, plan_build, setting_line

    engine, version = known.engine, known.built
    try:
        plan = plan_build(engine, wanted_gpus([target.id for target in targets]), version=version, driver=driver)
    except CudacompatError as error:
        return (PlanStep(f"cudacompat knows no settings for this build: {error}"),), ()
    *build, last = commands(plan)
    clears = len([cache for cache in plan.engine.caches if cache.window.holds(plan.version)])
    folder = str(Path(known.file).parent)
    of_build = f"({plan.title}, detected in {known.file})"
    found = mending(folder, targets, driver)
    mended = found.steps
    if not mended:
        _, written, _ = _written(plan, version, folder)
        mended = (PlanStep(f"set the list where this build reads it {of_build}; or let the file be written", written),)
    elif found.edits:
        anew, written, lost = _written(plan, version, folder)
        other = PlanStep(f"have {anew} written {of_build}{lost}", written)
        mended = (replace(mended[0], instead=(other,)), *mended[1:])
    alone = "without an image" if len(mended) > 1 else ""
    lacking = lacking_sources(Path(folder), engine.system)
    alone = ", ".join(filter(None, (alone, f"once {lacking} is here" if lacking else "")))
    alone = f"{alone}: " if alone else ""
    steps = [
        *mended,
        *(
            PlanStep(f"{alone}clear what hides the change: {cache.why}", _in(folder, command))
            for cache, command in zip(plan.engine.caches, build[:clears], strict=False)
        ),
        *(PlanStep(f"{alone}build", _in(folder, command)) for command in build[clears:]),
        PlanStep(f"{alone}check that the architectures arrived", _in(folder, last)),
    ]
    lines = [f"{setting_line(setting)}   # read by {setting.reader}" for setting in plan.settings]
    lines += [f"# {each.name}: {each.why}" for each in plan.left_out]
    return tuple(steps), ((f"settings for {plan.title}: builds {' '.join(map(str, plan.arrives))}", "\n".join(lines)),)


def _written(plan: BuildPlan, version: str | None, folder: str) -> tuple[str, str, str]:
    """What can be written for a build, the command that writes it into the project's directory, whose sources an image
    copies, and what is lost with it."""
    from cudacompat.app.doctor.build_files import moving_away
    from cudacompat.app.generate import GenerateRequest, command_line, generate

    driver = str(plan.driver) if plan.driver is not None else None
    if not (plan.recipe and plan.image):
        settings = GenerateRequest(output="env", engine_version=version, driver=driver)
        return "the settings", command_line([plan], settings), ""
    specs = tuple(dict.fromkeys(each.spec for each in plan.wanted))
    asked = GenerateRequest(specs, output="dockerfile", engine_version=version, driver=driver, folder=folder)
    there = Path(folder, "Dockerfile")
    new = next((each.text for each in generate(plan.engine.name, asked).files), "") if there.exists() else ""
    moved = moving_away(there, new)
    again = " --write" if Path(folder, ".cudacompat").exists() else ""
    command = f"{moved.command}{command_line([plan], asked)} -o {shlex.quote(folder)}{again}"
    return "a new Dockerfile", command, moved.lost


def _in(folder: str, command: str) -> str:
    """The command, run in the directory of the project; the shell stays where it is."""
    return command if folder == "." else f"(cd {shlex.quote(folder)} && {command})"
