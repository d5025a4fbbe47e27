"""A plan as what a person types: variables, options of CMake, command lines. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cudacompat.domain.builds.engine import BuildSystem, Channel
from cudacompat.domain.builds.plans.model import BuildPlan, PlanSetting
from cudacompat.domain.words.command_words import check_options, variables_before


def environment(plan: BuildPlan) -> tuple[PlanSetting, ...]:
    """Return the variables of the build's environment, what travels inside CMAKE_ARGS put together as that."""
    packed = plan.through(Channel.CMAKE_ARGS)
    found = plan.through(Channel.ENVIRONMENT)
    if not packed:
        return found
    first = packed[0]
    value = " ".join(shlex.quote(word) if " " in word else word for word in map(define, packed))
    others = {each.name: f", read by {each.reader}" for each in packed if each.reader != first.reader}
    whys = "; ".join(f"{each.name}: {each.why}{others.get(each.name, '')}" for each in packed)
    return (
        PlanSetting(
            "CMAKE_ARGS", value, Channel.ENVIRONMENT, reader=first.reader, why=whys, source=first.source, decides=True
        ),
        *found,
    )


def define(setting: PlanSetting) -> str:
    """`-DNAME=VALUE`, one word, not quoted."""
    return f"-D{setting.name}={setting.value}"


def words(plan: BuildPlan, step: Sequence[str]) -> list[str]:
    """Return a step of the recipe with the settings of the command line in it."""
    given: list[str] = []
    for setting in plan.through(Channel.DEFINE, Channel.ARGUMENT):
        given += [define(setting)] if setting.channel is Channel.DEFINE else [setting.name, setting.value]
    return [word for item in step for word in (given if item == "{settings}" else [item])]


_NOT_FOR_WHEELS = frozenset({"--force-reinstall", "--upgrade", "-U", "--user", "--no-deps", "--break-system-packages"})


def as_wheel(step: Sequence[str], folder: str) -> list[str]:
    """Return a `pip install` or `pip wheel` as one that leaves the wheel of the package itself in a folder."""
    verb = next((index for index, word in enumerate(step) if word in ("install", "wheel")), None)
    if verb is None or "pip" not in step[:verb]:
        return list(step)
    rest = [word for word in step[verb + 1 :] if word not in _NOT_FOR_WHEELS]
    for name in ("-w", "--wheel-dir"):
        if name in rest:
            del rest[rest.index(name) : rest.index(name) + 2]
    return [*step[:verb], "wheel", "--no-deps", "--no-cache-dir", "-w", folder, *_once(rest, "--no-cache-dir")]


def _once(items: Sequence[str], item: str) -> list[str]:
    return [each for each in items if each != item]


def commands(plan: BuildPlan) -> tuple[str, ...]:
    """Return the shell lines that clear the caches which hide a changed list, build with the plan's settings, and
    check what came out. Where no recipe is known, pip builds what is a Python package, and a comment stands for the
    build of anything else."""
    lines = [shlex.join(cache.clear) for cache in plan.engine.caches if cache.window.holds(plan.version)]
    variables = variables_before((each.name, each.value) for each in environment(plan))
    recipe = plan.recipe
    steps = (recipe.configure, *recipe.build) if recipe is not None else plan.engine.steps
    if plan.engine.system is BuildSystem.PIP:
        steps = steps[1:] or (_PIP_BUILDS,)  # the first prepares an image's environment; here there is one
    elif not steps:
        lines.append(_BUILD_IT)
    for step in steps:
        made = as_wheel(words(plan, step), "dist")
        if made and "--install" not in made and made[:2] != ["make", "install"]:
            line = shlex.join(word for word in made if not word.startswith("-DCMAKE_INSTALL_PREFIX="))
            lines.append(f"{variables} {line}" if variables else line)
    made_in = plan.engine.made_in or _MADE_IN.get(plan.engine.system, ".")
    return (*lines, f"cudacompat check {made_in} {checked_for(plan)} --require {plan.require}")


_PIP_BUILDS = ("pip", "wheel", ".")  # any project: packaging.python.org, PEP 517
_BUILD_IT = "# build it here with these settings, as its own pages say: no recipe is known"


def checked_for(plan: BuildPlan) -> str:
    """Return the options that name to `check` what the plan is for: its GPUs, and the driver if one was named."""
    return check_options((each.spec for each in plan.wanted), plan.driver)


_MADE_IN = {BuildSystem.CMAKE: "build/", BuildSystem.CARGO: "target/release", BuildSystem.PIP: "dist/"}


def setting_line(setting: PlanSetting) -> str:
    """Return the setting as a shell would take it: `NAME='VALUE'`, `-DNAME='VALUE'` for CMake's command line, or
    `NAME 'VALUE'` for the build's own script."""
    if setting.channel is Channel.ARGUMENT:
        return f"{setting.name} {shlex.quote(setting.value)}"
    dashed = setting.channel in (Channel.DEFINE, Channel.CMAKE_ARGS)
    return f"{'-D' if dashed else ''}{setting.name}={shlex.quote(setting.value)}"
