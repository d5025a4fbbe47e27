"""What a name that is no engine's, or another's, is told about the sources that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.run import inside

CMAKE = "cmake_minimum_required(VERSION 3.24)\nproject(k LANGUAGES CXX CUDA)\nadd_library(k SHARED k.cu)\n"
MESON = "project('k', 'cpp', 'cuda')\nlibrary('k', 'k.cu')\n"


@pytest.mark.parametrize(
    ("file", "text", "engine"),
    [
        ("CMakeLists.txt", CMAKE, "cmake"),
        ("Makefile", "k: k.cu\n\tnvcc -o $@ $<\n", "nvcc"),
        ("build.rs", 'fn main() { cc::Build::new().cuda(true).file("k.cu").compile("k"); }\n', "cargo-cc"),
        ("meson.build", MESON, "nvcc"),
    ],
)
def test_an_unknown_engine_gets_the_build_that_the_tree_shows(
    file: str, text: str, engine: str, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(text)
    made = inside("generate", "quux", "--gpu", "9.0", cwd=tmp_path)
    assert (made.code, made.out) == (2, "")
    assert f"{file} shows a build by {engine}: cudacompat generate {engine}" in made.err
    built = inside("rebuild", "quux", str(tmp_path), "--gpu", "9.0", "--dry-run")
    assert f"cudacompat rebuild {engine} {tmp_path}" in built.err


def test_a_tree_that_shows_nothing_gets_the_list_of_all() -> None:
    assert (
        "known ways of building: cmake, nvcc" in inside("generate", "quux", "--gpu", "9.0", cwd=Path("/proc/self")).err
    )


def test_sources_of_another_build_system_are_named_with_it(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\tnvcc -o k k.cu\n")
    ran = inside("rebuild", "cmake", str(tmp_path), "--gpu", "9.0", "--dry-run")
    assert ran.code == 2
    assert f"Makefile shows a build by nvcc: cudacompat rebuild nvcc {tmp_path}" in ran.err
    (tmp_path / "Makefile").rename(tmp_path / "old.mk")
    (tmp_path / "CMakeLists.txt").write_text(CMAKE)
    ran = inside("rebuild", "nvcc", str(tmp_path), "--gpu", "9.0", "--dry-run")
    assert f"CMakeLists.txt shows a build by cmake: cudacompat rebuild cmake {tmp_path}" in ran.err
