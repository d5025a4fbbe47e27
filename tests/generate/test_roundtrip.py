"""Generated settings given to the real CMake and the real nvcc: what comes out carries exactly what was promised."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from tests.helpers import toolchain
from tests.helpers.run import ROOT, cudacompat

GGML = ROOT / "tests/projects/ggml"
CUDA = ("--cuda", toolchain.NVCC_RELEASE)


def gpus(*specs: str) -> list[str]:
    return [word for spec in specs for word in ("--gpu", spec)]


def carried(path: Path) -> set[str]:
    """The targets of every module with kernels; each module has to carry the same."""
    modules = [module for artifact in read_paths([str(path)], kernels=True).artifacts for module in artifact.modules]
    of_module = [frozenset(str(e.target) for e in m.entries) for m in modules if any(e.kernels for e in m.entries)]
    assert len(set(of_module)) == 1, of_module
    return set(of_module[0])


def promised(engine: str, *arguments: str) -> set[str]:
    document = cudacompat("generate", engine, *arguments, *CUDA, "--format", "json").json
    return {each["target"] for each in document["arrives"]}


def cmake(source: Path, build: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
    """Configure and build with CMake, by nvcc of the test extra."""
    nvcc, tool = toolchain.require_nvcc(), toolchain.require_cmake()
    ninja = shutil.which("ninja", path=f"{tool.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if ninja is None:
        toolchain.missing("no ninja")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "CMAKE", "NVCC", "SOURCE_DATE"))}
    for command in (
        [tool, "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_CUDA_COMPILER={nvcc}",
         f"-DCMAKE_MAKE_PROGRAM={ninja}", *arguments],
        [tool, "--build", build],
    ):  # fmt: skip
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, timeout=300, env={**clean, **(env or {})}
        )
        assert done.returncode == 0, done.stdout + done.stderr


def sourced(file: Path) -> dict[str, str]:
    """The variables that a shell has after reading the file."""
    script = f"set -a; . {shlex.quote(str(file))}; set +a; env -0"
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env={}, check=True).stdout
    return {k: v for k, _, v in (item.partition("=") for item in printed.split("\0") if item) if k not in ("PWD", "_")}


SETS = [("8.0", "8.6", "8.9", "12.0"), ("9.0",), ("sm_90a", "12.1")]


@pytest.mark.parametrize("specs", SETS)
def test_a_cmake_file_for_ggml(tmp_path: Path, specs: tuple[str, ...]) -> None:
    ran = cudacompat("generate", "whisper.cpp", *gpus(*specs), *CUDA, "--as", "cmake", "-o", tmp_path)
    assert (ran.code, ran.out) == (0, "")
    cmake(GGML, tmp_path / "build", "-C", str(tmp_path / "cudacompat-architectures.cmake"))
    got = carried(tmp_path / "build/src/ggml-cuda/libggml-cuda.so")
    assert got == promised("whisper.cpp", *gpus(*specs))
    checked = cudacompat("check", tmp_path / "build", *gpus(*specs), "--require", "native")
    assert checked.code == 0, checked.out


def test_the_environment_for_ggml_in_a_build_without_a_gpu(tmp_path: Path) -> None:
    specs = ("8.6", "12.0")
    assert cudacompat("generate", "whisper.cpp", *gpus(*specs), *CUDA, "--as", "env", "-o", tmp_path).code == 0
    variables = sourced(tmp_path / "cudacompat.env")
    assert set(variables) == {"CUDAARCHS"}
    cmake(GGML, tmp_path / "build", "-DGGML_CUDA=ON", env=variables)
    assert carried(tmp_path / "build/src/ggml-cuda/libggml-cuda.so") == promised("whisper.cpp", *gpus(*specs))


def test_nobody_sets_an_architecture_and_the_check_says_so(tmp_path: Path) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU: -arch=native finds it")
    cmake(GGML, tmp_path / "build", "-DGGML_CUDA=ON")
    library = tmp_path / "build/src/ggml-cuda/libggml-cuda.so"
    assert carried(library) == {"sm_75", "compute_75"}
    ran = cudacompat("check", library, "--gpu", "RTX 5070 Ti", "--driver", "615")
    assert ran.code == 1
    assert "error[default-target-only]" in ran.out


def test_a_toolchain_file_serves_a_build_script_that_hands_it_on(tmp_path: Path) -> None:
    specs = ("8.0", "12.0")
    assert cudacompat("generate", "whisper-rs", *gpus(*specs), *CUDA, "--as", "cmake", "-o", tmp_path).code == 0
    file = tmp_path / "cudacompat-architectures.cmake"
    cmake(GGML, tmp_path / "build", "-DGGML_CUDA=ON", f"-DCMAKE_TOOLCHAIN_FILE={file}")
    assert carried(tmp_path / "build/src/ggml-cuda/libggml-cuda.so") == promised("whisper-rs", *gpus(*specs))


SOURCE = "__global__ void scale(float *x) { x[threadIdx.x] *= 2.0f; }\n"


@pytest.mark.parametrize("engine", ["nvcc", "cmake"])
@pytest.mark.parametrize("specs", [("7.5",), ("8.0", "8.6", "12.0"), ("sm_100f", "sm_90a"), ("12.0", "9.0", "10.3")])
def test_flags_for_nvcc(tmp_path: Path, engine: str, specs: tuple[str, ...]) -> None:
    printed = cudacompat("generate", engine, *gpus(*specs), *CUDA, "--as", "nvcc").out
    library = toolchain.nvcc(tmp_path, SOURCE, *printed.split(), "-fatbin", out="unit.fatbin")
    assert carried(library) == promised(engine, *gpus(*specs))


def test_flags_without_ptx(tmp_path: Path) -> None:
    printed = cudacompat("generate", "nvcc", *gpus("8.0", "12.0"), "--no-ptx", *CUDA, "--as", "nvcc").out
    library = toolchain.nvcc(tmp_path, SOURCE, *printed.split(), "-fatbin", out="unit.fatbin")
    assert carried(library) == {"sm_80", "sm_120"}


def test_the_environment_for_nvcc(tmp_path: Path) -> None:
    assert cudacompat("generate", "nvcc", *gpus("8.9", "12.0"), *CUDA, "--as", "env", "-o", tmp_path).code == 0
    variables = sourced(tmp_path / "cudacompat.env")
    (tmp_path / "unit.cu").write_text(SOURCE)
    subprocess.run(
        [str(toolchain.require_nvcc()), "-fatbin", "unit.cu", "-o", "unit.fatbin"],
        cwd=tmp_path,
        check=True,
        env={"PATH": os.environ["PATH"], **variables},
    )
    assert carried(tmp_path / "unit.fatbin") == promised("nvcc", *gpus("8.9", "12.0"))


def test_a_plain_cmake_project(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/unit.cu").write_text(SOURCE)
    (tmp_path / "src/CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.18)\nproject(unit LANGUAGES CXX CUDA)\nadd_library(unit SHARED unit.cu)\n"
    )
    specs = ("8.0", "sm_120f")
    assert cudacompat("generate", "cmake", *gpus(*specs), *CUDA, "--as", "cmake", "-o", tmp_path).code == 0
    cmake(tmp_path / "src", tmp_path / "build", "-C", str(tmp_path / "cudacompat-architectures.cmake"))
    assert carried(tmp_path / "build/libunit.so") == promised("cmake", *gpus(*specs))
