"""The manifests of cargo that a project has, as documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cudacompat.app.project.files import read
from cudacompat.artifacts.buildfiles.toml import toml_document
from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.project.cargo_features import CargoProject
from cudacompat.domain.project.command_facts import base_name, folder_of
from cudacompat.domain.project.cuda_switches import cuda_feature
from cudacompat.domain.project.model import SourceFile

_CHOOSES = frozenset(
    {"--features", "-F", "--all-features", "--no-default-features", "-p", "--package", "--workspace", "--manifest-path"}
)


def cargo_project(files: Iterable[SourceFile]) -> CargoProject:
    """Return the packages that these files describe; of one that is no TOML nothing is known."""
    manifests: dict[str, dict[str, Any]] = {}
    for file in files:
        if base_name(file.name) == "Cargo.toml":
            with suppress(ValueError):
                manifests[folder_of(file.name)] = toml_document(file.text)
    return CargoProject(manifests)


def options_for_cuda(engine: Engine, tree: Path, given: Sequence[str]) -> tuple[str, ...]:
    """Return what cargo has to be told so that a build of this tree compiles the engine with CUDA; nothing where it
    does so anyway, where `given` chooses features or packages, or where no feature of the project does it."""
    if any(each.partition("=")[0] in _CHOOSES for each in given) or not (tree / "Cargo.toml").is_file():
        return ()
    switch = cargo_project(read(str(tree)).files).switch(engine.packages, cuda_feature(engine))
    return switch or ()
