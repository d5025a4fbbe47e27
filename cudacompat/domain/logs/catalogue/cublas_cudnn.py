"""Lines of cuBLAS, cuDNN and NCCL, by whichever program prints them."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

_CUBLAS = "https://docs.nvidia.com/cuda/cublas/ (cublasStatus_t)"
_CUDNN = "https://docs.nvidia.com/deeplearning/cudnn/ (cudnnStatus_t)"
_EARLIER = (
    "cuda-no-kernel-image",
    "cuda-unsupported-ptx",
    "cuda-illegal-address",
    "cuda-launch-failure",
    "cuda-device-assert",
    "cuda-out-of-memory",
)

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cublas-not-initialized",
        title="cuBLAS could not be started",
        statuses=(("cublas", 1),),
        patterns=(
            "cublas runtime error : library not initialized",
            "<cuda>the library was not initialized",
            "CUBLAS_STATUS_NOT_INITIALIZED",
        ),
        sample="RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        cause="cublasCreate failed: most often no memory is left on the GPU, else an earlier CUDA error or a cuBLAS "
        "that "
        "does not fit the driver.",
        does_not_mean="a missing architecture of the program's own kernels",
        fix="Look for an error above it; free memory on the GPU; one cuBLAS in the search path.",
        after=_EARLIER,
        sources=(_CUBLAS, "cublas_api.h of nvidia-cublas-cu12 12.9"),
    ),
    Signature(
        id="cublas-alloc-failed",
        title="cuBLAS got no memory on the GPU",
        statuses=(("cublas", 3),),
        patterns=("CUBLAS_STATUS_ALLOC_FAILED",),
        sample="RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        cause="The GPU's memory is full.",
        does_not_mean="the architecture",
        fix="A smaller batch or model; see who holds the memory.",
        command="nvidia-smi",
        after=_EARLIER,
        sources=(_CUBLAS,),
    ),
    Signature(
        id="cublas-execution-failed",
        title="a cuBLAS kernel failed",
        statuses=(
            ("cublas", 13),
            ("cublas", 14),
        ),
        patterns=(
            "Exception: cublasLt ran into an error",
            "cublas runtime error : the GPU program failed to execute",
            "<cuda>the function failed to launch on the GPU",
            "<cuda>an internal operation failed",
            "CUBLAS_STATUS_EXECUTION_FAILED",
            "CUBLAS_STATUS_INTERNAL_ERROR",
        ),
        sample="RuntimeError: CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, "
        "opb, m, n, k, "
        "&alpha, a, lda, b, ldb, &beta, c, ldc)`",
        cause="An earlier CUDA error shows here, or the cuBLAS has no kernel for the GPU: releases before 12.8 know "
        "nothing of the 50 series.",
        does_not_mean="the sizes",
        fix="Look for an error above it; else a newer cuBLAS (toolkit or wheel), of {toolkit}.",
        after=_EARLIER,
        sources=(_CUBLAS, "cublas_api.h of nvidia-cublas-cu12 12.9"),
    ),
    Signature(
        id="cublas-not-supported",
        title="cuBLAS does not support this combination of types and sizes on this GPU",
        statuses=(("cublas", 15),),
        patterns=("CUBLAS_STATUS_NOT_SUPPORTED", "<cuda>the functionality is not supported"),
        sample="RuntimeError: CUDA error: CUBLAS_STATUS_NOT_SUPPORTED when calling `cublasGemmEx( handle, opa, opb, "
        "m, n, k, "
        "&falpha, a, CUDA_R_16BF, lda`",
        cause="A type that the GPU lacks (bfloat16 below 8.0, FP8 below 8.9) or an alignment that it demands.",
        does_not_mean="a missing architecture",
        fix="Another type (float16), or a newer cuBLAS.",
        after=_EARLIER,
        sources=(_CUBLAS, "cublas_api.h of nvidia-cublas-cu12 12.9"),
    ),
    Signature(
        id="cudnn-not-initialized",
        title="cuDNN could not be started",
        statuses=(
            ("cudnn", 1),
            ("cudnn", 1001),
        ),
        patterns=("CUDNN_STATUS_NOT_INITIALIZED",),
        sample="RuntimeError: cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",
        cause="Another cuDNN than the program was built with was loaded, memory is full, or the driver is too old for "
        "it.",
        does_not_mean="a missing architecture of the program's own kernels",
        fix="One cuDNN in the search path, of the right major version; unset LD_LIBRARY_PATH.",
        after=_EARLIER,
        sources=(_CUDNN, "cudnn_graph.h of nvidia-cudnn-cu12 9.28"),
    ),
    Signature(
        id="cudnn-execution-failed",
        title="a cuDNN kernel failed",
        statuses=(
            ("cudnn", 7),
            ("cudnn", 8),
            ("cudnn", 5000),
        ),
        patterns=("CUDNN_STATUS_EXECUTION_FAILED", "CUDNN_STATUS_MAPPING_ERROR"),
        sample="RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        cause="An earlier CUDA error shows here, memory ran out, or this cuDNN has no code for the GPU.",
        does_not_mean="the model",
        fix="Look for an error above it; a newer cuDNN for {label}.",
        after=_EARLIER,
        sources=(_CUDNN, "cudnn_graph.h of nvidia-cudnn-cu12 9.28"),
    ),
    Signature(
        id="cudnn-internal-error",
        title="cuDNN failed inside",
        statuses=(
            ("cudnn", 4),
            ("cudnn", 4000),
        ),
        patterns=("CUDNN_STATUS_INTERNAL_ERROR",),
        sample="RuntimeError: cuDNN error: CUDNN_STATUS_INTERNAL_ERROR",
        cause="Often no memory for its workspace; else a cuDNN that does not fit the GPU or the driver.",
        does_not_mean="the model",
        fix="Free memory (allow growth, no preallocation), or another cuDNN.",
        after=_EARLIER,
        sources=(_CUDNN,),
    ),
    Signature(
        id="cudnn-arch-mismatch",
        title="cuDNN does not support this GPU",
        statuses=(
            ("cudnn", 6),
            ("cudnn", 3007),
        ),
        patterns=("CUDNN_STATUS_ARCH_MISMATCH", "CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH"),
        sample="RuntimeError: cuDNN error: CUDNN_STATUS_ARCH_MISMATCH",
        cause="The GPU is older than this cuDNN supports (9 needs 5.0, from 9.11 on 7.5), or lacks the operation.",
        does_not_mean="the program's own kernels",
        fix="An older cuDNN (and framework) for an old GPU.",
        after=_EARLIER,
        sources=(_CUDNN,),
    ),
    Signature(
        id="cudnn-not-supported",
        title="cuDNN has no kernel for this convolution on this GPU",
        statuses=(
            ("cudnn", 9),
            ("cudnn", 3000),
        ),
        patterns=("CUDNN_STATUS_NOT_SUPPORTED",),
        sample="RuntimeError: cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a "
        "non-contiguous "
        "input.",
        cause="The combination of type, layout and size has no implementation: a tensor that is not contiguous, or a "
        "type that the GPU lacks.",
        does_not_mean="a missing architecture",
        fix="tensor.contiguous(), another type, or a newer cuDNN.",
        after=_EARLIER,
        sources=(_CUDNN, "cudnn_graph.h of nvidia-cudnn-cu12 9.28"),
    ),
    Signature(
        id="cudnn-sublibrary-mismatch",
        title="parts of two cuDNN releases were loaded",
        statuses=(
            ("cudnn", 14),
            ("cudnn", 1002),
            ("cudnn", 1008),
        ),
        patterns=(
            "Could not load library libcudnn<part:word> Error: <file:word>: undefined symbol: <symbol:word>",
            "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH",
            "CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED",
            "CUDNN_STATUS_VERSION_MISMATCH",
        ),
        sample="RuntimeError: cuDNN error: CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH",
        cause="cuDNN is several libraries, and they are of two releases: some come from the wheel nvidia-cudnn-cu…, "
        "others from LD_LIBRARY_PATH, from a second cuDNN package or from the system, which also fills in a part that "
        "the wheel lacks.",
        does_not_mean="the GPU; the driver",
        fix="Keep one of them: unset LD_LIBRARY_PATH; keep only the nvidia-cudnn-cu… of the release that the framework "
        "asks for (pip check names it); remove the system's packages libcudnn9-…, or the cuDNN in the toolkit's bin "
        "directory (Windows), or make them the same release.",
        command="env -u LD_LIBRARY_PATH python -m pip check",
        sources=(
            "cudnn_graph.h of nvidia-cudnn-cu12 9.28",
            "pytorch/pytorch#185512",
            "koharu-rs/koharu#694",
            "arrayfire/arrayfire#3700",
            "MahmoudAshraf97/whisper-diarization#120",
        ),
    ),
    Signature(
        id="cudnn-library-missing",
        title="cuDNN is not found: {library}",
        patterns=(
            "Unable to load any of {<library:word>,",
            "Unable to load any of {<library:word>",
            "Cannot load symbol cudnnCreateTensorDescriptor",
            "Cannot load symbol cudnnCreate",
            "Could not load library <library:(libcudnn_*)>.so<...>. Error:",
            "Could not locate <library:(cudnn_*)>.dll. Please make sure it is in your library path",
            "Could not load library <library:(cudnn_*)>.dll. Error code <n:num>",
            "libcudnn.so.<library:num>: cannot open shared object file",
        ),
        sample="Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9.1, libcudnn_ops.so.9, libcudnn_ops.so}",
        cause="The program needs cuDNN with that major version (9 for CTranslate2 since 4.5 and PyTorch since "
        "2.4), and it is not in the search path.",
        does_not_mean="the GPU",
        fix="Install it and put its lib directory into LD_LIBRARY_PATH.",
        command="pip install 'nvidia-cudnn-cu12==9.*'",
        sources=(
            "MahmoudAshraf97/whisper-diarization#259",
            "QuentinFuxa/WhisperLiveKit#271",
            "daswer123/xtts-finetune-webui#18",
        ),
    ),
    Signature(
        id="cudnn8-library-missing",
        title="the program needs cuDNN 8, and it is not found",
        patterns=(
            "Could not load library libcudnn_<part:word>_infer.so.8",
            "Could not load library libcudnn_<part:word>_train.so.8",
            "libcudnn_<part:word>_infer.so.8: cannot open shared object file",
            "libcudnn.so.8: cannot open shared object file",
            "Could not locate cudnn_<part:word>64_8.dll",
            "Could not load library cudnn_<part:word>64_8.dll",
            "Could not load dynamic library 'libcudnn.so.8'",
        ),
        sample="Could not load library libcudnn_ops_infer.so.8. Error: libcudnn_ops_infer.so.8: cannot open shared "
        "object file: No such file or directory",
        cause="The program was built for cuDNN 8. cuDNN 9 has no file of these names: its libraries were split and "
        "renamed.",
        does_not_mean="a missing cuDNN 9: this program does not use it; the GPU",
        fix="Install cuDNN 8 in addition, and put its lib directory into LD_LIBRARY_PATH; or update the program to a "
        "release built for cuDNN 9.",
        command="pip install 'nvidia-cudnn-cu12==8.*'",
        sources=(
            "SYSTRAN/faster-whisper README (libraries for the GPU)",
            "MahmoudAshraf97/whisper-diarization#259",
            "nvidia-cudnn-cu12 9.1.0.70 (the files in it)",
        ),
    ),
    Signature(
        id="nccl-cuda-failure",
        title="NCCL met a CUDA error",
        patterns=(
            "NCCL WARN Cuda failure 'no kernel image is available for execution on the device",
            "NCCL WARN Cuda failure 'named symbol not found",
            "NCCL WARN Cuda failure <n:num> 'named symbol not found",
            "NCCL WARN Cuda failure <q><what:text><q>",
            "NCCL WARN Cuda failure <n:num> <q><what:text><q>",
        ),
        sample="host:123:456 [0] transport/p2p.cc:275 NCCL WARN Cuda failure 'no kernel image is available for "
        "execution on the "
        "device'",
        cause="The call failed for the reason in the line; with `no kernel image` NCCL has no code for the GPU.",
        does_not_mean="a network problem",
        fix="A newer NCCL (nvidia-nccl-cu12) for {label}, or see to the CUDA error itself.",
        sources=("libnccl.so.2 of nvidia-nccl-cu12 2.32 (text)",),
    ),
    Signature(
        id="nccl-unhandled",
        title="NCCL stopped after an error of CUDA or of the system",
        statuses=(("nccl", 1),),
        patterns=(
            "NCCL error: unhandled system error",
            "NCCL error: unhandled cuda error",
            "unhandled cuda error, NCCL version",
            "ncclUnhandledCudaError",
            "unhandled system error, NCCL version",
            "NCCL error in: <...>, unhandled system error",
            "NCCL error in: <...>, unhandled cuda error",
        ),
        sample="torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1331, unhandled cuda error, "
        "NCCL version "
        "2.19.3",
        cause="The reason is printed with NCCL_DEBUG=INFO only.",
        does_not_mean="this line itself, which has no reason in it",
        fix="Run again with NCCL_DEBUG=INFO and explain that log.",
        command="export NCCL_DEBUG=INFO",
        role=Role.HEADING,
        after=("nccl-cuda-failure", "nccl-network", "nccl-call-failed", *_EARLIER),
        sources=("nccl.h of nvidia-nccl-cu12 2.32 (ncclUnhandledCudaError)",),
    ),
    Signature(
        id="nccl-invalid-usage",
        title="NCCL was called in a way that it refuses: most often two ranks on one GPU",
        statuses=(("nccl", 5),),
        patterns=(
            "ncclInvalidUsage",
            "NCCL error in: <...>, invalid usage",
            "NCCL error: invalid usage",
            "invalid usage, NCCL version",
        ),
        sample="RuntimeError: NCCL error in: ../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:957, invalid usage, "
        "NCCL version 21.0.3",
        cause="More ranks were started than GPUs are visible, or set_device(local_rank) is missing, so that two ranks "
        "share one GPU; older releases of NCCL give no other reason for it.",
        does_not_mean="a broken NCCL; the GPU",
        fix="Start as many processes as GPUs are visible (--nproc_per_node, --gpus, world size), each on its own GPU; "
        "NCCL_DEBUG=WARN names the reason.",
        command="export NCCL_DEBUG=WARN",
        role=Role.HEADING,
        after=("nccl-duplicate-gpu",),
        sources=("TencentARC/GFPGAN#154", "NVIDIA/nccl src/init.cc"),
    ),
    Signature(
        id="nccl-nvls-failed",
        title="NCCL could not use the multicast of NVLink switches (NVLS)",
        patterns=(
            "Failed to bind NVLink SHARP (NVLS) Multicast memory <...> 'the operation cannot be performed in the "
            "present state",
            "NVLink SHARP (NVLS) Multicast",
            "transport/nvls.cc:<line:num> NCCL WARN Cuda failure <n:num> 'the operation cannot be performed in the "
            "present state",
            "transport/nvls.cc:<line:num> NCCL WARN",
            "caused by a system or configuration error in the Fabric Manager or NVSwitches",
        ),
        sample="node004:27907:27907 [1] transport/nvls.cc:254 NCCL WARN Cuda failure 401 'the operation cannot be "
        "performed in the present state'",
        cause="GPUs with NVSwitch add up data in the switch, which the fabric manager sets up. It has stopped or "
        "failed, is not of the driver's version, or the machine shares the switch with others.",
        does_not_mean="a fault of the program; a missing architecture",
        fix="Restart nvidia-fabricmanager (its version has to be the driver's) and, if it stays, the machine. Until "
        "then NCCL_NVLS_ENABLE=0 lets NCCL go without.",
        command="systemctl status nvidia-fabricmanager",
        sources=("NVIDIA/nccl#1788", "NVIDIA/nccl#1672", "pytorch/pytorch#177472"),
    ),
    Signature(
        id="nccl-p2p-disabled",
        title="NCCL notes that GPUs do not read each other's memory",
        severity=Severity.NOTE,
        patterns=("P2P is disabled between connected GPUs",),
        sample="NCCL INFO P2P is disabled between connected GPUs 2 and 1. You can repress this message with "
        "NCCL_IGNORE_DISABLED_P2P=1.",
        cause="The driver does not offer access between these GPUs: GeForce GPUs have none over PCI Express, and "
        "virtual machines or the IOMMU switch it off. The data goes through the machine's memory.",
        does_not_mean="a failure: it is slower only",
        fix="Nothing to do. On data center GPUs look at the topology and at the IOMMU.",
        sources=("pytorch/pytorch#130113",),
    ),
)
