"""A variable that takes the place of flags which the build needs.

What it finds: a variable in the environment that the engine's build script passes on in place of its own value, without
the part of that value that the build cannot do without: CMAKE_CUDA_FLAGS with whisper-rs, without -fPIC.

Why it matters: the build script's own -Xcompiler=-fPIC is lost, and the link ends in "relocation R_X86_64_32 against
… can not be used when making a PIE object; recompile with -fPIC", after minutes of nvcc.

Example: `ENV CMAKE_CUDA_FLAGS="-O3"` in an image that builds whisper-rs.

What to do: add -Xcompiler=-fPIC to the value, or take the variable out.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.lint.facts import Project
from cudacompat.domain.rule import Rule


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that sets it for a build."""
    seen: set[tuple[str, int]] = set()
    for command in project.commands:
        use = command.use
        for hazard in use.engine.hazards if use is not None else ():
            setting = command.environment.get(hazard.name)
            if not hazard.unless or setting is None or use is None or not hazard.window.holds(use.parsed):
                continue
            at = (setting.place.file, setting.place.start)
            if setting.value is None or hazard.unless in setting.value or at in seen:
                continue
            seen.add(at)
            flag = f"-Xcompiler={hazard.unless}"
            fix = None
            if setting.quote and setting.written == setting.value:
                edit = Edit(setting.place.file, setting.place.end, setting.place.end, f" {flag}")
                fix = Fix(f"add {flag}", (edit,), safe=True)
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{setting.name} takes the place of the flags that {use.engine.name} needs: no {hazard.unless}",
                path=setting.place.file,
                line=setting.place.line,
                found=f"{setting.name}={setting.written}"[:120],
                why=f"{hazard.why} ({hazard.source})",
                help=f"add {flag} to it",
                fix=fix,
            )


RULE = Rule("fpic-lost", "A variable that takes the place of needed flags", __doc__, check)
