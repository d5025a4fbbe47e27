"""The log lines of NVIDIA's own programs and libraries, of the tools that build, and of programs that are no engine
here: authored, each with its source. Those of an engine stand with the engine; `place` orders both kinds of group.

A source is a thread of a public repository (owner/repo#number), a file of one, or what was measured with which tool.
Read in November 2026.
"""

from __future__ import annotations

from cudacompat.domain.logs.catalogue import (
    cmake,
    containers,
    cpu_fallback,
    cublas_cudnn,
    cuda_errors,
    cuda_errors_kernel,
    driver,
    general,
    host_compiler,
    jit,
    kubernetes,
    linking,
    nvcc,
    ptxas,
    python_builds,
    tensorflow,
    tensorrt,
    triton,
    xla_jax,
)
from cudacompat.domain.logs.signature import SignatureGroup

GROUPS: tuple[SignatureGroup, ...] = (
    SignatureGroup("CUDA runtime and driver API: loading and set-up", cuda_errors.SIGNATURES, place=10),
    SignatureGroup("CUDA runtime and driver API: while kernels run", cuda_errors_kernel.SIGNATURES, place=20),
    SignatureGroup("Driver, NVML and kernel module", driver.SIGNATURES, place=30),
    SignatureGroup("JIT", jit.SIGNATURES, place=40),
    SignatureGroup("nvcc", nvcc.SIGNATURES, place=50),
    SignatureGroup("ptxas, nvlink, fatbinary, NVRTC", ptxas.SIGNATURES, place=60),
    SignatureGroup("Host compiler and C library headers", host_compiler.SIGNATURES, place=70),
    SignatureGroup("Linking and loading libraries", linking.SIGNATURES, place=80),
    SignatureGroup("CMake", cmake.SIGNATURES, place=90),
    SignatureGroup("Building CUDA extensions for Python", python_builds.SIGNATURES, place=140),
    SignatureGroup("Triton", triton.SIGNATURES, place=150),
    SignatureGroup("TensorRT", tensorrt.SIGNATURES, place=170),
    SignatureGroup("XLA and JAX", xla_jax.SIGNATURES, place=180),
    SignatureGroup("TensorFlow", tensorflow.SIGNATURES, place=190),
    SignatureGroup("cuBLAS, cuDNN and NCCL", cublas_cudnn.SIGNATURES, place=200),
    SignatureGroup("Docker, Podman and the NVIDIA Container Toolkit", containers.SIGNATURES, place=210),
    SignatureGroup("Kubernetes", kubernetes.SIGNATURES, place=220),
    SignatureGroup("Silent use of the CPU", cpu_fallback.SIGNATURES, place=230),
    SignatureGroup("What any failure ends in", general.SIGNATURES, place=240),
)
