"""candle, whose kernels a build script compiles for one GPU: by cudaforge since 0.10, by bindgen_cuda before."""

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
    Marker,
    Native,
    Proof,
    Ptx,
    Recipe,
    Rewrite,
    Window,
)
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines

_KERNELS = (
    "candle-kernels/build.rs of huggingface/candle at 2a13b0f (0.11.0), its tags from 0.5.1 on, and its history: "
    "bindgen_cuda since 30313c3 (0.3.3), nvidia-smi always"
)
_FORGE = "src/compute_cap.rs and src/builder.rs of cudaforge (haricot/cudaforge at 9b8621c; cudaforge 0.1.5 on docs.rs)"
_BINDGEN = "src/lib.rs of Narsil/bindgen_cuda at a6b0c89"

_BY_FORGE = Window("0.10.0")
_BY_BINDGEN = Window("0.4.0", "0.10.0")


def _log_lines() -> LogLines:
    from cudacompat.engines.candle.log_lines import LINES

    return LINES


ENGINE = EngineRecord(
    name="candle",
    title="candle (Rust)",
    aliases=("candle-core", "candle-kernels", "huggingface-candle"),
    system=BuildSystem.CARGO,
    packages=("candle-core", "candle-kernels"),
    repositories=("huggingface/candle",),
    current="0.11.0",
    source=f"{_KERNELS}; {_FORGE}; {_BINDGEN}",
    unset="the build script asks nvidia-smi; without a GPU, as in an image build, it stops with an error",
    native=Native(f"{_FORGE}; {_BINDGEN}: :475; {_KERNELS}", stops=True),
    knobs=(
        Knob(
            "CUDA_COMPUTE_CAP",
            Channel.ENVIRONMENT,
            Grammar.ONE_NUMBER,
            "cudaforge, in candle's build scripts; kernels that are PTX text in the program get the same target",
            _FORGE,
            _BY_FORGE,
            ptx=Ptx.NEVER,
            suffixes="a",
            stops=True,
        ),
        Knob(
            "CUDA_COMPUTE_CAP",
            Channel.ENVIRONMENT,
            Grammar.ONE_NUMBER,
            "bindgen_cuda, in candle's build scripts, a plain number alone",
            f"{_BINDGEN}: :475",
            _BY_BINDGEN,
            ptx=Ptx.NEWEST,
            suffixes="",
            stops=True,
        ),
    ),
    # sm_90 and up get an `a` where none is given: neither another GPU nor a newer one can take that code or PTX.
    rewrites=tuple(Rewrite(major, "a", f"{_FORGE}: GpuArch::auto_suffix", _BY_FORGE) for major in (9, 10, 11, 12)),
    limits=(
        Limit(
            "below 8.0 the bf16 kernels of some releases do not compile, or are missing: run in f16 or f32 there",
            "huggingface/candle#3601",
            numbers=(50, 52, 53, 60, 61, 62, 70, 72, 75),
        ),
    ),
    dead=(
        DeadSetting(
            "CMAKE_CUDA_ARCHITECTURES", "candle does not run CMake", _KERNELS, "build scripts that hand CMAKE_* on"
        ),
        DeadSetting.unread("TORCH_CUDA_ARCH_LIST", _KERNELS, "PyTorch and its extensions"),
        DeadSetting("CUDAARCHS", "candle does not run CMake", _KERNELS, "CMake 3.20 and newer"),
    ),
    hazards=(
        Hazard(
            "a lower CUDA_COMPUTE_CAP, to serve several GPUs",
            "the kernels that are PTX text are compiled on every newer GPU, but those of libmoe.a and "
            "candle-flash-attn are machine code of that target alone, and run on no other major",
            f"{_KERNELS}; {_FORGE}: to_gencode_arg",
            (),
            _BY_FORGE,
        ),
    ),
    caches=(
        Cache(
            "target/*/build/candle-kernels-*",
            "bindgen_cuda does run again when the number changes, and then leaves every kernel as it is that is newer "
            "than its source",
            ("cargo", "clean", "--release", "-p", "candle-kernels"),
            f"{_BINDGEN}: :216, :352",
            _BY_BINDGEN,
            kept=("target",),
        ),
    ),
    products=("target/*/build/candle-kernels-*/out/libmoe.a", "target/release/*"),
    markers=(
        Marker(
            "Cargo.lock",
            r'(?m)^name = "candle-kernels"$',
            r'(?m)^name = "candle-kernels"\nversion = "(\d+)\.(\d+)\.(\d+)"',
        ),
        Marker(
            "Cargo.toml",
            r"(?m)^[ \t]*\"?candle-core\"?",
            r"(?m)^version = \"(\d+)\.(\d+)\.(\d+)\"",
            beside="candle-kernels/build.rs",
        ),
        Marker(
            "Cargo.toml",
            r"(?m)^[ \t]*candle(?:-core)?\s*=",
            r"(?m)^[ \t]*candle-core\s*=\s*(?:\{[^}\n]*version\s*=\s*)?\"[\^=~]?(\d+(?:\.\d+){0,2})\"",
            allows=True,
        ),
    ),
    recipe=Recipe(
        packages=("ca-certificates", "curl", "g++", "git", "libssl-dev", "pkg-config"),
        configure=(),
        build=(("cargo", "build", "--release"),),
        rust=True,
    ),
    proved=(("env", Proof.DOCUMENTED),),
    log_lines=_log_lines,
)
