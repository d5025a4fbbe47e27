"""What candle, and programs on it such as mistral.rs, print where their kernels do not fit the GPU."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import GpuMeaning, LineAddition, LogLines, Signature, SignatureGroup

_CLEAN = "cargo clean -p candle-kernels"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="candle-kernel-not-found",
        title="candle's module has no kernel {kernel} for this GPU",
        patterns=(
            'DriverError(CUDA_ERROR_NOT_FOUND, "named symbol not found") when loading <kernel:word>',
            'Cuda(MissingKernel { module_name: "<kernel:word>" })',
        ),
        sample='Error: DriverError(CUDA_ERROR_NOT_FOUND, "named symbol not found") when loading cast_f32_bf16',
        cause="The kernels were compiled for one architecture, and this one is left out there: the bf16 kernels "
        "exist from "
        "8.0 on, some FP8 kernels from 8.9 on.",
        does_not_mean="that the whole build is for another GPU: that is error 209.",
        fix="Run the model in float16 (--dtype f16) on a GPU below 8.0; or compile for the GPU that is used "
        "(CUDA_COMPUTE_CAP) and clean candle-kernels first.",
        command=_CLEAN,
        sources=("huggingface/candle candle-core/src/cuda_backend/error.rs", "EricLBuehler/mistral.rs#954"),
    ),
    Signature(
        id="candle-ptx-newer-than-driver",
        title="candle's kernels are PTX of a newer CUDA than the driver compiles",
        patterns=(
            'DriverError(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an unsupported '
            "toolchain",
            'DriverError(CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed',
        ),
        sample='Error: DriverError(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an '
        "unsupported "
        'toolchain.") when loading cast_u32_f32',
        cause="candle embeds PTX, which the driver compiles when a kernel is first used: it must not be later than the "
        "driver's CUDA version, nor for a higher target than the GPU.",
        does_not_mean="that the GPU is unsupported.",
        fix="Build with a CUDA release not later than the one nvidia-smi shows, or update the driver; set "
        "CUDA_COMPUTE_CAP "
        "to the GPU's number.",
        command=_CLEAN,
        gpu=GpuMeaning.PTX_OF_DRIVER,
        sources=("huggingface/candle#1989", "huggingface/candle candle-kernels/build.rs"),
    ),
    Signature(
        id="candle-without-cuda",
        title="this program was built without candle's CUDA feature",
        patterns=("the candle crate has not been built with cuda support",),
        sample="Error: the candle crate has not been built with cuda support",
        cause="The feature `cuda` of candle-core was not enabled.",
        does_not_mean="that the driver is missing.",
        fix="Build with the feature.",
        command="cargo build --release --features cuda",
        sources=("huggingface/candle candle-core/src/dummy_cuda_backend.rs and error.rs",),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("Rust crates", _OWN),),
    additions=(
        LineAddition(
            id="cuda-no-kernel-image",
            cases=(
                Case(
                    when=("candle",),
                    fix="Build again with CUDA_COMPUTE_CAP set to this GPU's number (it was taken from the GPU of "
                    "the machine "
                    "that built), and clean candle-kernels first.",
                    command=_CLEAN,
                ),
            ),
        ),
    ),
    signs=(
        LogSign(
            "candle",
            re.compile(r"\bcandle[-_](?:core|kernels|nn|transformers)\b|\bmistralrs\b"),
            (b"candle", b"mistralrs"),
            "candle",
        ),
    ),
)
