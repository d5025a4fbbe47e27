"""`generate`: from an engine and GPUs to plans, and to files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cudacompat.app.inputs.wanted_gpus import fleet_gpus, oldest_driver, wanted_gpus
from cudacompat.domain.builds.engine import Engine, Route
from cudacompat.domain.builds.plans.driver import require_known
from cudacompat.domain.builds.plans.matrix import plan_builds
from cudacompat.domain.builds.plans.plan import BuildPlan
from cudacompat.domain.reports.generate import GeneratedBinary, GeneratedFile, GenerateReport
from cudacompat.domain.reports.generate_ways import WaysReport
from cudacompat.domain.tables.driver_choice import counted
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.command_words import gpu_words
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.engines import build_ways, find, known, profiles

if TYPE_CHECKING:
    from cudacompat.generate.base_images import BaseImages
    from cudacompat.generate.install import InstallSource


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What the command line asks of `generate` beside the engine."""

    specs: tuple[str, ...] = ()
    fleet: tuple[str, ...] = ()
    output: str | None = None
    cuda: str | None = None
    engine_version: str | None = None
    profile: str | None = None
    ptx: bool = True
    budget: str | None = None
    distro: str | None = None
    install: str | None = None
    install_hashes: tuple[str, ...] = ()
    driver: str | None = None
    registry: str | None = None
    digests: bool = False
    folder: str = "."  # of the project: where a wheel that --install names is looked for


def generate(engine: str, asked: GenerateRequest) -> GenerateReport:
    """Return the plans for these GPUs and, with an output named, its files; `UsageError` for what cannot be built."""
    from cudacompat.app.project.recognise import find_for
    from cudacompat.generate.outputs import Matrix, output, reaching, require_reach

    found = find_for(engine, Path(asked.folder), "generate")
    form = profiles.find(asked.profile) if asked.profile else None
    kind = output(asked.output) if asked.output else None
    if asked.engine_version is None:
        asked = replace(asked, engine_version=_version_here(found, asked.folder))
    fleet = fleet_gpus(asked.fleet)
    wanted = wanted_gpus(asked.specs or (form.specs if form and not fleet else ()), fleet)
    driver = oldest_driver(fleet)  # each GPU has its own, and the result has to run with all of them
    if asked.driver is not None:
        driver = DriverRelease.parse(asked.driver)
        require_known(driver, [(each.number, each.label) for each in wanted])
    driver = counted(driver, [ComputeCapability.from_number(e.number) for e in wanted]) if driver is not None else None
    if kind is not None:
        require_reach(kind, found, asked.engine_version)
    distro = _distro(asked.distro)
    budget = _budget(asked.budget)
    route = kind.route if kind is not None else Route.COMMAND
    plans = plan_builds(
        found,
        wanted,
        version=asked.engine_version,
        cuda=asked.cuda,
        ptx=asked.ptx,
        route=route,
        profile=form,
        distro=distro,
        budget=budget,
        measured=tuple(engine.name for engine in known() if engine.sizes),
        single=kind is not None and kind.matrix is Matrix.NO,
        apart=kind is not None and kind.image,  # settings alone hold on either processor
        driver=driver,
    )
    if asked.driver is not None:  # that of a fleet is the oldest of many, and each GPU is checked with its own
        plans = tuple(replace(plan, driver=driver) for plan in plans)
    if kind is None:
        plans = tuple(_with_wheel(plan, driver) for plan in plans)
    if distro is not None:
        from cudacompat.domain.builds.plans.distros import distro as find_distro
        from cudacompat.domain.builds.plans.distros import require_cmake, require_compiler

        for plan in plans:
            require_compiler(find_distro(distro), plan.release)
            if kind is not None and kind.image:
                require_cmake(find_distro(distro), plan.title, plan.recipe)
    elif kind is not None and kind.checks and kind.matrix is Matrix.IN_ONE and len(plans) > 1:
        from cudacompat.domain.builds.plans.distros import in_one_distribution

        plans = in_one_distribution(plans)
    if asked.cuda is None and fleet and driver is not None and len({plan.release.version for plan in plans}) == 1:
        asked = replace(asked, cuda=str(plans[0].release.version))  # the drivers are in the fleet's files alone
    command = command_line(plans, asked)
    names = tuple(each.name for each in reaching(found, asked.engine_version))
    if kind is None:
        return GenerateReport(plans, command, (), outputs=names)
    from cudacompat.generate.install import beside_names
    from cudacompat.generate.render import files

    source = _source(asked)
    there = beside_names(source) if kind.checks else ()
    made = files(plans, kind, command, install=source, images=_images(asked))
    return GenerateReport(plans, command, made, outputs=names, beside=there)


def engine_here(folder: str) -> str | None:
    """Return the name of the engine that the files of the folder show; `None` where none does."""
    from cudacompat.app.project.recognise import nvcc_file, recognise

    seen = recognise(Path(folder))
    if seen is not None:
        return seen.engine.name
    return "nvcc" if nvcc_file(Path(folder)) else None


def generate_ways(asked: GenerateRequest) -> WaysReport:
    """Return the plans of every plain way of building for these GPUs; `UsageError` where no CUDA release can."""
    ways = [way.name for way in build_ways()]
    made = [generate(name, asked) for name in ways]
    return WaysReport(
        plans=tuple(plan for report in made for plan in report.plans),
        engines=tuple(engine.name for engine in known() if engine.name not in ways),
        commands=tuple(report.command for report in made),
    )


def _with_wheel(plan: BuildPlan, driver: DriverRelease | None) -> BuildPlan:
    """The plan of an engine without a recipe, with a note that names the published wheel which has machine code for
    all of its GPUs."""
    engine = plan.engine
    if engine.recipe is not None or not engine.packages:
        return plan
    from cudacompat.domain.wheels.cure import cure_for
    from cudacompat.domain.wheels.wheel_cure import WheelCure

    targets = [
        Target(each.spec, None, ComputeCapability.from_number(each.number), driver=driver) for each in plan.wanted
    ]
    wheel = cure_for(engine.packages[0], targets, version=plan.version, native=True)
    if not isinstance(wheel, WheelCure) or not wheel.native:
        return plan
    gpus = " and ".join(dict.fromkeys(each.label for each in plan.wanted))
    note = f"a published wheel has machine code for {gpus}, without a build: {wheel.sentence}"
    return replace(plan, notes=(*plan.notes, note))


def _images(asked: GenerateRequest) -> BaseImages:
    from cudacompat.generate.base_images import DOCKER_HUB, BaseImages

    if asked.registry is None and not asked.digests:
        return BaseImages()
    from cudacompat.app.inputs.image_digests import digest_of, registry_name

    registry = registry_name(asked.registry) if asked.registry is not None else DOCKER_HUB
    return BaseImages(registry, digest_of if asked.digests else None)


def _version_here(engine: Engine, folder: str) -> str | None:
    """The engine's version as the files of the project say it, `None` where they do not. `UsageError` for one that no
    settings are known for: those of the newest would be read by nothing there."""
    from cudacompat.app.project.recognise import recognise_as

    here = recognise_as(engine, Path(folder)) if engine.current is not None else None
    if here is None or here.built is None:
        return None
    try:
        version = engine.version(here.built)
    except UsageError:
        return None
    try:
        engine.knobs_of(version)
    except UsageError as error:
        where = "this directory" if folder == "." else folder
        raise UsageError(f"{error}; {where} has this version (--engine-version names another)") from None
    return here.built


def ignored(engine: str, asked: GenerateRequest) -> tuple[GeneratedFile, ...]:
    """Return the `.dockerignore` that belongs beside a Dockerfile, where the folder has none of its own."""
    if asked.output != "dockerfile":
        return ()
    from cudacompat.generate.ignore import ignore_file

    return ignore_file(find(engine), Path(asked.folder))


def beside(asked: GenerateRequest) -> tuple[GeneratedFile | GeneratedBinary, ...]:
    """Return the files that a generated one installs cudacompat from: its wheel, and the hashes of all packages."""
    from cudacompat.generate import install

    return install.beside(_source(asked))


def _source(asked: GenerateRequest) -> InstallSource:
    from cudacompat.generate.install import install_source

    return install_source(asked.install, asked.install_hashes, Path(asked.folder))


def _distro(name: str | None) -> str | None:
    if name is None:
        return None
    from cudacompat.domain.builds.plans.distros import distro

    return distro(name).name


def _budget(text: str | None) -> int | None:
    if text is None:
        return None
    from cudacompat.domain.policy.keys import size

    try:
        number = size(text)
    except ParseError:
        number = 0
    if number <= 0:
        raise UsageError(f"invalid size: {text[:60]!r} (examples: 200 MB, 150 MiB)")
    return number


def command_line(plans: Sequence[BuildPlan], asked: GenerateRequest) -> str:
    """Return the command line that makes the same again."""
    words = ["cudacompat", "generate", plans[0].engine.name]
    words += gpu_words(each.spec for plan in plans for each in plan.wanted)
    for option, value in (
        ("--engine-version", asked.engine_version),
        ("--cuda", asked.cuda),
        ("--driver", asked.driver),
        ("--profile", asked.profile),
        ("--budget", asked.budget),
        ("--distro", asked.distro),
        ("--registry", asked.registry),
        ("--install", asked.install),
        *(("--install-hash", each) for each in asked.install_hashes),
        ("--as", asked.output),
    ):
        words += [option, value] if value else []
    words += ["--digests"] if asked.digests else []
    return shlex.join(words if asked.ptx else [*words, "--no-ptx"])
