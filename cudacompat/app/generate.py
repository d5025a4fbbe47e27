"""`generate`: from an engine and GPUs to a plan, and to files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cudacompat.domain.engine import Route
from cudacompat.domain.gpus import resolve
from cudacompat.domain.plan import BuildPlan, Wanted, plan_build
from cudacompat.domain.report import GeneratedFile, GenerateReport
from cudacompat.domain.target import ArchSuffix
from cudacompat.engines import find, profiles

_ROUTES = {"env": Route.ENVIRONMENT, "cmake": Route.CMAKE_FILE}


def wanted_gpus(specs: Sequence[str]) -> tuple[Wanted, ...]:
    """Return what the SPECs ask a build to serve; this machine's GPUs for `native`, or for none."""
    wanted: list[Wanted] = []
    for spec in specs or ("native",):
        if spec.strip().lower() == "native":
            wanted += _native()
            continue
        found = resolve(spec)
        suffix = found.arch.suffix if found.arch is not None else ArchSuffix.NONE
        name = found.name if found.name is not None and found.name == found.id else None
        label = f"{name} ({found.capability})" if name else str(found.arch or found.capability)
        wanted.append(Wanted(label, name or str(found.arch or found.capability), found.capability.number, suffix))
    return tuple(dict.fromkeys(wanted))


def _native() -> list[Wanted]:
    from cudacompat.app.targets import native_targets
    from cudacompat.domain.verdict import JitPolicy
    from cudacompat.host.gpus import gpus

    return [
        Wanted(target.label, str(target.capability), target.capability.number)
        for target in native_targets(gpus(), None, JitPolicy.NORMAL)
    ]


def generate(
    engine: str,
    specs: Sequence[str],
    *,
    output: str | None = None,
    cuda: str | None = None,
    engine_version: str | None = None,
    profile: str | None = None,
    ptx: bool = True,
    install: str | None = None,
) -> GenerateReport:
    """Return the plan for these GPUs and, with an output named, the file; `UsageError` for what cannot be built."""
    from cudacompat.generate.render import DEFAULT_INSTALL, render
    from cudacompat.generate.render import output as find_output

    found = find(engine)
    form = profiles.find(profile) if profile else None
    kind = find_output(output) if output else None
    wanted = wanted_gpus(specs or (form.specs if form else ()))
    plan = plan_build(
        found,
        wanted,
        version=engine_version,
        cuda=cuda,
        ptx=ptx,
        route=Route.ENVIRONMENT if form is not None else _ROUTES.get(kind.name if kind else "", Route.COMMAND),
        profile=form,
    )
    command = command_line(plan, output=output, profile=profile, ptx=ptx, cuda=cuda, engine_version=engine_version)
    files = () if kind is None else (GeneratedFile(kind.file, render(plan, kind, command, install or DEFAULT_INSTALL)),)
    return GenerateReport(plan, command, files)


def command_line(
    plan: BuildPlan,
    *,
    output: str | None,
    profile: str | None = None,
    ptx: bool = True,
    cuda: str | None = None,
    engine_version: str | None = None,
) -> str:
    """Return the command line that makes the same again."""
    words = ["cudacompat", "generate", plan.engine.name]
    for spec in dict.fromkeys(each.spec for each in plan.wanted):
        words += ["--gpu", spec]
    for option, value in (
        ("--engine-version", engine_version),
        ("--cuda", cuda),
        ("--profile", profile),
        ("--as", output),
    ):
        words += [option, value] if value else []
    return shlex.join(words if ptx else [*words, "--no-ptx"])
