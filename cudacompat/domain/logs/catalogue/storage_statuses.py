"""Statuses of cuFile, cuDSS and NVSHMEM: whole enumerations, told by what a status means.

Names and numbers: cufile.h of CUDA 12.9 (CUfileOpError), cudss.h 0.8 (cudssStatus_t; 0.4 and older number the last ones
otherwise), nvshmemx_error.h 3.3 (nvshmemx_status). cuSPARSELt returns the statuses of cuSPARSE.
"""

from __future__ import annotations

from cudacompat.domain.logs.catalogue.library_statuses import ARGUMENT, status_line
from cudacompat.domain.logs.signature import Signature

_CUFILE = "https://docs.nvidia.com/gpudirect-storage/api-reference-guide/ (CUfileOpError)"
_CUDSS = "https://docs.nvidia.com/cuda/cudss/types.html (cudssStatus_t)"
_NVSHMEM = "NVIDIA/nvshmem src/include/host/nvshmemx_error.h (nvshmemx_status)"
_DRIVER_OF_STORAGE = "the GPU's architecture; the CUDA release of the program"

SIGNATURES: tuple[Signature, ...] = (
    status_line(
        "cufile-driver",
        (
            "cufile",
            "CU_FILE_",
            "DRIVER_NOT_INITIALIZED=5001 DRIVER_INVALID_PROPS=5002 DRIVER_UNSUPPORTED_LIMIT=5003 "
            "DRIVER_VERSION_MISMATCH=5004 DRIVER_VERSION_READ_ERROR=5005 DRIVER_CLOSING=5006 NVFS_DRIVER_ERROR=5010 "
            "NVFS_SETUP_ERROR=5033",
        ),
        title="the kernel module of GPUDirect Storage is not loaded, or does not fit cuFile",
        cause="cuFile needs the kernel module nvidia-fs, of a release that fits it, or its compatibility mode.",
        not_=_DRIVER_OF_STORAGE,
        fix="Load nvidia-fs (package nvidia-gds), or allow the compatibility mode: allow_compat_mode in cufile.json.",
        source=_CUFILE,
    ),
    status_line(
        "cufile-not-supported-here",
        (
            "cufile",
            "CU_FILE_",
            "PLATFORM_NOT_SUPPORTED=5007 IO_NOT_SUPPORTED=5008 DEVICE_NOT_SUPPORTED=5009 IO_DISABLED=5034 "
            "ASYNC_NOT_SUPPORTED=5038 INVALID_FILE_TYPE=5018 DEVICE_NOT_FOUND=5029",
        ),
        title="GPUDirect Storage does not work with this GPU, file system or machine",
        cause="GeForce GPUs, WSL and many file systems have no direct path between storage and GPU memory.",
        not_="a program that was built for another GPU",
        fix="Run gdscheck -p, which lists what is supported, or allow the compatibility mode in cufile.json.",
        source=_CUFILE,
    ),
    status_line(
        "cufile-cuda",
        (
            "cufile",
            "CU_FILE_",
            "CUDA_DRIVER_ERROR=5011 CUDA_POINTER_INVALID=5012 CUDA_MEMORY_TYPE_INVALID=5013 "
            "CUDA_POINTER_RANGE_ERROR=5014 CUDA_CONTEXT_MISMATCH=5015 GPU_MEMORY_PINNING_FAILED=5036",
        ),
        title="cuFile cannot use this memory of the GPU",
        cause="The pointer is not one of GPU memory, belongs to another context, or no more of the BAR can be pinned.",
        not_="a missing architecture",
        fix="Pass memory that cudaMalloc gave in the same context; register smaller buffers.",
        source=_CUFILE,
    ),
    status_line(
        "cufile-call-refused",
        (
            "cufile",
            "CU_FILE_",
            "INVALID_MAPPING_SIZE=5016 INVALID_MAPPING_RANGE=5017 INVALID_FILE_OPEN_FLAG=5019 DIO_NOT_SET=5020 "
            "INVALID_VALUE=5022 MEMORY_ALREADY_REGISTERED=5023 MEMORY_NOT_REGISTERED=5024 PERMISSION_DENIED=5025 "
            "DRIVER_ALREADY_OPEN=5026 HANDLE_NOT_REGISTERED=5027 HANDLE_ALREADY_REGISTERED=5028 INTERNAL_ERROR=5030 "
            "GETNEWFD_FAILED=5031 BATCH_SUBMIT_FAILED=5035 BATCH_FULL=5037",
        ),
        title="cuFile refused a call",
        cause="The name says why: the file was not opened with O_DIRECT, was registered twice, or may not be read.",
        not_=ARGUMENT,
        fix="Read cufile.log, which cuFile writes where the program runs.",
        source=_CUFILE,
    ),
    status_line(
        "cudss-failed",
        ("cudss", "CUDSS_STATUS_", "EXECUTION_FAILED=5 INTERNAL_ERROR=6 NOT_INITIALIZED=1 ALLOC_FAILED=2"),
        title="cuDSS failed while it solved",
        cause="ALLOC_FAILED: too little memory. EXECUTION_FAILED: a kernel did not start, as with a cuDSS whose code "
        "does not fit the GPU, or after an earlier error.",
        not_="the matrix, for ALLOC_FAILED",
        fix="Look for an error of CUDA above it; take a cuDSS that supports {label}; solve on the host and the GPU "
        "together where memory is short.",
        source=_CUDSS,
        earlier=True,
    ),
    status_line(
        "cudss-refused",
        ("cudss", "CUDSS_STATUS_", "INVALID_VALUE=3 NOT_SUPPORTED=4 IR_FAILED=7"),
        title="cuDSS refused a call",
        cause="The matrix, its type or the options are none that this release of cuDSS solves.",
        not_=ARGUMENT,
        fix="Compare the kind of matrix, the types of the indexes and the options with the release notes of cuDSS.",
        source=_CUDSS,
    ),
    status_line(
        "nvshmem-failed",
        (
            "nvshmem",
            "NVSHMEMX_ERROR_",
            "INTERNAL=7 COLLECTIVE_LAUNCH_FAILED=6 SYMMETRY=4 OUT_OF_MEMORY=2",
        ),
        title="NVSHMEM cannot start or allocate on all its GPUs",
        cause="The processes do not reach each other, their GPUs differ, the symmetric heap does not fit, or the "
        "transport (IBGDA, UCX, libfabric) is not there.",
        not_="a missing architecture",
        fix="Set NVSHMEM_DEBUG=INFO and read the first WARN line; NVSHMEM_SYMMETRIC_SIZE sets the heap.",
        source=_NVSHMEM,
    ),
    status_line(
        "nvshmem-refused",
        ("nvshmem", "NVSHMEMX_ERROR_", "INVALID_VALUE=1 NOT_SUPPORTED=3 GPU_NOT_SELECTED=5"),
        title="NVSHMEM refused a call",
        cause="The name says why: no GPU was selected before it started, or this machine or build lacks a transport.",
        not_=ARGUMENT,
        fix="Call cudaSetDevice before NVSHMEM starts, and compare its build with the hardware: NVSHMEM_INFO=1.",
        source=_NVSHMEM,
    ),
)
