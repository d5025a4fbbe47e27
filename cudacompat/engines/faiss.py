"""faiss with its GPU indexes: a CMake project that leaves the list to CMake."""

from __future__ import annotations

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Knob,
    Marker,
    Proof,
    Recipe,
    Switch,
    Window,
)
from cudacompat.domain.builds.without_list import default_target
from cudacompat.engines.record import EngineRecord

_CMAKE = "CMakeLists.txt of facebookresearch/faiss at v1.15.0"

_SINCE_CMAKE = Window("1.6.4")  # before, configure and make
_NEWER_OPTIONS = Window("1.10.0")  # read at v1.9.0 and v1.10.0

ENGINE = EngineRecord(
    name="faiss",
    title="faiss, GPU indexes",
    aliases=("faiss-gpu",),
    system=BuildSystem.CMAKE,
    packages=("faiss-gpu",),
    repositories=("facebookresearch/faiss",),
    current="1.15.0",
    source=f"{_CMAKE}; configured with CMake 4.4 and nvcc 13.5",
    unset="CMake takes the compiler's default target: sm_52 up to CUDA 12, sm_75 from CUDA 13",
    own_lists=(default_target(_CMAKE),),
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "CMake, for every CUDA target",
            f"{_CMAKE}, and at each minor tag from v1.6.4 on, whose own version its CMakeLists says up to v1.7.2; "
            "INSTALL.md:160; configured with CMake 4.4 and nvcc 13.5",
            _SINCE_CMAKE,
        ),
    ),
    switches=(
        Switch(
            name="FAISS_ENABLE_GPU",
            channel=Channel.DEFINE,
            reader="faiss' CMakeLists",
            source=_CMAKE + "; on unless it is switched off",
            unset_is_on=True,
        ),
    ),
    env_knobs=(
        Knob(
            "CUDAARCHS",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "CMake 3.20 and newer, at the first configure of a build directory only",
            "Modules/CMakeDetermineCUDACompiler.cmake of Kitware/CMake; run with CMake 3.25 and 4.4",
            _SINCE_CMAKE,
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES in the environment",
            "CMake does not read a variable of this name from the environment",
            "run with CMake 3.25 and 4.4",
        ),
        DeadSetting(
            "CUDA_ARCHS",
            "only the project's own conda recipes read it",
            "conda/faiss-gpu/build-lib.sh of facebookresearch/faiss at v1.15.0",
            "conda/faiss-gpu/build-lib.sh",
        ),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _CMAKE, "PyTorch and its extensions"),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake keeps the list from its cache once the cache exists",
            ("cmake", "-E", "rm", "-rf", "build"),
            "run with CMake 3.25 and 4.4",
        ),
    ),
    products=("**/libfaiss*.so*", "**/libfaiss*.a"),
    markers=(
        Marker(
            "CMakeLists.txt",
            r"project\(\s*faiss\b",
            r"project\(\s*faiss\s+VERSION\s+(\d+)\.(\d+)\.(\d+)",
        ),
    ),
    recipe=Recipe(
        packages=("cmake", "g++", "git", "libopenblas-dev", "ninja-build"),
        configure=(
            "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_INSTALL_PREFIX=/out", "-DBUILD_SHARED_LIBS=ON", "-DFAISS_ENABLE_PYTHON=OFF",
            "-DFAISS_ENABLE_MKL=OFF", "-DFAISS_ENABLE_EXTRAS=OFF", "-DBUILD_TESTING=OFF", "{settings}",
        ),
        build=(("cmake", "--build", "build"), ("cmake", "--install", "build")),
        runtime_packages=("libgomp1", "libopenblas0"),
        cmake=(3, 23),  # CMakeLists.txt of facebookresearch/faiss at 0081ed9e: 3.23.1, with FATAL_ERROR
        only=(("-DFAISS_ENABLE_MKL=OFF", _NEWER_OPTIONS), ("-DFAISS_ENABLE_EXTRAS=OFF", _NEWER_OPTIONS)),
    ),
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)  # fmt: skip
