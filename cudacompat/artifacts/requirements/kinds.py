"""Which file is read as which kind of requirements, told by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from cudacompat.artifacts.requirements import (
    base,
    cog,
    conda,
    conda_lists,
    conda_locks,
    json_lists,
    locks,
    manifests,
    pip_file,
    pyproject,
    setup_files,
)


class RequirementKind(StrEnum):
    """What a file of requirements is."""

    PIP = "requirements file"
    PYPROJECT = "pyproject.toml"
    UV = "uv.lock"
    POETRY = "poetry.lock"
    PDM = "pdm.lock"
    PIPFILE = "Pipfile.lock"
    PIPFILE_MANIFEST = "Pipfile"
    PYLOCK = "pylock.toml"
    ENVIRONMENT = "conda environment"
    CONDA_LOCK = "conda-lock.yml"
    CONDA_LIST = "list of conda's packages"
    CONDA_SPECS = "specifications of conda"
    JSON_LIST = "list of packages as JSON"
    PIXI = "pixi.lock"
    PIXI_MANIFEST = "pixi.toml"
    SETUP_PY = "setup.py"
    SETUP_CFG = "setup.cfg"
    COG = "cog.yaml"


_READERS: dict[RequirementKind, Callable[[str, str], base.ReadRequirements]] = {
    RequirementKind.PIP: pip_file.read,
    RequirementKind.PYPROJECT: pyproject.read,
    RequirementKind.UV: locks.uv,
    RequirementKind.POETRY: locks.poetry,
    RequirementKind.PDM: locks.pdm,
    RequirementKind.PIPFILE: locks.pipfile,
    RequirementKind.PIPFILE_MANIFEST: manifests.pipfile,
    RequirementKind.PYLOCK: locks.pylock,
    RequirementKind.ENVIRONMENT: conda.environment,
    RequirementKind.CONDA_LOCK: conda_locks.conda_lock,
    RequirementKind.CONDA_LIST: conda_lists.conda_list,
    RequirementKind.CONDA_SPECS: conda_lists.spec_list,
    RequirementKind.JSON_LIST: json_lists.json_list,
    RequirementKind.PIXI: conda_locks.pixi_lock,
    RequirementKind.PIXI_MANIFEST: manifests.pixi,
    RequirementKind.SETUP_PY: setup_files.setup_py,
    RequirementKind.SETUP_CFG: setup_files.setup_cfg,
    RequirementKind.COG: cog.cog,
}
_BY_NAME = {
    "pyproject.toml": RequirementKind.PYPROJECT,
    "uv.lock": RequirementKind.UV,
    "poetry.lock": RequirementKind.POETRY,
    "pdm.lock": RequirementKind.PDM,
    "pipfile.lock": RequirementKind.PIPFILE,
    "pipfile": RequirementKind.PIPFILE_MANIFEST,
    "pixi.lock": RequirementKind.PIXI,
    "pixi.toml": RequirementKind.PIXI_MANIFEST,
    "setup.py": RequirementKind.SETUP_PY,
    "setup.cfg": RequirementKind.SETUP_CFG,
}
_PATTERNS = (
    (re.compile(r"cog(?:[._-][\w-]+)*\.ya?ml"), RequirementKind.COG),  # `cog build -f cog-gpu.yaml`
    (re.compile(r"pylock(?:\.[\w-]+)?\.toml"), RequirementKind.PYLOCK),
    (re.compile(r"(?:[\w.-]*[._-])?conda-lock\.ya?ml"), RequirementKind.CONDA_LOCK),
    (re.compile(r"(?:[\w.-]*[._-])?conda-(?:linux|win|osx)-\w+\.lock"), RequirementKind.CONDA_LIST),  # as rendered
    (
        re.compile(r"(?:[\w.-]*[._-])?(?:conda[._-]?)?env(?:ironment)?(?:[._-][\w.-]*)?\.ya?ml"),
        RequirementKind.ENVIRONMENT,
    ),
    (
        re.compile(r"(?:[\w.-]*[._-])?(?:req\w{2,10}ments?|constraints?|freeze|reqs?)(?:[._-][\w.-]*)?\.(?:txt|in)"),
        RequirementKind.PIP,
    ),
)
_IN_FOLDER = re.compile(
    r"(?:^|/)(?:requirements|constraints|reqs)/(?!CMakeLists\.txt$)[^/]+\.(?:txt|in)$", re.IGNORECASE
)


def kind_of(path: str) -> RequirementKind | None:
    """Return the kind of a file of this path; `None` for one that holds no requirements by its name."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    for pattern, kind in _PATTERNS:
        if pattern.fullmatch(name):
            return kind
    return RequirementKind.PIP if _IN_FOLDER.search(path) else None


def kind_in(kind: RequirementKind | None, text: str) -> RequirementKind | None:
    """Return the kind of a file whose name says this one, by its text: what conda prints is kept under names of pip's
    lists, and its environments under any name."""
    if kind is not RequirementKind.PIP:
        return kind
    if conda_lists.is_conda_list(text):
        return RequirementKind.CONDA_LIST
    if json_lists.is_json_list(text):
        return RequirementKind.JSON_LIST
    if conda_lists.is_spec_list(text):
        return RequirementKind.CONDA_SPECS
    return RequirementKind.ENVIRONMENT if conda.is_environment(text) else kind


def read(kind: RequirementKind, text: str, file: str) -> base.ReadRequirements:
    """Return what a file of that kind says. `LaterFormatError` for a lock in a newer format, `ValueError` in one line
    for what is no such file."""
    return _READERS[kind](text, file)
