"""On a real GPU: `verify --load` over recorded files, `verify` over runs whose answer is known; else skipped."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import Found
from cudacompat.host.gpus import libcuda
from cudacompat.host.programs.process import run as run_program
from tests.helpers.run import ROOT, Ran, cudacompat
from tests.helpers.toolchain import missing

pytestmark = pytest.mark.gpu
DATA = Path(__file__).parents[1] / "data" / "h200"


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
        ("both", [f"-gencode=arch=compute_{number},code=sm_{number}", "-gencode=arch=compute_75,code=compute_75"]),
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
        ("both", ("--expect", "native"), {}, "gpu", 0),
        ("both", ("--cold",), {"CUDA_FORCE_PTX_JIT": "1"}, "gpu-jit", 1),
        ("ptx", (), {"CUDA_DISABLE_PTX_JIT": "1"}, "failed", 5),
        ("native", (), {"CUDA_VISIBLE_DEVICES": "-1"}, "cpu-fallback", 1),
        ("native", ("--min-gpu-memory", "64M"), {}, "gpu", 0),
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


def in_a_namespace(*namespaces: str) -> tuple[str, ...]:
    """What runs a command in namespaces of its own; skipped where that is not allowed."""
    around = ("unshare", *namespaces)
    if shutil.which("unshare") is None or subprocess.run([*around, "true"], capture_output=True).returncode:
        pytest.skip(f"{' '.join(around)} is not allowed here")
    return around


def verify_around(around: tuple[str, ...], *arguments: str | Path) -> Ran:
    command = [*around, sys.executable, "-m", "cudacompat", "verify", "--format", "json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(("build", "verdict", "code"), [("native", "gpu", 0), ("ptx", "gpu-jit", 1)])
def test_process_numbers_of_its_own(builds: Path, build: str, verdict: str, code: int) -> None:
    """As in a container: NVML lists processes by other numbers, or none."""
    around = in_a_namespace("--pid", "--fork", "--mount-proc")
    ran = verify_around(around, "--cold", "--", builds / build, "1.5")
    assert (ran.json["verdict"], ran.code) == (verdict, code), json.dumps(ran.json["evidence"])


def test_without_the_drivers_library(builds: Path) -> None:
    around = in_a_namespace("--mount")
    maps = "import ctypes; ctypes.CDLL('libcuda.so.1'); print(open('/proc/self/maps').read())"
    text = run_program([sys.executable, "-c", maps]).stdout
    library = next(line.split()[-1] for line in text.splitlines() if "/libcuda.so" in line)
    hide = ("sh", "-c", f'mount --bind /dev/null {shlex.quote(library)} && exec "$@"', "sh")
    ran = verify_around((*around, *hide), "--", builds / "native", "1")
    assert (ran.json["verdict"], ran.code) == ("cpu-fallback", 1), json.dumps(ran.json["evidence"])
    assert ran.json["run"]["libcuda"] is False


def test_a_server_that_becomes_healthy(builds: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = f'"$0" 60 & exec "$1" -m http.server {port} --bind 127.0.0.1'
    command = ("sh", "-c", server, builds / "native", sys.executable)
    options = ("--expect", "native", "--health", f"http://127.0.0.1:{port}/", "--timeout", "60")
    ran = cudacompat("verify", "--format", "json", *options, "--", *command)
    assert (ran.json["verdict"], ran.code) == ("gpu", 0), json.dumps(ran.json["evidence"])
    assert ran.json["run"]["ended"] == "stopped"


@pytest.mark.parametrize("device", [0, 1])
def test_each_of_two_gpus(builds: Path, device: int) -> None:
    found = libcuda.gpus()
    if not isinstance(found, Found) or len(found.value) < 2:
        pytest.skip("there is one GPU here")
    environment = {"CUDA_VISIBLE_DEVICES": str(device), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    ran = cudacompat("verify", "--format", "json", "--", builds / "native", "1.5", env=environment)
    assert [each["index"] for each in ran.json["devices"] if each["used"]] == [device]


def test_bench_of_one_program(builds: Path) -> None:
    options = ("--runs", "1", "--first", "first result", "--rate", r"([0-9.]+) items per second")
    ran = cudacompat("bench", "--format", "json", *options, "--", builds / "both", "0.5")
    variants = {each["name"]: each for each in ran.json["variants"]}
    used = {name: [run["used"] for run in each["runs"]] for name, each in variants.items()}
    assert used == {"native": ["gpu"], "jit-cold": ["gpu-jit"], "jit-warm": ["gpu-jit"], "cpu": ["cpu-fallback"]}
    assert ran.code == 0, [each["note"] or each["failed"] for each in variants.values()]
    first = {name: each["first_seconds"]["median"] for name, each in variants.items()}
    assert first["native"] < first["jit-cold"]
    assert variants["cpu"]["to_native"]["per_second"]["median"] < 1
