"""Status texts of CUDA's mathematical libraries and of NCCL: handles that are not made, calls that are refused."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cublas-handle-failed",
        title="cuBLAS got no memory for its handle",
        patterns=(
            "<cuda>the resource allocation failed",
            "the resource allocation failed",
            "cublasCreate_v2(<...>) failed",
            "failed to create cublas handle",
        ),
        sample="CUDA error: the resource allocation failed",
        cause="This is cuBLAS's text for ALLOC_FAILED: the GPU's memory (on a Jetson the machine's) is used up, or "
        "cuBLAS and driver do not fit.",
        does_not_mean="that the GPU is unsupported.",
        fix="Free GPU memory, offload fewer layers, or take a build made for this board and driver.",
        command="nvidia-smi",
        sources=("ollama/ollama#4256", "https://docs.nvidia.com/cuda/cublas/#cublasgetstatusstring"),
    ),
    Signature(
        id="cusolver-failed",
        title="cuSOLVER could not be used",
        patterns=(
            "cuSolver internal error",
            "cuSolver has not been initialized",
            "gpusolverDnCreate(&handle) failed",
            "cusolver error: CUSOLVER_STATUS_<status:word>",
            "CUSOLVER_STATUS_NOT_INITIALIZED",
            "CUSOLVER_STATUS_INTERNAL_ERROR",
            "CUSOLVER_STATUS_ALLOC_FAILED",
            "CUSOLVER_STATUS_EXECUTION_FAILED",
        ),
        sample="jaxlib.xla_extension.XlaRuntimeError: INTERNAL: jaxlib/gpu/solver_handle_pool.cc:37: operation "
        "gpusolverDnCreate(&handle) failed: cuSolver internal error",
        cause="cuSOLVER asks for GPU memory, and none is left: JAX and TensorFlow take most of it at the "
        "start. Or two releases of CUDA's libraries are mixed.",
        does_not_mean="that the matrix is singular, or that the GPU is unsupported.",
        fix="Leave memory free (XLA_PYTHON_CLIENT_MEM_FRACTION=.70, or XLA_PYTHON_CLIENT_PREALLOCATE=false), and take "
        "all CUDA libraries from one release.",
        command="export XLA_PYTHON_CLIENT_PREALLOCATE=false",
        sources=("GalaxyGeneralRobotics/OpenTrack#3", "https://docs.jax.dev/en/latest/gpu_memory_allocation.html"),
    ),
    Signature(
        id="cufft-failed",
        title="cuFFT failed",
        patterns=(
            "CUFFT_INTERNAL_ERROR",
            "CUFFT_ALLOC_FAILED",
            "CUFFT_SETUP_FAILED",
            "CUFFT_EXEC_FAILED",
            "CUFFT_INVALID_PLAN",
            "CUFFT_INVALID_SIZE",
            "CUFFT_NOT_SUPPORTED",
            "CUFFT_MISSING_DEPENDENCY",
        ),
        sample="RuntimeError: cuFFT error: CUFFT_INTERNAL_ERROR",
        cause="INTERNAL_ERROR is what the first cuFFT of CUDA 11.7 and 11.8 gives on GPUs of 8.9 and 9.0; the others "
        "name no memory, a size or a plan that is refused.",
        does_not_mean="that the data are wrong.",
        fix="Install the program's build for CUDA 12, or a later patch of cuFFT 11; else free GPU memory.",
        command="nvidia-smi",
        sources=("pytorch/pytorch#88038", "https://docs.nvidia.com/cuda/cufft/"),
    ),
    Signature(
        id="cusparse-failed",
        title="cuSPARSE failed",
        patterns=(
            "CUSPARSE_STATUS_NOT_INITIALIZED",
            "CUSPARSE_STATUS_ALLOC_FAILED",
            "CUSPARSE_STATUS_INVALID_VALUE",
            "CUSPARSE_STATUS_ARCH_MISMATCH",
            "CUSPARSE_STATUS_EXECUTION_FAILED",
            "CUSPARSE_STATUS_INTERNAL_ERROR",
            "CUSPARSE_STATUS_NOT_SUPPORTED",
            "CUSPARSE_STATUS_INSUFFICIENT_RESOURCES",
        ),
        sample="RuntimeError: CUDA error: CUSPARSE_STATUS_NOT_INITIALIZED when calling `cusparseCreate(handle)`",
        cause="NOT_INITIALIZED and ALLOC_FAILED: no memory, or an earlier error of the GPU; ARCH_MISMATCH: the GPU is "
        "too old for the call; the others: an argument or a type that is refused.",
        does_not_mean="that the program lacks code for the GPU, unless ARCH_MISMATCH is named.",
        fix="Free GPU memory, look for an earlier error, and take cuSPARSE and nvJitLink from one release.",
        command="nvidia-smi",
        sources=("https://docs.nvidia.com/cuda/cusparse/#cusparsestatus-t",),
    ),
    Signature(
        id="curand-failed",
        title="cuRAND failed",
        patterns=(
            "CURAND_STATUS_PREEXISTING_FAILURE",
            "CURAND_STATUS_INITIALIZATION_FAILED",
            "CURAND_STATUS_ARCH_MISMATCH",
            "CURAND_STATUS_ALLOCATION_FAILED",
            "CURAND_STATUS_LAUNCH_FAILURE",
            "CURAND_STATUS_INTERNAL_ERROR",
            "CURAND_STATUS_NOT_INITIALIZED",
            "CURAND_STATUS_VERSION_MISMATCH",
        ),
        sample="cuRAND error: CURAND_STATUS_LAUNCH_FAILURE",
        cause="PREEXISTING_FAILURE and LAUNCH_FAILURE follow from an earlier error of a kernel; "
        "INITIALIZATION_FAILED from a driver that is too old or a GPU that is full.",
        does_not_mean="that random numbers are the fault.",
        fix="Look for the first error of the GPU; run with CUDA_LAUNCH_BLOCKING=1.",
        command="export CUDA_LAUNCH_BLOCKING=1",
        sources=("https://docs.nvidia.com/cuda/curand/host-api-overview.html",),
    ),
    Signature(
        id="nvjitlink-too-old",
        title="nvJitLink is older than the compiler that made the code",
        patterns=(
            "may need newer version of nvJitLink library",
            "ERROR 4 in nvvmAddNVVMContainerToProgram",
            "nvJitLink error: <error:word>",
            "NVJITLINK_ERROR_<error:word>",
        ),
        sample="numba.cuda.cudadrv.driver.LinkerError: Linker error log: ERROR 4 in nvvmAddNVVMContainerToProgram, may "
        "need newer version of nvJitLink library",
        cause="libnvvm or NVRTC is of one major release (often 13) and libnvJitLink of an older one: two sets of CUDA "
        "packages are installed.",
        does_not_mean="that the GPU is unsupported.",
        fix="Take all of CUDA's packages from one major release, the one that the driver supports.",
        command="python -m pip list",
        sources=("numba/numba#10353",),
    ),
    Signature(
        id="nccl-duplicate-gpu",
        title="two ranks use one GPU",
        patterns=("Duplicate GPU detected : rank <rank:num>", "Duplicate GPU detected"),
        sample="Duplicate GPU detected : rank 1 and rank 0 both on CUDA device 4000",
        cause="NCCL wants another GPU for each rank: more ranks were started than GPUs are visible, or "
        "set_device(local_rank) is missing.",
        does_not_mean="that NCCL or the GPU is broken.",
        fix="Start as many processes as GPUs are visible, and choose the device by the local rank.",
        command="nvidia-smi -L",
        sources=("NVIDIA/nccl#1241", "NVIDIA/nccl src/init.cc"),
    ),
    Signature(
        id="nccl-timeout",
        title="a collective call of NCCL did not end in time",
        patterns=(
            "Watchdog caught collective operation timeout",
            "Some NCCL operations have failed or timed out",
            "Timed out waiting for clients",
            "Timeout at NCCL work:",
        ),
        sample="[Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1203, OpType=ALLREDUCE, "
        "Timeout(ms)=600000) ran for 600123 milliseconds before timing out.",
        cause="One rank did not make the same call: it failed, is slower, or took another way through the program; or "
        "the GPUs cannot reach each other (peer access over PCI Express with an IOMMU, a firewall).",
        does_not_mean="that this rank is the faulty one.",
        fix="Read the first error of every rank; NCCL_DEBUG=INFO shows the connections; NCCL_P2P_DISABLE=1 tells "
        "whether peer access is the reason.",
        command="export NCCL_DEBUG=INFO",
        sources=("pytorch/pytorch ProcessGroupNCCL.cpp (text)", "https://docs.nvidia.com/deeplearning/nccl/"),
    ),
    Signature(
        id="nccl-network",
        title="NCCL cannot connect its ranks",
        patterns=(
            "Bootstrap : no socket interface found",
            "no socket interface found",
            "NCCL WARN socketProgress<...>Connection closed by remote peer",
            "NCCL WARN Net<...>Connection refused",
            "NCCL WARN Call to connect<...>failed",
            "NCCL WARN Call to ibv_<call:word> failed",
            "NCCL WARN NET/IB : Got completion",
            "ncclRemoteError",
        ),
        sample="NCCL WARN Bootstrap : no socket interface found",
        cause="The network interface that NCCL chose does not reach the other hosts, NCCL_SOCKET_IFNAME names none "
        "that exists, or a peer has ended.",
        does_not_mean="that a GPU is unsupported.",
        fix="Name the interface (NCCL_SOCKET_IFNAME=eth0), open the ports between the hosts, NCCL_IB_DISABLE=1 without "
        "InfiniBand.",
        command="export NCCL_DEBUG=INFO",
        sources=("NVIDIA/nccl src/bootstrap.cc", "NVIDIA/nccl src/misc/socket.cc"),
    ),
    Signature(
        id="nccl-error",
        title="NCCL failed; the reason is in another line",
        patterns=(
            "ncclInternalError",
            "ncclInvalidUsage",
            "ncclSystemError",
            "invalid usage, NCCL version",
            "internal error, NCCL version",
            "invalid usage (run with NCCL_DEBUG=WARN for details)",
            "NCCL Error <code:num>: ",
            "NCCL watchdog thread terminated with exception",
        ),
        sample="ncclInvalidUsage: This usually reflects invalid usage of NCCL library.",
        cause="PyTorch names the kind of error; NCCL's own WARN lines, or `Last error:` after it, name the reason.",
        does_not_mean="that the GPUs are unsupported.",
        fix="Run again with NCCL_DEBUG=WARN and read the first line that has WARN.",
        command="export NCCL_DEBUG=WARN",
        role=Role.HEADING,
        sources=("NVIDIA/nccl#1241", "NVIDIA/nccl#1499"),
    ),
    Signature(
        id="xla-out-of-memory",
        title="the GPU's memory is full",
        patterns=(
            "RESOURCE_EXHAUSTED: Out of memory while trying to allocate",
            "RESOURCE_EXHAUSTED: Out of memory allocating",
            "Allocator (GPU_0_bfc) ran out of memory trying to allocate",
            "OOM when allocating tensor with shape",
            "failed to alloc <size:num> bytes on host",
        ),
        sample="jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate "
        "8589934592 bytes.",
        cause="The arrays of the program, with what XLA keeps for itself, are more than the GPU has.",
        does_not_mean="anything about architectures.",
        fix="Smaller batches, or XLA_PYTHON_CLIENT_PREALLOCATE=false where another process needs the GPU, too.",
        command="nvidia-smi",
        sources=("https://docs.jax.dev/en/latest/gpu_memory_allocation.html",),
    ),
    Signature(
        id="gemm-launch-failed",
        title="the matrix product could not start on the GPU",
        patterns=(
            "Blas GEMM launch failed",
            "Blas xGEMM launch failed",
            "Blas SGEMM launch failed",
            "Blas xGEMMBatched launch failed",
            "failed to run cuBLAS routine",
        ),
        sample="InternalError: Blas GEMM launch failed : a.shape=(64, 784), b.shape=(784, 128), m=64, n=128, k=784",
        cause="cuBLAS of CUDA 10 has no code for GPUs of 8.0 and newer; on others another process holds the GPU's "
        "memory.",
        does_not_mean="that the shapes are wrong.",
        fix="On a GPU of 8.0 or newer install a build for CUDA 11 or newer; else end other processes and let memory "
        "grow.",
        command="nvidia-smi",
        sources=("tensorflow/tensorflow#43718", "tensorflow/tensorflow#9489"),
    ),
    Signature(
        id="no-convolution-algorithm",
        title="cuDNN found no way to do a convolution",
        patterns=(
            "No algorithm worked!",
            "Failed to get convolution algorithm",
            "cuDNN failed to initialize, so try looking",
        ),
        sample="UnknownError: Failed to get convolution algorithm. This is probably because cuDNN failed to initialize",
        cause="No memory was left for cuDNN, or cuDNN is of another release than the program was built with.",
        does_not_mean="that the GPU lacks convolutions.",
        fix="Let memory grow (TF_FORCE_GPU_ALLOW_GROWTH=true), and compare the cuDNN release with the program's.",
        command="export TF_FORCE_GPU_ALLOW_GROWTH=true",
        sources=("tensorflow/tensorflow#24828",),
    ),
)
