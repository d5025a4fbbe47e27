"""What candle, and programs on it such as mistral.rs, print where their kernels do not fit the GPU."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import GpuMeaning, LineAddition, LogLines, Signature, SignatureGroup

_CLEAN = "cargo clean --release -p candle-kernels"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="cargo-nvidia-smi-missing",
        title="a crate's build script asks nvidia-smi for the GPU, and there is none here",
        patterns=(
            "`nvidia-smi` failed. Ensure that you have CUDA installed and that `nvidia-smi` is in your PATH",
            "nvidia-smi failed. Ensure that you have CUDA installed",
            "Could not get CUDA compute cap",
            "Failed to get compute_cap from nvidia-smi",
        ),
        sample="thread 'main' panicked at bindgen_cuda-0.1.5/src/lib.rs:489:18:\n"
        "`nvidia-smi` failed. Ensure that you have CUDA installed and that `nvidia-smi` is in your PATH.: Os { code: "
        "2, "
        'kind: NotFound, message: "No such file or directory" }',
        cause="The build compiles kernels for one architecture and asks the driver for it, unless CUDA_COMPUTE_CAP "
        "names "
        "it. An image build and a CI runner have no driver.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Set CUDA_COMPUTE_CAP to the GPU's number, without a dot: 75, 86, 89, 120.",
        command="export CUDA_COMPUTE_CAP={number}",
        sources=("Narsil/bindgen_cuda#4", "Narsil/bindgen_cuda src/lib.rs", "huggingface/candle README (Docker)"),
    ),
    Signature(
        id="cargo-nvcc-lists-nothing",
        title="a crate's build script learns no architectures from nvcc",
        patterns=("no gpu codes parsed from nvcc", "no gpu code parsed from nvcc"),
        sample="thread 'main' panicked at 'no gpu codes parsed from nvcc', candle-kernels/build.rs:207:9",
        cause="The script asks `nvcc --list-gpu-code`, which came with CUDA 11.1. The nvcc on PATH is older, often "
        "that of a distribution, or does not run.",
        does_not_mean="the GPU; a value of CUDA_COMPUTE_CAP",
        fix="Put the nvcc of CUDA 11.8 or newer first on PATH.",
        command="nvcc --version",
        sources=("huggingface/candle#1328", "Narsil/bindgen_cuda src/lib.rs"),
    ),
    Signature(
        id="cargo-nvcc-target-unknown",
        title="nvcc cannot build the compute capability that the crate asks for: {arch}",
        patterns=(
            "nvcc cannot target gpu arch <arch:num>. Available nvcc targets are",
            "CUDA compute cap <arch:num> is higher than the highest gpu code from nvcc",
        ),
        sample="thread 'main' panicked at bindgen_cuda-0.1.5/src/lib.rs:549:13:\n"
        "nvcc cannot target gpu arch 120. Available nvcc targets are [50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, "
        "87, 89, "
        "90].",
        cause="The GPU (or CUDA_COMPUTE_CAP) is not among the targets of this nvcc: it is too early for a new GPU, "
        "or CUDA "
        "13 for one below 7.5.",
        does_not_mean="the driver",
        fix="Use a CUDA release that builds {arch}; or, for a new GPU, CUDA_COMPUTE_CAP with the highest number of "
        "the list "
        "of the same major version.",
        command="nvcc --list-gpu-arch",
        distinct=("arch",),
        cases=(
            Case(
                when=("arch<7.5",),
                cause="CUDA 13 removed all targets below 75: this nvcc is too new for the GPU.",
                fix="Build with CUDA 12.9 or earlier.",
            ),
        ),
        sources=("Narsil/bindgen_cuda src/lib.rs", "huggingface/text-embeddings-inference Dockerfile-cuda"),
    ),
    Signature(
        id="candle-ptx-newer-than-driver",
        title="candle's kernels are PTX of a newer CUDA than the driver compiles",
        patterns=(
            'DriverError(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an unsupported '
            'toolchain.") when loading',
            'Cuda(DriverError(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an unsupported '
            "toolchain",
            "candle<...>CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
        ),
        sample='Error: DriverError(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an '
        "unsupported "
        'toolchain.") when loading cast_u32_f32',
        cause="candle embeds PTX, which the driver compiles when a kernel is first used: it must not be later than the "
        "driver's CUDA version, nor for a higher target than the GPU.",
        does_not_mean="the GPU",
        fix="Build with a CUDA release not later than the one nvidia-smi shows, or update the driver; set "
        "CUDA_COMPUTE_CAP "
        "to the GPU's number.",
        command=_CLEAN,
        gpu=GpuMeaning.PTX_OF_DRIVER,
        sources=("huggingface/candle candle-kernels/build.rs",),
    ),
    Signature(
        id="candle-without-cuda",
        title="this program was built without candle's CUDA feature",
        patterns=("the candle crate has not been built with cuda support",),
        sample="Error: the candle crate has not been built with cuda support",
        cause="The feature `cuda` of candle-core was not enabled.",
        does_not_mean="the driver",
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
        LineAddition(
            id="cuda-symbol-not-found",
            cases=(
                Case(
                    when=("candle",),
                    title="candle's module has no such kernel for this GPU (CUDA error 500)",
                    cause="The kernels were compiled for one architecture, and this one is left out there: the bf16 "
                    "kernels "
                    "exist from 8.0 on, some FP8 kernels from 8.9 on.",
                    does_not_mean="a build for another GPU (that is CUDA error 209)",
                    fix="Run the model in float16 (--dtype f16) on a GPU below 8.0; or compile for the GPU that is "
                    "used "
                    "(CUDA_COMPUTE_CAP), and clean candle-kernels first.",
                    command=_CLEAN,
                ),
            ),
        ),
    ),
    signs=(
        LogSign(
            "candle",
            re.compile(
                r"\bcandle[-_](?:core|kernels|nn|transformers)\b|\bmistralrs\b|when loading "
                r"\w+_(?:bf16|f16|f32|f64|u8|u32|i64)\b"
            ),
            (b"candle-kernels", b"mistralrs-core"),
            "candle",
        ),
    ),
)
