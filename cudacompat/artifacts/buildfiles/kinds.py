"""The kinds of build files, told by their paths: the one table that all readers of a project go by."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath


class FileKind(StrEnum):
    """What a build file is read as."""

    DOCKERFILE = "Dockerfile"
    COMPOSE = "compose file"
    DEV_CONTAINER = "dev container"
    QUADLET = "quadlet"
    GITHUB = "GitHub workflow"
    GITLAB = "GitLab pipeline"
    CMAKE = "CMake script"
    CMAKE_CACHE = "CMake cache"
    MAKE = "Makefile"
    SCRIPT = "shell script"
    BAKE = "bake file"
    ENV = "env file"
    JSON = "JSON"
    YAML = "YAML"
    TOML = "TOML"
    PYTHON = "Python program"
    RUST = "Rust program"
    CARGO_LOCK = "Cargo.lock"
    DOCKER_IGNORE = ".dockerignore"
    GIT_MODULES = ".gitmodules"
    BATCH = "batch file"
    POWERSHELL = "PowerShell script"
    VISUAL_STUDIO = "Visual Studio project"
    AZURE = "Azure pipeline"
    CIRCLE = "CircleCI configuration"
    JENKINS = "Jenkins pipeline"
    BUILDKITE = "Buildkite pipeline"
    DRONE = "Drone or Woodpecker pipeline"
    EARTH = "Earthfile"
    APPTAINER = "Apptainer definition"
    SPEC = "spec file"
    NIX = "Nix expression"
    BAZEL_RC = "Bazel configuration"
    BAZEL = "Bazel build file"
    SPACK = "Spack environment"
    MESON = "Meson build file"
    INI = "INI file"
    JUST = "justfile"
    COG = "cog.yaml"
    AUTOCONF = "Autoconf script"


# Dockerfile, Dockerfile.cuda, Dockerfile-cuda, Dockerfile_cuda; but dockerfile_lint.py is a program.
_DOCKERFILE = re.compile(
    r"(?:dockerfile|containerfile)(?:$|\.|[-_](?!.*\.(?:py|sh|bash|rs|go|js|ts|rb|ya?ml|json|toml|env|txt|cmake|mk|hcl)$))"
)
# Makefile, Makefile.cuda, makefile-gpu, Makefile.am; but a Makefile.in is what configure makes the real one of
_MAKEFILE = re.compile(
    r"(?:gnu)?makefile(?:[._-](?!(?:.*[._-])?(?:in|py|sh|md|txt|rst|html|json|ya?ml|j2|template|patch|diff|bkp|bak|orig|rej|save)$)[\w.-]+)?"
)
_COMPOSE = re.compile(r"(?:docker-|podman-)?compose(?:[.-][\w.-]+)?\.ya?ml")
_AZURE = re.compile(r"(?:^|/)(?:\.?azure[\w.-]*/(?:[^/]+/)*[^/]+|[\w.-]*azure[_-]?pipelines?[\w.-]*)\.ya?ml$")
_CIRCLE = re.compile(r"(?:^|/)\.circleci/[^/]+\.ya?ml$")
_BUILDKITE = re.compile(r"(?:^|/)(?:\.buildkite/(?:[^/]+/)*[^/]*|buildkite)\.ya?ml$")
_DRONE = re.compile(r"(?:^|/)(?:\.(?:drone|woodpecker)|\.woodpecker/(?:[^/]+/)*[^/]+)\.ya?ml$")
_GITHUB = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$")
_COG = re.compile(r"(?:^|/)cog(?:[._-][\w-]+)*\.ya?ml$")
_SPACK = re.compile(r"(?:^|/)\.?spack[\w.-]*/(?:[^/]+/)*packages\.yaml$")
_GITLAB = re.compile(r"(?:^|/)\.gitlab-ci(?:[\w.-]*)\.ya?ml$")

_BY_PATH = (
    (_GITHUB, FileKind.GITHUB),
    (_GITLAB, FileKind.GITLAB),
    (_CIRCLE, FileKind.CIRCLE),
    (_AZURE, FileKind.AZURE),
    (_BUILDKITE, FileKind.BUILDKITE),
    (_DRONE, FileKind.DRONE),
    (_COG, FileKind.COG),
    (_SPACK, FileKind.SPACK),
)
_BY_NAME = {
    "devcontainer.json": FileKind.DEV_CONTAINER,
    ".devcontainer.json": FileKind.DEV_CONTAINER,
    "cmakelists.txt": FileKind.CMAKE,
    "cmakecache.txt": FileKind.CMAKE_CACHE,
    "justfile": FileKind.JUST,
    ".justfile": FileKind.JUST,
    ".env": FileKind.ENV,
    "cargo.lock": FileKind.CARGO_LOCK,
    ".dockerignore": FileKind.DOCKER_IGNORE,
    ".gitmodules": FileKind.GIT_MODULES,
    "earthfile": FileKind.EARTH,
    "pkgbuild": FileKind.SCRIPT,
    "apkbuild": FileKind.SCRIPT,
    "singularity": FileKind.APPTAINER,
    "apptainer": FileKind.APPTAINER,
    ".bazelrc": FileKind.BAZEL_RC,
    "build.bazel": FileKind.BAZEL,
    "module.bazel": FileKind.BAZEL,
    "workspace": FileKind.BAZEL,
    "workspace.bazel": FileKind.BAZEL,
    "spack.yaml": FileKind.SPACK,
    "meson.build": FileKind.MESON,
    "tox.ini": FileKind.INI,
    "setup.cfg": FileKind.INI,
    "configure.ac": FileKind.AUTOCONF,
    "configure.in": FileKind.AUTOCONF,
}
_BY_END = (
    ((".container",), FileKind.QUADLET),
    ((".cmake",), FileKind.CMAKE),
    ((".json",), FileKind.JSON),
    ((".yml", ".yaml"), FileKind.YAML),
    ((".toml",), FileKind.TOML),
    ((".env",), FileKind.ENV),
    ((".hcl",), FileKind.BAKE),
    ((".mk",), FileKind.MAKE),
    ((".sh", ".bash"), FileKind.SCRIPT),
    ((".py",), FileKind.PYTHON),
    ((".rs",), FileKind.RUST),
    ((".bat", ".cmd"), FileKind.BATCH),
    ((".ps1",), FileKind.POWERSHELL),
    ((".vcxproj", ".props", ".targets"), FileKind.VISUAL_STUDIO),
    ((".def", ".sif.def"), FileKind.APPTAINER),
    ((".spec", ".spec.in"), FileKind.SPEC),
    ((".nix",), FileKind.NIX),
    ((".bazelrc",), FileKind.BAZEL_RC),
    ((".bzl",), FileKind.BAZEL),
    ((".m4",), FileKind.AUTOCONF),
)


def kind_of(path: str) -> FileKind | None:
    """Return the kind of a file of this path; `None` for one that no build reads."""
    name = path.rpartition("/")[2].lower()
    if _DOCKERFILE.match(name) or name.endswith(("dockerfile", "containerfile")):
        return None if name.endswith(".dockerignore") else FileKind.DOCKERFILE
    if name in _BY_NAME:
        return _BY_NAME[name]
    if _MAKEFILE.fullmatch(name):
        return FileKind.MAKE
    if _COMPOSE.fullmatch(name):
        return FileKind.COMPOSE
    for pattern, kind in _BY_PATH:
        if pattern.search(path):
            return kind
    if name.startswith("jenkinsfile"):
        return FileKind.JENKINS
    if name.startswith("singularity."):
        return FileKind.APPTAINER
    if path.endswith("debian/rules"):
        return FileKind.MAKE
    if path.rpartition("/")[2] == "BUILD":
        return FileKind.BAZEL
    for ends, kind in _BY_END:
        if name.endswith(ends):
            return kind
    if name == "config" and PurePosixPath(path).parent.name == ".cargo":
        return FileKind.TOML
    return FileKind.ENV if name.startswith(".env.") else None
