"""Statuses of NVIDIA's interfaces beside the toolkit's libraries: whole enumerations, told by what a status means.

Names and numbers: nvml.h 13, nvjpeg.h and nvPTXCompiler.h of CUDA 12.9, nvEncodeAPI.h 13.0, optix_types.h 9.0.
"""

from __future__ import annotations

from cudacompat.domain.logs.catalogue.library_statuses import ARGUMENT, status_line
from cudacompat.domain.logs.signature import Signature

_NVML = "https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceEnumvs.html (nvmlReturn_t)"
_NVJPEG = "https://docs.nvidia.com/cuda/nvjpeg/ (nvjpegStatus_t)"
_NVENC = "https://docs.nvidia.com/video-technologies/video-codec-sdk/ (NVENCSTATUS)"
_OPTIX = "https://raytracing-docs.nvidia.com/optix9/api/ (OptixResult)"

SIGNATURES: tuple[Signature, ...] = (
    status_line(
        "nvml-not-offered",
        (
            "nvml",
            "NVML_ERROR_",
            "NOT_SUPPORTED=3 NO_DATA=21 VGPU_ECC_NOT_SUPPORTED=22 FREQ_NOT_SUPPORTED=24 RESET_TYPE_NOT_SUPPORTED=30",
        ),
        title="this GPU or this machine does not offer what the management library was asked for",
        cause="Clocks, power, ECC, MIG and counters are not offered by every GPU; GeForce has few of "
        "them, and WSL fewer.",
        not_="a driver that does not work",
        fix="Leave the question out, or ask for it only where nvidia-smi -q shows a value.",
        source=_NVML,
    ),
    status_line(
        "nvml-call-refused",
        (
            "nvml",
            "NVML_ERROR_",
            "UNINITIALIZED=1 INVALIDARGUMENT=2 ALREADY_INITIALIZED=5 INSUFFICIENT_SIZE=7 ARGUMENT_VERSION_MISMATCH=25 "
            "DEPRECATED=26 INVALID_STATE=29 FUNCTION_NOT_FOUND=13",
        ),
        title="the driver's management library refused a call",
        cause="The program and the library are of different releases (a function or a structure that the "
        "other does not "
        "know), or the program calls in the wrong order.",
        not_="the GPU",
        fix="Update the driver, or take a release of the program (nvidia-ml-py, DCGM) for this driver.",
        source=_NVML,
    ),
    status_line(
        "nvml-gpu-not-ready",
        (
            "nvml",
            "NVML_ERROR_",
            "NOT_FOUND=6 INSUFFICIENT_POWER=8 DRIVER_NOT_LOADED=9 TIMEOUT=10 IRQ_ISSUE=11 CORRUPTED_INFOROM=14 "
            "RESET_REQUIRED=16 IN_USE=19 MEMORY=20 INSUFFICIENT_RESOURCES=23 NOT_READY=27 GPU_NOT_FOUND=28 UNKNOWN=999",
        ),
        title="the management library got no answer from the driver or the GPU",
        cause="The name says why: no driver is loaded, the GPU lacks power or interrupts, is in use, or "
        "has to be reset.",
        not_="a program that was built for another GPU",
        fix="Run nvidia-smi on the host, and read NVIDIA's lines in the kernel's log.",
        source=_NVML,
    ),
    status_line(
        "nvjpeg-image",
        ("nvjpeg", "NVJPEG_STATUS_", "BAD_JPEG=3 JPEG_NOT_SUPPORTED=4 INCOMPLETE_BITSTREAM=10"),
        title="nvJPEG cannot read this image",
        cause="The file is cut off or broken, or of a kind that nvJPEG does not decode, such as arithmetic coding.",
        not_="the GPU or the driver",
        fix="Decode this file on the CPU, or write it again as baseline JPEG.",
        source=_NVJPEG,
    ),
    status_line(
        "nvjpeg-failed",
        (
            "nvjpeg",
            "NVJPEG_STATUS_",
            "NOT_INITIALIZED=1 INVALID_PARAMETER=2 ALLOCATOR_FAILURE=5 EXECUTION_FAILED=6 ARCH_MISMATCH=7 "
            "INTERNAL_ERROR=8 IMPLEMENTATION_NOT_SUPPORTED=9",
        ),
        title="nvJPEG failed",
        cause="The name says why: memory, an argument, a backend that this GPU does not have, or an "
        "earlier error of it.",
        not_="the image",
        fix="Look for an earlier error of the GPU; take nvJPEG of the CUDA release that supports the GPU.",
        source=_NVJPEG,
        earlier=True,
    ),
    status_line(
        "nvenc-status",
        (
            "nvenc",
            "NV_ENC_ERR_",
            "INVALID_ENCODERDEVICE=3 INVALID_DEVICE=4 DEVICE_NOT_EXIST=5 INVALID_PTR=6 INVALID_EVENT=7 INVALID_PARAM=8 "
            "INVALID_CALL=9 ENCODER_NOT_INITIALIZED=11 UNSUPPORTED_PARAM=12 LOCK_BUSY=13 NOT_ENOUGH_BUFFER=14 "
            "MAP_FAILED=16 ENCODER_BUSY=18 EVENT_NOT_REGISTERD=19 GENERIC=20 UNIMPLEMENTED=22 "
            "RESOURCE_REGISTER_FAILED=23 "
            "RESOURCE_NOT_REGISTERED=24 RESOURCE_NOT_MAPPED=25",
        ),
        title="the video encoder refused a call",
        cause="An option that this encoder does not have (codec, preset, format, size), or an earlier "
        "error of the GPU.",
        not_="a missing architecture",
        fix="Take the options back to the defaults of the codec, one after the other; see what the GPU's "
        "encoder offers.",
        source=_NVENC,
    ),
    status_line(
        "optix-driver-mismatch",
        (
            "optix",
            "OPTIX_ERROR_",
            "NOT_SUPPORTED=7800 FUNCTION_TABLE_SIZE_MISMATCH=7802 ENTRY_SYMBOL_NOT_FOUND=7805 "
            "LIBRARY_UNLOAD_FAILURE=7806 "
            "NOT_COMPATIBLE=7400",
        ),
        title="this driver does not offer the OptiX that the program was built for",
        cause="OptiX is part of the driver: an older driver lacks functions of newer headers, and a GPU before Maxwell "
        "(for OptiX 9, before Turing) has none.",
        not_="the program's own device code",
        fix="Update the driver, or use the program's CUDA or CPU mode.",
        source=_OPTIX,
    ),
    status_line(
        "optix-failed",
        (
            "optix",
            "OPTIX_ERROR_",
            "INVALID_VALUE=7001 HOST_OUT_OF_MEMORY=7002 INVALID_OPERATION=7003 FILE_IO_ERROR=7004 "
            "INVALID_FILE_FORMAT=7005 "
            "DISK_CACHE_INVALID_PATH=7010 DISK_CACHE_PERMISSION_ERROR=7011 DISK_CACHE_DATABASE_ERROR=7012 "
            "DISK_CACHE_INVALID_DATA=7013 LAUNCH_FAILURE=7050 INVALID_DEVICE_CONTEXT=7051 CUDA_NOT_INITIALIZED=7052 "
            "VALIDATION_FAILURE=7053 INVALID_INPUT=7200 INVALID_LAUNCH_PARAMETER=7201 INVALID_PAYLOAD_ACCESS=7202 "
            "INVALID_ATTRIBUTE_ACCESS=7203 INVALID_FUNCTION_USE=7204 INVALID_FUNCTIONARGUMENTS=7205 "
            "PIPELINE_OUT_OF_CONSTANT_MEMORY=7250 PIPELINE_LINK_ERROR=7251 INTERNAL_COMPILER_ERROR=7299 "
            "DENOISER_MODEL_NOT_SET=7300 DENOISER_NOT_INITIALIZED=7301 DEVICE_OUT_OF_MEMORY=7807 CUDA_ERROR=7900 "
            "INTERNAL_ERROR=7990 UNKNOWN=7999",
        ),
        title="a call of OptiX (ray tracing) failed",
        cause="The name says why: memory, the cache of compiled programs, the shader's PTX, or an earlier "
        "error of CUDA.",
        not_=ARGUMENT,
        fix="Look for an error of CUDA above it; empty OptiX's cache (OPTIX_CACHE_PATH); update the "
        "driver and the program.",
        source=_OPTIX,
        earlier=True,
    ),
    status_line(
        "ptx-compiler-failed",
        (
            "nvptxcompile",
            "NVPTXCOMPILE_ERROR_",
            "INVALID_COMPILER_HANDLE=1 INVALID_INPUT=2 COMPILATION_FAILURE=3 INTERNAL=4 OUT_OF_MEMORY=5 "
            "COMPILER_INVOCATION_INCOMPLETE=6 UNSUPPORTED_PTX_VERSION=7 UNSUPPORTED_DEVSIDE_SYNC=8",
        ),
        title="the PTX compiler in the program refused the PTX",
        cause="The PTX is of a later version than this compiler knows, for a target that it does not have, or broken.",
        not_="the driver: this compiler is a part of the program",
        fix="Take a build of the program with a CUDA release that knows {label} and this PTX.",
        source="https://docs.nvidia.com/cuda/ptx-compiler-api/ (nvPTXCompileResult)",
    ),
)
