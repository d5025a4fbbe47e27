"""Errors of the CUDA runtime and the driver API by their numbers: memory, textures, graphics, devices, licences.

Numbers, names, texts and sources: as in api_kinds.
"""

from __future__ import annotations

from cudacompat.domain.logs.catalogue.api_kinds import ApiKind, api_error

SIGNATURES = (
    api_error(
        5,
        "cudaErrorProfilerDisabled CUDA_ERROR_PROFILER_DISABLED",
        ApiKind.HARMLESS,
        "profiler disabled while using external profiling tool",
        "CUDA's profiler is off: An external profiling tool runs, so the program cannot start CUDA's own.",
    ),
    api_error(
        6,
        "cudaErrorProfilerNotInitialized CUDA_ERROR_PROFILER_NOT_INITIALIZED",
        ApiKind.HARMLESS,
        "profiler not initialized: call cudaProfilerInitialize()",
        "CUDA's profiler was not initialized: The program started or stopped the profiler before it set it up; CUDA "
        "has done neither since 5.0.",
    ),
    api_error(
        7,
        "cudaErrorProfilerAlreadyStarted CUDA_ERROR_PROFILER_ALREADY_STARTED",
        ApiKind.HARMLESS,
        "profiler already started",
        "CUDA's profiler was started twice: The program starts a profiler that runs; CUDA has not counted that as an "
        "error since 5.0.",
    ),
    api_error(
        8,
        "cudaErrorProfilerAlreadyStopped CUDA_ERROR_PROFILER_ALREADY_STOPPED",
        ApiKind.HARMLESS,
        "profiler already stopped",
        "CUDA's profiler was stopped twice: The program stops a profiler that does not run; CUDA has not counted "
        "that as an error since 5.0.",
    ),
    api_error(
        10,
        "cudaErrorVersionTranslation",
        ApiKind.DRIVER,
        "Driver is newer than runtime and returned parameters the runtime cannot process",
        "the driver returned what an older CUDA runtime does not know: The driver is newer than the runtime in the "
        "program and gave it a value for which the runtime has no word.",
    ),
    api_error(
        12,
        "cudaErrorInvalidPitchValue",
        ApiKind.CALL,
        "invalid pitch argument",
        "a copy with an impossible row length: The pitch of a two-dimensional copy is larger than allowed.",
    ),
    api_error(
        16,
        "cudaErrorInvalidHostPointer",
        ApiKind.CALL,
        "invalid host pointer",
        "a pointer that is not a valid one of the host: An argument is not a pointer of the host's memory that CUDA "
        "may use.",
    ),
    api_error(
        17,
        "cudaErrorInvalidDevicePointer",
        ApiKind.CALL,
        "invalid device pointer",
        "a pointer that is not a valid one of the GPU: Memory was freed twice, freed on another GPU or after a reset, "
        "or was never the GPU's.",
    ),
    api_error(
        18,
        "cudaErrorInvalidTexture",
        ApiKind.OLD_API,
        "invalid texture reference",
        "a texture that is not valid: The texture that was given to the call is none.",
    ),
    api_error(
        19,
        "cudaErrorInvalidTextureBinding",
        ApiKind.OLD_API,
        "texture is not bound to a pointer",
        "a texture that is bound to nothing: The texture was used before memory was bound to it.",
    ),
    api_error(
        20,
        "cudaErrorInvalidChannelDescriptor",
        ApiKind.CALL,
        "invalid channel descriptor",
        "a format of pixels that textures do not have: The channel format is none of those that "
        "cudaChannelFormatKind lists, or a size in it is not allowed.",
    ),
    api_error(
        21,
        "cudaErrorInvalidMemcpyDirection",
        ApiKind.CALL,
        "invalid copy direction for memcpy",
        "a copy in an impossible direction: The direction of a copy is none of those of cudaMemcpyKind.",
    ),
    api_error(
        22,
        "cudaErrorAddressOfConstant",
        ApiKind.OLD_API,
        "invalid address of constant",
        "the address of a constant was taken: The program takes the address of a constant in a way that CUDA allowed "
        "no longer after 3.1.",
    ),
    api_error(
        23,
        "cudaErrorTextureFetchFailed",
        ApiKind.OLD_API,
        "fetch from texture failed",
        "a texture could not be read: Reading through a texture failed in device emulation, which CUDA no longer has.",
    ),
    api_error(
        24,
        "cudaErrorTextureNotBound",
        ApiKind.OLD_API,
        "cannot fetch from a texture that is not bound",
        "a texture that is bound to nothing was read: Reading through a texture failed in device emulation, which "
        "CUDA no longer has.",
    ),
    api_error(
        25,
        "cudaErrorSynchronizationError",
        ApiKind.OLD_API,
        "incorrect use of __syncthreads()",
        "threads of a block waited at different places: A synchronization failed in device emulation, which CUDA no "
        "longer has.",
    ),
    api_error(
        26,
        "cudaErrorInvalidFilterSetting",
        ApiKind.CALL,
        "linear filtering not supported for non-float type",
        "linear filtering of a texture that is not of floats: Textures of integers cannot be filtered linearly.",
    ),
    api_error(
        27,
        "cudaErrorInvalidNormSetting",
        ApiKind.CALL,
        "read as normalized float not supported for data type",
        "a texture whose type cannot be read as a normalized float: Only textures of 8 and 16 bits can be.",
    ),
    api_error(
        28,
        "cudaErrorMixedDeviceExecution",
        ApiKind.OLD_API,
        "device emulation mode and device execution mode cannot be mixed",
        "emulated and real GPU code in one program: Device emulation was mixed with execution on a GPU; CUDA no "
        "longer has it.",
    ),
    api_error(
        31,
        "cudaErrorNotYetImplemented",
        ApiKind.CALL,
        "feature not yet implemented",
        "a call that CUDA did not have yet: The function was declared and not implemented in that release of CUDA.",
    ),
    api_error(
        32,
        "cudaErrorMemoryValueTooLarge",
        ApiKind.CALL,
        "memory size or pointer value too large to fit in 32 bit",
        "a pointer beyond 32 bits: A pointer in emulated code was beyond the 32 bits that it may have.",
    ),
    api_error(
        37,
        "cudaErrorInvalidSurface",
        ApiKind.OLD_API,
        "invalid surface reference",
        "a surface that is not valid: The surface that was given to the call is none.",
    ),
    api_error(
        43,
        "cudaErrorDuplicateVariableName",
        ApiKind.CALL,
        "duplicate global variable looked up by string name",
        "two variables of the GPU have one name: Two modules of the program hold a __device__ or __constant__ "
        "variable of the same name.",
    ),
    api_error(
        44,
        "cudaErrorDuplicateTextureName",
        ApiKind.OLD_API,
        "duplicate texture looked up by string name",
        "two textures have one name: Two modules of the program hold a texture of the same name.",
    ),
    api_error(
        45,
        "cudaErrorDuplicateSurfaceName",
        ApiKind.OLD_API,
        "duplicate surface looked up by string name",
        "two surfaces have one name: Two modules of the program hold a surface of the same name.",
    ),
    api_error(
        47,
        "CUDA_ERROR_MULTICAST_RESOURCE_FULL",
        ApiKind.LIMIT,
        "",
        "no resources are left for a multicast over NVLink: An object for multicast (NVLink SHARP) could not be made "
        "because the switches or GPUs have none left.",
    ),
    api_error(
        49,
        "cudaErrorIncompatibleDriverContext",
        ApiKind.DRIVER,
        "incompatible driver context",
        "a context of the driver API that the runtime cannot use: A context was made with an older call than the "
        "CUDA runtime understands, or for another thread.",
    ),
    api_error(
        52,
        "cudaErrorMissingConfiguration",
        ApiKind.CALL,
        "__global__ function call is not configured",
        "a kernel was called without a grid: The function of a kernel was called without a launch configuration.",
    ),
    api_error(
        53,
        "cudaErrorPriorLaunchFailure",
        ApiKind.CALL,
        "unspecified launch failure in prior launch",
        "an earlier kernel had failed: A launch before this call failed; the error was reported late.",
    ),
    api_error(
        65,
        "cudaErrorLaunchMaxDepthExceeded",
        ApiKind.LIMIT,
        "launch would exceed maximum depth of nested launches",
        "launches are nested too deeply: A kernel launched kernels beyond the depth that dynamic parallelism allows.",
    ),
    api_error(
        66,
        "cudaErrorLaunchFileScopedTex",
        ApiKind.OLD_API,
        "launch failed because kernel uses unsupported, file-scoped textures (texture objects are supported)",
        "a kernel that was launched by a kernel uses texture references: Dynamic parallelism supports texture "
        "objects only.",
    ),
    api_error(
        67,
        "cudaErrorLaunchFileScopedSurf",
        ApiKind.OLD_API,
        "launch failed because kernel uses unsupported, file-scoped surfaces (surface objects are supported)",
        "a kernel that was launched by a kernel uses surface references: Dynamic parallelism supports surface "
        "objects only.",
    ),
    api_error(
        68,
        "cudaErrorSyncDepthExceeded",
        ApiKind.LIMIT,
        "cudaDeviceSynchronize failed because caller's grid depth exceeds cudaLimitDevRuntimeSyncDepth",
        "a kernel waited for kernels it launched, too deeply: The depth is above cudaLimitDevRuntimeSyncDepth; CUDA "
        "12 removed such waits.",
    ),
    api_error(
        69,
        "cudaErrorLaunchPendingCountExceeded",
        ApiKind.LIMIT,
        "launch failed because launch would exceed cudaLimitDevRuntimePendingLaunchCount",
        "too many launches by kernels are pending: More are waiting than cudaLimitDevRuntimePendingLaunchCount allows.",
    ),
    api_error(
        102,
        "cudaErrorDeviceNotLicensed CUDA_ERROR_DEVICE_NOT_LICENSED",
        ApiKind.DRIVER,
        "device doesn't have valid Grid license",
        "the virtual GPU has no licence: The vGPU (GRID) driver got no licence, so CUDA is switched off on it.",
    ),
    api_error(
        103,
        "cudaErrorSoftwareValidityNotEstablished",
        ApiKind.DRIVER,
        "integrity checks failed",
        "the CUDA runtime's own check failed: A check of the integrity of the runtime or of its libraries did not "
        "pass.",
    ),
    api_error(
        127,
        "cudaErrorStartupFailure",
        ApiKind.DRIVER,
        "startup failure in cuda runtime",
        "the CUDA runtime could not start: Something inside the runtime failed when it began: libraries of several "
        "CUDA releases in one process, most often.",
    ),
    api_error(
        201,
        "cudaErrorDeviceUninitialized CUDA_ERROR_INVALID_CONTEXT",
        ApiKind.CALL,
        "invalid device context",
        "no valid context of the GPU: The thread has no CUDA context, or that of a GPU that an earlier error, a fork "
        "or a reset had ended.",
    ),
    api_error(
        202,
        "CUDA_ERROR_CONTEXT_ALREADY_CURRENT",
        ApiKind.HARMLESS,
        "",
        "a context that was current already: The program made a context current that was; CUDA has not counted that "
        "as an error since 3.2.",
    ),
    api_error(
        205,
        "cudaErrorMapBufferObjectFailed CUDA_ERROR_MAP_FAILED",
        ApiKind.CALL,
        "mapping of buffer object failed",
        "a buffer of OpenGL or DirectX could not be mapped: The graphics interface did not give its buffer or "
        "texture to CUDA.",
    ),
    api_error(
        206,
        "cudaErrorUnmapBufferObjectFailed CUDA_ERROR_UNMAP_FAILED",
        ApiKind.CALL,
        "unmapping of buffer object failed",
        "a buffer of OpenGL or DirectX could not be given back: Unmapping or unregistering it failed.",
    ),
    api_error(
        207,
        "cudaErrorArrayIsMapped CUDA_ERROR_ARRAY_IS_MAPPED",
        ApiKind.CALL,
        "array is mapped",
        "an array that is mapped cannot be destroyed: It is still in use by the graphics interface.",
    ),
    api_error(
        208,
        "cudaErrorAlreadyMapped CUDA_ERROR_ALREADY_MAPPED",
        ApiKind.CALL,
        "resource already mapped",
        "a graphics resource was mapped twice: It was mapped already.",
    ),
    api_error(
        210,
        "cudaErrorAlreadyAcquired CUDA_ERROR_ALREADY_ACQUIRED",
        ApiKind.CALL,
        "resource already acquired",
        "a graphics resource was acquired twice: It was acquired already.",
    ),
    api_error(
        211,
        "cudaErrorNotMapped CUDA_ERROR_NOT_MAPPED",
        ApiKind.CALL,
        "resource not mapped",
        "a graphics resource is not mapped: The program used it before it mapped it.",
    ),
    api_error(
        212,
        "cudaErrorNotMappedAsArray CUDA_ERROR_NOT_MAPPED_AS_ARRAY",
        ApiKind.CALL,
        "resource not mapped as array",
        "a graphics resource is not mapped as an array: It was mapped for access as a pointer.",
    ),
    api_error(
        213,
        "cudaErrorNotMappedAsPointer CUDA_ERROR_NOT_MAPPED_AS_POINTER",
        ApiKind.CALL,
        "resource not mapped as pointer",
        "a graphics resource is not mapped as a pointer: It was mapped for access as an array.",
    ),
    api_error(
        215,
        "cudaErrorUnsupportedLimit CUDA_ERROR_UNSUPPORTED_LIMIT",
        ApiKind.CALL,
        "limit is not supported on this architecture",
        "a limit that this GPU does not have: The call asks for or sets a cudaLimit that the GPU does not know.",
    ),
    api_error(
        216,
        "cudaErrorDeviceAlreadyInUse CUDA_ERROR_CONTEXT_ALREADY_IN_USE",
        ApiKind.CALL,
        "exclusive-thread device already in use by a different thread",
        "the GPU is in use by another thread: A context belongs to one thread at a time here (compute mode "
        "exclusive-thread), and another one has it.",
    ),
    api_error(
        219,
        "cudaErrorInvalidGraphicsContext CUDA_ERROR_INVALID_GRAPHICS_CONTEXT",
        ApiKind.CALL,
        "invalid OpenGL or DirectX context",
        "CUDA and OpenGL or DirectX are not on the same GPU: The graphics context is not valid, or it belongs to "
        "another GPU or to a display without one.",
    ),
)
