"""On a real GPU: `verify --load` over recorded files, `verify` over runs whose answer is known; else skipped."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cudacompat.domain.host import Found
from cudacompat.host import libcuda
from tests.run import ROOT, cudacompat
from tests.toolchain import missing

pytestmark = pytest.mark.gpu
DATA = Path(__file__).parent / "data" / "h200"


@pytest.fixture(scope="module", autouse=True)
def number() -> int:
    """The compute capability of the first GPU, as in sm_90."""
    found = libcuda.gpus()
    if not isinstance(found, Found):
        pytest.skip(f"no GPU here (tried {'; '.join(found.tried)})")
    return found.value[0].capability.number


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, number: int) -> Path:
    """The engine of tools/hardware with the GPU's own code, and with PTX only."""
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        missing("no nvcc of the driver's own release on PATH")
    folder = tmp_path_factory.mktemp("engine")
    source = ROOT / "tools/hardware/engine.cu"
    for name, flags in (
        ("native", [f"-arch=sm_{number}"]),
        ("ptx", ["-gencode", "arch=compute_75,code=compute_75"]),
    ):
        subprocess.run([nvcc, "-std=c++17", *flags, str(source), "-o", str(folder / name)], check=True)
    return folder


def test_the_driver_agrees_on_every_file_that_was_recorded(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "cases.zip") as archive:
        for name in archive.namelist():
            if name.startswith(("sass-", "ptx-only/", "ptx-isa/", "compression/")):
                archive.extract(name, tmp_path)
    ran = cudacompat("verify", "--load", tmp_path, "--format", "json", "--exit-zero")
    loads = ran.json["loads"]
    assert len(loads) > 20
    assert sum(load["agreement"]["disagrees"] for load in loads) == 0
    assert sum(load["agreement"]["agrees"] for load in loads) > 20


@pytest.mark.parametrize(
    ("build", "options", "environment", "verdict", "code"),
    [
        ("native", ("--expect", "native"), {}, "gpu", 0),
        ("native", ("--expect", "native", "--cold"), {}, "gpu", 0),
        ("ptx", ("--cold",), {}, "gpu-jit", 1),
        ("ptx", (), {"CUDA_CACHE_DISABLE": "1"}, "gpu-jit", 1),
        ("native", (), {"CUDA_VISIBLE_DEVICES": ""}, "cpu-fallback", 1),
        ("native", ("--min-gpu-memory", "10T"), {}, "gpu", 1),
    ],
)
def test_a_run(
    builds: Path, build: str, options: tuple[str, ...], environment: dict[str, str], verdict: str, code: int
) -> None:
    ran = cudacompat("verify", "--format", "json", *options, "--", builds / build, "1.5", env=environment)
    assert (ran.json["verdict"], ran.code) == (verdict, code), ran.json["why"]


def test_code_out_of_a_warm_cache(builds: Path, tmp_path: Path) -> None:
    cache = {"CUDA_CACHE_PATH": str(tmp_path)}
    first = cudacompat("verify", "--format", "json", "--", builds / "ptx", "1", env=cache)
    again = cudacompat("verify", "--format", "json", "--", builds / "ptx", "1", env=cache)
    assert [ran.json["verdict"] for ran in (first, again)] == ["gpu-jit", "gpu-jit"]
    assert first.json["run"]["ptx_compiler"] is True
    assert again.json["run"]["ptx_compiler"] is False


def test_a_context_without_work() -> None:
    code = (
        "import ctypes, time\n"
        "cuda, device, context = ctypes.CDLL('libcuda.so.1'), ctypes.c_int(), ctypes.c_void_p()\n"
        "cuda.cuInit(0), cuda.cuDeviceGet(ctypes.byref(device), 0)\n"
        "cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device)\n"
        "time.sleep(2)\n"
    )
    ran = cudacompat("verify", "--format", "json", "--", sys.executable, "-c", code)
    assert (ran.json["verdict"], ran.code) == ("undecided", 4), json.dumps(ran.json["evidence"])
