"""Lines of CUDA itself, and of programs that are no engine here, while they run, and what each proves.

Authored. `measured` means printed by a program that was run for this table (on machines with and without a driver, an
H200 with driver 580.159.04); the rest was read in the named source. Those of an engine stand with the engine.
"""

from __future__ import annotations

from cudacompat.domain.runs.signs import RunSign, SignMeaning, run_sign

_ERRORS = "CUDA driver API, CUresult; measured on an H200"


SIGNS: tuple[RunSign, ...] = (
    run_sign(
        "tensorflow-no-gpu",
        "GPU will not be used",
        r"Could not find cuda drivers on your machine, GPU will not be used",
        SignMeaning.CPU,
        "TensorFlow runs on the CPU",
        "https://github.com/tensorflow/tensorflow xla/tsl/cuda/cudart_stub.cc",
    ),
    run_sign(
        "jax-falls-back",
        "Falling back to cpu",
        r"Falling back to cpu",
        SignMeaning.CPU,
        "JAX runs on the CPU",
        "https://github.com/jax-ml/jax jax/_src/xla_bridge.py",
    ),
    run_sign(
        "falls-back",
        "alling back to CPU",
        r"[Ff]alling back to CPU",
        SignMeaning.CPU,
        "the program reports that it continues with the CPU",
        "many programs' own words",
    ),
    run_sign(
        "cuda-no-driver",
        "driver version is insufficient",
        r"CUDA driver version is insufficient for CUDA runtime version",
        SignMeaning.CPU,
        "CUDA did not start: no driver, or a driver older than the runtime (error 35)",
        f"{_ERRORS} and on a machine without a driver",
        35,
    ),
    run_sign(
        "cuda-no-device",
        "no CUDA-capable device",
        r"no CUDA-capable device is detected",
        SignMeaning.CPU,
        "CUDA started but sees no GPU (error 100)",
        _ERRORS,
        100,
    ),
    run_sign(
        "no-kernel-image",
        "no kernel image is available",
        r"no kernel image is available for execution on the device",
        SignMeaning.ERROR,
        "nothing in the module fits the GPU",
        _ERRORS,
        209,
    ),
    run_sign(
        "no-kernel-image-name",
        "NoKernelImageForDevice",
        r"cudaErrorNoKernelImageForDevice",
        SignMeaning.ERROR,
        "nothing in the module fits the GPU",
        _ERRORS,
        209,
    ),
    run_sign(
        "no-binary-for-gpu",
        "CUDA_ERROR_NO_BINARY_FOR_GPU",
        r"CUDA_ERROR_NO_BINARY_FOR_GPU",
        SignMeaning.ERROR,
        "nothing in the module fits the GPU",
        _ERRORS,
        209,
    ),
    run_sign(
        "ptx-too-new",
        "unsupported toolchain",
        r"the provided PTX was compiled with an unsupported toolchain",
        SignMeaning.ERROR,
        "only PTX fits, and it is newer than the driver's compiler",
        _ERRORS,
        222,
    ),
    run_sign(
        "ptx-invalid",
        "PTX JIT compilation failed",
        r"a PTX JIT compilation failed",
        SignMeaning.ERROR,
        "the driver's compiler refused the PTX",
        _ERRORS,
        218,
    ),
    run_sign(
        "jit-disabled",
        "JIT compilation was disabled",
        r"PTX JIT compilation was disabled",
        SignMeaning.ERROR,
        "only PTX fits, and JIT compilation is disabled (CUDA error 223)",
        _ERRORS,
        223,
    ),
    run_sign(
        "jit-compiler-missing",
        "JIT compiler library not found",
        r"PTX JIT compiler library not found",
        SignMeaning.ERROR,
        "libnvidia-ptxjitcompiler.so.1 is not there",
        _ERRORS,
        221,
    ),
    run_sign(
        "kernel-not-found",
        "named symbol not found",
        r"(?:CUDA|cuda)\S* ?[Ee]rror.{0,40}named symbol not found",
        SignMeaning.ERROR,
        "the image that the driver picked lacks the kernel",
        _ERRORS,
        500,
    ),
    run_sign(
        "launch-failure",
        "unspecified launch failure",
        r"unspecified launch failure",
        SignMeaning.ERROR,
        "a kernel trapped or faulted",
        _ERRORS,
        719,
    ),
    run_sign(
        "illegal-access",
        "illegal memory access",
        r"an illegal memory access was encountered",
        SignMeaning.ERROR,
        "a kernel faulted",
        _ERRORS,
        700,
    ),
    run_sign(
        "gpu-out-of-memory",
        "ut of memory",
        r"CUDA (?:error: )?out of memory|cudaMalloc failed: out of memory|CUDA_ERROR_OUT_OF_MEMORY",
        SignMeaning.ERROR,
        "the GPU's memory was full",
        _ERRORS,
        2,
    ),
)
