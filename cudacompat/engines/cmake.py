"""Any project that CMake builds with CUDA as a language."""

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
)
from cudacompat.engines.record import EngineRecord

_SOURCE = "Modules/CMakeDetermineCUDACompiler.cmake of Kitware/CMake at 03676b05; run with CMake 3.25 and 4.4"

ENGINE = EngineRecord(
    name="cmake",
    title="a CMake project with CUDA as a language",
    aliases=("plain-cmake",),
    plain=True,
    system=BuildSystem.CMAKE,
    current=None,
    source=_SOURCE,
    unset="CMake takes the compiler's default target: sm_52 up to CUDA 12, sm_75 from CUDA 13",
    knobs=(Knob("CMAKE_CUDA_ARCHITECTURES", Channel.DEFINE, Grammar.CMAKE, "CMake, for every CUDA target", _SOURCE),),
    env_knobs=(
        Knob(
            "CUDAARCHS",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "CMake 3.20 and newer, at the first configure of a build directory only",
            _SOURCE,
        ),
    ),
    switches=(
        Switch(
            name="USE_CUDA",
            channel=Channel.DEFINE,
            reader="the project's own CMakeLists.txt",
            source="names of options in public CMake projects, and those of the engines that projects carry",
            named=r"(?:GGML|WHISPER|LLAMA|WITH|USE|ENABLE|BUILD|FAISS_ENABLE|onnxruntime_USE)?_?(?:CUDA|CUBLAS|CUDNN|GPU)",
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES in the environment",
            "CMake does not read a variable of this name from the environment",
            _SOURCE,
        ),
        DeadSetting(
            "CUDA_ARCHITECTURES",
            "CMake has a property of targets of this name and reads no variable of it",
            _SOURCE,
            "projects that pass it themselves",
        ),
    ),
    caches=(
        Cache(
            "CMakeCache.txt",
            "CMake takes the list from its cache once it is there; CUDAARCHS is read at the first configure only",
            ("cmake", "-E", "rm", "-rf", "build"),
            _SOURCE,
        ),
    ),
    products=("build/**/*.so*", "build/**/*.a"),
    markers=(Marker("CMakeLists.txt", r"(?im)^[ \t]*project\s*\("),),
    recipe=Recipe(
        packages=("cmake", "g++", "git", "ninja-build"),
        configure=(
            "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_INSTALL_PREFIX=/out", "{settings}",
        ),
        build=(("cmake", "--build", "build"), ("cmake", "--install", "build")),
        installs=False,
    ),
    proved=(("cmake", Proof.BUILT), ("dockerfile", Proof.BUILT), ("env", Proof.BUILT), ("nvcc", Proof.BUILT)),
)  # fmt: skip
