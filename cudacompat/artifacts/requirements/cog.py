"""The packages of a cog.yaml, from which Cog builds an image for a GPU (https://cog.run/yaml): `python_packages`, of
which Cog itself chooses the build of a pinned torch. A list that `python_requirements` names is read as it is."""

from __future__ import annotations

from packaging.version import Version

from cudacompat.artifacts.buildfiles.cog import builds_for_gpu
from cudacompat.artifacts.buildfiles.positions import Node, yaml_tree
from cudacompat.artifacts.requirements.base import LineNumbers, Origin, ReadRequirements
from cudacompat.artifacts.requirements.pip_file import of_nodes
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM
from cudacompat.domain.wheels.table import torch_rows

_EMPTY = Node(0, 0)


def cog(text: str, file: str) -> ReadRequirements:
    """Return the packages that a cog.yaml names for a GPU; `ValueError` for no YAML."""
    numbers = LineNumbers(text)
    found = ReadRequirements(())
    for document in yaml_tree(text):
        packages = document.get("build", "python_packages") or _EMPTY
        if not builds_for_gpu(document) or not packages.items:
            continue
        found = of_nodes(packages.items, numbers, file)
        pinned = next((each for each in found.requirements if each.name == framework().name), None)
        version = pinned.pinned if pinned is not None and pinned.local is None else None
        if version is None or found.index or found.extra_indexes:
            continue
        cuda = document.get("build", "cuda")
        index = _index(version, (cuda.text or "").strip() if cuda is not None else "")
        if index is not None:
            found = of_nodes(packages.items, numbers, file, outer=Origin(file, None, (index,)))
    return found


def _index(version: Version, cuda: str) -> str | None:
    """The index of PyTorch's that Cog takes this release from: the newest CUDA release that the image may have
    (torchGPUPackage in pkg/config/compatibility.go of replicate/cog, read 30 November 2026)."""
    minor = Version(f"{version.major}.{version.minor}")
    every = [row for row in torch_rows() if (row.version, row.platform) == (minor, DEFAULT_PLATFORM) and row.cuda]
    if cuda:
        most = _release(cuda)
        every = [row for row in every if _release(row.cuda or "") <= most]
    return max(every, key=lambda row: _release(row.cuda or "")).index if every else None


def _release(text: str) -> tuple[int, ...]:
    """The major and the minor number of a CUDA release, as far as it says them."""
    return tuple(int(each) for each in text.split(".")[:2] if each.isdecimal())
