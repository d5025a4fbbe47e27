"""Lines that tell of code compiled by the driver at start-up instead of machine code."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="archs-default-target",
        title="the program was built for nvcc's default target only ({archs}): no architecture option reached nvcc",
        derived=True,
        sample="  Device 0: NVIDIA GeForce RTX 5070 Ti, compute capability 12.0, VMM: yes\n"
        "system_info: n_threads = 4 / 32 | CUDA : ARCHS = 520 | USE_GRAPHS = 1 |",
        cause="ARCHS is the list that the compiler saw. nvcc builds 520 (up to CUDA 12) or 750 (CUDA 13) when no "
        "architecture option reaches it. {label} runs that older code by JIT, or not at all.",
        does_not_mean="the compute capability of the GPU",
        fix="Set the architecture list where this build reads it, clear the build cache, rebuild, and check the "
        "new file.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(
            "ggml-org/whisper.cpp ggml/src/ggml-cuda/ggml-cuda.cu (ARCHS is __CUDA_ARCH_LIST__)",
            "measured with nvcc 13.0: 750 without an architecture",
        ),
    ),
    Signature(
        id="archs-lack-gpu",
        title="the program was built for {archs}, and none of it runs on {label}",
        derived=True,
        sample="  Device 0: NVIDIA GeForce GTX 1060 6GB, compute capability 6.1, VMM: yes\n"
        "system_info: n_threads = 4 / 8 | CUDA : ARCHS = 750,800,860,890 | F16 = 1 |",
        cause="ARCHS is the list that the compiler saw. Machine code runs within its major version, PTX on its "
        "compute capability and higher. Neither covers {label}.",
        does_not_mean="the driver; the toolkit on this machine",
        fix="Build for {label} with {toolkit}, or install a build that supports it.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(
            "ggml-org/whisper.cpp ggml/src/ggml-cuda/ggml-cuda.cu (ARCHS is __CUDA_ARCH_LIST__)",
            "https://docs.nvidia.com/cuda/cuda-c-programming-guide/ (binary and PTX compatibility)",
        ),
    ),
    Signature(
        id="archs-older-than-gpu",
        title="the program was built for {archs}, all older than {label}",
        derived=True,
        severity=Severity.WARNING,
        sample="  Device 0: NVIDIA GeForce RTX 5070 Ti, compute capability 12.0, VMM: yes\n"
        "system_info: n_threads = 4 / 32 | CUDA : ARCHS = 500,610,700,750,800,860,890 | F16 = 1 |",
        cause="ARCHS does not show which entries are PTX. If one is PTX, the driver compiles it at the first "
        "start (slow, then cached). If all are machine code, every kernel fails with error 209.",
        does_not_mean="the driver; the toolkit. Many builds include PTX for this case.",
        fix="Add {label} to the build, or check the file.",
        command="cudacompat check FILE --gpu {gpu}",
        sources=("ggml-org/whisper.cpp ggml/src/ggml-cuda/ggml-cuda.cu (ARCHS is __CUDA_ARCH_LIST__)",),
    ),
    Signature(
        id="jit-tensorflow",
        title="TensorFlow has no machine code for this GPU and compiles PTX: up to half an hour",
        severity=Severity.WARNING,
        patterns=(
            "TensorFlow was not built with CUDA kernel binaries compatible with compute capability <cc:ver>",
            "CUDA kernels will be jit-compiled from PTX",
        ),
        sample="TensorFlow was not built with CUDA kernel binaries compatible with compute capability 12.0. CUDA "
        "kernels "
        "will be jit-compiled from PTX, which could take 30 minutes or longer.",
        cause="The wheel holds PTX that suits the GPU and no machine code: the driver compiles it at the first start "
        "and keeps the result in ~/.nv/ComputeCache.",
        does_not_mean="the GPU. A later CUDA_ERROR_INVALID_HANDLE is a separate fault.",
        fix="Take a newer wheel, or keep the JIT cache (a volume, CUDA_CACHE_PATH, CUDA_CACHE_MAXSIZE).",
        sources=("tensorflow/tensorflow#97387", "tensorflow/tensorflow#62320"),
    ),
    Signature(
        id="jit-falls-back-to-driver",
        title="XLA found a ptxas that does not know the GPU and lets the driver compile",
        severity=Severity.WARNING,
        patterns=(
            "ptxas does not support CC <cc:ver>",
            "ptxas too old. Falling back to the driver to compile",
            "Falling back to the CUDA driver for PTX compilation",
        ),
        sample="Falling back to the CUDA driver for PTX compilation; ptxas does not support CC 8.9",
        cause="The ptxas on the PATH is older than the GPU, so every kernel is compiled by the driver: slower, and "
        "without ptxas's optimizations.",
        does_not_mean="a failure",
        fix="Put a newer ptxas first on the PATH (pip install nvidia-cuda-nvcc), of {toolkit}.",
        cases=(
            Case(
                when=("also:cuda-invalid-kernel-image",),
                severity=Severity.ERROR,
                cause="The ptxas that XLA found is older than the GPU, so XLA let the driver compile, and the "
                "driver did "
                "not read what it was given.",
                does_not_mean="the age of the GPU or of the driver",
            ),
        ),
        sources=("openxla/xla#5932", "jax-ml/jax#13570", "jax-ml/jax#17976"),
    ),
)
