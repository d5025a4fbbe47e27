"""The catalogue of log lines, by the program that prints them: authored, each with its source.

A source is a thread of a public repository (owner/repo#number), a file of one, or what was measured with which tool.
Read in November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cudacompat.domain.logs.catalogue import (
    cmake,
    containers,
    cpu_fallback,
    ctranslate2,
    cublas_cudnn,
    cuda_errors,
    cuda_errors_kernel,
    driver,
    general,
    ggml,
    host_compiler,
    jit,
    kubernetes,
    linking,
    nvcc,
    onnxruntime,
    ptxas,
    python_builds,
    pytorch,
    tensorflow,
    tensorrt,
    triton,
    whisper_rs,
    xla_jax,
)
from cudacompat.domain.logs.signature import Signature, SignatureGroup

GROUPS: tuple[SignatureGroup, ...] = (
    SignatureGroup("CUDA runtime and driver API: loading and set-up", cuda_errors.SIGNATURES),
    SignatureGroup("CUDA runtime and driver API: while kernels run", cuda_errors_kernel.SIGNATURES),
    SignatureGroup("Driver, NVML and kernel module", driver.SIGNATURES),
    SignatureGroup("JIT", jit.SIGNATURES),
    SignatureGroup("nvcc", nvcc.SIGNATURES),
    SignatureGroup("ptxas, nvlink, fatbinary, NVRTC", ptxas.SIGNATURES),
    SignatureGroup("Host compiler and C library headers", host_compiler.SIGNATURES),
    SignatureGroup("Linking and loading libraries", linking.SIGNATURES),
    SignatureGroup("CMake", cmake.SIGNATURES),
    SignatureGroup("ggml: whisper.cpp, llama.cpp and what is built on them", ggml.SIGNATURES),
    SignatureGroup("whisper-rs and cargo", whisper_rs.SIGNATURES),
    SignatureGroup("CTranslate2 and faster-whisper", ctranslate2.SIGNATURES),
    SignatureGroup("PyTorch", pytorch.SIGNATURES),
    SignatureGroup("Building CUDA extensions for Python", python_builds.SIGNATURES),
    SignatureGroup("Triton", triton.SIGNATURES),
    SignatureGroup("ONNX Runtime", onnxruntime.SIGNATURES),
    SignatureGroup("TensorRT", tensorrt.SIGNATURES),
    SignatureGroup("XLA and JAX", xla_jax.SIGNATURES),
    SignatureGroup("TensorFlow", tensorflow.SIGNATURES),
    SignatureGroup("cuBLAS, cuDNN and NCCL", cublas_cudnn.SIGNATURES),
    SignatureGroup("Docker, Podman and the NVIDIA Container Toolkit", containers.SIGNATURES),
    SignatureGroup("Kubernetes", kubernetes.SIGNATURES),
    SignatureGroup("Silent use of the CPU", cpu_fallback.SIGNATURES),
    SignatureGroup("What any failure ends in", general.SIGNATURES),
)

SIGNATURES: tuple[Signature, ...] = tuple(signature for group in GROUPS for signature in group.signatures)


@cache
def by_id() -> Mapping[str, Signature]:
    """The signatures by their ids."""
    return {signature.id: signature for signature in SIGNATURES}


def named(text: str) -> Signature | None:
    """Return the signature that an id, the number of a CUDA error or one of its names stands for."""
    wanted = text.strip()
    for signature in SIGNATURES:
        if wanted.lower() == signature.id or wanted in signature.names:
            return signature
        if signature.code is not None and wanted.lower() in (str(signature.code), f"cuda-{signature.code}"):
            return signature
    return None
