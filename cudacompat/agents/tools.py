"""The table of tools: what each is called, what it accepts, and the command line that a call becomes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cudacompat.domain.words.choices import Require
from cudacompat.domain.words.errors import UsageError
from cudacompat.engines import ENGINES
from cudacompat.generate.outputs import OUTPUTS

Json = Mapping[str, Any]

_MOST_PATHS = 32
_MOST_GPUS = 32
_ENGINES = ", ".join(each.name for each in ENGINES)
_PATH = {"type": "string", "minLength": 1, "maxLength": 4096}
_WORD = {"type": "string", "minLength": 1, "maxLength": 200}
_GPU = {
    **_WORD,
    "description": 'A GPU: product ("RTX 5070 Ti"), compute capability (12.0), architecture (sm_120), PCI id '
    "(10de:2c05), or native (the GPUs of this machine).",
}
_GPUS = {"type": "array", "items": _GPU, "minItems": 1, "maxItems": _MOST_GPUS}
_CONFIG = {**_PATH, "description": "A policy file: cudacompat.toml or pyproject.toml."}
_DRIVER = {**_WORD, "description": "The NVIDIA driver: a release (580.65.06) or a branch (570)."}


def _paths(description: str) -> Json:
    return {"type": "array", "items": _PATH, "minItems": 1, "maxItems": _MOST_PATHS, "description": description}


_FILES = _paths("Local files, wheels, archives, saved container images or directories.")


@dataclass(frozen=True, slots=True)
class AgentTool:
    """One tool. `properties` and `required` are its JSON Schema, `line` makes the arguments of the command line of a
    call that fits the schema, `schemas` are the packaged JSON Schemas of what it returns."""

    name: str
    title: str
    description: str
    properties: Mapping[str, Json]
    required: tuple[str, ...]
    line: Callable[[Json], list[str]]
    schemas: tuple[str, ...]

    @property
    def input_schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments; names that it does not have are refused."""
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.required),
            "additionalProperties": False,
        }


def local_path(text: str) -> str:
    """Return the absolute path of a local file, so that no path is read as an option, a package or an address.
    `UsageError` if there is no such file."""
    path = os.path.abspath(text)  # noqa: PTH100  a path inside keeps its own form
    if os.path.lexists(path):
        return path
    if "://" in text or "==" in text:
        raise UsageError(f"not a local file: {text!r} (this server downloads nothing; the tool wheels knows packages)")
    raise UsageError(f"no such file or directory: {path!r}")


def _option(name: str, arguments: Json, key: str) -> Iterator[str]:
    value = arguments.get(key)
    if value is not None:
        yield from (f"{name}={each}" for each in (value if isinstance(value, list) else [value]))


def _gpus(arguments: Json) -> Iterator[str]:
    yield from _option("--gpu", arguments, "gpus")
    yield from _option("--driver", arguments, "driver")


def _named(arguments: Json) -> list[str]:
    return ["--", *map(local_path, arguments.get("paths", ()))]


def _inspect(arguments: Json) -> list[str]:
    return ["inspect", *(["--kernels"] if arguments.get("kernels") else []), *_named(arguments)]


def _policy(arguments: Json) -> str:
    config = arguments.get("config")
    return "--no-config" if config is None else f"--config={local_path(config)}"


def _check(arguments: Json) -> list[str]:
    options = [*_gpus(arguments), *_option("--require", arguments, "require")]
    return ["check", *options, _policy(arguments), *_named(arguments)]


def _doctor(arguments: Json) -> list[str]:
    pythons = [f"--python={local_path(each)}" for each in arguments.get("python", ())]
    return ["doctor", *_gpus(arguments), *pythons, *_named(arguments)]


def _lint(arguments: Json) -> list[str]:
    return ["lint", *_gpus(arguments), _policy(arguments), "--", local_path(arguments["path"])]


def _wheels(arguments: Json) -> list[str]:
    return ["wheels", *_gpus(arguments), *_option("--platform", arguments, "platform"), "--", arguments["package"]]


def _explain(arguments: Json) -> list[str]:
    """A line without `--`: what follows it there is a command to run. No text begins with a hyphen for that reason."""
    gpu = _option("--gpu", arguments, "gpu")
    log, text = arguments.get("log"), arguments.get("text")
    if (log is None) == (text is None):
        raise UsageError("explain needs either log or text")
    subject = local_path(log) if log is not None else _subject(str(text))
    return ["explain", *gpu, subject]


def _subject(text: str) -> str:
    """The text as `explain` reads it: a word or a number alone is looked up, anything else is lines of a log."""
    plain = text.strip()
    return plain if plain and not plain.startswith("-") else f" {plain}"


def _toolkits(arguments: Json) -> list[str]:
    release = arguments.get("release")
    options = [*_option("--gpu", arguments, "gpu"), *_option("--driver", arguments, "driver")]
    return ["toolkits", *options, *([] if release is None else ["--", release])]


def _generate(arguments: Json) -> list[str]:
    options = [*_option("--as", arguments, "file"), *_option("--cuda", arguments, "cuda")]
    version = _option("--engine-version", arguments, "engine_version")
    return ["generate", *_gpus(arguments), *options, *version, "--", arguments["engine"]]


TOOLS: tuple[AgentTool, ...] = (
    AgentTool(
        name="inspect",
        title="List device code",
        description="List the CUDA device code of local binaries, wheels, archives, saved images or directories: for "
        "each file the targets (sm_86, compute_90), with the number of images and their bytes. Needs no GPU.",
        properties={
            "paths": _FILES,
            "modules": {"type": "boolean", "description": "Return every module with its images, not only the totals."},
            "kernels": {"type": "boolean", "description": "Name the kernels of each image; needs modules."},
        },
        required=("paths",),
        line=_inspect,
        schemas=("inspect-1",),
    ),
    AgentTool(
        name="check",
        title="Check GPU support",
        description="Check whether local artifacts run on GPUs, module by module: native, compatible, jit, partial, "
        "fails or undecided, with findings and what cures them. exit_code 0: all of it runs; 1: findings; 3: no "
        "device code; 4: something was not read or is undecided. Needs no GPU. Reads no policy file without config.",
        properties={
            "paths": _FILES,
            "gpus": _GPUS,
            "driver": _DRIVER,
            "require": {
                "enum": [each.value for each in Require],
                "description": "native: code built for exactly this compute capability; sass: machine code; runs "
                "(default): JIT compilation of PTX is enough.",
            },
            "config": _CONFIG,
        },
        required=("paths", "gpus"),
        line=_check,
        schemas=("check-1",),
    ),
    AgentTool(
        name="doctor",
        title="Diagnose a machine or packages",
        description="Diagnose the CUDA packages of this machine or of Python environments, or the given paths: facts "
        "(GPUs, driver, toolkits), findings with the worst first, and a plan of commands. It changes nothing.",
        properties={
            "paths": _paths("Local files, wheels, archives or directories to diagnose in place of this machine."),
            "python": _paths("Python environments: directories or interpreters."),
            "gpus": _GPUS,
            "driver": _DRIVER,
        },
        required=(),
        line=_doctor,
        schemas=("doctor-1",),
    ),
    AgentTool(
        name="explain",
        title="Explain an error",
        description="Find the cause in an error log (a file, or its text), or explain one id: a rule (phantom-arch), "
        "the number of a CUDA error (209), a target (sm_120) or a term (JIT).",
        properties={
            "text": {
                "type": "string",
                "minLength": 1,
                "maxLength": 100_000,
                "description": "Lines of a log, one message, or one id.",
            },
            "log": {**_PATH, "description": "A local log file."},
            "gpu": _GPU,
        },
        required=(),
        line=_explain,
        schemas=("explain-1", "explain-id-1"),
    ),
    AgentTool(
        name="lint",
        title="Check build files",
        description="Find CUDA mistakes in the build files of a project (Dockerfiles, CMake, Cargo, Python builds, CI) "
        "before anything is built. It runs and edits nothing. Reads no policy file without config.",
        properties={
            "path": {**_PATH, "description": "The directory of the project, or one of its build files."},
            "gpus": _GPUS,
            "config": _CONFIG,
        },
        required=("path",),
        line=_lint,
        schemas=("lint-1",),
    ),
    AgentTool(
        name="wheels",
        title="Look up published wheels",
        description="List the published wheels of a package that the built-in table knows, with the GPUs that they "
        "run on, and the pin and index to install. It asks no package index.",
        properties={
            "package": {**_WORD, "description": "A package, or one release of it: PKG, PKG==VERSION."},
            "gpus": _GPUS,
            "driver": _DRIVER,
            "platform": {**_WORD, "description": "linux/amd64, linux/arm64, win_amd64 or a platform tag."},
        },
        required=("package",),
        line=_wheels,
        schemas=("wheels-1",),
    ),
    AgentTool(
        name="gpus",
        title="Look up GPUs",
        description="Look up GPUs by name, PCI id, chip or compute capability.",
        properties={"query": {**_WORD, "description": "A name or part of it, PCI id, chip or compute capability."}},
        required=("query",),
        line=lambda arguments: ["gpus", "--", arguments["query"]],
        schemas=("gpus-1",),
    ),
    AgentTool(
        name="toolkits",
        title="List CUDA releases",
        description="List CUDA releases with their targets, PTX ISA version, minimum driver and host compilers.",
        properties={
            "release": {**_WORD, "description": "One release (12.8), or all of a major version (12)."},
            "gpu": {**_GPU, "description": "Show only releases that build machine code for this GPU."},
            "driver": {**_DRIVER, "description": "Only releases whose programs run with this driver."},
        },
        required=(),
        line=_toolkits,
        schemas=("toolkits-1",),
    ),
    AgentTool(
        name="generate",
        title="Plan a build",
        description="Return the build settings that make an engine support these GPUs, and with file the text of a "
        "file to keep. It writes no file.",
        properties={
            "engine": {**_WORD, "description": f"An engine, or a way of building: {_ENGINES}."},
            "gpus": _GPUS,
            "file": {"enum": [each.name for each in OUTPUTS], "description": "Return the text of this kind of file."},
            "driver": {**_DRIVER, "description": "The driver with which the result must run."},
            "cuda": {**_WORD, "description": "The CUDA release to build with, such as 12.8."},
            "engine_version": {**_WORD, "description": "The version of the engine."},
        },
        required=("engine", "gpus"),
        line=_generate,
        schemas=("generate-1",),
    ),
)
