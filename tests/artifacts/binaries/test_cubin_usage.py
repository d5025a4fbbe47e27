"""Registers and shared memory of kernels, beside what cuobjdump prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cudacompat.artifacts.binaries.cubin_usage import kernel_usage
from tests.helpers import toolchain
from tests.helpers.run import inside

SOURCE = """
__global__ void small(int *p) { *p = 1; }
template <int N> __global__ void wide(float *p) {
  __shared__ float s[N];
  float a[32];
  for (int i = 0; i < 32; ++i) a[i] = p[i * N];
  s[threadIdx.x] = a[threadIdx.x & 31];
  __syncthreads();
  for (int i = 0; i < 32; ++i) p[i * N] = a[i] * s[(threadIdx.x + i) % N];
}
template __global__ void wide<256>(float *);
template __global__ void wide<64>(float *);
"""


def theirs(cubin: Path) -> dict[str, tuple[int, int]]:
    said = toolchain.run(toolchain.require_cuobjdump(), "-res-usage", cubin)
    found = re.findall(r"Function (\S+):\s+REG:(\d+) STACK:\d+ SHARED:(\d+)", said)
    return {name: (int(registers), int(shared)) for name, registers, shared in found}


@pytest.mark.parametrize("target", ["75", "80", "90", "90a", "100", "120"])
def test_as_cuobjdump_has_them(tmp_path: Path, target: str) -> None:
    cubin = toolchain.nvcc(tmp_path, SOURCE, "-cubin", f"-arch=sm_{target}", out="unit.cubin")
    data = cubin.read_bytes()
    ours = {name: tuple(usage) for name, usage in kernel_usage(data, 0, len(data)).items()}
    assert len(ours) == 3
    assert ours == theirs(cubin)


@pytest.mark.parametrize("release", ["11.8", "12.8"])
def test_older_cubins(tmp_path: Path, release: str) -> None:
    data = toolchain.ptxas(tmp_path, release, toolchain.ptx_text("7.0", "70"), "70")
    ours = {name: tuple(usage) for name, usage in kernel_usage(data, 0, len(data)).items()}
    assert ours == theirs(tmp_path / "out.cubin")
    assert set(ours) == {"k1", "k2"}


def test_broken_ones_say_nothing(tmp_path: Path) -> None:
    data = toolchain.nvcc(tmp_path, SOURCE, "-cubin", "-arch=sm_80", out="unit.cubin").read_bytes()
    for cut in range(0, len(data), 97):
        assert set(kernel_usage(data[:cut], 0, cut)) <= {"_Z5smallPi", "_Z4wideILi256EEvPf", "_Z4wideILi64EEvPf"}
    assert kernel_usage(b"", 0, 0) == {}


def test_inspect_shows_names_registers_and_what_was_recorded(tmp_path: Path) -> None:
    flags = ("-fatbin", "-lineinfo", "-gencode=arch=compute_80,code=[sm_80,compute_80]")
    fatbin = toolchain.nvcc(tmp_path, SOURCE, *flags, "-gencode=arch=compute_90,code=sm_90", out="unit.fatbin")
    ran = inside("inspect", "--kernels", fatbin)
    assert "void wide<256>(float*)" in ran.out
    assert re.search(r"sm_80: \d+ registers, 1.0 kB shared", ran.out)
    assert "source   unit.cu" in ran.out
    assert "--generate-line-info" in ran.out
    document = inside("inspect", "--kernels", fatbin, "--format", "json").json
    assert document["demangled"]["_Z5smallPi"] == "small(int*)"
    (module,) = document["artifacts"][0]["modules"]
    assert {entry["source"] for entry in module["entries"]} == {"unit.cu"}
    debug = toolchain.nvcc(tmp_path, SOURCE, "-fatbin", "-G", "-arch=sm_80", out="debug.fatbin")
    assert "built for the debugger (-G): compute_80 sm_80" in inside("inspect", debug).out
