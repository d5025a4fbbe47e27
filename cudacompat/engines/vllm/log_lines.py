"""What vLLM prints on a GPU that is too old for a type of numbers."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import LineAddition, LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity
from cudacompat.engines.vllm.server_lines import SERVERS

_TORCH: tuple[Signature, ...] = (
    Signature(
        id="vllm-bf16-unsupported",
        title="bfloat16 needs a GPU of 8.0 or newer",
        patterns=("Bfloat16 is only supported on GPUs with compute capability of at least 8.0",),
        sample="ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla "
        "T4 GPU has "
        "compute capability 7.5.",
        cause="The model's type is bfloat16 and the GPU has no arithmetic for it.",
        does_not_mean="missing code for the GPU",
        fix="--dtype=half.",
        sources=("vllm 0.33.0 vllm/platforms/cuda.py",),
    ),
)

_OWN: tuple[Signature, ...] = (
    Signature(
        id="vllm-quantization-capability",
        title="this quantization needs compute capability {needed}, and the GPU has {here}",
        patterns=(
            "is not supported for the current GPU. Minimum capability: <needed:num>. Current capability: <here:num>",
            "Quantization scheme is not supported for the current GPU. Min capability: <needed:num>. Current "
            "capability: <here:num>",
            "Quantization scheme is not supported for the current GPU",
        ),
        sample="ValueError: The quantization method fp8 is not supported for the current GPU. Minimum capability: "
        "80. Current "
        "capability: 75.",
        cause="The kernels for this method exist from a later GPU on; the numbers have no dot (75 is 7.5).",
        does_not_mean="the build of vLLM",
        fix="Use a model with another quantization (GPTQ, AWQ, or unquantized float16).",
        sources=("vllm 0.33.0 vllm/config/vllm.py",),
    ),
    Signature(
        id="vllm-no-attention-backend",
        title="vLLM has no attention backend for this GPU and this model",
        patterns=(
            "No valid attention backend found for <device:word> with",
            "Cannot use FlashAttention-2 backend for Volta and Turing GPUs",
            "FlashMLA is only supported on Hopper",
        ),
        sample="ValueError: No valid attention backend found for cuda with AttentionSelectorConfig(head_size=64, "
        "use_sink=True). "
        "Reasons: {FLASH_ATTN: [sink not supported on compute capability < 9.0]}.",
        cause="Each backend names its reason in the line: the compute capability, the type, the head size or the "
        "cache.",
        does_not_mean="the GPU, which runs other models",
        fix="Choose another backend or type as the reasons allow; --attention-backend TRITON_ATTN serves most "
        "GPUs from 8.0 on.",
        sources=("vllm 0.33.0 vllm/platforms/cuda.py",),
    ),
    Signature(
        id="vllm-no-device",
        title="vLLM found no GPU platform",
        patterns=("Failed to infer device type",),
        sample="RuntimeError: Failed to infer device type, please set the environment variable "
        "`VLLM_LOGGING_LEVEL=DEBUG` to turn on "
        "verbose logging to help debug the issue.",
        cause="NVML shows no GPU: no driver, a container without its GPUs or without the capability `utility`, or a "
        "vLLM "
        "that was built for the CPU.",
        does_not_mean="the GPU",
        fix="Start the container with --gpus all; check nvidia-smi there.",
        command="cudacompat doctor",
        after=("driver-not-in-container", "nvml-library-missing", "nvml-driver-mismatch"),
        sources=("vllm 0.33.0 vllm/config/device.py",),
    ),
    Signature(
        id="vllm-fp8-weight-only",
        title="vLLM uses Marlin: this GPU has no arithmetic for the quantized type",
        severity=Severity.NOTE,
        patterns=(
            "Your GPU does not have native support for FP8 computation but FP8 quantization is being used",
            "Your GPU does not have native support for FP4 computation but FP4 quantization is being used",
            "Your GPU does not have native support for FP<bits:num> computation",
        ),
        sample="Your GPU does not have native support for FP8 computation but FP8 quantization is being used. "
        "Weight-only FP8 "
        "compression will be used leveraging the Marlin kernel.",
        cause="FP8 needs 8.9, FP4 10.0. The weights are unpacked for each multiplication.",
        does_not_mean="a failure: it runs, slower for large batches",
        fix="Nothing to do.",
        sources=("vllm 0.33.0 vllm/model_executor/layers/quantization/utils/marlin_utils_fp8.py",),
    ),
    Signature(
        id="vllm-no-compiled-kernel",
        title="this vLLM was built without the kernel {kernel} for this GPU",
        patterns=(
            "No compiled <kernel:word> for CUDA device capability: <cc:num>",
            "No compiled <kernel:word> for a compute capability less than CUDA device capability: <cc:num>",
            "No compiled <kernel:word> mm kernel for SM <cc:num>",
            "No compiled <...> kernel for SM <cc:num>",
        ),
        sample="NotImplementedError: No compiled cutlass_scaled_mm for a compute capability less than CUDA device "
        "capability: 75",
        cause="vLLM compiles these kernels only for the architectures of its list that they serve; the wheel or "
        "the own "
        "build has none for this GPU.",
        does_not_mean="vLLM as a whole",
        fix="Install a later vLLM (wheel for CUDA 12.9 or 13 for 10.x and 12.x), or build it with "
        "TORCH_CUDA_ARCH_LIST for "
        "this GPU; until then use another quantization.",
        command="pip install --upgrade vllm",
        sources=("vllm 0.33.0 _C_stable_libtorch.abi3.so (text)",),
    ),
    Signature(
        id="vllm-extension-not-loaded",
        title="vLLM's compiled part could not be loaded",
        patterns=(
            "Failed to import from vllm._C with",
            "Failed to import from vllm._C_stable_libtorch with",
            "'_OpNamespace' '_C' object has no attribute '<op:word>'",
        ),
        sample="WARNING [interface.py:65] Failed to import from vllm._C with ImportError('libcudart.so.12: cannot "
        "open shared object "
        "file: No such file or directory')",
        cause="The reason is in the line: a CUDA library of another major version, or a torch of another release "
        "(undefined "
        "symbol).",
        does_not_mean="the GPU",
        fix="Install vLLM into an empty environment, so that it brings the torch and CUDA that it was built with.",
        command="pip install --upgrade vllm",
        after=("cuda-library-missing", "torch-abi-mismatch"),
        sources=("vllm 0.33.0 vllm/platforms/rocm.py and cuda.py",),
    ),
    Signature(
        id="vllm-cutlass-internal",
        title="a CUTLASS kernel of vLLM failed to start",
        patterns=(
            "RuntimeError: Error Internal",
            "cutlass_gemm_caller<...>: Error Internal",
            "RuntimeError: cutlass_scaled_mm: Error Internal",
        ),
        sample="RuntimeError: Error Internal",
        cause="CUTLASS could not launch its kernel: code of another architecture (a build for 9.0 or 12.0 without "
        "the suffix "
        "a), more shared memory than the GPU has, or an earlier CUDA error.",
        does_not_mean="a damaged model",
        fix="Update vLLM; switch to another kernel (VLLM_DISABLED_KERNELS, --quantization), or build it for this GPU.",
        command="pip install --upgrade vllm",
        after=("cuda-no-kernel-image", "cuda-illegal-address", "cuda-launch-failure"),
        sources=("vllm 0.33.0 _C_stable_libtorch.abi3.so (text)",),
    ),
    Signature(
        id="vllm-not-enough-memory",
        title="the GPU has less free memory than vLLM is configured to use",
        patterns=(
            "Free memory on device <...> on startup is less than desired GPU memory utilization",
            "No available memory for the cache blocks",
        ),
        sample="ValueError: Free memory on device (5.1/15.5 GiB) on startup is less than desired GPU memory "
        "utilization (0.9, 13.9 "
        "GiB).",
        cause="Another process (a desktop, an earlier server) holds memory, or the model leaves none for the cache.",
        does_not_mean="the architecture",
        fix="End what holds the memory, or lower --gpu-memory-utilization or --max-model-len.",
        command="nvidia-smi",
        sources=("vllm 0.33.0 vllm/v1/worker/gpu_worker.py",),
    ),
    Signature(
        id="vllm-custom-all-reduce",
        title="vLLM's own all-reduce fails between these GPUs",
        patterns=("custom_all_reduce.cuh:<line:num> '<what:text>'",),
        sample="Failed: Cuda error /workspace/csrc/custom_all_reduce.cuh:455 'invalid argument'",
        cause="It maps memory of one GPU into the process of another, which needs peer access: it fails across some "
        "PCI "
        "Express bridges, with an IOMMU, in virtual machines and in containers without shared memory.",
        does_not_mean="an unsupported GPU: one GPU alone runs",
        fix="Start vLLM with --disable-custom-all-reduce: NCCL then does it.",
        sources=("vllm-project/vllm#49101",),
    ),
)

# vLLM's kernels are built for the torch that it asks for: one that is upgraded alone breaks them.
_NO_CODE = Case(
    when=("vllm",),
    fix="Install a release of vLLM that supports the GPU: it brings the torch that its own kernels are built for.",
    wheel="vllm",
    command="pip install --upgrade vllm",
)

LINES = LogLines(
    groups=(
        SignatureGroup("PyTorch", _TORCH, before="torch-cudnn-version"),
        SignatureGroup("Kernels of language model servers", (*_OWN, *SERVERS)),
    ),
    additions=(
        LineAddition(id="torch-incompatible-gpu", cases=(_NO_CODE,)),
        LineAddition(id="cuda-no-kernel-image", cases=(_NO_CODE,)),
    ),
    signs=(LogSign("vllm", re.compile(r"\bvllm\b|\bvLLM\b"), (b"vLLM API server", b"/vllm/"), "vLLM"),),
)
