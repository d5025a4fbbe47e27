"""The CUDA release of a component, by its bytes and its names."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.judge.made_for import made_for
from cudacompat.domain.machine.components import Component
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.build import artifact, image, module

OLD_IMAGES = [module(replace(image("sm_80"), toolkit=ToolkitVersion(11, 8)))]  # as cuFFT of CUDA 12 has them


def _of(package: str, *files: str, runtime: int | None = None) -> int | None:
    libraries = tuple(f"/env/lib/{name}" for name in files)
    component = Component(package, "1.0", "/env", libraries, manager="conda")
    return made_for(component, [replace(artifact(OLD_IMAGES), runtime=runtime)])


def test_the_name_of_a_library_of_nvidias_says_it_before_its_images() -> None:
    assert _of("libcufft", "libcufft.so.11", "libcufftw.so.11") == 12
    assert _of("libcufft", "libcufft.so.10") == 11


def test_a_name_that_several_releases_have_leaves_it_to_the_images() -> None:
    assert _of("libcurand", "libcurand.so.10") == 11


def test_what_the_libraries_ask_for_comes_first() -> None:
    assert _of("libcufft", "libcufft.so.11", runtime=13) == 13


def test_a_library_that_somebody_else_brings_along_says_nothing_of_the_package() -> None:
    assert _of("engine", "libcufft.so.11") == 11
