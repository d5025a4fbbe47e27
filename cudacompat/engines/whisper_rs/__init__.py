"""whisper-rs, whose build script (whisper-rs-sys) builds whisper.cpp with CMake during `cargo build`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import (
    BuildSystem,
    Cache,
    Channel,
    DeadSetting,
    Grammar,
    Hazard,
    Knob,
    Limit,
    LogName,
    Marker,
    Proof,
    Purpose,
    Recipe,
    RequiredSetting,
    Window,
)
from cudacompat.engines import ggml
from cudacompat.engines.ggml import costs
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
from cudacompat.engines.whisper_rs.api import API

_BUILD_SCRIPT = "sys/build.rs of tazz4843/whisper-rs at 135b60b (0.14.3); vendored copies of 0.15.1 and 0.16.0"


def _log_lines() -> LogLines:
    from cudacompat.engines.whisper_rs.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="whisper-rs",
    title="whisper-rs (Rust, whisper.cpp inside)",
    aliases=("whisper_rs", "whisper-rs-sys"),
    system=BuildSystem.CARGO,
    packages=("whisper-rs", "whisper-rs-sys"),
    repositories=("tazz4843/whisper-rs",),
    current="0.16.0",
    source=_BUILD_SCRIPT,
    unset=ggml.UNSET,
    finds_ccache=ggml.FINDS_CCACHE,
    native=ggml.native(Window("0.14.1")),
    own_lists=(
        ggml.own_list("1.5.3", Window("0.11.0", "0.13.0")),  # whisper.cpp 1.5.4, 1.5.5 and 1.6.2
        ggml.own_list("1.7.0", Window("0.13.0", "0.15.0")),  # whisper.cpp 1.7.0 to 1.7.4
    ),
    knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.ENVIRONMENT,
            Grammar.CMAKE,
            "whisper-rs-sys's build script, which hands every CMAKE_* variable to CMake as -D",
            _BUILD_SCRIPT + "; since 0.13.0",
            Window("0.13.0"),
        ),
        Knob(
            "NVCC_APPEND_FLAGS",
            Channel.ENVIRONMENT,
            Grammar.GENCODE,
            "nvcc itself; these build scripts forward WHISPER_* at most",
            "sys/build.rs of tazz4843/whisper-rs up to 0.12.1",
            Window("0.8.0", "0.13.0"),
        ),
    ),
    fixed=(
        RequiredSetting(
            "GGML_NATIVE",
            "OFF",
            Channel.ENVIRONMENT,
            "whisper-rs-sys's build script, which hands GGML_* variables to CMake since 0.16",
            "no code for just the building machine's CPU in an image",
            _BUILD_SCRIPT,
            Window("0.16.0"),
            Purpose.PORTABLE,
        ),
    ),
    file_knobs=(
        Knob(
            "CMAKE_CUDA_ARCHITECTURES",
            Channel.DEFINE,
            Grammar.CMAKE,
            "CMake, in the toolchain file that CMAKE_TOOLCHAIN_FILE names: the build script hands that variable on",
            _BUILD_SCRIPT + "; since 0.13.0",
            Window("0.13.0"),
        ),
    ),
    file_fixed=(ggml.NATIVE_OFF,),
    dead=ggml.dead(
        Window(),
        also=(
            DeadSetting(
                "WHISPER_CUDA_ARCH_LIST",
                "it is forwarded to CMake and nothing there uses it",
                _BUILD_SCRIPT,
                like=r"WHISPER_\w*CUDA\w*ARCH\w*",
            ),
            DeadSetting(
                "CMAKE_CUDA_ARCHITECTURES",
                "this version's build script does not forward it",
                "sys/build.rs of tazz4843/whisper-rs up to 0.12.1",
                None,
                Window(None, "0.13.0"),
            ),
            *(
                DeadSetting(
                    name,
                    "the build script hands GGML_* variables to CMake only since 0.16",
                    _BUILD_SCRIPT,
                    None,
                    Window(None, "0.16.0"),
                )
                for name in ("GGML_NATIVE", "GGML_CUDA")
            ),
        ),
    ),
    limits=(
        Limit(
            "the CPU half of this version is built for the processor of the machine that builds (-march=native): its "
            "build script hands no GGML_NATIVE on before 0.16; a toolchain file does (--as cmake)",
            _BUILD_SCRIPT,
            window=Window("0.13.0", "0.16.0"),
        ),
    ),
    hazards=(
        ggml.fp4_hazard(Window("0.16.0")),
        ggml.twice_hazard(Window("0.13.0", "0.16.0")),
        Hazard(
            "CMAKE_CUDA_FLAGS",
            "in the environment it replaces the build script's own value and with it -Xcompiler=-fPIC",
            _BUILD_SCRIPT,
            (),
            Window("0.13.0"),
            unless="-fPIC",
        ),
    ),
    gpu_features=("cuda", "hipblas", "vulkan", "metal", "intel-sycl"),
    # 0.16.0 carries whisper.cpp 1.8.3, the first with ggml's rewriting: rubas/whisper_cpp, CHANGELOG of 2026-06-11
    rewrites=(ggml.rewrite(Window("0.16.0")),),
    caches=(
        Cache(
            "target/*/build/whisper-rs-sys-*",
            "the build script names none of its variables to cargo (no rerun-if-env-changed), so a changed list does "
            "not run it again",
            ("cargo", "clean", "--release", "-p", "whisper-rs-sys"),
            _BUILD_SCRIPT + "; run on a model crate",
            kept=("target",),
        ),
    ),
    products=("target/*/build/whisper-rs-sys-*/out/**/libggml-cuda.a", "target/release/*"),
    api=API,
    markers=(
        Marker(
            "Cargo.lock",
            r'(?m)^name = "whisper-rs"$',
            r'(?m)^name = "whisper-rs"\nversion = "(\d+)\.(\d+)\.(\d+)"',
        ),
        Marker(
            "Cargo.toml",
            r"(?m)^[ \t]*whisper-rs\s*=|^\[(?:[^\]\n]*\.)?dependencies\.whisper-rs\]",
            r"(?m)(?:^[ \t]*whisper-rs\s*=\s*(?:\{[^}\n]*version\s*=\s*)?"
            r"|^\[(?:[^\]\n]*\.)?dependencies\.whisper-rs\][ \t]*\r?\n(?:[^\[\n]*\r?\n)*?\s*version\s*=\s*)"
            r"\"[\^=~]?(\d+(?:\.\d+){0,2})\"",
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
    proved=(("env", Proof.DOCUMENTED), ("dockerfile", Proof.DOCUMENTED)),
    log_lines=_log_lines,
    log_names=(LogName(pattern=r"whisper[-_]rs", rank=10, source="logs of it in public issues"),),
    sizes=costs.SIZES,
    times=costs.TIMES,
)
