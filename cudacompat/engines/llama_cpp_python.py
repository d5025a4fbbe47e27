"""llama-cpp-python, whose wheel scikit-build-core builds with CMake from the llama.cpp inside."""

from __future__ import annotations

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Effect,
    Grammar,
    Hazard,
    Knob,
    LogName,
    Marker,
    Proof,
    Purpose,
    Recipe,
    RequiredSetting,
    Switch,
    Window,
)
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.engines import ggml
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

_SOURCE = "github.com/abetlen/llama-cpp-python at v0.3.35 and its tags from v0.2.0 on, with the llama.cpp of each"
_READER = "scikit-build-core, which splits CMAKE_ARGS as a shell would and hands it to CMake"
_READ_AT = "scikit_build_core/builder/builder.py of scikit-build-core 1.1.2"

_SINCE_FP4 = Window("0.3.17")  # llama.cpp b8475; 0.3.16 has b6170
_SINCE_REORGANISED = Window("0.2.80")  # b3281


def _native(name: str, source: str, window: Window) -> RequiredSetting:
    why = ggml.NATIVE_OFF.why
    return RequiredSetting(name, "OFF", Channel.CMAKE_ARGS, _READER, why, source, window, Purpose.PORTABLE)


def _cuda(name: str, window: Window) -> Switch:
    source = "README.md of these versions"
    return Switch(name=name, channel=Channel.CMAKE_ARGS, reader=_READER, source=source, window=window)


ENGINE = EngineRecord(
    name="llama-cpp-python",
    title="llama-cpp-python (llama.cpp inside)",
    aliases=("llama_cpp_python", "llama-cpp-py"),
    system=BuildSystem.PIP,
    packages=("llama-cpp-python",),
    repositories=("abetlen/llama-cpp-python",),
    current="0.3.35",
    source=_SOURCE,
    unset=ggml.UNSET + ". A wheel from an index is built already: none of these settings changes it",
    finds_ccache=ggml.FINDS_CCACHE,
    native=ggml.native(Window("0.3.8")),
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.CMAKE_ARGS,
            Grammar.CMAKE,
            _READER,
            f"{_READ_AT}; pyproject.toml and README.md at v0.3.35",
            Window("0.2.0"),
        ),
    ),
    switches=(
        _cuda("GGML_CUDA", _SINCE_REORGANISED),
        _cuda("LLAMA_CUDA", Window("0.2.58", "0.2.80")),
        _cuda("LLAMA_CUBLAS", Window("0.2.0", "0.2.58")),
    ),
    fixed=(
        _native("GGML_NATIVE", ggml.NATIVE_OFF.source, _SINCE_REORGANISED),
        _native("LLAMA_NATIVE", "CMakeLists.txt:49 at b2533", Window("0.2.0", "0.2.80")),
    ),
    dead=ggml.dead(
        Window(),
        also=(
            DeadSetting(
                "CUDA_DOCKER_ARCH",
                "nothing in this build reads it, though docker/cuda_simple/Dockerfile sets it",
                "docker/cuda_simple/Dockerfile at v0.3.35; the Makefile of llama.cpp that read it is gone since b6212",
            ),
            DeadSetting("GGML_CUDA in the environment", "it must be inside CMAKE_ARGS", _READ_AT),
            ggml.not_from_the_environment(Window()),
        ),
    ),
    hazards=(
        ggml.fp4_hazard(_SINCE_FP4),
        ggml.twice_hazard(Window("0.2.0", "0.3.17")),
        Hazard(
            "pip install -C cmake.args=…, SKBUILD_CMAKE_ARGS",
            "both are cut at each semicolon, so only the first architecture of a list arrives",
            "scikit_build_core/settings/sources.py of scikit-build-core 1.1.2",
        ),
    ),
    removed=(
        ggml.gone("LLAMA_CUBLAS", Effect.STOPS, "GGML_CUDA", _SINCE_REORGANISED, "its llama.cpp is b3281 or newer"),
        ggml.gone(
            "LLAMA_CUBLAS", Effect.WARNED, "LLAMA_CUDA", Window("0.2.58", "0.2.80"), "its llama.cpp: b2533 or newer"
        ),
        ggml.gone("LLAMA_CUDA", Effect.WARNED, "GGML_CUDA", _SINCE_REORGANISED, "its llama.cpp is b3281 or newer"),
        ggml.gone("GGML_CUBLAS", Effect.IGNORED, "GGML_CUDA", _SINCE_REORGANISED, "its llama.cpp is b3281 or newer"),
    ),
    rewrites=(ggml.rewrite(_SINCE_FP4),),
    caches=(
        Cache(
            "pip's cache of built wheels",
            "it keys on the source alone: a wheel built for other GPUs comes back",
            ("pip", "cache", "remove", "llama_cpp_python"),
            "pip's documentation, Caching",
            kept=(".cache/pip",),
        ),
    ),
    products=("dist/llama_cpp_python-*.whl", "**/llama_cpp/lib/libggml-cuda.so*"),
    markers=(
        Marker(
            "llama_cpp/__init__.py",
            r"(?m)^from \.llama_cpp import",
            r"__version__ = \"(\d+)\.(\d+)\.(\d+)\"",
        ),
        Marker("pyproject.toml", r"(?m)^name = \"llama_cpp_python\""),
    ),
    recipe=Recipe(
        packages=("cmake", "g++", "git", "ninja-build"),
        configure=(),
        build=(("pip", "install", "--force-reinstall", "."),),
        runtime_packages=("libgomp1",),
    ),
    proved=(("env", Proof.CONFIGURED),),
    log_names=(
        LogName(
            pattern=r"llama[-_]cpp[-_]python|site-packages.llama_cpp", rank=30, source="logs of it in public issues"
        ),
    ),
    sizes=costs.SIZES,
    times=costs.TIMES,
    wheels=(
        Prebuilt(
            "llama-cpp-python",
            "libggml-cuda.so, for the list of its maker",
            "README.md of abetlen/llama-cpp-python, Pre-built Wheel (New)",
            "/whl/cu",
        ),
    ),
)
