"""What `doctor` finds: the machine, what was judged on it, and the plan that follows from both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cudacompat.app.check import check, judge_read, read
from cudacompat.app.doctor.beyond_driver import beyond_driver, is_of_outside_driver, with_driver_that_knows
from cudacompat.app.doctor.installed import judge_installed
from cudacompat.app.doctor.machine import load, require_environments, snapshot
from cudacompat.app.doctor.machine_steps import of_no_build_here
from cudacompat.app.doctor.other_machines import other_processors, step_there, there_only, without
from cudacompat.app.doctor.package_conflicts import PackageConflict
from cudacompat.app.doctor.package_conflicts import conflicts as conflicts_among
from cudacompat.app.doctor.package_plan import package_plan
from cudacompat.app.doctor.path_plan import path_plan
from cudacompat.app.doctor.plan import helped
from cudacompat.app.doctor.project_environments import (
    beside_packages,
    both,
    environments_in,
    named_by_folder,
    without_environments,
)
from cudacompat.app.doctor.rows_as_read import Watcher
from cudacompat.app.inputs.named import require_there
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
from cudacompat.domain.rules.machine import JIT_RULES, MACHINE_RULES, gpu_outside_driver, no_gpu
from cudacompat.domain.rules.machine.jit_cache_unusable import JitUse
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Finding, Severity, worst_first
from cudacompat.domain.words.rule import applied
from cudacompat.domain.words.verdict import JitPolicy, Outcome, Target
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.host.surroundings.masking import without_secrets


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
    homes = environments_in(paths) if not facts_file else ()
    facts = load(facts_file) if facts_file else named_by_folder(snapshot((*pythons, *homes)), homes)
    release = DriverRelease.parse(driver) if driver else None
    if facts_file and not specs:  # as it was asked where the facts were saved
        specs, release = facts.asked.gpus, release or facts.asked.driver
    facts = replace(facts, asked=AskedFor(tuple(specs), release)) if saving else facts
    targets = _targets(specs, release, facts)
    if paths and not targets:
        require_there(paths)
        native_targets(facts.gpus, None, JitPolicy.NORMAL)  # says what was tried
    findings = applied(MACHINE_RULES, [Machine(facts, targets, are_named=bool(specs))])
    driver_told = any(f.id == gpu_outside_driver.RULE.id and f.help for f in findings)
    packages = None
    around = without_environments(options, homes)
    checked, projects = _named(paths, targets, on_file, options=around)
    anyhow = checked
    if checked is not None and driver_told:
        again, projects = _named(paths, with_driver_that_knows(targets, findings), on_file, options=around)
        anyhow = again or checked
        findings = beyond_driver(findings, checked, anyhow)
    named = {_place(each) for each in (anyhow.findings if anyhow is not None else ())}
    if (homes or not paths) and targets:
        from cudacompat.app.doctor.saved_packages import judge_saved, with_code

        judged = (
            judge_saved(facts, targets)
            if facts_file
            else judge_installed(facts, targets, on_file, options=options, watcher=watcher)
        )
        checked = both(checked, judged.report if judged is not None else None, homes)
        packages = judged.packages if judged is not None else None
        findings += other_processors(judged, facts, targets) if judged is not None else []
        facts = with_code(facts, judged, targets) if judged is not None and saving and not facts_file else facts
    if checked is not None:
        findings += [f for f in checked.findings if not (driver_told and paths and is_of_outside_driver(f))]
        findings += applied(JIT_RULES, [JitUse(facts, _by_jit(checked, packages))])
    conflicts = _conflicts(facts, packages)
    findings, apart = _builds(findings, paths, targets, facts=facts) if not facts_file else (findings, [])
    configured = {Path(f.path).parent for f, _ in apart if f.path}
    findings += [*(each.finding for each in conflicts), *(finding for finding, _ in apart)]
    if paths and specs:  # that no GPU is here is nothing to them
        findings = [f for f in findings if f.id != no_gpu.RULE.id or f.severity is not Severity.NOTE]
    compiles = bool(conflicts or apart) or (packages is not None and recognise(Path()) is not None)
    if packages is not None and specs and not compiles:
        findings = [of_no_build_here(each) for each in findings]
    findings = worst_first(without_secrets(tuple(findings)))
    ours = [f for f in findings if not any(Path(f.path or "").is_relative_to(each) for each in configured)]
    builds, told_driver = [step for _, step in apart], None if driver_told else release
    if packages is None:
        known = _recognise(paths)
        plan, settings = path_plan(
            ours, anyhow, targets, known=known, projects=projects, builds=builds, driver=told_driver
        )
        asked = targets if specs else ()
        return without_secrets(DoctorReport(facts, checked, tuple(findings), plan=plan, settings=settings, asked=asked))
    libraries = {path for each in packages.with_code for path in each.libraries}
    away = there_only(findings, targets)
    about = [f for f in findings if f.path not in libraries and _place(f) not in named]
    steps = package_plan(
        [f for f in about if f.id != other_processor.RULE.id],
        without(packages, away),
        conflicts,
        targets=[each for each in targets if each not in away],
        facts=facts,
        builds=builds,
        compiles=compiles,
        driver_told=driver_told,
    )
    steps = (step_there(packages, away), *steps) if away else steps
    settings = ()
    if homes:
        own, known = [f for f in ours if _place(f) in named], _recognise(paths)
        more, settings = path_plan(own, anyhow, targets, known=known, projects=projects, builds=(), driver=told_driver)
        steps = beside_packages(steps, more, facts, homes=homes)
    told = helped(findings, packages, steps)
    return without_secrets(DoctorReport(facts, checked, told, plan=steps, packages=packages, settings=settings))


def _place(finding: Finding) -> tuple[str, str | None, int | None, str | None]:
    """What tells a finding from others, whatever of its words is hidden."""
    return finding.id, finding.path, finding.line, finding.target


def _named(
    paths: Sequence[str],
    targets: tuple[Target, ...],
    on_file: Callable[[str], None] | None,
    *,
    options: ReadOptions | None,
) -> tuple[CheckReport | None, Mapping[str, LintReport]]:
    """What becomes of what was named, if anything was, and what `lint` leaves of the projects among it."""
    if not paths or not targets:
        return None, {}
    checked = _checked(paths, targets, on_file, options=options)
    if not checked.verdicts and all(f.id != no_device_code.RULE.id for f in checked.findings):
        return checked, {}
    from cudacompat.app.doctor.projects import beside_libraries, with_projects

    checked, projects = with_projects(checked, targets)
    checked, more = beside_libraries(checked, paths, targets)
    return checked, {**projects, **more}


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


def _builds(
    findings: list[Finding], paths: Sequence[str], targets: Sequence[Target], *, facts: HostFacts
) -> tuple[list[Finding], list[tuple[Finding, PlanStep]]]:
    """The findings as build folders leave them, and what there is to say of those folders: those named, or those of the
    current folder."""
    from cudacompat.app.doctor.build_folders import build_folders, judge_folders, not_built

    folders = build_folders(paths or (".",)) if targets else ()
    if not folders:
        return findings, []
    apart = judge_folders(folders, targets, facts, named=bool(paths))
    stale = {Path(finding.path).parent for finding, _ in apart if finding.path}
    left = [f for f in findings if f.id != no_device_code.RULE.id or Path(f.path or "") not in stale]
    return not_built(left, folders), apart


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
