"""XGBoost with its GPU half, built with CMake."""

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
from cudacompat.engines.record import EngineRecord

_LISTS = "CMakeLists.txt:87-95,223-250 and cmake/Utils.cmake:60-101 of dmlc/xgboost at v3.4.1"
_CONFIGURED = f"{_LISTS}; configured with CMake 4.4 and nvcc 13.5: 65 CUDA sources"

ENGINE = EngineRecord(
    name="xgboost",
    title="XGBoost, the GPU half",
    aliases=("xgb",),
    system=BuildSystem.CMAKE,
    packages=("xgboost",),
    repositories=("dmlc/xgboost",),
    current="3.4.1",
    source=_CONFIGURED,
    unset="its own list: machine code for 7.5, 8.0, 9.0, 10.0 and 12.0 with CUDA 13, and PTX of the last",
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "CMake; its CMakeLists leaves its own list, GPU_COMPUTE_VER, away where this one is there",
            _CONFIGURED,
            Window("3.0"),
        ),
    ),
    switches=(Switch(name="USE_CUDA", channel=Channel.DEFINE, reader="its CMakeLists", source=_LISTS),),
    env_knobs=(
        Knob(
            "CUDAARCHS",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "CMake 3.20 and newer, at the first configure of a build folder only; its CMakeLists looks for it, too",
            _LISTS,
            Window("3.0"),
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES in the environment",
            "CMake does not read a variable of this name from the environment",
            "run with CMake 3.25 and 4.4",
        ),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _LISTS, "PyTorch and its extensions"),
        DeadSetting.unread("CUDA_ARCH_LIST", _LISTS, "CTranslate2, only as -D"),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake takes the list from its cache once it is there",
            ("cmake", "-E", "rm", "-rf", "build"),
            "run with CMake 3.25 and 4.4",
        ),
    ),
    products=("lib/libxgboost.so", "**/libxgboost.so*", "**/libxgboost.a"),
    markers=(
        Marker("CMakeLists.txt", r"project\(\s*xgboost\b", r"project\(\s*xgboost\s[^)]*VERSION\s+(\d+)\.(\d+)\.(\d+)"),
    ),
    recipe=Recipe(
        packages=("cmake", "g++", "git", "ninja-build"),
        configure=(
            "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_INSTALL_PREFIX=/out", "{settings}",
        ),
        build=(("cmake", "--build", "build"), ("cmake", "--install", "build")),
        runtime_packages=("libgomp1",),
    ),
    proved=(("cmake", Proof.CONFIGURED), ("env", Proof.CONFIGURED)),
)  # fmt: skip
