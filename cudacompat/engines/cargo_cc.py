"""A crate whose build script compiles CUDA with the cc crate, or calls nvcc itself."""

from __future__ import annotations

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Hazard,
    Knob,
    Marker,
    Proof,
    Recipe,
)
from cudacompat.engines.record import EngineRecord

_CC = "src/lib.rs of rust-lang/cc-rs at 1.4.2 (a91e05e)"

ENGINE = EngineRecord(
    name="cargo-cc",
    title="a crate whose build script calls nvcc, as the cc crate does",
    aliases=("cc-rs", "cc"),
    plain=True,
    system=BuildSystem.CARGO,
    current=None,
    source=f"{_CC}; nvcc's manual, NVCC_APPEND_FLAGS",
    unset=(
        'cc gives nvcc no target: what the build script says with .flag("-gencode"), or nvcc\'s default, sm_52 up to '
        "CUDA 12 and sm_75 from CUDA 13"
    ),
    knobs=(
        Knob(
            "NVCC_APPEND_FLAGS",
            Channel.ENVIRONMENT,
            Grammar.GENCODE,
            'nvcc itself, in every call of it; it adds to what the build script\'s own .flag("-gencode") says',
            "nvcc's manual, NVCC_APPEND_FLAGS; run with nvcc 13.0 and 13.5",
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES", "cc does not run CMake", _CC, "build scripts that hand CMAKE_* on to CMake"
        ),
        DeadSetting("CUDAARCHS", "cc does not run CMake", _CC, "CMake 3.20 and newer"),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _CC, "PyTorch and its extensions"),
        DeadSetting.unread("CUDA_COMPUTE_CAP", _CC, "the crates cudaforge and bindgen_cuda"),
    ),
    hazards=(
        Hazard(
            "CXXFLAGS",
            "cc gives it to nvcc and to the C++ compiler alike, which does not know -gencode",
            f"{_CC}: :2061",
        ),
    ),
    caches=(
        Cache(
            "target",
            "cc tells cargo of the variables that it reads itself, and NVCC_APPEND_FLAGS is not one of them: a changed "
            "list does not run the build script again",
            ("cargo", "clean", "--release"),
            f"{_CC}: emit_rerun_if_env_changed",
            kept=("target",),
        ),
    ),
    products=("target/*/build/*/out/*.a", "target/release/*"),
    markers=(
        Marker("build.rs", r"(?s)\A(?>.*?\bcc::Build\b).*\.cuda\(\s*true\s*\)"),
        Marker("build.rs", r'\bCommand::new\(\s*"(?:[^"\n]*/)?nvcc"'),
    ),
    recipe=Recipe(
        packages=("ca-certificates", "curl", "g++", "pkg-config"),
        configure=(),
        build=(("cargo", "build", "--release"),),
        rust=True,
    ),
    proved=(("env", Proof.DOCUMENTED),),
)
