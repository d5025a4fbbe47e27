"""llama-cpp-rs, whose build script (llama-cpp-sys-2) builds llama.cpp with CMake during `cargo build`."""

from __future__ import annotations

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Hazard,
    Knob,
    LogName,
    Marker,
    Proof,
    Recipe,
    Window,
)
from cudacompat.engines import ggml
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

_BUILD_SCRIPT = "llama-cpp-sys-2/build.rs of utilityai/llama-cpp-rs at bed81ad (0.1.154) and its tags from 0.1.79 on"

_FORWARDS = Window("0.1.112")  # CMAKE_* as -D
_BY_CMAKE = Window("0.1.79", "0.1.112")  # CMake, but nothing is handed on
_SINCE_FP4 = Window("0.1.132")  # llama.cpp b7709; 0.1.131 has b7119

ENGINE = EngineRecord(
    name="llama-cpp-rs",
    title="llama-cpp-rs (Rust, llama.cpp inside)",
    aliases=("llama-cpp-2", "llama-cpp-sys-2", "llama_cpp_rs"),
    system=BuildSystem.CARGO,
    packages=("llama-cpp-2", "llama-cpp-sys-2"),
    repositories=("utilityai/llama-cpp-rs",),
    current="0.1.154",
    source=_BUILD_SCRIPT,
    unset=(
        "the build script sets GGML_NATIVE=OFF (since 0.1.108, unless RUSTFLAGS asks for target-cpu=native), so ggml "
        "takes its own list, whose newest target is 12.0 with CUDA 12.8 (since 0.1.132); before, it took `native`"
    ),
    finds_ccache=ggml.FINDS_CCACHE,
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "llama-cpp-sys-2's build script, which hands every CMAKE_* variable to CMake as -D",
            _BUILD_SCRIPT + ": :667, since 0.1.112",
            _FORWARDS,
        ),
        Knob(
            "CUDAARCHS",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "CMake, which the build script runs in its own environment; these versions hand no variable on",
            _BUILD_SCRIPT + ": up to 0.1.111",
            _BY_CMAKE,
        ),
    ),
    file_knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "CMake, in the toolchain file of CMAKE_TOOLCHAIN_FILE, which the cmake crate takes from the environment",
            "src/lib.rs:450 of rust-lang/cmake-rs at 0.1.57",
            Window("0.1.79"),
        ),
    ),
    dead=ggml.dead(
        Window(),
        also=(
            DeadSetting(
                "GGML_NATIVE",
                "the build script sets it itself, after all that it takes from the environment",
                _BUILD_SCRIPT + ": :707, since 0.1.108",
                None,
                Window("0.1.108"),
            ),
            DeadSetting(
                "CMAKE_CUDA_ARCHITECTURES",
                "these versions' build script does not forward it",
                _BUILD_SCRIPT + ": up to 0.1.111",
                None,
                _BY_CMAKE,
            ),
            DeadSetting(
                "GGML_CUDA in the environment",
                "the feature `cuda` sets it; GGML_* are handed on only since 0.1.153, and those that the build script "
                "sets itself never",
                _BUILD_SCRIPT + ": :682",
            ),
        ),
    ),
    hazards=(
        ggml.fp4_hazard(_SINCE_FP4),
        ggml.twice_hazard(Window("0.1.79", "0.1.132")),
        Hazard(
            "CMAKE_CUDA_FLAGS",
            "in the environment it is passed as -D and stays on the line in addition to the list",
            _BUILD_SCRIPT,
            (),
            _FORWARDS,
        ),
    ),
    gpu_features=("cuda", "cuda-no-vmm", "vulkan", "metal", "opencl", "rocm"),
    rewrites=(ggml.rewrite(_SINCE_FP4),),
    caches=(
        Cache(
            "target/*/build/llama-cpp-sys-2-*",
            "cargo knows of no CMAKE_* variable, and where the script does run again it leaves a configured build "
            "directory as it is (always_configure(false))",
            ("cargo", "clean", "--release", "-p", "llama-cpp-sys-2"),
            _BUILD_SCRIPT + ": :1073",
            kept=("target",),
        ),
    ),
    products=("target/*/build/llama-cpp-sys-2-*/out/**/libggml-cuda.*", "target/release/*"),
    markers=(
        Marker(
            "Cargo.lock",
            r'(?m)^name = "llama-cpp-sys-2"$',
            r'(?m)^name = "llama-cpp-sys-2"\nversion = "(\d+)\.(\d+)\.(\d+)"',
        ),
        Marker(
            "llama-cpp-sys-2/Cargo.toml",
            r'(?m)^name = "llama-cpp-sys-2"$',
            r'(?m)^version = "(\d+)\.(\d+)\.(\d+)"',
        ),
        Marker(
            "Cargo.toml",
            r"(?m)^[ \t]*llama-cpp-(?:sys-)?2\s*=|^\[dependencies\.llama-cpp-(?:sys-)?2\]",
            r"(?m)^[ \t]*llama-cpp-(?:sys-)?2\s*=\s*(?:\{[^}\n]*version\s*=\s*)?\"[\^=~]?(\d+(?:\.\d+){0,2})\"",
            allows=True,
        ),
    ),
    recipe=Recipe(
        packages=("ca-certificates", "clang", "cmake", "curl", "g++", "git", "libclang-dev", "pkg-config"),
        configure=(),
        build=(("cargo", "build", "--release"),),
        runtime_packages=("libgomp1",),
        rust=True,
    ),
    proved=(("env", Proof.DOCUMENTED),),
    log_names=(
        LogName(pattern=r"llama[-_]cpp[-_](?:sys|rs)|llama-cpp-2", rank=20, source="logs of it in public issues"),
    ),
    sizes=costs.SIZES,
    times=costs.TIMES,
)
