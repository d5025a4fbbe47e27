"""A crate whose build script runs CMake with the cmake crate."""

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
)
from cudacompat.engines.record import EngineRecord

_CRATE = "src/lib.rs of rust-lang/cmake-rs at 0.1.57 (511160f)"

ENGINE = EngineRecord(
    name="cargo-cmake",
    title="a crate that builds CUDA with the cmake crate",
    aliases=("cmake-rs",),
    plain=True,
    system=BuildSystem.CARGO,
    current=None,
    source=_CRATE,
    unset="what the CMake project inside does: mostly nvcc's default, sm_52 up to CUDA 12, sm_75 from CUDA 13",
    knobs=(
        Knob(
            "CUDAARCHS",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "CMake 3.20 and newer, which the cmake crate runs in the environment of cargo, at its first configure only",
            f"{_CRATE}; run with cargo 1.95 and CMake 4.4",
        ),
    ),
    file_knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "CMake, in the toolchain file of CMAKE_TOOLCHAIN_FILE, which the cmake crate takes from the environment",
            f"{_CRATE}: :450",
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES",
            "the cmake crate passes no CMAKE_* variable except a few (CMAKE_TOOLCHAIN_FILE, CMAKE_GENERATOR, "
            "CMAKE_PREFIX_PATH); a build script that wants it has to say .define(…)",
            f"{_CRATE}: :513-572",
            "build scripts that hand CMAKE_* on themselves, as whisper-rs-sys and llama-cpp-sys-2 do",
        ),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _CRATE, "PyTorch and its extensions"),
        DeadSetting.unread("CUDA_ARCH_LIST", _CRATE, "CTranslate2, only as -D"),
        DeadSetting("GGML_CUDA_COMPUTE_CAPABILITY", "no known program reads it", _CRATE),
    ),
    caches=(
        Cache(
            "target",
            "the cmake crate tells cargo of none of the variables that it reads, so a changed list does not run the "
            "build script again; and CMake's own cache is in target/*/build/*/out",
            ("cargo", "clean", "--release"),
            f"{_CRATE}: :936, no rerun-if-env-changed",
            kept=("target",),
        ),
    ),
    products=("target/*/build/*/out/**/*.a", "target/*/build/*/out/**/*.so*", "target/release/*"),
    markers=(Marker("build.rs", r"\bcmake::(?:Config|build)\b|\buse cmake::"),),
    recipe=Recipe(
        packages=("ca-certificates", "cmake", "curl", "g++", "git", "pkg-config"),
        configure=(),
        build=(("cargo", "build", "--release"),),
        rust=True,
    ),
    proved=(("env", Proof.DOCUMENTED), ("cmake", Proof.DOCUMENTED)),
)
