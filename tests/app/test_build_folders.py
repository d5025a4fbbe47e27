"""Folders that CMake has configured: whether what they build serves the GPU, and how they are configured anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.app.doctor.build_folders import build_folders, judge_folders
from cudacompat.domain.machine.facts import Found, HostFacts, Missing, ToolFacts, ToolkitFacts
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.build import target
from tests.helpers.run import inside

FACTS = HostFacts(Missing("GPU", ()), Missing("driver", ()))


def configured(folder: Path, archs: str, compiler: str = "/opt/cuda-12.4/bin/nvcc") -> Path:
    folder.mkdir(parents=True)
    (folder / "CMakeCache.txt").write_text(
        f"# made\nCMAKE_CUDA_ARCHITECTURES:STRING={archs}\nCMAKE_CUDA_COMPILER:FILEPATH={compiler}\n"
        "CMAKE_HOME_DIRECTORY:INTERNAL=/src/my project\n"
    )
    return folder


def said(
    folder: Path, capability: str = "12.0", *, named: bool = True, facts: HostFacts = FACTS
) -> list[tuple[str, str]]:
    found = judge_folders(build_folders([str(folder)]), (target(capability),), facts, named=named)
    return [(finding.message, step.command or "") for finding, step in found]


@pytest.mark.parametrize(
    ("archs", "capability", "expected"),
    [
        ("86-real", "12.0", "made for 86-real with CUDA 12.4, stale: nothing for 12.0"),
        ("86", "12.0", "made for 86 with CUDA 12.4, stale: 12.0 runs it by JIT only"),
        ("75;86-real", "8.9", None),
        ("90a", "10.0", "made for 90a with CUDA 12.4, stale: nothing for 10.0"),
        ("native", "8.0", None),
        ("native", "12.0", "made with CUDA 12.4, which cannot build for 12.0"),
        ("OFF", "8.6", None),
    ],
)
def test_the_list_is_judged_for_the_gpu(tmp_path: Path, archs: str, capability: str, expected: str | None) -> None:
    found = said(configured(tmp_path / "build", archs), capability)
    assert [message for message, _ in found] == ([expected] if expected else [])


def test_the_step_is_one_command_of_this_cmake(tmp_path: Path) -> None:
    folder = configured(tmp_path / "out of tree", "86-real")
    new = ToolkitFacts("/usr/local/cuda-13.0/bin/nvcc", ToolkitVersion(13, 0), True, "PATH")
    facts = replace(FACTS, cmake=Found(ToolFacts("/usr/bin/cmake", "3.28.1"), "PATH"), toolkits=(new,))
    ((_, command),) = said(folder, facts=facts)
    assert command == (
        f"cmake --fresh -S '/src/my project' -B '{folder}' -DCMAKE_CUDA_ARCHITECTURES=120 "
        f"-DCMAKE_CUDA_COMPILER=/usr/local/cuda-13.0/bin/nvcc && cmake --build '{folder}'"
    )
    old = replace(facts, cmake=Found(ToolFacts("/usr/bin/cmake", "3.22.1"), "PATH"))
    ((_, command),) = said(folder, facts=old)
    assert command.startswith(f"rm -rf '{folder}'/CMakeCache.txt '{folder}'/CMakeFiles && cmake -S ")


def test_what_is_found_in_the_current_folder_only_warns(tmp_path: Path) -> None:
    configured(tmp_path / "build", "86-real")
    for named, severity in ((True, Severity.ERROR), (False, Severity.WARNING)):
        found = judge_folders(build_folders([str(tmp_path)]), (target("12.0"),), FACTS, named=named)
        assert [finding.severity for finding, _ in found] == [severity]


def test_the_release_that_cmake_found_counts_before_the_path(tmp_path: Path) -> None:
    folder = configured(tmp_path / "build", "120-real", "/usr/local/cuda-12.4/bin/nvcc")
    (folder / "CMakeFiles/3.28.1").mkdir(parents=True)
    (folder / "CMakeFiles/3.28.1/CMakeCUDACompiler.cmake").write_text('set(CMAKE_CUDA_COMPILER_VERSION "12.9.41")\n')
    assert said(folder) == []


@pytest.mark.parametrize("data", [b"", b"\xff\x00" * 100, b"CMAKE_BUILD_TYPE:STRING=Release\n"])
def test_a_cache_without_cuda_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "CMakeCache.txt").write_bytes(data)
    assert build_folders([str(tmp_path), str(tmp_path / "missing")]) == ()


FOUR = ("8.0", "8.6", "8.9", "12.0")


def test_the_list_has_every_gpu_that_was_named_and_the_folder_keeps_its_options(tmp_path: Path) -> None:
    folder = configured(tmp_path / "build", "80-real;86-real", "/opt/cuda-13.0/bin/nvcc")
    ((_, step),) = judge_folders(build_folders([str(folder)]), tuple(map(target, FOUR)), FACTS, named=True)
    assert step.command == (
        f"cmake -S '/src/my project' -B {folder} -DCMAKE_CUDA_ARCHITECTURES='80-real;86-real;89-real;120' "
        f"&& cmake --build {folder}"
    )


def test_an_empty_cache_is_given_what_the_old_one_had(tmp_path: Path) -> None:
    folder = configured(tmp_path / "build", "80-real")
    with (folder / "CMakeCache.txt").open("a") as cache:
        cache.write(
            "CMAKE_BUILD_TYPE:STRING=Release\nGGML_CUDA:BOOL=ON\nGGML_CUDA_F16:BOOL=OFF\nUSE_MINE:UNINITIALIZED=a b\n"
            "CMAKE_GENERATOR:INTERNAL=Ninja\nCUDA_PROPAGATE_HOST_FLAGS:BOOL=ON\n"
        )
    ((_, command),) = said(folder)
    given = "-DCMAKE_BUILD_TYPE=Release -DGGML_CUDA=ON '-DUSE_MINE=a b'"
    assert f" -G Ninja -DCMAKE_CUDA_ARCHITECTURES=120 {given} && " in command


def test_the_release_that_is_asked_for_builds_for_all(tmp_path: Path) -> None:
    folder = configured(tmp_path / "build", "61-real")
    for gpus, words in (
        (("6.1", "12.0"), "with CUDA 12.8 to 12.9, and build it"),
        (("8.0", "12.0"), "with CUDA 12.8 or newer, and build it"),
        (("3.0", "12.0"), "with one directory for each group of GPUs: "),
    ):
        ((_, step),) = judge_folders(build_folders([str(folder)]), tuple(map(target, gpus)), FACTS, named=True)
        assert words in step.why


def test_a_folder_that_fits_and_is_not_built_yet_is_no_fault(tmp_path: Path) -> None:
    folder = configured(tmp_path / "build", "120", "/usr/local/cuda-13.0/bin/nvcc")
    ran = inside("doctor", folder, "--gpu", "12.0", "--driver", "580", "--format", "json")
    (finding,) = [each for each in ran.json["findings"] if each["id"] == "no-device-code"]
    assert (ran.code, finding["severity"]) == (3, "note")
    assert finding["message"] == "configured for 120, and nothing is built there yet"
