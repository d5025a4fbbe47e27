"""CUDA's own libraries by the names that programs ask the loader for, and the packages that bring each.

A name says the library and its ABI (`libcublas.so.13`); which major CUDA release it belongs to follows from that for
some, and for the others (`libcurand.so.10`, `libcudnn.so.9`) from what the program asks for beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_NAME = re.compile(r"lib(?P<stem>[A-Za-z]\w*?)\.so\.(?P<abi>\d+(?:\.\d+)*)")
_FIRST_WITHOUT_SUFFIX = 13  # the major release from which the names of the toolkit's wheels have no -cuNN
_IN_NAME = re.compile(r"(?:-|_)cu(?:da)?(\d\d)x?(?:-|$)")  # nvidia-cublas-cu12, cupy-cuda12x, jax-cuda13-plugin


@dataclass(frozen=True, slots=True)
class CudaLibrary:
    """One library: `stem` is a regular expression of its names without `lib` and `.so`, `abi` the number behind `.so.`
    in each major CUDA release, `wheels` the distributions of pip's index that bring it, by that release, and `conda`
    its name in conda-forge."""

    stem: str
    abi: dict[int, tuple[str, ...]]
    wheels: dict[int, str]
    conda: str


def toolkit_wheel(name: str, cuda: int) -> str:
    """Return the name of a wheel of the toolkit in a major CUDA release: from 13 on it has no suffix."""
    return name if cuda >= _FIRST_WITHOUT_SUFFIX else f"{name}-cu{cuda}"


def _toolkit(stem: str, wheel: str, conda: str, *, abi: dict[int, tuple[str, ...]] | None = None) -> CudaLibrary:
    """One that the toolkit brings."""
    numbers = abi or {11: ("11",), 12: ("12",), 13: ("13",)}
    return CudaLibrary(stem, numbers, {each: toolkit_wheel(wheel, each) for each in numbers}, conda=conda)


def _beside(stem: str, wheel: str, conda: str, *abis: str, since: int = 11) -> CudaLibrary:
    """One that is released beside the toolkit: its wheel has the suffix in every release, its ABI is its own."""
    majors = [each for each in (11, 12, 13) if each >= since]
    return CudaLibrary(stem, dict.fromkeys(majors, abis), {each: f"{wheel}-cu{each}" for each in majors}, conda=conda)


# Wheels and their versions: pypi.org/project/cuda-toolkit, its extras of 11.8.0 to 13.5.0. The numbers behind .so.: the
# files of those wheels, and the DT_NEEDED entries of the wheels of torch 2.0 to 2.13, onnxruntime-gpu 1.31.1,
# bitsandbytes 0.50.2 and cupy 14.2.0. Names in conda-forge: the feedstocks of that name.
LIBRARIES: tuple[CudaLibrary, ...] = (
    _toolkit("cudart", "nvidia-cuda-runtime", "cuda-cudart", abi={11: ("11.0",), 12: ("12",), 13: ("13",)}),
    _toolkit("(?:cublas|cublasLt|nvblas)", "nvidia-cublas", "libcublas"),
    _toolkit("(?:cufft|cufftw)", "nvidia-cufft", "libcufft", abi={11: ("10",), 12: ("11",), 13: ("12",)}),
    _toolkit("curand", "nvidia-curand", "libcurand", abi={11: ("10",), 12: ("10",), 13: ("10",)}),
    _toolkit("(?:cusolver|cusolverMg)", "nvidia-cusolver", "libcusolver", abi={11: ("11",), 12: ("11",), 13: ("12",)}),
    _toolkit("cusparse", "nvidia-cusparse", "libcusparse", abi={11: ("11",), 12: ("12",), 13: ("12",)}),
    _toolkit("nvrtc", "nvidia-cuda-nvrtc", "cuda-nvrtc", abi={11: ("11.2",), 12: ("12",), 13: ("13",)}),
    # CUDA 12 has it in the wheel of nvcc, as libnvvm.so
    CudaLibrary(
        "nvvm", {12: ("4",), 13: ("4",)}, {12: "nvidia-cuda-nvcc-cu12", 13: "nvidia-nvvm"}, conda="cuda-nvvm-impl"
    ),
    _toolkit("nvJitLink", "nvidia-nvjitlink", "libnvjitlink", abi={12: ("12",), 13: ("13",)}),
    _toolkit("cupti", "nvidia-cuda-cupti", "cuda-cupti", abi={11: ("11.8", "11.7"), 12: ("12",), 13: ("13",)}),
    _toolkit("nvToolsExt", "nvidia-nvtx", "cuda-nvtx", abi={11: ("1",), 12: ("1",)}),
    _toolkit("npp[a-z]+", "nvidia-npp", "libnpp"),
    _toolkit("nvjpeg", "nvidia-nvjpeg", "libnvjpeg"),
    _toolkit("cufile", "nvidia-cufile", "libcufile", abi={12: ("0",), 13: ("0",)}),
    _beside(r"cudnn(?:_\w+)?", "nvidia-cudnn", "cudnn", "8", "9"),
    _beside("nccl", "nvidia-nccl", "nccl", "2"),
    _beside("cusparseLt", "nvidia-cusparselt", "cusparselt", "0", since=12),
    _beside("nvshmem_host", "nvidia-nvshmem", "libnvshmem3", "3", since=12),
    _beside("(?:cutensor|cutensorMg)", "cutensor", "cutensor", "2"),
    _beside("cudss", "nvidia-cudss", "libcudss", "0", since=12),
)
# Those of the toolkit that math programs call, of one release together.
MATH_LIBRARIES = tuple(f"nvidia-{name}" for name in ("cublas", "cufft", "curand", "cusolver", "cusparse", "nvjitlink"))
# where the wheel's version does not begin with the number behind .so.
_VERSIONS = {
    "nvidia-nvtx": "",
    "nvidia-cufile": "1",
    "nvidia-cusparselt": "0",
    "nvidia-cudss": "",
    "nvidia-cuda-nvcc": "12",
    "nvidia-nvvm": "13",
}


# Of pip: requirements of the wheels that were read; a framework names the release of each that it was built with. Of
# conda-forge and of NVIDIA's repositories for Debian: the names above, and those of their parts.
_WHEELS = ("nvidia-", "cuda-")
_PACKAGES = ("nvidia_", "libcu", "libnccl", "libnv", "libnpp")


# What asks for some of the toolkit's wheels together: `cuda-toolkit[cublas,cudart]==13.2.2`, also `(==13.2.2)`; not
# `cuda-toolkit==13.2.2`, which asks for none.
_OF_TOOLKIT = re.compile(r"cuda-toolkit\s*\[([\w\s,-]{1,400})\]\s*\(?\s*==\s*(\d{1,3})(?:\.(\d{1,3}))?")
_RUNTIME = "cudart"  # the only extra that is no part of the wheel's name


def wheels_of_toolkit(requirement: str) -> tuple[tuple[str, str], ...]:
    """Return the wheels with libraries that a requirement of `cuda-toolkit` asks for by its extras, each with the
    toolkit's release (`13.2`); none for any other requirement."""
    found = _OF_TOOLKIT.match(requirement)
    if found is None:
        return ()
    extras = {each.strip().lower().replace(_RUNTIME, "runtime") for each in found[1].split(",")}
    major, minor = int(found[2]), found[3] or "*"
    wheels = (each.wheels[major] for each in LIBRARIES if major in each.wheels)
    return tuple((name, f"{major}.{minor}") for name in wheels if _extra_of(name) in extras)


def _extra_of(wheel: str) -> str:
    return re.sub(r"-cu\d+$", "", wheel).removeprefix("nvidia-").removeprefix("cuda-")


def cuda_in_name(package: str) -> int | None:
    """Return the major CUDA release that a package's name holds (`nvidia-cublas-cu12`, `cupy-cuda12x`)."""
    match = _IN_NAME.search(package)
    return int(match[1]) if match is not None else None


def is_of_math(requirement: str) -> bool:
    """Return True for a requirement of one of the toolkit's libraries that math programs call."""
    return re.split(r"-cu\d|[=<>]", requirement, maxsplit=1)[0] in MATH_LIBRARIES


def is_vendors_wheel(package: str) -> bool:
    """Return True for NVIDIA's own libraries on a package index, by the package's normalised name."""
    return package.startswith(_WHEELS)


def is_vendors(package: str) -> bool:
    """Return True for a package of NVIDIA's own libraries, which others bring along and call, of pip, conda or Debian,
    by its name as it is installed."""
    return package.lower().startswith((*_WHEELS, *_PACKAGES))


@dataclass(frozen=True, slots=True)
class Named:
    """A library that a name means, and the major CUDA releases whose programs ask for it by that name."""

    library: CudaLibrary
    abi: str
    majors: tuple[int, ...]


@lru_cache(maxsize=4096)
def library_named(name: str) -> Named | None:
    """Return what a name such as `libcublas.so.13` means; `None` for any that is no library of CUDA's, the driver's
    among them."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    for each in LIBRARIES:
        if re.fullmatch(each.stem, found["stem"]):
            majors = tuple(major for major, abis in each.abi.items() if found["abi"] in abis)
            return Named(each, found["abi"], majors) if majors else None
    return None


def is_library_file(path: str) -> bool:
    """Return True for a file with the name of one of these libraries, of whatever version (`libcublas.so.13.1.0.3`)."""
    found = _NAME.fullmatch(path.rpartition("/")[2])
    return found is not None and any(re.fullmatch(each.stem, found["stem"]) for each in LIBRARIES)


def release_asked_for(names: Iterable[str]) -> int | None:
    """Return the major CUDA release that these names mean together; `None` where they leave it open."""
    means = [named.majors for name in names if (named := library_named(name)) is not None]
    sure = {majors[0] for majors in means if len(majors) == 1}
    return max(sure) if sure else None


def requirement(name: str, cuda: int) -> str | None:
    """Return what pip installs for a library (`nvidia-cublas==13.*`), by its name and the major CUDA release; `None`
    where no wheel brings it."""
    named = library_named(name)
    wheel = named.library.wheels.get(cuda) if named is not None else None
    if named is None or wheel is None or cuda not in named.majors:
        return None
    number = _VERSIONS.get(re.sub(r"-cu\d+$", "", wheel), named.abi.partition(".")[0])
    return f"{wheel}=={number}.*" if number else wheel


def requirement_in(name: str, cuda: int) -> str | None:
    """Return what pip installs for the library that a name means, in another major CUDA release than the name's
    (`libcublas.so.13` in 12: `nvidia-cublas-cu12==12.*`); `None` where no wheel brings it there."""
    named = library_named(name)
    if named is None or cuda not in named.library.abi:
        return None
    abis = named.library.abi[cuda]
    return requirement(f"{name.partition('.so.')[0]}.so.{named.abi if named.abi in abis else abis[-1]}", cuda)


def release_of_wheel(package: str) -> int | None:
    """Return the major CUDA release of a wheel that brings such libraries; `None` for any other package."""
    every = (pair for row in LIBRARIES for pair in row.wheels.items())
    return next((major for major, wheel in every if wheel == package), None)


def conda_package(name: str, cuda: int) -> str | None:
    """Return the package of conda-forge that brings a library, by its name and the major CUDA release."""
    named = library_named(name)
    return named.library.conda if named is not None and cuda in named.majors else None
