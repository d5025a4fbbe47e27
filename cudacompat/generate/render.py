"""From a plan to the text of a file, through the templates."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cudacompat
from cudacompat.domain.engine import BuildSystem, Channel
from cudacompat.domain.errors import UsageError
from cudacompat.domain.plan import DISTRO, BuildPlan, Setting, gencode_flags

if TYPE_CHECKING:
    from jinja2 import Environment

DEFAULT_INSTALL = "cudacompat"

_REGISTRY = "docker.io/"  # podman and buildah ask which registry is meant where it is left out


@dataclass(frozen=True, slots=True)
class Output:
    """One kind of file that can be generated: its name on the command line and on disk, its template."""

    name: str
    file: str
    template: str


OUTPUTS: tuple[Output, ...] = (
    Output("dockerfile", "Dockerfile", "dockerfile/{system}.j2"),
    Output("cmake", "cudacompat-architectures.cmake", "cmake/architectures.cmake.j2"),
    Output("env", "cudacompat.env", "env/cudacompat.env.j2"),
    Output("nvcc", "nvcc.flags", "nvcc/flags.j2"),
)


def output(name: str) -> Output:
    """Return the output of this name; `UsageError` that lists them for an unknown one."""
    for each in OUTPUTS:
        if each.name == name:
            return each
    raise UsageError(f"unknown output: {name!r}; there are {', '.join(each.name for each in OUTPUTS)}")


def render(plan: BuildPlan, kind: Output, command: str, install: str = DEFAULT_INSTALL) -> str:
    """Return the text of the file. `command` is the command line that made it, for its head; `install` is what the
    check stage of an image gives to pip: a name and version, a URL, or a wheel in the build context."""
    if kind.name == "dockerfile":
        _refuse_dockerfile(plan, install)
    template = _environment().get_template(kind.template.format(system=plan.engine.system.value))
    text = template.render(
        plan=plan,
        command=command,
        install=install,
        local_wheel=install.endswith(".whl") and "://" not in install,
        version=cudacompat.__version__,
        distro=DISTRO,
        registry=_REGISTRY,
        defines=plan.through(Channel.DEFINE),
        variables=plan.through(Channel.ENVIRONMENT),
        gencode=gencode_flags(plan),
    )
    return text.rstrip("\n") + "\n"


def _refuse_dockerfile(plan: BuildPlan, install: str) -> None:
    if plan.engine.recipe is None:
        raise UsageError(f"no recipe is known for an image of {plan.engine.name}; its settings: --as env")
    if plan.image is None:
        raise UsageError(
            f"no nvidia/cuda image of CUDA {plan.release.version} is known as devel, runtime and base for {DISTRO}; "
            "choose another release with --cuda"
        )
    if any(not each.isprintable() or each in "\"'`$\\" for each in install) or not install.strip():
        raise UsageError(f"not something pip can install: {install[:80]!r}")


# -- what the templates call


def _define(setting: Setting) -> str:
    """`-DNAME=VALUE` as one word of a shell, quoted where the shell would break it."""
    return shlex.quote(f"-D{setting.name}={setting.value}")


def _comment(text: str, width: int = 100, lead: str = "# ") -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width, initial_indent=lead, subsequent_indent=lead, break_long_words=False))


def _command(words: tuple[str, ...], settings: tuple[Setting, ...] = (), indent: int = 4) -> str:
    """A command line for a Dockerfile: one setting a line, the rest together."""
    lead = " \\\n" + " " * indent
    lines: list[list[str]] = [[]]
    for word in words:
        if word == "{settings}":
            lines += [[_define(setting)] for setting in settings]
            lines.append([])
        else:
            lines[-1].append(shlex.quote(word))
    return lead.join(" ".join(line) for line in lines if line)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  what is written here is no HTML
    )
    environment.filters.update(define=_define, comment=_comment, shell=shlex.quote, command=_command)
    environment.globals["BuildSystem"] = BuildSystem
    return environment


def _folder() -> Path:
    """The templates: inside the package where it was installed from a wheel, beside it in a checkout."""
    package = Path(cudacompat.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"
