"""Errors of the CUDA runtime and the driver API by their numbers: links, code, launches, MPS, graphs.

Numbers, names, texts and sources: as in api_kinds.
"""

from __future__ import annotations

from cudacompat.domain.logs.catalogue.api_kinds import ApiKind, api_error

SIGNATURES = (
    api_error(
        220,
        "cudaErrorNvlinkUncorrectable CUDA_ERROR_NVLINK_UNCORRECTABLE",
        ApiKind.HARDWARE,
        "uncorrectable NVLink error detected during the execution",
        "NVLink made an error that cannot be corrected: A link between GPUs failed while it was in use.",
    ),
    api_error(
        224,
        "cudaErrorUnsupportedExecAffinity CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY",
        ApiKind.CALL,
        "the provided execution affinity is not supported",
        "the GPU cannot limit a process to some multiprocessors: The execution affinity asked for is not supported: "
        "it needs MPS, and a GPU of 7.0 or newer.",
    ),
    api_error(
        225,
        "cudaErrorUnsupportedDevSideSync CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC",
        ApiKind.CODE,
        "the provided PTX contains unsupported call to cudaDeviceSynchronize",
        "the PTX waits for kernels that a kernel launched: cudaDeviceSynchronize in a kernel does not exist on GPUs "
        "of 9.0 and newer, nor from CUDA 12 on.",
    ),
    api_error(
        226,
        "cudaErrorContained CUDA_ERROR_CONTAINED",
        ApiKind.HARDWARE,
        "Invalid access of peer GPU memory over nvlink or a hardware error",
        "a faulty access to another GPU's memory, or a hardware error: An error of memory or of NVLink was "
        "contained: this process lost its GPU, others did not.",
    ),
    api_error(
        227,
        "cudaErrorInsufficientLoaderVersion CUDA_ERROR_INSUFFICIENT_LOADER_VERSION",
        ApiKind.CODE,
        "Loader version is insufficient for fatbin",
        "the file with the GPU's code is of a newer CUDA release than what loads it: The fat binary was made by a "
        "newer toolkit than the CUDA runtime or the driver that reads it.",
    ),
    api_error(
        301,
        "cudaErrorFileNotFound CUDA_ERROR_FILE_NOT_FOUND",
        ApiKind.FILE,
        "file not found",
        "a file with code for the GPU is not there: The path that the program gave to the driver does not exist.",
    ),
    api_error(
        302,
        "cudaErrorSharedObjectSymbolNotFound CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND",
        ApiKind.DRIVER,
        "shared object symbol not found",
        "a library of the driver lacks a function: A shared library that CUDA loaded is of another release: parts of "
        "two drivers are installed.",
    ),
    api_error(
        303,
        "cudaErrorSharedObjectInitFailed CUDA_ERROR_SHARED_OBJECT_INIT_FAILED",
        ApiKind.DRIVER,
        "shared object initialization failed",
        "a library of the driver could not start: A shared library that CUDA loaded failed in its initialization: "
        "parts of two drivers are installed, or one is missing.",
    ),
    api_error(
        401,
        "cudaErrorIllegalState CUDA_ERROR_ILLEGAL_STATE",
        ApiKind.CALL,
        "the operation cannot be performed in the present state",
        "a call that is not allowed now: An object, such as a green context or a link, is not in the state that the "
        "call needs.",
    ),
    api_error(
        402,
        "cudaErrorLossyQuery CUDA_ERROR_LOSSY_QUERY",
        ApiKind.CALL,
        "attempted introspection would be semantically lossy",
        "a question about a kernel node that has no exact answer: This call does not give all that the graph holds.",
    ),
    api_error(
        600,
        "cudaErrorNotReady CUDA_ERROR_NOT_READY",
        ApiKind.HARMLESS,
        "device not ready",
        "asynchronous work is not done yet: A query of a stream or event before its end: an answer, and an error "
        "only where a program takes it for one.",
    ),
    api_error(
        703,
        "cudaErrorLaunchIncompatibleTexturing CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING",
        ApiKind.OLD_API,
        "launch uses incompatible texturing mode",
        "two texturing modes in one launch: The kernel was built for another texturing mode than is set.",
    ),
    api_error(
        704,
        "cudaErrorPeerAccessAlreadyEnabled CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED",
        ApiKind.HARMLESS,
        "peer access is already enabled",
        "access between two GPUs was switched on twice: It was on already: harmless, where the program continues.",
    ),
    api_error(
        705,
        "cudaErrorPeerAccessNotEnabled CUDA_ERROR_PEER_ACCESS_NOT_ENABLED",
        ApiKind.CALL,
        "peer access has not been enabled",
        "access between two GPUs was never switched on: The program switches off what was not on.",
    ),
    api_error(
        708,
        "cudaErrorSetOnActiveProcess CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE",
        ApiKind.CALL,
        "cannot set while device is active in this process",
        "a setting came too late: CUDA was already in use in this process when the program set its flags or its "
        "devices.",
    ),
    api_error(
        709,
        "cudaErrorContextIsDestroyed CUDA_ERROR_CONTEXT_IS_DESTROYED",
        ApiKind.CALL,
        "context is destroyed",
        "the context of the GPU is gone: An earlier error, or the end of another thread, destroyed it.",
    ),
    api_error(
        711,
        "cudaErrorTooManyPeers CUDA_ERROR_TOO_MANY_PEERS",
        ApiKind.LIMIT,
        "peer mapping resources exhausted",
        "too many GPUs reach each other's memory: The hardware maps the memory of eight other GPUs at most.",
    ),
    api_error(
        712,
        "cudaErrorHostMemoryAlreadyRegistered CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED",
        ApiKind.CALL,
        "part or all of the requested memory range is already mapped",
        "host memory was pinned twice: All or a part of the range is registered already.",
    ),
    api_error(
        713,
        "cudaErrorHostMemoryNotRegistered CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED",
        ApiKind.CALL,
        "pointer does not correspond to a registered memory region",
        "host memory that was never pinned: The pointer belongs to no memory that was registered.",
    ),
    api_error(
        714,
        "cudaErrorHardwareStackError CUDA_ERROR_HARDWARE_STACK_ERROR",
        ApiKind.CALL,
        "hardware stack error",
        "a kernel damaged its stack, or used it up: The call stack of a kernel was corrupted or exceeds its limit.",
    ),
    api_error(
        717,
        "cudaErrorInvalidAddressSpace CUDA_ERROR_INVALID_ADDRESS_SPACE",
        ApiKind.CALL,
        "operation not supported on global/shared address space",
        "a kernel used an address of the wrong kind of memory: An instruction for global, shared or local memory got "
        "an address of another.",
    ),
    api_error(
        718,
        "cudaErrorInvalidPc CUDA_ERROR_INVALID_PC",
        ApiKind.CALL,
        "invalid program counter",
        "a kernel jumped to where no code is: Its program counter left the kernel: a wrong function pointer, or "
        "memory that was overwritten.",
    ),
    api_error(
        721,
        "cudaErrorTensorMemoryLeak CUDA_ERROR_TENSOR_MEMORY_LEAK",
        ApiKind.CALL,
        "tensor memory not completely freed",
        "a kernel ended without giving its tensor memory back: Tensor memory (GPUs of 10.x) was not freed before the "
        "end of the kernel.",
    ),
    api_error(
        800,
        "cudaErrorNotPermitted CUDA_ERROR_NOT_PERMITTED",
        ApiKind.CALL,
        "operation not permitted",
        "an operation that is not permitted: A call that the context, the process or the system forbids: in a "
        "callback of a stream, without a privilege, or in a container.",
    ),
    api_error(
        808,
        "cudaErrorMpsMaxClientsReached CUDA_ERROR_MPS_MAX_CLIENTS_REACHED",
        ApiKind.MPS,
        "the hardware resources required to create MPS client have been exhausted",
        "MPS has no room for another process: The hardware takes 48 clients (60 on newer GPUs) at once.",
    ),
    api_error(
        809,
        "cudaErrorMpsMaxConnectionsReached CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED",
        ApiKind.MPS,
        "the hardware resources required to support device connections have been exhausted",
        "MPS has no connection left: The connections to the GPU are used up: CUDA_DEVICE_MAX_CONNECTIONS times the "
        "processes.",
    ),
    api_error(
        810,
        "cudaErrorMpsClientTerminated CUDA_ERROR_MPS_CLIENT_TERMINATED",
        ApiKind.MPS,
        "the MPS client has been terminated by the server",
        "the MPS server ended this process's work: Another client of the same server faulted, or an administrator "
        "ended this one.",
    ),
    api_error(
        811,
        "cudaErrorCdpNotSupported CUDA_ERROR_CDP_NOT_SUPPORTED",
        ApiKind.MPS,
        "is using CUDA Dynamic Parallelism, but the current configuration, like MPS, does not support it",
        "kernels that launch kernels do not work here: Dynamic parallelism is used, and MPS or the setting of the "
        "GPU does not support it.",
    ),
    api_error(
        812,
        "cudaErrorCdpVersionMismatch CUDA_ERROR_CDP_VERSION_MISMATCH",
        ApiKind.CODE,
        "unsupported interaction between different versions of CUDA Dynamic Parallelism",
        "two versions of dynamic parallelism in one program: Parts were built for the interface before CUDA 12 and "
        "parts for the one since.",
    ),
    api_error(
        900,
        "cudaErrorStreamCaptureUnsupported CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
        ApiKind.CAPTURE,
        "operation not permitted when stream is capturing",
        "a call that a CUDA graph cannot record: While a stream was captured, the program made a call that waits or "
        "allocates: .item(), a synchronization, a first use of a library.",
    ),
    api_error(
        901,
        "cudaErrorStreamCaptureInvalidated CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
        ApiKind.AFTER_CAPTURE,
        "operation failed due to a previous error during capture",
        "the recording of a CUDA graph had failed before: An earlier call during the capture failed.",
    ),
    api_error(
        902,
        "cudaErrorStreamCaptureMerge CUDA_ERROR_STREAM_CAPTURE_MERGE",
        ApiKind.CAPTURE,
        "operation would result in a merge of separate capture sequences",
        "two recordings of CUDA graphs would be merged: A stream in capture waits for one in another capture.",
    ),
    api_error(
        903,
        "cudaErrorStreamCaptureUnmatched CUDA_ERROR_STREAM_CAPTURE_UNMATCHED",
        ApiKind.AFTER_CAPTURE,
        "capture was not ended in the same stream as it began",
        "a recording was ended in a stream where none had begun: The capture was begun in another stream, or not at "
        "all.",
    ),
    api_error(
        904,
        "cudaErrorStreamCaptureUnjoined CUDA_ERROR_STREAM_CAPTURE_UNJOINED",
        ApiKind.CAPTURE,
        "capturing stream has unjoined work",
        "a recording ended before all of its streams had joined: A stream that was forked in the capture was not "
        "joined again.",
    ),
    api_error(
        905,
        "cudaErrorStreamCaptureIsolation CUDA_ERROR_STREAM_CAPTURE_ISOLATION",
        ApiKind.CAPTURE,
        "dependency created on uncaptured work in another stream",
        "a recorded stream waits for work outside the recording: An event of a stream that is not captured was "
        "waited for.",
    ),
    api_error(
        906,
        "cudaErrorStreamCaptureImplicit CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
        ApiKind.CAPTURE,
        "operation would make the legacy stream depend on a capturing blocking stream",
        "the default stream was used while another was recorded: A library used the legacy default stream, which "
        "would wait for the stream in capture.",
    ),
    api_error(
        907,
        "cudaErrorCapturedEvent CUDA_ERROR_CAPTURED_EVENT",
        ApiKind.CAPTURE,
        "operation not permitted on an event last recorded in a capturing stream",
        "an event of a recording was used outside it: An event that was last recorded in a captured stream was "
        "queried or waited for.",
    ),
    api_error(
        908,
        "cudaErrorStreamCaptureWrongThread CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD",
        ApiKind.CAPTURE,
        "attempt to terminate a thread-local capture sequence from another thread",
        "another thread ended the recording of a CUDA graph: A capture that belongs to its thread must end in that "
        "thread.",
    ),
    api_error(
        909,
        "cudaErrorTimeout CUDA_ERROR_TIMEOUT",
        ApiKind.CALL,
        "wait operation timed out",
        "a wait for the GPU took too long: The wait ended by its timeout.",
    ),
    api_error(
        910,
        "cudaErrorGraphExecUpdateFailure CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE",
        ApiKind.CAPTURE,
        "the graph update was not performed because it included changes which violated constraints specific to "
        "instantiated graph update",
        "a CUDA graph could not be updated: The new graph differs from the instantiated one in more than an update "
        "may change.",
    ),
    api_error(
        911,
        "cudaErrorExternalDevice CUDA_ERROR_EXTERNAL_DEVICE",
        ApiKind.HARDWARE,
        "an async error has occured in external entity outside of CUDA",
        "a device outside the GPU reported an error: An error of another engine (such as a network adapter or DLA) "
        "came back asynchronously.",
    ),
    api_error(
        912,
        "cudaErrorInvalidClusterSize CUDA_ERROR_INVALID_CLUSTER_SIZE",
        ApiKind.CALL,
        "a kernel launch error has occurred due to cluster misconfiguration",
        "a launch with an impossible cluster: The size of the cluster is not one that this kernel and GPU allow; "
        "clusters need a GPU of 9.0 or newer.",
    ),
    api_error(
        913,
        "cudaErrorFunctionNotLoaded CUDA_ERROR_FUNCTION_NOT_LOADED",
        ApiKind.CALL,
        "the function handle is not loaded when calling an API that requires a loaded function",
        "a kernel that was not loaded yet: Code is loaded when it is first used, and the call needs a kernel that is "
        "loaded: CUDA_MODULE_LOADING=EAGER loads all at the start.",
    ),
    api_error(
        914,
        "cudaErrorInvalidResourceType CUDA_ERROR_INVALID_RESOURCE_TYPE",
        ApiKind.CALL,
        "one or more resources passed in are not valid resource types for the operation",
        "a resource of the wrong kind: A resource that was given for a green context is not of the kind that the "
        "call takes.",
    ),
    api_error(
        915,
        "cudaErrorInvalidResourceConfiguration CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION",
        ApiKind.CALL,
        "one or more resources are insufficient or non-applicable for the operation",
        "a resource that is too small or does not apply: The multiprocessors or queues asked for a green context "
        "cannot be had in this way.",
    ),
    api_error(
        916,
        "CUDA_ERROR_KEY_ROTATION",
        ApiKind.CALL,
        "",
        "the keys of confidential computing are being changed: The GPU works in confidential mode and changes its "
        "keys now; the call has to be made again.",
    ),
    api_error(
        917,
        "cudaErrorStreamDetached CUDA_ERROR_STREAM_DETACHED",
        ApiKind.CALL,
        "API call not permitted since the green context associated with the stream has been destroyed",
        "a stream whose green context is gone: The green context that the stream belonged to was destroyed.",
    ),
    api_error(
        918,
        "cudaErrorGraphRecaptureFailure CUDA_ERROR_GRAPH_RECAPTURE_FAILURE",
        ApiKind.CAPTURE,
        "recapturing to the source graph failed and had to be terminated",
        "a CUDA graph could not be recorded again: Recording into the graph again failed and was ended.",
    ),
    api_error(
        919,
        "cudaErrorFabricNotReady CUDA_ERROR_FABRIC_NOT_READY",
        ApiKind.DRIVER,
        "GPU fabric is not ready within the probe wait budget; application may retry (see CUDA_FABRIC_INIT_TIMEOUT_MS)",
        "the NVLink fabric is not ready: The GPUs of a machine with NVSwitch wait for nvidia-fabricmanager (or for "
        "IMEX): it does not run, is still starting, or is of another release than the driver.",
    ),
)
