"""Profilers, renderers, MPS, allocators and batch systems: their own words for what keeps them off the GPU."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="julia-driver-too-new",
        title="this CUDA.jl is older than the driver, and does not use it",
        patterns=(
            "This version of CUDA.jl only supports NVIDIA drivers for CUDA <...>yours is for CUDA <version:ver>",
        ),
        sample="Error: This version of CUDA.jl only supports NVIDIA drivers for CUDA 11.x or 12.x (yours is for CUDA "
        "13.0.0)",
        cause="Each CUDA.jl knows the major releases of CUDA up to its own time, and refuses a driver of a later one.",
        does_not_mean="the GPU, unless the newer CUDA.jl names it as unsupported",
        fix="Update CUDA.jl. If the GPU is older than CUDA 13 supports (before 7.5), install a driver of branch 580 or "
        "older with a CUDA.jl of that time.",
        sources=("JuliaGPU/CUDA.jl#2896", "JuliaGPU/CUDA.jl src/initialization.jl"),
    ),
    Signature(
        id="mps-server-failed",
        title="the MPS server does not start",
        patterns=(
            "Server encountered a fatal exception. Shutting down",
            "Legacy Server <...>Failed to start",
            "MPS Server failed to start",
        ),
        sample="[2024-12-10 06:38:01.158 Control    64] Server encountered a fatal exception. Shutting down",
        cause="The server started by the control daemon cannot create a context: the GPU is in another compute mode or "
        "taken, its user may not use the devices or the shared memory, or a limit that was set is refused.",
        does_not_mean="the program that connects; a missing architecture",
        fix="Read server.log in CUDA_MPS_LOG_DIRECTORY; share /dev/shm and the pipe directory with the container, and "
        "run daemon and clients as one user.",
        sources=("NVIDIA/k8s-device-plugin#762", "NVIDIA/k8s-device-plugin#685"),
    ),
    Signature(
        id="cycles-ptx-too-new",
        title="the driver is older than the PTX of Blender's kernel",
        patterns=("Failed to load <...>kernel from <...>(Unsupported PTX version)",),
        sample="Failed to load CUDA kernel from '/blender/lib/kernel_compute_75.ptx' (Unsupported PTX version)",
        cause="Blender has machine code for the GPUs of its time, and PTX for others, which the driver compiles. PTX "
        "of a newer CUDA release than the driver's is refused.",
        does_not_mean="the scene; a missing toolkit",
        fix="Update the driver, or use a Blender of the driver's time.",
        sources=("allenai/objaverse-rendering#5",),
    ),
    Signature(
        id="nsight-driver",
        title="this Nsight Compute and the driver do not fit",
        patterns=("driver is not compatible with Nsight Compute",),
        sample="==ERROR== Cuda driver is not compatible with Nsight Compute.",
        cause="Each release of Nsight Compute supports the drivers and GPUs of its table; an older driver, or a GPU "
        "that this release does not profile, is refused.",
        does_not_mean="the program that is profiled",
        fix="Take the Nsight Compute that comes with the driver's CUDA release, or update the driver.",
        sources=("meta-pytorch/tritonbench#632", "https://docs.nvidia.com/nsight-compute/ReleaseNotes/"),
    ),
    Signature(
        id="profiling-not-permitted",
        title="the user may not read the GPU's performance counters",
        patterns=("ERR_NVGPUCTRPERM", "The user does not have permission to access NVIDIA GPU Performance Counters"),
        sample="==ERROR== ERR_NVGPUCTRPERM - The user does not have permission to access NVIDIA GPU Performance "
        "Counters on the target device 0.",
        cause="The driver keeps the counters for administrators. In a container root needs the capability SYS_ADMIN "
        "as well.",
        does_not_mean="the program that is profiled; a missing architecture",
        fix="Run the profiler as root, start the container with --cap-add=SYS_ADMIN, or let the administrator open the "
        "counters: `options nvidia NVreg_RestrictProfilingToAdminUsers=0` in /etc/modprobe.d, then reboot.",
        sources=(
            "https://developer.nvidia.com/ERR_NVGPUCTRPERM",
            "deepseek-ai/DeepGEMM#46",
            "gpuopenanalytics/pynvml#19",
        ),
    ),
    Signature(
        id="sanitizer-memory-access",
        title="compute-sanitizer found an invalid access to {space} memory in a kernel",
        patterns=(
            "========= Invalid <space:(__global__|__shared__|__local__)> <access:word> of size <size:num>",
            "========= Uninitialized <space:(__global__|__shared__|__local__)> memory <access:word> of size <size:num>",
        ),
        sample="========= Invalid __global__ write of size 4 bytes",
        cause="The kernel reads or writes outside of what was allocated, at a misaligned address, or before anything "
        "was written there.",
        does_not_mean="the GPU; the driver; a missing architecture",
        fix="The next lines name the kernel, the thread and the address. Compile with -lineinfo to get the line of the "
        "source, and correct the index or the size.",
        distinct=("space", "access"),
        sources=("https://docs.nvidia.com/compute-sanitizer/ComputeSanitizer",),
    ),
    Signature(
        id="slurm-no-gpu-given",
        title="Slurm gave the job no GPU",
        patterns=(
            "CUDA_VISIBLE_DEVICES=NoDevFiles",
            "with base <base:num>: 'NoDevFiles'",
            "unable to set env vars, no device files configured",
            "Invalid generic resource (gres) specification",
        ),
        sample="slurmstepd: error: common_gres_set_env: unable to set env vars, no device files configured",
        cause="The job asked for no GPU, or gres.conf of the node names no device files: then Slurm sets "
        "CUDA_VISIBLE_DEVICES to a word that hides every GPU.",
        does_not_mean="the driver; the program",
        fix="Ask for one with --gpus=1 or --gres=gpu:1; the administrator sets File=/dev/nvidia0 or AutoDetect=nvml in "
        "gres.conf.",
        sources=("https://slurm.schedmd.com/gres.html", "ray-project/ray#7014"),
    ),
    Signature(
        id="nvimagecodec-no-decoder",
        title="nvImageCodec could not make a decoder",
        patterns=("[nvimgcodec] Could not create decoder", "nvimgcodec<...>Could not create decoder"),
        sample="[ERROR] [nvimgcodec] Could not create decoder",
        cause="Its extension for this format was not found or does not fit: nvJPEG and nvJPEG2000 are separate "
        "packages, each for one CUDA release.",
        does_not_mean="the images",
        fix="Install the extra packages for the CUDA release in use, as in "
        "`pip install nvidia-nvimgcodec-cu12[all]`, and the nvImageCodec that this DALI asks for.",
        sources=("NVIDIA/nvImageCodec#17", "NVIDIA/DALI#5712"),
    ),
    Signature(
        id="rmm-pool-full",
        title="the memory pool of RMM has reached its limit",
        patterns=("RMM failure at<...>Maximum pool size exceeded", "RMM failure at<...>maximum pool size exceeded"),
        sample="std::bad_alloc: RMM failure at:/env/include/rmm/mr/device/pool_memory_resource.hpp:182: Maximum pool "
        "size exceeded",
        cause="The pool was given less than the data needs, or what it asked the GPU for is held by another process.",
        does_not_mean="the memory of the machine; a missing architecture",
        fix="Give the pool a larger maximum or none, use managed memory, or work on less data at a time.",
        command="nvidia-smi",
        sources=("NVIDIA/cudf#9232", "neka-nat/cupoch#98"),
    ),
    Signature(
        id="nothing-was-made",
        title="the program continues with a result that was not made",
        patterns=(
            "AttributeError: 'NoneType' object has no attribute '<name:word>'",
            "TypeError: 'NoneType' object is not",
            "java.lang.NullPointerException",
            "System.NullReferenceException",
        ),
        sample="AttributeError: 'NoneType' object has no attribute 'cpu'",
        cause="A call before it failed and gave nothing back; its own message, if it has one, is above.",
        does_not_mean="the line that is named",
        fix="Read the first error above it.",
        role=Role.END,
        sources=("https://docs.python.org/3/library/exceptions.html#AttributeError",),
    ),
    Signature(
        id="dcgm-not-started",
        title="DCGM could not start on these GPUs",
        patterns=(
            "Error starting nv-hostengine: DCGM initialization error",
            "CacheManager Init Failed. Error: -17",
            "Cannot initialize the hostengine: Error: Failed to initialize NVML",
            "DcgmHostEngineHandler::Init failed",
        ),
        sample='level=fatal msg="Error starting nv-hostengine: DCGM initialization error"',
        cause="NVML does not start in that container (no driver, no --gpus, no capability utility); or a GPU is in MIG "
        "mode and the container sees only a part of it, or is older than the driver.",
        does_not_mean="the GPU for other programs",
        fix="Check nvidia-smi in the same container. With MIG run nv-hostengine on the node and let the exporter "
        "connect to it (-r HOST:5555), with --cap-add SYS_ADMIN; take a DCGM that is not older than the driver.",
        command="nvidia-smi -L",
        sources=("NVIDIA/dcgm-exporter#34", "NVIDIA/dcgm-exporter#144", "NVIDIA/dcgm-exporter#443"),
    ),
    Signature(
        id="slurm-gpu-count",
        title="Slurm's gres.conf names GPUs that the node does not show",
        patterns=(
            "gres/gpu count reported lower than configured",
            "can't stat gres.conf file /dev/nvidia<n:word>",
            "gres/gpu count too low",
        ),
        sample="slurmctld: error: _slurm_rpc_node_registration node=gpu01: gres/gpu count reported lower than "
        "configured (0 < 4)",
        cause="When slurmd started, fewer GPUs were there than slurm.conf promises: the driver was not loaded yet or "
        "failed, a GPU is lost, or slurmd was built without NVML and AutoDetect finds nothing.",
        does_not_mean="the job",
        fix="nvidia-smi -L on the node; start slurmd after the driver; then set the node to resume.",
        command="nvidia-smi -L",
        sources=("https://slurm.schedmd.com/gres.conf.html",),
    ),
    Signature(
        id="mig-no-room",
        title="the GPU has no room for this MIG instance",
        patterns=(
            "Unable to create a GPU instance on GPU <...>: Insufficient Resources",
            "Failed to create GPU instances: Insufficient Resources",
            "Failed to create GPU instances: Not Found",
        ),
        sample="Unable to create a GPU instance on GPU  0 using profile 19: Insufficient Resources",
        cause="Instances have fixed places on a GPU: those that are there leave no place of this size, or MIG is not "
        "on.",
        does_not_mean="too little memory for a program",
        fix="See what fits (nvidia-smi mig -lgipp) and what is there (-lgi); destroy instances (-dci, then -dgi) and "
        "make the largest first.",
        command="nvidia-smi mig -lgi",
        sources=("https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",),
    ),
    Signature(
        id="slurm-time-limit",
        title="Slurm ended the job at its time limit",
        patterns=("CANCELLED DUE TO TIME LIMIT", "DUE TO TIME LIMIT ***"),
        sample="slurmstepd: error: *** JOB 1 ON gpu01 CANCELLED DUE TO TIME LIMIT ***",
        cause="The job ran as long as --time, or the partition, allows.",
        does_not_mean="an error of the program, unless it hung before",
        fix="Ask for more time with --time, and write checkpoints.",
        command="scontrol show partition",
        role=Role.GENERAL,
        sources=("https://slurm.schedmd.com/sbatch.html",),
    ),
    Signature(
        id="hashcat-gpu-outdated",
        title="hashcat finds the GPU too old: compute capability {cc}",
        severity=Severity.WARNING,
        patterns=("This hardware has outdated CUDA compute capability (<cc:ver>)",),
        sample="* Device #1: This hardware has outdated CUDA compute capability (3.0).\n"
        "* Device #1: Kernel ./OpenCL/shared.cl build failed.",
        cause="hashcat's kernels are written for 5.0 and higher. On an older GPU it continues with OpenCL, and the "
        "driver of that GPU often cannot compile the kernels.",
        does_not_mean="a wrong installation of CUDA or OpenCL",
        fix="Use a GPU of 5.0 or higher, or an hashcat release of the time of the GPU (3.x for Fermi and Kepler).",
        cases=(
            Case(
                when=("also:opencl-build-failed",),
                severity=Severity.ERROR,
                cause="hashcat's kernels are written for 5.0 and higher; here the driver of the older GPU could not "
                "compile them.",
            ),
        ),
        sources=("hashcat/hashcat#2697", "hashcat/hashcat#2337", "hashcat/hashcat src/backend.c"),
    ),
    Signature(
        id="folding-no-platform",
        title="Folding@home finds neither CUDA nor OpenCL for the GPU",
        severity=Severity.ERROR,
        patterns=(
            "No CUDA or OpenCL <version:ver>+ support detected for GPU slot",
            "CUDA: Not detected: Failed to open dynamic library",
        ),
        sample="WARNING:FS01:No CUDA or OpenCL 1.2+ support detected for GPU slot 01: gpu:45:0 GA104 [GeForce RTX "
        "3070].  Disabling.",
        cause="The client opens the driver's CUDA and OpenCL libraries and found none: the driver is not installed, "
        "Windows brought its own without them, or the container or service does not see it.",
        does_not_mean="a missing CUDA Toolkit: the cores bring their own",
        fix="Install NVIDIA's driver (on Linux with libnvidia-compute and the OpenCL loader ocl-icd-libopencl1), then "
        "start the client again. An AMD or Intel GPU needs its own driver.",
        command="nvidia-smi",
        after=("nvcuda-dll-missing", "libcuda-missing"),
        sources=("FoldingAtHome/fah-issues#1589", "FoldingAtHome/fah-issues#1560"),
    ),
    Signature(
        id="hashcat-outdated-software",
        title="hashcat refuses an old {what}",
        patterns=(
            "Outdated NVIDIA <what:(CUDA Toolkit|GPU driver|CUDA driver)> version",
            "Outdated NVIDIA <what:(CUDA|GPU)>",
            "Outdated or broken NVIDIA <what:(CUDA|GPU|driver)>",
        ),
        sample="Outdated NVIDIA CUDA Toolkit version '10020' detected!",
        cause="hashcat asks the driver and NVRTC for their versions and stops below the least that it takes. The "
        "number is CUDA's (10020 is 10.2), of NVRTC or of the driver: an old nvrtc on PATH is found first.",
        does_not_mean="the GPU",
        fix="Update the driver and the toolkit's NVRTC, and remove older ones from PATH or LD_LIBRARY_PATH.",
        sources=("hashcat/hashcat#2058", "hashcat/hashcat src/backend.c"),
    ),
)
