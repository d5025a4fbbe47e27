"""Lines that engines print while they run, and what each proves.

Authored. `measured` means printed by a program that was run for this table (whisper.cpp 1.9.3 on machines with and
without a driver, an H200 with driver 580.159.04); the rest was read in the named source.
"""

from __future__ import annotations

import re

from cudacompat.domain.runs.signs import RunSign, SignMeaning

_WHISPER = "https://github.com/ggml-org/whisper.cpp src/whisper.cpp"
_LLAMA = "https://github.com/ggml-org/llama.cpp"
_GGML = "https://github.com/ggml-org/ggml src/ggml-cuda/ggml-cuda.cu"
_ERRORS = "CUDA driver API, CUresult; measured on an H200"


def _sign(
    id_: str, needle: str, pattern: str, says: SignMeaning, why: str, source: str, code: int | None = None
) -> RunSign:
    return RunSign(id_, needle, re.compile(pattern), says, why, source, code)


_ON_GPU = "the engine put its work on the GPU"
_MODEL = "the model's weights were put into GPU memory"

SIGNS: tuple[RunSign, ...] = (
    _sign(
        "whisper-cuda-backend",
        "using CUDA",
        r"whisper_backend_init_gpu: using CUDA\d+ backend",
        SignMeaning.GPU,
        _ON_GPU,
        f"{_WHISPER}; measured",
    ),
    _sign(
        "whisper-model-on-gpu",
        " total size =",
        r"whisper_model_load:\s+CUDA\d+ total size =\s*[\d.]+ MB",
        SignMeaning.GPU,
        _MODEL,
        f"{_WHISPER}; measured",
    ),
    _sign(
        "llama-model-on-gpu",
        " buffer size =",
        r"(?:load_tensors|llm_load_tensors):\s+CUDA\d+ (?:model )?buffer size =\s*[\d.]+ MiB",
        SignMeaning.GPU,
        _MODEL,
        f"{_LLAMA} src/llama-model.cpp",
    ),
    _sign(
        "llama-offloaded",
        "layers to GPU",
        r"offloaded [1-9]\d*/\d+ layers to GPU",
        SignMeaning.GPU,
        _ON_GPU,
        f"{_LLAMA} src/llama-model.cpp",
    ),
    _sign(
        "llama-offloaded-none",
        "layers to GPU",
        r"offloaded 0/\d+ layers to GPU",
        SignMeaning.CPU,
        "no layer was put on the GPU: -ngl was 0, or there is no GPU backend",
        f"{_LLAMA} src/llama-model.cpp",
    ),
    _sign(
        "whisper-no-gpu",
        "no GPU found",
        r"whisper_backend_init_gpu: no GPU found",
        SignMeaning.CPU,
        "whisper.cpp runs on the CPU, whatever `use gpu` says",
        f"{_WHISPER}; measured",
    ),
    _sign(
        "ggml-no-cuda",
        "failed to initialize CUDA",
        r"ggml_cuda_init: failed to initialize CUDA",
        SignMeaning.CPU,
        "ggml goes on without its CUDA backend",
        f"{_GGML}; measured",
    ),
    _sign(
        "llama-no-usable-gpu",
        "no usable GPU found",
        r"no usable GPU found, --?\S+ option will be ignored",
        SignMeaning.CPU,
        "llama.cpp found no GPU backend",
        f"{_LLAMA} common/arg.cpp",
    ),
    _sign(
        "ollama-no-gpu",
        "no compatible GPUs were discovered",
        r"no compatible GPUs were discovered",
        SignMeaning.CPU,
        "ollama runs its models on the CPU",
        "https://github.com/ollama/ollama discover/gpu.go",
    ),
    _sign(
        "onnxruntime-no-cuda-provider",
        "Failed to create CUDAExecutionProvider",
        r"Failed to create CUDAExecutionProvider",
        SignMeaning.CPU,
        "ONNX Runtime goes on with its CPU provider",
        "https://github.com/microsoft/onnxruntime onnxruntime/python/onnxruntime_pybind_state.cc",
    ),
    _sign(
        "tensorflow-no-gpu",
        "GPU will not be used",
        r"Could not find cuda drivers on your machine, GPU will not be used",
        SignMeaning.CPU,
        "TensorFlow runs on the CPU",
        "https://github.com/tensorflow/tensorflow xla/tsl/cuda/cudart_stub.cc",
    ),
    _sign(
        "jax-falls-back",
        "Falling back to cpu",
        r"Falling back to cpu",
        SignMeaning.CPU,
        "JAX runs on the CPU",
        "https://github.com/jax-ml/jax jax/_src/xla_bridge.py",
    ),
    _sign(
        "falls-back",
        "alling back to CPU",
        r"[Ff]alling back to CPU",
        SignMeaning.CPU,
        "the program says that it goes on with the CPU",
        "many programs' own words",
    ),
    _sign(
        "cuda-no-driver",
        "driver version is insufficient",
        r"CUDA driver version is insufficient for CUDA runtime version",
        SignMeaning.CPU,
        "CUDA could not start: there is no driver, or it is older than the runtime (error 35)",
        f"{_ERRORS} and on a machine without a driver",
        35,
    ),
    _sign(
        "cuda-no-device",
        "no CUDA-capable device",
        r"no CUDA-capable device is detected",
        SignMeaning.CPU,
        "CUDA started and saw no GPU (error 100)",
        _ERRORS,
        100,
    ),
    _sign(
        "no-kernel-image",
        "no kernel image is available",
        r"no kernel image is available for execution on the device",
        SignMeaning.ERROR,
        "nothing in the module fits the GPU",
        _ERRORS,
        209,
    ),
    _sign(
        "no-kernel-image-name",
        "NoKernelImageForDevice",
        r"cudaErrorNoKernelImageForDevice",
        SignMeaning.ERROR,
        "nothing in the module fits the GPU",
        _ERRORS,
        209,
    ),
    _sign(
        "no-binary-for-gpu",
        "CUDA_ERROR_NO_BINARY_FOR_GPU",
        r"CUDA_ERROR_NO_BINARY_FOR_GPU",
        SignMeaning.ERROR,
        "nothing in the module fits the GPU",
        _ERRORS,
        209,
    ),
    _sign(
        "ggml-no-device-code",
        "has no device code compatible",
        r"has no device code compatible with CUDA arch \d+",
        SignMeaning.ERROR,
        "the code that runs was made for an older architecture and lacks this kernel",
        f"{_GGML}; the incident's own log",
    ),
    _sign(
        "ptx-too-new",
        "unsupported toolchain",
        r"the provided PTX was compiled with an unsupported toolchain",
        SignMeaning.ERROR,
        "only PTX fits, and it is newer than the driver's compiler",
        _ERRORS,
        222,
    ),
    _sign(
        "ptx-invalid",
        "PTX JIT compilation failed",
        r"a PTX JIT compilation failed",
        SignMeaning.ERROR,
        "the driver's compiler refused the PTX",
        _ERRORS,
        218,
    ),
    _sign(
        "jit-disabled",
        "JIT compilation was disabled",
        r"PTX JIT compilation was disabled",
        SignMeaning.ERROR,
        "only PTX fits, and CUDA_DISABLE_PTX_JIT forbids compiling it",
        _ERRORS,
        223,
    ),
    _sign(
        "jit-compiler-missing",
        "JIT compiler library not found",
        r"PTX JIT compiler library not found",
        SignMeaning.ERROR,
        "libnvidia-ptxjitcompiler.so.1 is not there",
        _ERRORS,
        221,
    ),
    _sign(
        "kernel-not-found",
        "named symbol not found",
        r"(?:CUDA|cuda)\S* ?[Ee]rror.{0,40}named symbol not found",
        SignMeaning.ERROR,
        "the image that the driver picked lacks the kernel",
        _ERRORS,
        500,
    ),
    _sign(
        "launch-failure",
        "unspecified launch failure",
        r"unspecified launch failure",
        SignMeaning.ERROR,
        "a kernel trapped or faulted",
        _ERRORS,
        719,
    ),
    _sign(
        "illegal-access",
        "illegal memory access",
        r"an illegal memory access was encountered",
        SignMeaning.ERROR,
        "a kernel faulted",
        _ERRORS,
        700,
    ),
    _sign(
        "gpu-out-of-memory",
        "ut of memory",
        r"CUDA (?:error: )?out of memory|cudaMalloc failed: out of memory|CUDA_ERROR_OUT_OF_MEMORY",
        SignMeaning.ERROR,
        "the GPU's memory was full",
        _ERRORS,
        2,
    ),
    _sign(
        "torch-without-cuda",
        "not compiled with CUDA enabled",
        r"Torch not compiled with CUDA enabled",
        SignMeaning.ERROR,
        "this PyTorch is a CPU build",
        "https://github.com/pytorch/pytorch torch/cuda/__init__.py",
    ),
    _sign(
        "use-gpu-parameter",
        "use gpu",
        r"use gpu\s*=\s*1",
        SignMeaning.NOTHING,
        "only the parameter: whisper.cpp prints it on machines without a driver, too, and then runs on the CPU",
        f"{_WHISPER}; measured",
    ),
    _sign(
        "found-devices",
        "CUDA devices",
        r"found \d+ CUDA devices",
        SignMeaning.NOTHING,
        "driver and GPU are there; nothing was run on it yet",
        f"{_GGML}; measured",
    ),
    _sign(
        "device-line",
        "compute capability",
        r"Device \d+: .{3,80}?, compute capability \d+\.\d",
        SignMeaning.NOTHING,
        "the GPU that is there, not the code that was compiled",
        f"{_GGML}; measured",
    ),
    _sign(
        "archs-list",
        "ARCHS = ",
        r"\bARCHS = \d+",
        SignMeaning.NOTHING,
        "the list the build was given: it does not tell machine code from PTX",
        f"{_GGML}; measured",
    ),
)

NEEDLES: tuple[bytes, ...] = tuple(dict.fromkeys(sign.needle.encode() for sign in SIGNS))
