"""Bare cubins of real compilers: target, suffix, toolkit, kernels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchSuffix
from tests.helpers import toolchain

RELEASE, ISA = toolchain.NVCC_RELEASE, toolchain.NVCC_ISA
CASES = [
    *(("11.8", "7.8", target) for target in ("35", "50", "61", "75", "80", "86", "87", "89", "90")),
    *(("12.4", "8.4", target) for target in ("52", "80", "90", "90a")),
    *(("12.8", "8.7", target) for target in ("70", "89", "90", "90a", "100", "100a", "101a", "120", "120a")),
    *(("13.0", "9.0", target) for target in ("75", "90", "90a", "100", "100a", "100f", "110f", "121a")),
    *((RELEASE, ISA, target) for target in ("80", "90", "90a", "100", "100a", "100f", "103f", "120", "121a")),
]


def read_one(path: Path, *, kernels: bool = True) -> DeviceModule:
    result = read_paths([str(path)], kernels=kernels)
    assert result.not_read == ()
    (artifact,) = result.artifacts
    (module,) = artifact.modules
    assert (artifact.format, artifact.linked) == ("cubin", False)
    return module


def entry_of(folder: Path, data: bytes) -> FatbinEntry:
    path = folder / "bare"
    path.write_bytes(data)
    (entry,) = read_one(path).entries
    return entry


@pytest.mark.parametrize(("release", "isa", "target"), CASES)
def test_target_toolkit_and_kernels(tmp_path: Path, release: str, isa: str, target: str) -> None:
    cubin = toolchain.ptxas(tmp_path, release, toolchain.ptx_text(isa, target), target)
    entry = entry_of(tmp_path, cubin)
    assert str(entry.target) == f"sm_{target}"
    assert str(entry.toolkit) == release
    assert set(entry.kernels or ()) == {"k1", "k2"}
    assert (entry.size, entry.uncompressed_size) == (len(cubin), None)


def test_a_cubin_that_does_not_tell_its_suffix(tmp_path: Path) -> None:
    cubin = toolchain.ptxas(tmp_path, RELEASE, toolchain.ptx_text(ISA, "100f"), "100f")
    silent = cubin.replace(b"-arch sm_100f", b"-xxxx sm_100f")
    entry = entry_of(tmp_path, silent)
    assert entry.target is not None
    assert (entry.target.number, entry.target.suffix) == (100, ArchSuffix.UNREADABLE)


def test_below_90_there_is_no_suffix_to_be_unsure_of(tmp_path: Path) -> None:
    cubin = toolchain.ptxas(tmp_path, RELEASE, toolchain.ptx_text(ISA, "89"), "89")
    entry = entry_of(tmp_path, cubin.replace(b"-arch sm_89", b"-xxxx sm_89"))
    assert str(entry.target) == "sm_89"


@pytest.mark.parametrize("target", ["sm_90", "sm_90a", "sm_100", "sm_100a", "sm_120"])
def test_cubins_of_nvrtc(tmp_path: Path, target: str) -> None:
    cubin = toolchain.nvrtc('extern "C" __global__ void k(int *p) { *p = 1; }', f"-arch={target}")
    entry = entry_of(tmp_path, cubin)
    assert (str(entry.target), str(entry.toolkit), entry.kernels) == (target, "12.8", ("k",))


@pytest.mark.parametrize("release", ["11.8", "12.8", RELEASE])
def test_a_relocatable_cubin_tells_what_it_lacks(tmp_path: Path, release: str) -> None:
    """The driver loads it like any other as long as it lacks nothing (tests/data/h200)."""
    text = toolchain.ptx_text({"11.8": "7.8", "12.8": "8.7", RELEASE: ISA}[release], "80")
    calling = text.replace(".visible", ".extern .func helper;\n.extern .func malloc;\n.visible", 1)
    calling = calling.replace("ret;", "call helper;\ncall malloc;\nret;", 1)
    path = tmp_path / "bare"
    for source, flags, lacks in ((text, ("-c",), ()), (text, (), ()), (calling, ("-c",), ("helper",))):
        path.write_bytes(toolchain.ptxas(tmp_path, release, source, "80", *flags))
        module = read_one(path)
        assert (module.registration, module.bare) == (Registration.REGISTERED, True)
        assert module.entries[0].unresolved == lacks
    assert read_one(path, kernels=False).entries[0].unresolved == ()


def test_what_a_relocatable_cubin_lacks_and_what_only_looks_so(tmp_path: Path) -> None:
    source = """extern "C" __device__ int f(int);
        extern __device__ int variable;
        extern __constant__ int constant;
        extern __shared__ int pool[];
        extern "C" __global__ void k(int *p) { pool[0] = *p; *p = pool[p[1]] + f(3) + variable + constant; }"""
    entry = entry_of(tmp_path, toolchain.nvrtc(source, "-arch=sm_90", "-rdc=true"))
    assert set(entry.unresolved) == {"f", "variable", "constant"}


def test_what_the_driver_brings_along_is_not_lacking(tmp_path: Path) -> None:
    source = 'extern "C" __global__ void k(int *p) { printf("%d", *p); free(malloc(8)); }'
    assert entry_of(tmp_path, toolchain.nvrtc(source, "-arch=sm_90")).unresolved == ()
    # but a relocatable one that prints is refused by the driver unless it is linked (measured)
    assert entry_of(tmp_path, toolchain.nvrtc(source, "-arch=sm_90", "-rdc=true")).unresolved == ("vprintf",)


def test_what_nvlink_links_keeps_its_target(tmp_path: Path) -> None:
    source = "__device__ int f(int); __global__ void k(int *p) { *p = f(*p); } __device__ int f(int x) { return x; }"
    path = toolchain.nvcc(tmp_path, source, "-arch=sm_100f", "-rdc=true", "-dlink", "-cubin", out="linked.cubin")
    (entry,) = read_one(path).entries
    assert (str(entry.target), entry.kernels) == ("sm_100f", ("_Z1kPi",))


def test_no_kernel_is_an_empty_list_and_device_functions_are_none(tmp_path: Path) -> None:
    path = toolchain.nvcc(
        tmp_path, "__device__ int f(int x) { return x; }", "-arch=sm_90", "-rdc=true", "-cubin", out="c"
    )
    (entry,) = read_one(path).entries
    assert entry.kernels == ()
    (entry,) = read_one(path, kernels=False).entries
    assert (entry.kernels, entry.kernels_why) == (None, None)


@pytest.mark.parametrize("target", ["sm_80", "sm_90a", "sm_120"])
def test_the_same_kernels_as_cuobjdump(tmp_path: Path, target: str) -> None:
    source = "".join(f"template <int N> __global__ void t{n}(float *p) {{ p[N] = {n}; }}\n" for n in range(5))
    source += "".join(f"template __global__ void t{n}<{n}>(float *);\n" for n in range(5))
    source += "__global__ void launch(float *p) { t0<0><<<1, 1>>>(p); }"
    path = toolchain.nvcc(tmp_path, source, f"-arch={target}", "-cubin", "-rdc=true", out="c")
    said = toolchain.run(toolchain.require_cuobjdump(), "-res-usage", path)
    (entry,) = read_one(path).entries
    assert set(entry.kernels or ()) == set(re.findall(r"Function (\w+):", said))
