"""What every build of ggml's CUDA backend has in common: whisper.cpp, llama.cpp, ggml itself, and their bindings.

Read at ggml-org/ggml d99724f2, ggml-org/whisper.cpp 371b5a75 (v1.9.3) and in its history; lines marked as run were run
with nvcc 13.0 and CMake 3.25 to 4.4 on a machine without a GPU.
"""

from __future__ import annotations

from cudacompat.domain.engine import Channel, DeadSetting, Fixed, Hazard, Rewrite, Window

CMAKELISTS = "ggml/src/ggml-cuda/CMakeLists.txt at ggml-org/whisper.cpp v1.9.3"

UNSET = (
    "ggml asks CMake for `native`; in an image build there is no GPU, CMake 3.28 and newer pass -arch=native on, and "
    "nvcc warns and takes its default: sm_52 up to CUDA 12, sm_75 from CUDA 13"
)

NATIVE_OFF = Fixed(
    "GGML_NATIVE",
    "OFF",
    Channel.DEFINE,
    "ggml's CMakeLists",
    "no -march=native for the CPU half, and no `native` for the GPUs, on a machine that is not the target",
    "ggml/CMakeLists.txt:105-123 at ggml-org/whisper.cpp v1.9.3",
)


def cuda_on(name: str, window: Window, source: str) -> Fixed:
    """Return the option that switches the CUDA backend on, under the name of these versions."""
    return Fixed(
        name, "ON", Channel.DEFINE, "its CMakeLists", "without it there is no device code at all", source, window
    )


NO_NATIVE_BY_DATE = Fixed(
    "SOURCE_DATE_EPOCH",
    "1",
    Channel.ENVIRONMENT,
    "ggml's CMakeLists, which leaves GGML_NATIVE off where it is set",
    "no -march=native for the CPU half on a machine that is not the target",
    "ggml/CMakeLists.txt:105-123 at ggml-org/whisper.cpp v1.9.3",
)


def dead(window: Window, *, also: tuple[DeadSetting, ...] = ()) -> tuple[DeadSetting, ...]:
    """Return the variables that people set for ggml and that nothing in its build reads."""
    searched = "no hit in the history of whisper.cpp, ggml, llama.cpp and whisper-rs"
    return (
        DeadSetting(
            "TORCH_CUDA_ARCH_LIST", "nothing in this build reads it", searched, "PyTorch and its extensions", window
        ),
        DeadSetting("CUDA_ARCH_LIST", "nothing in this build reads it", searched, "CTranslate2, only as -D", window),
        DeadSetting("GGML_CUDA_COMPUTE_CAPABILITY", "no known program reads it", searched, None, window),
        *also,
    )


def fp4_hazard(window: Window) -> Hazard:
    """Return why NVCC_APPEND_FLAGS with a plain 12X breaks builds of ggml since December 2025."""
    return Hazard(
        "NVCC_APPEND_FLAGS",
        "appending a plain compute_12X breaks this build: its FP4 kernels need 12Xa, and ptxas stops with "
        "\"Feature '.kind::mxf4' not supported on .target 'sm_120'\"",
        "run with nvcc 13.0 on v1.9.3; ggml-org/llama.cpp#18361",
        (12,),
        window,
    )


def rewrite(window: Window) -> Rewrite:
    """Return ggml's own rewriting of 12X to 12Xa."""
    return Rewrite(12, "a", f"{CMAKELISTS}; ggml-org/llama.cpp#18361, #18457", window)
