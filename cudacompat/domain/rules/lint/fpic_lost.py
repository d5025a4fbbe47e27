"""A variable that takes the place of flags which the build needs.

What it finds: a variable in the environment that the engine's build script passes on in place of its value, without
the part of that value that the build cannot do without: CMAKE_CUDA_FLAGS with whisper-rs, without -fPIC.

Why it matters: the build script's own -Xcompiler=-fPIC is lost, and the link ends in "relocation R_X86_64_32 against
… can not be used when making a PIE object; recompile with -fPIC", after minutes of nvcc.

Example: `ENV CMAKE_CUDA_FLAGS="-O3"` in an image that builds whisper-rs.

What to do: add -Xcompiler=-fPIC to the value, or take the variable out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.project.command_facts import in_cargo_config
from cudacompat.domain.project.model import EngineUse, Project, Setting
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets it for a build."""
    seen: set[tuple[str, int]] = set()
    for use, given in _builds(project):
        for hazard in use.engine.hazards:
            setting = given.get(hazard.name)
            if not hazard.unless or setting is None or not hazard.window.holds(use.parsed):
                continue
            at = setting.place.at
            if setting.value is None or hazard.unless in setting.value or at in seen:
                continue
            seen.add(at)
            flag = f"-Xcompiler={hazard.unless}"
            fix = None
            if setting.quote and setting.written == setting.value:
                edit = Edit(setting.place.file, setting.place.end, setting.place.end, new=f" {flag}")
                fix = Fix(f"add {flag}", (edit,), safe=True)
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{setting.name} replaces flags that {use.engine.name} needs: {hazard.unless} is missing",
                path=setting.place.file,
                line=setting.place.line,
                span=setting.place.span,
                found=f"{setting.name}={setting.written}"[:120],
                why=f"{hazard.why} ({hazard.source})",
                help=f"add {flag} to {setting.name}",
                fix=fix,
            )


def _builds(project: Project) -> Iterator[tuple[EngineUse, Mapping[str, Setting]]]:
    """The engines that are built, each with the environment of its build; cargo's own [env] reaches every build."""
    for command in project.commands:
        if command.use is not None:
            yield command.use, command.environment
    of_cargo = {each.name: each for each in project.settings if in_cargo_config(each)}
    for use in project.uses if of_cargo else ():
        if use.engine.system is BuildSystem.CARGO:
            yield use, of_cargo


RULE = Rule("fpic-lost", "Variable that replaces required flags", __doc__, check)
