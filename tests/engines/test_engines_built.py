"""The catalogue's settings given to the real build systems of projects shaped like the engines: what comes out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from tests.generate.test_roundtrip import CUDA, carried, gpus, promised
from tests.helpers import toolchain
from tests.helpers.run import ROOT, cudacompat

CTRANSLATE2 = ROOT / "tests/projects/ctranslate2"


def find_cuda(build: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Configure the project shaped like CTranslate2, by CMake's FindCUDA module."""
    nvcc, cmake = toolchain.require_nvcc(), toolchain.require_cmake()
    if shutil.which("ninja", path=f"{cmake.parent}{os.pathsep}{os.environ['PATH']}") is None:
        toolchain.missing("no ninja")
    root = nvcc.parent.parent
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "CMAKE", "NVCC"))}
    return subprocess.run(
        [
            cmake, "-S", CTRANSLATE2, "-B", build, "-G", "Ninja", f"-DCUDA_TOOLKIT_ROOT_DIR={root}",
            f"-DCUDA_CUDART_LIBRARY={root / 'lib/libcudart_static.a'}", *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=300,
        env={**environment, "PATH": f"{cmake.parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "specs",
    [("8.6", "12.0"), ("12.0",), ("sm_90a", "7.5"), ("sm_120f", "9.0")],
)
def test_ctranslate2s_two_lists(tmp_path: Path, specs: tuple[str, ...]) -> None:
    """One-digit majors by CUDA_ARCH_LIST, the rest by CUDA_NVCC_FLAGS, and nothing that nobody asked for."""
    made = cudacompat("generate", "ctranslate2", *gpus(*specs), *CUDA, "--as", "cmake", "-o", tmp_path)
    assert made.code == 0, made.err
    done = find_cuda(tmp_path / "build", "-C", str(tmp_path / "cudacompat-architectures.cmake"))
    assert done.returncode == 0, done.stdout + done.stderr
    (unit,) = cuda_units(tmp_path / "build") or ()
    assert Path(unit.source).name == "bias_add.cu"
    assert {str(target) for target in unit.request.images} == promised("ctranslate2", *gpus(*specs))
    toolchain.run(toolchain.require_cmake(), "--build", tmp_path / "build")
    assert carried(tmp_path / "build/libctranslate2.so") == promised("ctranslate2", *gpus(*specs))


@pytest.mark.parametrize("given", ["12.0", "120", "9.0a"])
def test_what_findcuda_does_not_know_stops_the_build(tmp_path: Path, given: str) -> None:
    done = find_cuda(tmp_path / "build", "-DWITH_CUDA=ON", f"-DCUDA_ARCH_LIST={given}")
    assert done.returncode != 0
    assert f"Unknown CUDA Architecture Name {given}" in done.stderr


@pytest.mark.parametrize("given", [(), ("-DCUDA_ARCH_LIST=",)])
def test_an_empty_list_means_auto_and_without_a_gpu_every_common_target(tmp_path: Path, given: tuple[str, ...]) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU: Auto finds it")
    done = find_cuda(tmp_path / "build", "-DWITH_CUDA=ON", *given)
    assert done.returncode == 0, done.stderr
    assert "arch=compute_53,code=sm_53" in done.stdout
    assert "arch=compute_86,code=compute_86" in done.stdout
    assert "sm_89" not in done.stdout
