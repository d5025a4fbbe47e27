"""From plans to the text of files, through the templates."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import cudacompat
from cudacompat.domain.builds.engine import BuildSystem, Channel, Route
from cudacompat.domain.builds.plans.arm_hosts import on_arm, two_hosts, why_no_image
from cudacompat.domain.builds.plans.frameworks import why_no_framework
from cudacompat.domain.builds.plans.matrix import slug
from cudacompat.domain.builds.plans.plan import BuildPlan, PlanSetting, as_wheel, environment, gencode_flags, words
from cudacompat.domain.reports.generate import GeneratedFile
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix
from cudacompat.generate import filters
from cudacompat.generate.actions import CHECKOUT, UPLOAD_ARTIFACT
from cudacompat.generate.base_images import FROM_DOCKER_HUB, BaseImages
from cudacompat.generate.install import OWN, REQUIREMENTS, InstallSource
from cudacompat.generate.outputs import OUTPUTS, Matrix, Output, output
from cudacompat.generate.own_wheel import templates
from cudacompat.generate.parallel import BOUND
from cudacompat.generate.taking import CARGO_ANEW, CARGO_MADE, MAKE, TAKE_OF_MAKE, of_cargo, stamp, taking

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["OUTPUTS", "files", "output", "render"]

# 24.04's CMake 3.28 checks the list and refuses the suffix f (measured with 3.31.6; 3.31.8 and 4.0.2 take it); 22.04's
# 3.22 checks nothing (measured with 3.22.6)
_CHECKS_SUFFIX = frozenset({"ubuntu24.04", "ubuntu26.04"})
_NEW_PYTHON = frozenset({"ubuntu24.04", "ubuntu26.04"})  # 3.11 or newer
# 22.04's python3 is 3.10; its archive (universe) has 3.11 beside it, for the jobs, which check where they build
_NEWER_PYTHON = {"ubuntu22.04": "python3.11"}
_ASKS = "curl"
_JOB_PYTHON = {"ubuntu22.04": ("python3-venv", "python3.11-venv")}


def files(
    plans: Sequence[BuildPlan],
    kind: Output,
    command: str,
    *,
    install: InstallSource = OWN,
    images: BaseImages = FROM_DOCKER_HUB,
) -> tuple[GeneratedFile, ...]:
    """Return the files of this output for one plan, or for a matrix of them; `UsageError` where it cannot carry one."""
    _refuse_images(plans, kind)  # of all of them, so that what is said holds for the whole list
    if len(plans) > 1 and kind.matrix is Matrix.FILE_EACH:
        names = [filters.each_file(kind.file, plan, plans) for plan in plans]
        return tuple(
            GeneratedFile(name, render(plan, kind, command, install=install, images=images))
            for name, plan in zip(names, plans, strict=True)
        )
    if len(plans) > 1 and kind.matrix is Matrix.NO:
        raise UsageError(f"--as {kind.name} holds one build, and no single build serves all of these GPUs")
    name = _name(plans[0])
    return tuple(
        GeneratedFile(
            file.format(name=name), _text(plans, kind, template, command=command, install=install, images=images)
        )
        for file, template in ((kind.file, kind.template), *kind.also)
    )


def render(
    plan: BuildPlan,
    kind: Output,
    command: str,
    *,
    install: InstallSource = OWN,
    images: BaseImages = FROM_DOCKER_HUB,
) -> str:
    """Return the text of the file. `command` is the command line that made it, for its head; `install` is where
    the check stage of an image gets cudacompat from."""
    return _text((plan,), kind, kind.template, command=command, install=install, images=images)


def _text(
    plans: Sequence[BuildPlan],
    kind: Output,
    template: str,
    *,
    command: str,
    install: InstallSource,
    images: BaseImages,
) -> str:
    _refuse_images(plans, kind)
    if not template:
        from cudacompat.generate.presets import presets

        return presets(plans, command)
    plan = plans[0]
    recipe = plan.recipe
    packages = _packages(plan)
    variables = environment(plan)
    given = plan.through(Channel.DEFINE, Channel.ARGUMENT) + (_of_image(plan) if kind.name == "dockerfile" else ())
    job = kind.name in ("github", "gitlab")
    text = (
        _environment()
        .get_template(template.format(system=plan.engine.system.value))
        .render(
            plan=plan,
            plans=plans,
            command=command,
            install=install,
            requirements=REQUIREMENTS,
            version=cudacompat.__version__,
            images=images,
            name=_name(plan),
            arm=all(on_arm(each.wanted) for each in plans),
            variables=variables,
            defines=given if kind.name != "cmake" else plan.through(Channel.DEFINE),
            given=given,
            gencode=gencode_flags(plan),
            packages=_plus(packages, *_JOB_PYTHON.get(plan.distro, ("python3-venv",))) if job else packages,
            python=_NEWER_PYTHON.get(plan.distro, "python3"),
            runtime_packages=_runtime_packages(plan),
            python_packages=_plus(_runtime_packages(plan), "python3", "python3-venv"),
            from_sources=recipe is not None and _uses_sources(recipe.build),
            newer_cmake=_needs_newer_cmake(plan),
            checker_has_python=plan.distro not in _NEW_PYTHON,
            prepare=_uncached(words(plan, recipe.configure)) if recipe is not None else (),
            index=_index(plan) if plan.engine.system is BuildSystem.PIP else "",
            still=_still(plan, kind),
            extensions=_extensions(plan),
            create=_create(plan, packages),
            script=_script(plans, kind) if job else (),
            bound=BOUND,
            make=(*MAKE, *TAKE_OF_MAKE),
            stamp=stamp(plan),
            taking=taking(plan),
            cargo_anew=CARGO_ANEW,
            taking_of_cargo=(*CARGO_MADE, *of_cargo()),
        )
    )
    return text.rstrip("\n") + "\n"


def _of_image(plan: BuildPlan) -> tuple[PlanSetting, ...]:
    """What the recipe sets in an image alone, for this version."""
    return tuple(
        PlanSetting(each.name, each.value, each.channel, reader=each.reader, why=each.why, source=each.source)
        for each in (plan.recipe.of_image if plan.recipe is not None else ())
        if each.window.holds(plan.version)
    )


def _refuse_images(plans: Sequence[BuildPlan], kind: Output) -> None:
    if kind.image:
        jetson = why_no_image([each for plan in plans for each in plan.wanted])
        for plan in plans:
            _refuse_image(plan, kind, jetson)


def _refuse_image(plan: BuildPlan, kind: Output, jetson: str | None) -> None:
    if plan.recipe is None:
        raise UsageError(f"no recipe is known for an image of {plan.engine.name}; its settings: --as env")
    if jetson is not None:
        raise UsageError(f"no image of nvidia/cuda serves this: {jetson}")
    two = two_hosts(plan.wanted) if kind.name != "devcontainer" else None  # that is built where it is opened
    if two is not None:
        raise UsageError(f"--as {kind.name} holds one image: {two}; make one for each, with its own --gpu")
    no_framework = why_no_framework(plan) if kind.name != "devcontainer" else None  # that installs none
    if no_framework is not None:
        raise UsageError(no_framework)
    if plan.image is None:
        raise UsageError(
            f"no nvidia/cuda image of CUDA {plan.release.version} is known as devel, runtime and base for "
            f"{plan.distro}; choose another release with --cuda{_other_distros(plan)}"
        )


def _other_distros(plan: BuildPlan) -> str:
    from cudacompat.domain.builds.plans.distros import fitting_distros

    known = fitting_distros(plan.release, plan.recipe)
    return f", or --distro {' or '.join(known)}" if known else ""


# -- what the templates are given


def _name(plan: BuildPlan) -> str:
    """The engine's name, fit for a file, a service, an image and a volume."""
    return re.sub(r"[^a-z0-9]+", "-", plan.engine.name.lower()).strip("-")


def _still(plan: BuildPlan, kind: Output) -> tuple[str, ...]:
    """What CMake's own command line has to say beside an environment: options that no variable can set."""
    if kind.route is not Route.ENVIRONMENT or plan.engine.system is not BuildSystem.CMAKE:
        return ()
    return tuple(
        f"-D{each.name}={each.value}"
        for each in plan.engine.fixed_of(plan.version, Route.COMMAND)
        if each.channel is Channel.DEFINE
    )


def _plus(names: Sequence[str], *more: str) -> tuple[str, ...]:
    return tuple(sorted({*names, *more}))


def _packages(plan: BuildPlan) -> tuple[str, ...]:
    recipe = plan.recipe
    names = recipe.packages if recipe is not None else ()
    if plan.engine.system is BuildSystem.PIP:
        return _plus(names, "python3-dev", "python3-venv")
    return _plus(names, "python3-venv") if _needs_newer_cmake(plan) else names


def _runtime_packages(plan: BuildPlan) -> tuple[str, ...]:
    """What the image that runs needs beside CUDA: the recipe's packages, and what asks a server whether it is well."""
    recipe = plan.recipe
    names = recipe.runtime_packages if recipe is not None else ()
    return _plus(names, _ASKS) if plan.server is not None else names


_OF_SYSTEM = {
    BuildSystem.CARGO: ("rust-lang.rust-analyzer",),
    BuildSystem.CMAKE: ("ms-vscode.cmake-tools",),
    BuildSystem.PIP: ("ms-python.python",),
}


def _extensions(plan: BuildPlan) -> tuple[str, ...]:
    """The extensions of an editor that know the project's languages, CUDA among them."""
    return (*_OF_SYSTEM.get(plan.engine.system, ()), "ms-vscode.cpptools", "nvidia.nsight-vscode-edition")


def _create(plan: BuildPlan, packages: Sequence[str]) -> tuple[str, ...]:
    """The commands that give a dev container the recipe's packages and the project's compiler."""
    lines = ["apt-get update", f"apt-get install -y --no-install-recommends {' '.join(packages)}"]
    if plan.recipe is not None and plan.recipe.rust:
        lines.append("curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y")
    return tuple(lines)


def _needs_newer_cmake(plan: BuildPlan) -> bool:
    family = any(each.suffix is ArchSuffix.FAMILY for each in plan.code)
    return family and plan.distro in _CHECKS_SUFFIX and plan.engine.system in (BuildSystem.CMAKE, BuildSystem.CARGO)


def _uses_sources(steps: Sequence[Sequence[str]]) -> bool:
    return any(word == "." or word.startswith("./") for step in steps for word in step)


def _uncached(step: Sequence[str]) -> list[str]:
    """A `pip install` that leaves no cache behind in a layer."""
    return ["pip", "install", "--no-cache-dir", *step[2:]] if list(step[:2]) == ["pip", "install"] else list(step)


def _index(plan: BuildPlan) -> str:
    """The package index that the recipe's first step names, for the same packages at run time."""
    step = " ".join(words(plan, plan.recipe.configure)) if plan.recipe is not None else ""
    match = re.search(r"--(?:extra-)?index-url[= ](https://\S+)", step)
    return f" --extra-index-url {match[1]}" if match else ""


def _script(plans: Sequence[BuildPlan], kind: Output) -> tuple[str, ...]:
    """The recipe's commands; in a matrix, what decides is the runner's variable."""
    plan = plans[0]
    recipe = plan.recipe
    if plan.engine.system is BuildSystem.NVCC:
        return (*BOUND, *MAKE, *TAKE_OF_MAKE)
    lines = [*BOUND, *stamp(plan)]
    for step in (recipe.configure, *recipe.build) if recipe is not None else ():
        made = as_wheel(words(plan, step), "/out")
        line = shlex.join(made)
        if len(plans) > 1:
            for setting in plan.through(Channel.DEFINE, Channel.ARGUMENT):
                if setting.decides:
                    line = _by_variable(line, setting, kind)
        lines += [line] if made else []
    if plan.engine.system is BuildSystem.CARGO:
        lines += of_cargo("target")
    return (*lines, *taking(plan))


def _by_variable(line: str, setting: PlanSetting, kind: Output) -> str:
    variable = f"${{{{ matrix.{setting.name} }}}}" if kind.name == "github" else f"${setting.name}"
    given = shlex.quote(f"-D{setting.name}={setting.value}")
    return line.replace(given, f'"-D{setting.name}={variable}"').replace(shlex.quote(setting.value), f'"{variable}"')


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  what is written here is no HTML
    )
    known: dict[str, Any] = {
        "checked": filters.checked,
        "command": filters.command,
        "comment": filters.comment,
        "decisive": filters.decisive,
        "define": filters.define,
        "each_file": filters.each_file,
        "bake_target": filters.bake_target,
        "exec": filters.exec_form,
        "health": filters.health,
        "image_name": filters.image_name,
        "indented": filters.indented,
        "installed": filters.installed,
        "left_out": filters.left_out,
        "on_arm": on_arm,
        "quoted": filters.quoted,
        "said": filters.said,
        "shell": shlex.quote,
        "slug": slug,
        "wheel": as_wheel,
    }
    environment.filters.update(known)
    environment.globals |= {"BuildSystem": BuildSystem, "CHECKOUT": CHECKOUT, "UPLOAD_ARTIFACT": UPLOAD_ARTIFACT}
    return environment
