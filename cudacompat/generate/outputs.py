"""The kinds of files that can be generated, and which of them reach which engine's compiler."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.builds.engine import BuildSystem, Engine, Grammar, Route
from cudacompat.domain.words.errors import UsageError


class Matrix(Enum):
    """How an output carries several builds: a file for each, all of them in one, or not at all."""

    FILE_EACH = "file-each"
    IN_ONE = "in-one"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Output:
    """One kind of file: its name on the command line and on disk, its template, who reads it.

    `systems` are the build systems that its reader is part of, `None` for all. `image` is whether it builds in an
    image or by the commands of the engine's recipe, `checks` whether cudacompat is installed there, to check. In
    `file`, `{name}` stands for the engine's name.
    """

    name: str
    file: str
    template: str
    reader: str
    route: Route = Route.COMMAND
    systems: frozenset[BuildSystem] | None = None
    image: bool = False
    checks: bool = False
    matrix: Matrix = Matrix.NO
    comment: str = "#"
    also: tuple[tuple[str, str], ...] = ()  # more files of it: (file, template)


OUTPUTS: tuple[Output, ...] = (
    Output(
        "dockerfile",
        "Dockerfile",
        "dockerfile/{system}.j2",
        "an image build",
        image=True,
        checks=True,
        matrix=Matrix.FILE_EACH,
    ),
    Output(
        "cmake",
        "cudacompat-architectures.cmake",
        "cmake/architectures.cmake.j2",
        "cmake -C, or CMAKE_TOOLCHAIN_FILE",
        Route.CMAKE_FILE,
        matrix=Matrix.FILE_EACH,
    ),
    Output(
        "presets",
        "CMakePresets.json",
        "",
        "cmake --preset",
        systems=frozenset({BuildSystem.CMAKE}),
        matrix=Matrix.IN_ONE,
    ),
    Output("env", "cudacompat.env", "env/cudacompat.env.j2", "a shell", Route.ENVIRONMENT, matrix=Matrix.FILE_EACH),
    Output("nvcc", "nvcc.flags", "nvcc/flags.j2", "nvcc"),
    Output(
        "cargo",
        ".cargo/config.toml",
        "cargo/config.toml.j2",
        "cargo",
        Route.ENVIRONMENT,
        systems=frozenset({BuildSystem.CARGO}),
    ),
    Output("compose", "compose.yaml", "compose/compose.yaml.j2", "docker compose", image=True, matrix=Matrix.IN_ONE),
    Output(
        "bake",
        "docker-bake.hcl",
        "bake/docker-bake.hcl.j2",
        "docker buildx bake",
        image=True,
        matrix=Matrix.IN_ONE,
    ),
    Output(
        "podman",
        "{name}.container",
        "podman/container.j2",
        "podman's systemd generator",
        image=True,
        also=(("{name}.build", "podman/build.j2"), ("{name}-jit.volume", "podman/volume.j2")),
    ),
    Output(
        "devcontainer",
        ".devcontainer/devcontainer.json",
        "devcontainer/devcontainer.json.j2",
        "an editor that opens the directory in a container",
        Route.ENVIRONMENT,
        image=True,
        comment="//",
    ),
    Output(
        "github",
        ".github/workflows/cudacompat.yml",
        "github/workflow.yml.j2",
        "GitHub Actions",
        image=True,
        checks=True,
        matrix=Matrix.IN_ONE,
    ),
    Output(
        "gitlab",
        ".gitlab/cudacompat.yml",
        "gitlab/job.yml.j2",
        "GitLab CI",
        image=True,
        checks=True,
        matrix=Matrix.IN_ONE,
    ),
)


_FLAGS = (Grammar.GENCODE, Grammar.GENCODE_LIST)


def output(name: str) -> Output:
    """Return the output of this name; `UsageError` that lists them for an unknown one."""
    for each in OUTPUTS:
        if each.name == name:
            return each
    raise UsageError(f"unknown output: {name!r}; there are {', '.join(each.name for each in OUTPUTS)}")


def reaching(engine: Engine, version: str | None) -> tuple[Output, ...]:
    """Return the outputs whose settings reach the compiler of this version's build."""
    return tuple(each for each in OUTPUTS if why_not(each, engine, version) is None)


def why_not(kind: Output, engine: Engine, version: str | None) -> str | None:
    """Return why this output does not reach the engine's compiler; `None` where it does."""
    if kind.systems is not None and engine.system not in kind.systems:
        return f"{kind.reader} has no part in a build of {engine.name}"
    if kind.image and engine.recipe is None:
        return f"no recipe is known for an image of {engine.name}"
    try:
        knobs = engine.knobs_of(engine.version(version), kind.route)
    except UsageError as error:
        return str(error)
    told = any(name == kind.name for name, _ in engine.proved) or any(knob.grammar in _FLAGS for knob in knobs)
    if kind.name == "nvcc" and not told:
        return f"the build of {engine.name} makes nvcc's flags itself, from {knobs[0].name}"
    return None


def require_reach(kind: Output, engine: Engine, version: str | None) -> None:
    """Refuse an output that does not reach the engine's compiler, with the ones that do, in one line."""
    engine.knobs_of(engine.version(version))  # a version without any setting is said as such
    why = why_not(kind, engine, version)
    if why is not None:
        names = ", ".join(each.name for each in reaching(engine, version))
        raise UsageError(f"--as {kind.name} cannot set it: {why}; what can: {names or 'nothing'}")
