"""The major CUDA release that a component was made for, by what its bytes and its name say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cudacompat.domain.judge.linked_runtime import releases_of
from cudacompat.domain.machine.components import Component
from cudacompat.domain.tables.cuda_libraries import cuda_in_name, is_vendors, release_asked_for, release_of_wheel
from cudacompat.domain.words.code import BinaryArtifact


def made_for(component: Component, artifacts: Sequence[BinaryArtifact]) -> int | None:
    """Return the major release of the CUDA runtime that the libraries ask for, else the one in the package's name, else
    the one that the names of NVIDIA's libraries mean, else that of the toolkit that made most of its images; `None`
    where nothing says it."""
    asked = [each.runtime for each in artifacts if each.runtime is not None]
    if asked:
        return max(asked)
    package = component.package.lower().replace("_", "-")
    named = cuda_in_name(package)
    if named is not None:
        return named
    known = release_of_wheel(package)
    if known is None and is_vendors(component.package):
        known = release_asked_for(path.rpartition("/")[2] for path in component.libraries)
    return known if known is not None else _of_images(artifacts)


def _of_images(artifacts: Iterable[BinaryArtifact]) -> int | None:
    modules = (module for artifact in artifacts for module in artifact.modules)
    counted = Counter(releases_of(entry for module in modules for entry in module.entries))
    return counted.most_common(1)[0][0] if counted else None
