"""Fuzz targets for the files of a project: each is parsed, put together with others of its kind, looked at by every
rule, and what is found is mended."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import PurePosixPath

import tests.domain.rules.lint as specs
from cudacompat.app.lint import findings_of
from cudacompat.app.project.fixes import chosen, edited
from cudacompat.artifacts.buildfiles import cmake, dockerfile, file_api, settings, shell, trees
from cudacompat.artifacts.buildfiles.compile_commands import planned
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.buildfiles.positions import yaml_tree
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.generate.keep import kept
from tests.helpers.growing_files import GROWING, Growing
from tests.helpers.lint_case import project
from tools.fuzz.target import ROOT, FuzzTarget, file_of, scratch, text_of

_CRATE = '[package]\nname = "asr"\n\n[dependencies]\nwhisper-rs = { version = "0.15.1", features = ["cuda"] }\n'


def _linted(name: str, **beside: str) -> Callable[[bytes], None]:
    """Lint a project of this file, and of the ones beside it, and mend what is found."""

    def run(data: bytes) -> None:
        files = {**{key.replace("__", "/"): text for key, text in beside.items()}, name: text_of(data)}
        findings = findings_of(project(files, "12.0", "8.6"))
        edited(files, chosen(findings, unsafe=True))
        parser = settings.parser(name)
        if parser is not None:
            with suppress(ValueError, RecursionError):  # its callers name the file as not understood
                list(parser(files[name]))

    return run


def _configured(name: str) -> Callable[[bytes], None]:
    """Read what a configured build will compile."""

    def run(data: bytes) -> None:
        with file_of(data, f"configured/{name}"), suppress(CudacompatError):
            planned(scratch() / "configured")

    return run


def _plain(parse: Callable[[str], object]) -> Callable[[bytes], None]:
    """A parser alone: many times as fast as a whole project."""

    def run(data: bytes) -> None:
        with suppress(ValueError, RecursionError):
            parse(text_of(data))

    return run


def _words(text: str) -> None:
    list(shell.words(text, 0, len(text), frozenset("\n")))
    list(shell.assignments(text, 0, len(text), "ENV", frozenset("\n")))


def _docker(text: str) -> None:
    list(dockerfile.instructions(text))
    list(dockerfile.assignments(text))
    list(dockerfile.base_images(text))


def _cmake(text: str) -> None:
    list(cmake.commands(text))
    list(cmake.assignments(text))


def _trees(text: str) -> None:
    for parse in (yaml_tree, trees.json_scalars, trees.toml_scalars, trees.yaml_scalars):
        with suppress(ValueError, RecursionError):
            list(parse(text))


# -- seeds


def _texts(*names: str) -> Callable[[], Iterator[bytes]]:
    """The files of the rules' specs, of the projects and examples here, and of what `generate` writes, so called."""

    def seeds() -> Iterator[bytes]:
        for info in pkgutil.iter_modules(specs.__path__):
            if info.name.startswith("test_"):
                continue
            spec = importlib.import_module(f"{specs.__name__}.{info.name}")
            for case in spec.CASES:
                for name, text in (*case.bad.items(), *case.good.items()):
                    if _is(name, names):
                        yield text.encode()
        for folder in ("tests/projects", "examples", "action.yml"):
            for path in (ROOT / folder).rglob("*"):
                if path.is_file() and _is(str(path.relative_to(ROOT)), names) and path.stat().st_size <= 8192:
                    yield path.read_bytes()

    return seeds


def _is(name: str, patterns: tuple[str, ...]) -> bool:
    return any(PurePosixPath(name).match(pattern) for pattern in patterns)


_SHELL = (
    "export ",
    "&&",
    "||",
    "if ",
    "then",
    "fi",
    "$(",
    "${",
    "<<EOF",
    "nvcc",
    "cmake -B build",
    "make -j",
    "cargo",
    "-DCMAKE_CUDA_ARCHITECTURES=",
    "CUDAARCHS=",
    "86-real;120-real",
    "-gencode arch=compute_80,code=sm_80",
)
_DOCKER = (
    "FROM ",
    "RUN ",
    "ENV ",
    "ARG ",
    "COPY --from=",
    "WORKDIR ",
    " AS build\n",
    "--mount=type=cache,target=",
    "nvidia/cuda:12.8.1-devel-ubuntu24.04",
    "# syntax=",
    "# escape=`\n",
    "SHELL [",
    "ONBUILD ",
    *_SHELL,
)
_CMAKE = (
    "project(",
    "set(",
    "if(",
    "endif()",
    "function(",
    "find_package(CUDA",
    "target_compile_options(",
    "LANGUAGES CUDA",
    "set_property(TARGET",
    "CUDA_ARCHITECTURES",
    "CMAKE_CUDA_ARCHITECTURES",
    "[==[",
    "]==]",
    "#[[",
    "${",
    "$<",
    "\\;",
)
_YAML = (
    "services:",
    "image:",
    "environment:",
    "jobs:",
    "steps:",
    "- run: |",
    "container:",
    "matrix:",
    "&a",
    "*a",
    "<<:",
    "${{ ",
    " }}",
    "script:",
    "cache:",
    "gpus: all",
    "build:",
    "args:",
    *_SHELL,
)
_JSON = ('"configurePresets"', '"cacheVariables"', '"inherits"', '"environment"', "//", "/*", "*/", '"build"', '"args"')
_TOML = (
    "[dependencies]",
    "[env]",
    "[features]",
    "[package]",
    "features = [",
    "whisper-rs",
    "candle-core",
    "'''",
    '"""',
)
_NINJA = (
    "build ",
    "rule ",
    "  command = ",
    "  FLAGS = ",
    "  DEFINES = ",
    "CUDA_COMPILER__",
    ".cu.o: ",
    "$\n",
    "--generate-code=arch=",
)

_PROJECTS = (
    ("Dockerfile", ("Dockerfile", "*.Dockerfile", "Containerfile"), _DOCKER, {}),
    ("build.sh", ("*.sh",), _SHELL, {}),
    ("Makefile", ("Makefile", "*.mk"), ("\t", "$(", ":=", "+=", "ifeq", "endif", *_SHELL), {}),
    ("CMakeLists.txt", ("CMakeLists.txt", "*.cmake"), _CMAKE, {}),
    ("CMakePresets.json", ("CMake*Presets.json",), _JSON, {"CMakeLists__txt": ""}),
    ("CMakeCache.txt", ("CMakeCache.txt",), ("CMAKE_CUDA_ARCHITECTURES:STRING=", "//", "-ADVANCED:INTERNAL=1"), {}),
    ("Cargo.toml", ("Cargo.toml",), _TOML, {}),
    (".cargo/config.toml", ("config.toml",), _TOML, {"Cargo.toml": _CRATE}),
    ("pyproject.toml", ("pyproject.toml", "cibuildwheel.toml"), _TOML, {}),
    ("build.rs", ("build.rs",), ("println!(", "cargo:rerun-if-env-changed=", "env::var(", 'r#"', "/*"), {}),
    (
        "src/main.rs",
        ("*.rs",),
        ("with_gpu(", "WhisperContext", "use whisper_rs::", "//", 'r#"', "'a"),
        {"Cargo.toml": _CRATE},
    ),
    ("setup.py", ("setup.py",), ("CUDAExtension(", "extra_compile_args", "nvcc", "'''"), {}),
    ("compose.yaml", ("*compose*.y*ml",), _YAML, {}),
    (".github/workflows/ci.yml", (".github/workflows/*", "action.yml", "github.yml", "workflow.yml"), _YAML, {}),
    (".gitlab-ci.yml", (".gitlab-ci.yml", "gitlab.yml", "job.yml"), _YAML, {}),
    (".devcontainer/devcontainer.json", ("*devcontainer.json",), _JSON, {}),
    (".env", (".env", "*.env"), _SHELL, {}),
    ("docker-bake.hcl", ("*.hcl",), ("target ", "args = {", "inherits = [", "variable ", "${", "<<EOT"), {}),
    (
        "gpu.container",
        ("*.container", "*.build"),
        ("[Container]", "Image=", "AddDevice=nvidia.com/gpu=all", "Environment="),
        {},
    ),
    ("recipe/meta.yaml", ("meta.yaml", "recipe.yaml", "conda_build_config.yaml"), _YAML, {}),
    (
        "build/compile_commands.json",
        ("compile_commands.json",),
        ('"directory"', '"file"', '"command"', '"arguments"', "-gencode"),
        {},
    ),
)


def _others() -> Iterator[tuple[str, tuple[str, ...], Callable[[], Iterator[bytes]]]]:
    """The kinds of files that have no row above, so that a new one has a target from its first day: a name, its words
    and its seeds."""
    there = {kind_of(row[0]) for row in _PROJECTS}
    for kind in FileKind:
        if kind not in there:
            growing = GROWING[kind]
            yield growing.name, (*growing.opens, *_SHELL), partial(_grown, growing)


def _grown(growing: Growing) -> Iterator[bytes]:
    for count in (1, 2):
        for unit in (growing.listed, growing.variable):
            yield (growing.begin + "".join(map(unit, range(count))) + growing.end).encode()


def _reply(data: bytes) -> None:
    """A zero byte parts the three files of a reply of CMake's file API."""
    folder = scratch() / "replied"
    reply = folder / file_api.FOLDER
    reply.mkdir(parents=True, exist_ok=True)
    names = ("index-1.json", "codemodel-v2-a.json", "target-a.json")
    for name, piece in zip(names, (*data.split(b"\0", 2), b"", b""), strict=False):
        (reply / name).write_bytes(piece)
    with suppress(CudacompatError):
        planned(folder)


def _find_cuda(data: bytes) -> None:
    """A script that CMake's module FindCUDA left."""
    folder = scratch() / "found"
    script = folder / "CMakeFiles/a.dir/a.cu.o.cmake"
    script.parent.mkdir(parents=True, exist_ok=True)
    (folder / "CMakeCache.txt").touch()
    script.write_bytes(data)
    with suppress(CudacompatError):
        planned(folder)


def _kept(data: bytes) -> None:
    """What `generate --write` leaves of what somebody wrote."""
    text = text_of(data)
    for name, made in _MADE.items():
        with suppress(CudacompatError):
            kept(name, text, made)


_MADE = {
    ".cargo/config.toml": '[env]\nCUDAARCHS = { value = "80;90", force = true }\n',
    "CMakeUserPresets.json": '{"version": 6, "configurePresets": [{"name": "cuda", "cacheVariables": {"A": "80"}}]}\n',
}


def _called(name: str) -> str:
    return "lint-" + name.strip(".").replace("/", "-").replace(".", "-").lower()


_NINJA_FILE = b"""\
rule CUDA_COMPILER__a_unscanned_
  command = /usr/bin/nvcc $DEFINES $INCLUDES $FLAGS -x cu -c $in -o $out

build CMakeFiles/a.dir/a.cu.o: CUDA_COMPILER__a_unscanned_ /src/a.cu
  FLAGS = "--generate-code=arch=compute_80,code=[compute_80,sm_80]"
  OBJECT_DIR = CMakeFiles/a.dir
"""

_REPLY = b"\0".join(
    (
        b'{"reply": {"codemodel-v2": {"jsonFile": "codemodel-v2-a.json"}}}',
        b'{"configurations": [{"targets": [{"jsonFile": "target-a.json"}]}]}',
        b'{"name": "a", "sources": [{"path": "a.cu"}], "compileGroups": [{"language": "CUDA", "sourceIndexes": [0],'
        b' "compileCommandFragments": [{"fragment": "--generate-code=arch=compute_80,code=[sm_80]"}]}]}',
    )
)

TARGETS = (
    FuzzTarget("shell", _plain(_words), _texts("*.sh", "Makefile"), words=_SHELL),
    FuzzTarget("dockerfile", _plain(_docker), _texts("Dockerfile"), words=_DOCKER),
    FuzzTarget("cmake", _plain(_cmake), _texts("CMakeLists.txt", "*.cmake"), words=_CMAKE),
    FuzzTarget("trees", _plain(_trees), _texts("*.yml", "*.yaml", "*.json", "*.toml"), words=(*_YAML, *_JSON)),
    FuzzTarget("ninja", _configured("build.ninja"), lambda: (_NINJA_FILE,), words=_NINJA),
    FuzzTarget("compile-commands", _configured("compile_commands.json"), _texts("compile_commands.json"), words=_JSON),
    *(
        FuzzTarget(_called(name), _linted(name, **beside), _texts(*names), words=words)
        for name, names, words, beside in _PROJECTS
    ),
    *(FuzzTarget(_called(name), _linted(name), seeds, words=words) for name, words, seeds in _others()),
    FuzzTarget("file-api", _reply, lambda: (_REPLY,), words=(*_JSON, '"compileGroups"', '"sourceIndexes"', "\0")),
    FuzzTarget(
        "find-cuda",
        _find_cuda,
        lambda: (b'set(CUDA_NVCC_FLAGS -gencode;arch=compute_80,code=sm_80 ;; )\nset(source_file "a.cu")\n',),
    ),
    FuzzTarget("kept-files", _kept, lambda: (each.encode() for each in _MADE.values()), words=(*_TOML, *_JSON)),
)
