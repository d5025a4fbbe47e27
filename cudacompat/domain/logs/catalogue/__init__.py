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
    cuda_parts,
    cuda_source,
    driver,
    driver_access,
    driver_modules,
    general,
    host_compiler,
    jetson,
    jit,
    kubernetes,
    linking,
    nvcc,
    other_programs,
    packages,
    ptxas,
    python_builds,
    rust_crates,
    serving_kernels,
    tensorflow,
    tensorrt,
    triton,
    video,
    windows,
    xla_jax,
)
from cudacompat.domain.logs.signature import SignatureGroup

GROUPS: tuple[SignatureGroup, ...] = (
    SignatureGroup("CUDA runtime and driver API: loading and set-up", cuda_errors.SIGNATURES, place=10),
    SignatureGroup("CUDA runtime and driver API: while kernels run", cuda_errors_kernel.SIGNATURES, place=20),
    SignatureGroup("Driver, NVML and kernel module", driver.SIGNATURES, place=30),
    SignatureGroup("NVIDIA's kernel modules: why no driver is loaded", driver_modules.SIGNATURES, place=32),
    SignatureGroup("Access to the GPU", driver_access.SIGNATURES, place=34),
    SignatureGroup("JIT", jit.SIGNATURES, place=40),
    SignatureGroup("nvcc", nvcc.SIGNATURES, place=50),
    SignatureGroup("ptxas, nvlink, fatbinary, NVRTC", ptxas.SIGNATURES, place=60),
    SignatureGroup("CUDA source, toolkit and target", cuda_source.SIGNATURES, place=65),
    SignatureGroup("CUDA's headers and libraries in a build", cuda_parts.SIGNATURES, place=67),
    SignatureGroup("Host compiler and C library headers", host_compiler.SIGNATURES, place=70),
    SignatureGroup("Linking and loading libraries", linking.SIGNATURES, place=80),
    SignatureGroup("CMake", cmake.SIGNATURES, place=90),
    SignatureGroup("Visual Studio and Windows", windows.SIGNATURES, place=95),
    SignatureGroup("Rust crates", rust_crates.SIGNATURES, place=115),
    SignatureGroup("Kernels of language model servers", serving_kernels.SIGNATURES, place=135),
    SignatureGroup("Building CUDA extensions for Python", python_builds.SIGNATURES, place=140),
    SignatureGroup("Triton", triton.SIGNATURES, place=150),
    SignatureGroup("TensorRT", tensorrt.SIGNATURES, place=170),
    SignatureGroup("XLA and JAX", xla_jax.SIGNATURES, place=180),
    SignatureGroup("TensorFlow", tensorflow.SIGNATURES, place=190),
    SignatureGroup("Simulation, rendering, learning: other programs", other_programs.SIGNATURES, place=195),
    SignatureGroup("Jetson", jetson.SIGNATURES, place=196),
    SignatureGroup("FFmpeg, NVENC and NVDEC", video.SIGNATURES, place=197),
    SignatureGroup("cuBLAS, cuDNN and NCCL", cublas_cudnn.SIGNATURES, place=200),
    SignatureGroup("Docker, Podman and the NVIDIA Container Toolkit", containers.SIGNATURES, place=210),
    SignatureGroup("Packages and images", packages.SIGNATURES, place=215),
    SignatureGroup("Kubernetes", kubernetes.SIGNATURES, place=220),
    SignatureGroup("Silent use of the CPU", cpu_fallback.SIGNATURES, place=230),
    SignatureGroup("What any failure ends in", general.SIGNATURES, place=240),
)
