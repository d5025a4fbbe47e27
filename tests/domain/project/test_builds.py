"""`lint` on builds: what it says of CMake files is what the real CMake does with them, what it plans is what a really
configured folder compiles, and where it is not sure it says nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cudacompat.app.lint import findings_of
from cudacompat.artifacts.buildfiles import file_api
from cudacompat.artifacts.buildfiles.compile_commands import cuda_units, planned
from cudacompat.domain.builds.lists.nvcc_flags import describe
from cudacompat.domain.project.cmake_languages import makes_cuda
from cudacompat.domain.project.model import CMakeCommand, TextSpan, Word
from cudacompat.domain.words.errors import UsageError
from tests.helpers import toolchain
from tests.helpers.lint_case import project
from tests.helpers.run import cudacompat

_KERNEL = "__global__ void k(float *x) { x[threadIdx.x] *= 2; }\n"


def configure(folder: Path, files: Mapping[str, str], *options: str) -> Path:
    """Write a project and configure it with the real CMake and nvcc; the build folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ninja = Path(sys.executable).with_name("ninja")
    command = [
        str(toolchain.require_cmake()), "-S", str(folder), "-B", str(folder / "build"), "-G", "Ninja",
        f"-DCMAKE_MAKE_PROGRAM={ninja}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options,
    ]  # fmt: skip
    hidden = ("CUDAARCHS", "NVCC_APPEND_FLAGS", "NVCC_PREPEND_FLAGS", "CUDAFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment["CUDACXX"] = str(toolchain.require_nvcc())
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build"


_GUARDED = "if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)\n  set(CMAKE_CUDA_ARCHITECTURES 80 90)\nendif()\n"
_CACHED = 'set(CMAKE_CUDA_ARCHITECTURES "80;90" CACHE STRING "")\n'
_LISTS = {
    "guarded after": ("", _GUARDED, "", True),
    "cached after": ("", _CACHED, "", True),
    "below the target": ("", "", "set(CMAKE_CUDA_ARCHITECTURES 80 90)\n", True),
    "guarded before": (_GUARDED, "", "", False),
    "plain after": ("", "set(CMAKE_CUDA_ARCHITECTURES 80 90)\n", "", False),
    "forced after": ("", _CACHED.replace('"")', '"" FORCE)'), "", False),
    "guarded after, the old policy": ("cmake_policy(SET CMP0104 OLD)\n", _GUARDED, "", False),
}


@pytest.mark.parametrize("case", _LISTS)
def test_a_list_is_too_late_where_the_real_cmake_says_so(tmp_path: Path, case: str) -> None:
    before, after, end, late = _LISTS[case]
    files = {
        "CMakeLists.txt": f"cmake_minimum_required(VERSION 3.20)\n{before}project(a LANGUAGES CXX CUDA)\n{after}"
        f"add_library(a STATIC a.cu)\n{end}",
        "a.cu": _KERNEL,
    }
    found = [each.id for each in findings_of(project({"CMakeLists.txt": files["CMakeLists.txt"]}))]
    assert ("list-after-language" in found) is late
    units = cuda_units(configure(tmp_path, files))
    assert units is not None
    asked = {describe(unit.request) for unit in units}
    assert (asked != {"sm_80 sm_90 compute_80 compute_90"}) is late


_TWO = """\
cmake_minimum_required(VERSION 3.20)
project(two LANGUAGES CXX CUDA)
add_library(fast STATIC fast/a.cu fast/b.cu)
set_property(TARGET fast PROPERTY CUDA_ARCHITECTURES 80-real 120-real)
add_library(slow STATIC slow/c.cu)
set_property(TARGET slow PROPERTY CUDA_ARCHITECTURES 80-real)
"""


def test_what_a_configured_folder_will_compile(tmp_path: Path) -> None:
    query = tmp_path / "build/.cmake/api/v1/query/codemodel-v2"
    query.parent.mkdir(parents=True)
    query.touch()
    kernels = dict.fromkeys(("fast/a.cu", "fast/b.cu", "slow/c.cu"), _KERNEL)
    build = configure(tmp_path, {"CMakeLists.txt": _TWO, **kernels})
    ran = cudacompat("lint", tmp_path, "--no-config", "--gpu", "RTX 5070 Ti", "--gpu", "8.6", "--format", "json")
    assert ran.code == 1
    assert [(each["id"], each["target"]) for each in ran.json["findings"] if each["id"].startswith("planned")] == [
        ("planned-hole", "NVIDIA GeForce RTX 5070 Ti")
    ]
    (matrix,) = ran.json["matrix"]
    assert (matrix["file"], matrix["units"]) == ("build/compile_commands.json", 3)
    by_target = {each["target"]: each for each in matrix["verdicts"]}
    assert by_target["NVIDIA GeForce RTX 5070 Ti"]["outcome"] == "partial"
    assert (
        by_target["NVIDIA GeForce RTX 5070 Ti"]["units"] | {"native": 2, "fails": 1}
        == by_target["NVIDIA GeForce RTX 5070 Ti"]["units"]
    )
    assert by_target["8.6"]["outcome"] == "compatible"
    text = cudacompat("lint", tmp_path, "--no-config", "--gpu", "RTX 5070 Ti", "--gpu", "8.6").out
    assert "build/compile_commands.json: 3 CUDA sources: sm_80 sm_120 (2), sm_80 (1)" in text
    assert "RTX 5070 Ti (12.0): partial (2 native, 1 fails)" in text
    assert "8.6: compatible (3 compatible)" in text
    # without a GPU each library is held to its own list, and has no hole
    alone = cudacompat("lint", tmp_path, "--no-config", "--format", "json").json
    assert [each["id"] for each in alone["findings"] if each["id"].startswith("planned")] == []

    def of(name: str) -> list[tuple[str, str | None, str]]:
        found = planned(build)
        assert found is not None
        assert found[0] == name
        return [(Path(unit.source).name, unit.library, describe(unit.request)) for unit in found[1]]

    database = of("compile_commands.json")
    assert [each[:2] for each in database] == [("a.cu", "fast"), ("b.cu", "fast"), ("c.cu", "slow")]
    (build / "compile_commands.json").unlink()
    assert of("build.ninja") == database
    (build / "build.ninja").unlink()
    assert of(file_api.FOLDER) == database


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"index-1.json": "{"}, "cannot read"),
        ({"index-1.json": "[]"}, "not a reply of CMake's file API"),
        ({"index-1.json": '{"objects": [{"kind": "codemodel", "jsonFile": "../../../../secret.json"}]}'}, "elsewhere"),
        ({"index-1.json": '{"objects": [{"kind": "codemodel", "jsonFile": "gone.json"}]}'}, "cannot read"),
        ({"index-1.json": '{"objects": [{"kind": "codemodel"}]}'}, "elsewhere"),
        ({"index-1.json": "[" * 100_000}, "cannot read"),
    ],
)
def test_a_broken_reply_is_one_line(tmp_path: Path, files: Mapping[str, str], said: str) -> None:
    folder = tmp_path / file_api.FOLDER
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(UsageError, match=said) as raised:
        planned(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"objects": 3},
        {"objects": [7, {"kind": "cache-v2"}]},
    ],
)
def test_a_reply_without_a_codemodel_plans_nothing(tmp_path: Path, document: object) -> None:
    folder = tmp_path / file_api.FOLDER
    folder.mkdir(parents=True)
    (folder / "index-1.json").write_text(json.dumps(document))
    assert planned(tmp_path) is None


_MANIFEST = '[package]\nname = "a"\n\n[dependencies]\nwhisper-rs = {{ {}, features = ["cuda"] }}\n'
_CALLS = """\
use whisper_rs::{WhisperContext, WhisperContextParameters};
fn main() {
    let mut p = WhisperContextParameters::default();
    p.with_gpu(true);
    let t = state.full_get_segment_text(0).unwrap();
}
"""


@pytest.mark.parametrize(
    ("dependency", "lines"),
    [
        ('version = "0.14.3"', {4}),
        ('version = "0.15.1"', {4, 5}),
        ('git = "https://codeberg.org/tazz4843/whisper-rs"', {4}),  # a version that nobody says: what never was
    ],
)
def test_calls_that_the_version_does_not_have(tmp_path: Path, dependency: str, lines: set[int]) -> None:
    (tmp_path / "src/deeper").mkdir(parents=True)
    (tmp_path / "Cargo.toml").write_text(_MANIFEST.format(dependency))
    (tmp_path / "src/deeper/speech.rs").write_text(_CALLS)
    (tmp_path / "src/other.rs").write_text("fn f() { thing.with_gpu(true); }\n")
    ran = cudacompat("lint", tmp_path, "--no-config", "--format", "json")
    found = [each for each in ran.json["findings"] if each["id"] == "api-changed"]
    assert {each["line"] for each in found} == lines
    assert {Path(each["path"]).name for each in found} == {"speech.rs"}
    (tmp_path / "src/deeper/speech.rs").write_text(
        _CALLS.replace("    p.with", "    // cudacompat: ignore[api-changed] a wrapper of ours\n    p.with")
    )
    left = cudacompat("lint", tmp_path, "--no-config", "--format", "json").json["findings"]
    assert len([each for each in left if each["id"] == "api-changed"]) == len(lines)


@pytest.mark.parametrize(
    ("name", "words", "makes"),
    [
        ("project", "a CXX CUDA", True),
        ("project", "a VERSION 1.0 LANGUAGES CUDA", True),
        ("project", "CUDA CXX", False),
        ("project", "a DESCRIPTION CUDA LANGUAGES CXX", False),
        ("enable_language", "CUDA", True),
        ("enable_language", "HIP", False),
        ("check_language", "CUDA", False),
    ],
)
def test_what_makes_cuda_a_language(name: str, words: str, *, makes: bool) -> None:
    place = TextSpan("CMakeLists.txt", 1, 0, 1)
    arguments = tuple(Word(word, True, place) for word in words.split())
    assert makes_cuda(CMakeCommand(name, arguments, place)) is makes
