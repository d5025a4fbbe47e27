"""What `doctor` finds: the machine, what was judged on it, and the plan that follows from both."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.app.check import check, judge_read, read
from cudacompat.app.doctor.installed import judge_installed
from cudacompat.app.doctor.machine import load, require_environments, snapshot
from cudacompat.app.doctor.machine_steps import is_of_builds, machine_steps, of_no_build_here
from cudacompat.app.doctor.other_machines import other_processors, step_there, there_only, without
from cudacompat.app.doctor.package_conflicts import PackageConflict
from cudacompat.app.doctor.package_conflicts import conflicts as conflicts_among
from cudacompat.app.doctor.package_plan import package_plan
from cudacompat.app.doctor.plan import helped
from cudacompat.app.doctor.rows_as_read import Watcher
from cudacompat.app.inputs.named import require_there
from cudacompat.app.inputs.published_files import owner_of
from cudacompat.app.inputs.reading import ReadOptions
from cudacompat.app.inputs.targets import distinct, jit_from, native_targets, release_of, resolve_targets
from cudacompat.app.project.recognise import Recognised, recognise
from cudacompat.domain.machine.facts import AskedFor, Found, GpuDevice, HostFacts, Missing
from cudacompat.domain.machine.visibility import visibility
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.doctor import DoctorReport, InstalledPackages, PlanStep
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.rules.artifact import no_device_code, other_processor
from cudacompat.domain.rules.machine import JIT_RULES, MACHINE_RULES, gpu_outside_driver
from cudacompat.domain.rules.machine.jit_cache_unusable import JitUse
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.wheels.published import PublishedPackage
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.errors import CudacompatError, UsageError
from cudacompat.domain.words.finding import Finding, Severity, worst_first
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.rule import applied
from cudacompat.domain.words.verdict import JitPolicy, Outcome, Target
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.host.surroundings.masking import without_secrets

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


def doctor(
    paths: Sequence[str],
    specs: Sequence[str],
    driver: str | None = None,
    facts_file: str | None = None,
    on_file: Callable[[str], None] | None = None,
    options: ReadOptions | None = None,
    pythons: Sequence[str] = (),
    *,
    saving: bool = False,
    watcher: Watcher | None = None,
) -> DoctorReport:
    """Return what is known of this machine (or of the one whose facts were saved), what was judged, and the plan.

    Without paths, the CUDA packages of this machine's Python environments are judged (`pythons`: of those), where there
    is a GPU to judge for. `UsageError` for paths without one. With `saving`, the facts hold what was read of packages,
    and the GPUs and the driver that were named; a diagnosis of saved facts that names no GPU takes these.
    The `watcher` is told of each component as soon as it is judged.
    """
    require_environments(pythons, "--facts" if facts_file else "PATHs" if paths else "")
    facts = load(facts_file) if facts_file else snapshot(pythons)
    release = DriverRelease.parse(driver) if driver else None
    if facts_file and not specs:  # as it was asked where the facts were saved
        specs, release = facts.asked.gpus, release or facts.asked.driver
    facts = replace(facts, asked=AskedFor(tuple(specs), release)) if saving else facts
    targets = _targets(specs, release, facts)
    if paths and not targets:
        require_there(paths)
        native_targets(facts.gpus, None, JitPolicy.NORMAL)  # says what was tried
    findings = applied(MACHINE_RULES, [Machine(facts, targets, are_named=bool(specs))])
    packages = None
    checked = _checked(paths, targets, on_file, options=options) if paths and targets else None
    projects: Mapping[str, LintReport] = {}
    if checked is not None and not checked.verdicts and any(f.id == no_device_code.RULE.id for f in checked.findings):
        from cudacompat.app.doctor.projects import with_projects

        checked, projects = with_projects(checked, targets)
    if not paths and targets:
        from cudacompat.app.doctor.saved_packages import judge_saved, with_code

        judged = (
            judge_saved(facts, targets)
            if facts_file
            else judge_installed(facts, targets, on_file, options=options, watcher=watcher)
        )
        checked, packages = (judged.report, judged.packages) if judged is not None else (None, None)
        findings += other_processors(judged, facts, targets) if judged is not None else []
        facts = with_code(facts, judged, targets) if judged is not None and saving and not facts_file else facts
    if checked is not None:
        findings += checked.findings
        findings += applied(JIT_RULES, [JitUse(facts, _by_jit(checked, packages))])
    conflicts = _conflicts(facts, packages)
    apart = _builds(paths, targets, facts) if not facts_file else []
    configured = {Path(f.path).parent for f, _ in apart if f.path}
    findings = [f for f in findings if f.id != "no-device-code" or Path(f.path or "") not in configured]
    findings += [*(each.finding for each in conflicts), *(finding for finding, _ in apart)]
    compiles = bool(conflicts or apart) or (packages is not None and recognise(Path()) is not None)
    if packages is not None and specs and not compiles:
        findings = [of_no_build_here(each) for each in findings]
    findings = worst_first(without_secrets(tuple(findings)))
    if packages is not None:
        libraries = {path for each in packages.with_code for path in each.libraries}
        away = there_only(findings, targets)
        steps = package_plan(
            [f for f in findings if f.path not in libraries and f.id != other_processor.RULE.id],
            without(packages, away),
            conflicts,
            targets=[each for each in targets if each not in away],
            facts=facts,
            builds=[step for _, step in apart],
            compiles=compiles,
            driver_told=any(f.id == gpu_outside_driver.RULE.id and f.help for f in findings),
        )
        steps = (step_there(packages, away), *steps) if away else steps
        told = helped(findings, packages, steps)
        return without_secrets(DoctorReport(facts, checked, told, plan=steps, packages=packages))
    elsewhere = [f for f in findings if not any(Path(f.path or "").is_relative_to(each) for each in configured)]
    known, builds = _recognise(paths), [step for _, step in apart]
    plan, settings = _plan(elsewhere, checked, targets, known=known, projects=projects, builds=builds)
    return without_secrets(DoctorReport(facts, checked, tuple(findings), plan=plan, settings=settings))


def _checked(
    paths: Sequence[str],
    targets: tuple[Target, ...],
    on_file: Callable[[str], None] | None,
    *,
    options: ReadOptions | None,
) -> CheckReport:
    """What the files hold, and what becomes of the packages that lists among them name."""
    from cudacompat.app.wheels.lists import judge_lists, lists_apart

    lists, others = lists_apart(paths)
    if not lists:
        return check(paths, targets, Policy(), on_file=on_file, options=options)
    found = read(others, targets, on_file, options=options)
    return judge_read(found, targets, Policy(), paths=paths, listed=judge_lists(lists, targets, Policy()))


def _by_jit(checked: CheckReport, packages: InstalledPackages | None) -> tuple[str, ...]:
    """What the driver compiles at its first start here: packages (NVIDIA's own are called by them), or files."""
    if packages is None:
        return tuple(dict.fromkeys(each.path for each in checked.verdicts if each.outcome is Outcome.JIT))
    rows = (row for row in packages.rows if any(each.outcome is Outcome.JIT for each in row.verdicts))
    names = (row.component.package for row in rows)
    return tuple(dict.fromkeys(name for name in names if not is_vendors(name)))


def _conflicts(facts: HostFacts, packages: InstalledPackages | None) -> list[PackageConflict]:
    return conflicts_among(facts, packages) if packages is not None else []


def _builds(paths: Sequence[str], targets: Sequence[Target], facts: HostFacts) -> list[tuple[Finding, PlanStep]]:
    """What there is to say of build folders: those named, or those of the current folder."""
    from cudacompat.app.doctor.build_folders import build_folders, judge_folders

    found = build_folders(paths or (".",)) if targets else ()
    return judge_folders(found, targets, facts, named=bool(paths))


def _targets(specs: Sequence[str], driver: DriverRelease | None, facts: HostFacts) -> tuple[Target, ...]:
    """The targets named, `native` meaning the GPUs of these facts; none where none is named and none is there."""
    driver = driver or release_of(facts.driver)
    environment = dict(facts.environment)
    found: list[Target] = []
    if not specs and not isinstance(facts.gpus, Found):
        return _on_the_bus(facts, environment)
    gpus = _seen_by_programs(facts)
    for spec in specs or ("native",):
        if spec.strip().lower() == "native":
            found += native_targets(gpus, driver, jit_from(environment))
        else:
            found += resolve_targets((spec,), driver, JitPolicy.NORMAL, environment=environment, ask_machine=False)
    return distinct(found)


def _on_the_bus(facts: HostFacts, environment: Mapping[str, str]) -> tuple[Target, ...]:
    """The cards on the PCI bus, for a machine whose driver lists no GPU; none in a container, whose bus is the host's.
    Its driver is not known, and a card that no table knows is left out."""
    found: list[Target] = []
    for card in () if facts.container.inside else dict.fromkeys(facts.pci_cards):
        with suppress(UsageError):
            found += resolve_targets((card,), None, jit_from(environment), environment=environment, ask_machine=False)
    return distinct(found)


def _seen_by_programs(facts: HostFacts) -> Found[tuple[GpuDevice, ...]] | Missing:
    """The GPUs of these facts without those that CUDA_VISIBLE_DEVICES hides; all where it hides all, which is a finding
    of its own."""
    seen = visibility(facts).seen
    return replace(facts.gpus, value=seen) if isinstance(facts.gpus, Found) and seen else facts.gpus


def _recognise(paths: Sequence[str]) -> Recognised | None:
    """The engine whose sources lie where the user points, or in the folders above."""
    for path in paths:
        start = Path(path)
        folders = (start, *start.parents) if start.is_dir() else start.parents
        for folder in folders[:4]:
            found = recognise(folder)
            if found is not None:
                return found
    return None


# -- the plan


def _plan(
    findings: Sequence[Finding],
    checked: CheckReport | None,
    targets: Sequence[Target],
    *,
    known: Recognised | None,
    projects: Mapping[str, LintReport],
    builds: Sequence[PlanStep],
) -> tuple[tuple[PlanStep, ...], tuple[tuple[str, str], ...]]:
    from cudacompat.app.doctor.build_files import mending_by, pin_steps

    files = {f.path for f in checked.findings} if checked is not None else set()
    lists = checked is not None and _only_lists(checked, known, projects)
    about = (f for f in findings if f.path not in files or f.path is None)
    steps = [*machine_steps(f for f in about if not lists or not is_of_builds(f)), *builds]
    if checked is None:
        return tuple(steps), ()
    curable = [f for f in findings if f.id in _CURED_BY_REBUILD and f.severity is not Severity.NOTE and f.path]
    if not curable:
        ways = [step for project, left in projects.items() for step in mending_by(left, project, targets).steps]
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
    if not built:
        return tuple(dict.fromkeys(steps)), ()
    if known is None:
        return (*steps, *_elsewhere(built, targets)), ()
    rebuild, settings = _rebuild(targets, known)
    return (*steps, *rebuild), settings


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


def _elsewhere(built: Sequence[str], targets: Sequence[Target]) -> tuple[PlanStep, ...]:
    """The plan for files whose sources are not here: what is not known of their build is not guessed."""
    gpus = gpu_options(target.spec for target in targets)
    files = [*dict.fromkeys(ArtifactPath.parse(path).outer for path in built)]
    names = one_line(", ".join(files[:2]) + (f" and {len(files) - 2} more" if len(files) > 2 else ""))
    return (
        PlanStep(
            f"no sources of {names} are here; in the directory of its sources this command names their settings",
            f"cudacompat doctor . {gpus}",
        ),
        PlanStep("for a build of CMake that it does not know: the settings", f"cudacompat generate cmake {gpus}"),
        PlanStep(
            "check what was built again",
            f"cudacompat check {shlex.join(map(one_line, files[:20]))} {gpus}",
        ),
    )


def _rebuild(targets: Sequence[Target], known: Recognised) -> tuple[tuple[PlanStep, ...], tuple[tuple[str, str], ...]]:
    from cudacompat.app.doctor.build_files import mending
    from cudacompat.app.inputs.wanted_gpus import wanted_gpus
    from cudacompat.domain.builds.plans.plan import commands, plan_build, setting_line

    engine, version = known.engine, known.built
    try:
        plan = plan_build(engine, wanted_gpus([target.id for target in targets]), version=version)
    except CudacompatError as error:
        return (PlanStep(f"cudacompat knows no settings for this build: {error}"),), ()
    *build, last = commands(plan)
    clears = len([cache for cache in plan.engine.caches if cache.window.holds(plan.version)])
    folder = str(Path(known.file).parent)
    anew, written, lost = _written(plan, version, folder)
    of_build = f"({plan.title}, detected in {known.file})"
    found = mending(folder, targets)
    mended = found.steps
    if mended and found.edits:
        other = PlanStep(f"have {anew} written {of_build}{lost}", written)
        mended = (replace(mended[0], instead=(other,)), *mended[1:])
    alone = "without an image: " if len(mended) > 1 else ""
    steps = [
        *(
            mended
            or (PlanStep(f"set the list where this build reads it {of_build}; or let the file be written", written),)
        ),
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

    if not (plan.recipe and plan.image):
        return "the settings", command_line([plan], GenerateRequest(output="env", engine_version=version)), ""
    specs = tuple(dict.fromkeys(each.spec for each in plan.wanted))
    asked = GenerateRequest(specs, output="dockerfile", engine_version=version, folder=folder)
    there = Path(folder, "Dockerfile")
    new = next((each.text for each in generate(plan.engine.name, asked).files), "") if there.exists() else ""
    moved = moving_away(there, new)
    again = " --write" if Path(folder, ".cudacompat").exists() else ""
    command = f"{moved.command}{command_line([plan], asked)} -o {shlex.quote(folder)}{again}"
    return "a new Dockerfile", command, moved.lost


def _in(folder: str, command: str) -> str:
    """The command, run in the directory of the project; the shell stays where it is."""
    return command if folder == "." else f"(cd {shlex.quote(folder)} && {command})"
