"""Lines of programs for simulations, of package managers for clusters, and of miners."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="warp-driver-newer",
        title="this Warp does not find its way into a driver of CUDA 13",
        patterns=(
            "Warp CUDA error: Failed to get driver entry point '<function:word>' (CUDA error 1)",
            "Warp CUDA error: Function <function:word>: a suitable driver entry point was not found",
            "Warp CUDA error 36: API call is not supported in the installed CUDA driver",
        ),
        sample="Warp CUDA error: Failed to get driver entry point 'cuDeviceGetUuid' (CUDA error 1)",
        cause="Warp 1.7 is older than the drivers from 580 on: it fails where it asks them for this function, and then "
        "computes on the processor.",
        does_not_mean="a driver that is too old, as error 36 after it says; a broken GPU",
        fix="Update warp-lang (1.10 works). Isaac Sim and Isaac Lab bring their own Warp: update them, or go back to "
        "driver 570.",
        sources=("NVIDIA/warp#940", "isaac-sim/IsaacLab#3477", "escontra/gauss_gym#16"),
    ),
    Signature(
        id="kokkos-no-gpu-asked",
        title="the program has Kokkos with CUDA, and was started without asking for a GPU",
        patterns=(
            "Kokkos has been compiled with GPU-enabled backend but no GPUs are requested",
            "Kokkos has been compiled for CUDA, HIP, or SYCL, but no GPUs are requested",
            "Kokkos has been compiled for CUDA but no GPUs are requested",
            "must use '-k on' for Kokkos",
            "Using Kokkos with CUDA but no GPUs",
        ),
        sample="ERROR: Kokkos has been compiled with GPU-enabled backend but no GPUs are requested",
        cause="The switch that gives Kokkos its GPUs is missing in the command.",
        does_not_mean="a missing GPU; a GPU that is split into slices",
        fix="LAMMPS: start with -k on g 1 -sf kk (g is the number of GPUs of a node).",
        sources=("lammps/lammps#4944", "https://docs.lammps.org/Speed_kokkos.html"),
    ),
    Signature(
        id="kokkos-wrong-compiler",
        title="Kokkos with CUDA needs its own compiler wrapper",
        patterns=(
            "Invalid compiler for CUDA. The compiler must be nvcc_wrapper or Clang",
            "Kokkos requires CMAKE_CXX_COMPILER to be nvcc_wrapper",
        ),
        sample="CMake Error at kokkos_test_cxx_std.cmake:132 (MESSAGE):\n  Invalid compiler for CUDA.  The compiler "
        "must be nvcc_wrapper or Clang",
        cause="CMAKE_CXX_COMPILER is a plain host compiler, or nvcc itself did not answer when Kokkos asked it.",
        does_not_mean="the architecture",
        fix="Set CMAKE_CXX_COMPILER to Kokkos' bin/nvcc_wrapper, in an empty build directory.",
        after=("nvcc-unsupported-arch", "nvcc-not-found", "host-gcc-too-new"),
        sources=("lammps/lammps#3584",),
    ),
    Signature(
        id="charm-fatal",
        title="NAMD stopped: {what}",
        patterns=(
            "FATAL ERROR: <what:text> is not supported in CUDA version",
            "FATAL ERROR: CUDA-enabled NAMD requires <what:text>",
            "Reason: FATAL ERROR: <what:text>",
        ),
        sample="Reason: FATAL ERROR: Pair interaction calculation is not supported in CUDA version",
        cause="The line is NAMD's own: a feature that its CUDA build lacks, too few processors for the GPUs, or an "
        "error of the GPU.",
        does_not_mean="the GPU, unless the line says so",
        fix="For a feature that the CUDA build lacks take NAMD's build for the processor; else see the line.",
        role=Role.GENERAL,
        sources=("HuiLiuCode/CaFE_Plugin#3",),
    ),
    Signature(
        id="nvcc-does-not-work",
        title="the build's own test of nvcc failed",
        patterns=(
            "CUDA compiler does not seem to be functional",
            "CUDA compiler you provided with -with-cudac=<compiler:word> cannot be found or does not work",
            "Cannot compile/link CUDA",
            "configure: error: <...>nvcc<...>not work",
        ),
        sample="CMake Error at cmake/gmxManageNvccConfig.cmake:190 (message):\n  CUDA compiler does not seem to be "
        "functional.",
        cause="nvcc runs and a small program does not compile: a host compiler that is too new for it, an "
        "architecture that it does not know, or flags. nvcc's own words are in the build's log files.",
        does_not_mean="a missing nvcc",
        fix="Compile one line with that nvcc by hand and read its error; then name an older host compiler "
        "(NVCC_CCBIN), or a CUDA release that knows it.",
        after=("nvcc-unsupported-arch", "host-gcc-too-new", "host-attribute-malloc", "nvcc-not-found"),
        sources=("NixOS/nixpkgs#169279", "spack/spack#31527"),
    ),
    Signature(
        id="host-attribute-malloc",
        title="the C library's headers are newer than this nvcc reads",
        patterns=(
            'error: attribute "__malloc__" does not take arguments',
            'error: attribute "__access__" does not take arguments',
            "error: attribute '__malloc__' does not take arguments",
        ),
        sample='/usr/include/stdio.h(189): error: attribute "__malloc__" does not take arguments',
        cause="glibc 2.34 and newer declare functions with the attribute malloc and its arguments, where the compiler "
        "says that it is gcc 11 or newer; the front end of CUDA before 11.5 does not read that.",
        does_not_mean="the source; the architecture",
        fix="Take g++-10 as the host compiler, or CUDA 11.6 or newer.",
        command="export NVCC_CCBIN=g++-10 CUDAHOSTCXX=g++-10",
        sources=("spack/spack#31527",),
    ),
    Signature(
        id="miner-no-cuda",
        title="the miner runs without CUDA: {reason}",
        patterns=("* CUDA<...>disabled (<reason:text>)",),
        sample=" * CUDA         disabled (no devices)",
        cause="`no devices`: the driver shows no GPU, or one that its CUDA plugin no longer supports; `failed to "
        "load`: the plugin, or the CUDA runtime that it needs, is not next to the miner.",
        does_not_mean="a broken GPU",
        fix="Take the plugin's build for a CUDA release that supports the GPU and that the driver runs; nvidia-smi "
        "shows both.",
        command="nvidia-smi",
        severity=Severity.WARNING,
        sources=("xmrig/xmrig-cuda#177", "xmrig/xmrig-cuda#84"),
    ),
    Signature(
        id="solver-without-cuda",
        title="a numerical library was built without CUDA: the program uses the CPU there",
        patterns=(
            "Ceres was compiled without CUDA support",
            "Ceres was compiled without cuDSS support",
        ),
        sample="Requested to use GPU for bundle adjustment, but Ceres was compiled without CUDA support. Falling back "
        "to CPU-based dense solvers.",
        cause="The program has CUDA, and the Ceres in it has not.",
        does_not_mean="the other parts, which still run on the GPU",
        fix="Nothing, or build Ceres with USE_CUDA=ON before the program.",
        severity=Severity.NOTE,
        sources=("colmap/colmap#3474",),
    ),
    Signature(
        id="spack-conflict",
        title="Spack refuses the combination of packages that was asked for",
        patterns=(
            "Conflicts in concretized spec",
            "<compiler:text> conflicts with <package:word>+cuda",
            "UnsatisfiableSpecError:",
        ),
        sample='==> Error: Conflicts in concretized spec "amgx@2.1.0%gcc@10.1.0+cuda arch=linux-ubuntu18.04-x86_64"',
        cause="The recipe says which compilers and CUDA releases go together, and the ones that Spack chose do not; "
        "the lines at the end name the rule. Most often gcc is too new for the CUDA release, or no cuda_arch was "
        "given.",
        does_not_mean="a broken compiler; a missing GPU",
        fix="Name an older compiler or a newer CUDA in the spec (pkg %gcc@12 ^cuda@12.8 cuda_arch=90).",
        role=Role.GENERAL,
        sources=("NVIDIA/AMGX#122", "spack/spack#16979"),
    ),
    Signature(
        id="nix-dependency-failed",
        title="a package that Nix had to build failed",
        patterns=(
            "error: builder for '<what:text>' failed with exit code",
            "error: Cannot build '<what:text>'",
        ),
        sample="error: builder for '/nix/store/bww0-gromacs-2022.drv' failed with exit code 1;",
        cause="The reason is in the package's own lines, the last of which come after `>`.",
        does_not_mean="the packages named after it: they wait for this one",
        fix="Read the whole log of the first package that failed: nix log, with its .drv.",
        role=Role.HEADING,
        sources=("NixOS/nixpkgs#169279", "NixOS/nixpkgs#465920"),
    ),
    Signature(
        id="cluster-build-failed",
        title="a build of a package manager for clusters failed",
        patterns=(
            "==> ERROR: A failure occurred in build()",
            "==> ERROR: A failure occurred in package()",
            "== FAILED: Installation ended unsuccessfully",
            "ERROR: Build of <recipe:word> failed (err:",
            "==> Error: ProcessError: Command exited with status",
            "error: building <port:word> failed with: BUILD_FAILED",
        ),
        sample="==> Error: ProcessError: Command exited with status 2:",
        cause="EasyBuild, Spack or vcpkg say only that a step failed; the compiler's line is in the log file that they "
        "name.",
        does_not_mean="the GPU",
        fix="Let cudacompat explain read that log file: it has the first error.",
        role=Role.END,
        sources=("easybuilders/easybuild-easyconfigs#16865", "spack/spack-packages#1098", "microsoft/vcpkg#34321"),
    ),
    Signature(
        id="easybuild-option-refused",
        title="EasyBuild refuses a value of --cuda-compute-capabilities: {value}",
        patterns=("Incorrect values in --cuda-compute-capabilities (expected pattern: <...>): <value:text>",),
        sample='ERROR: Failed to parse configuration options: "Found problems validating the options: Incorrect values '
        "in --cuda-compute-capabilities (expected pattern: '^[0-9]+\\\\.[0-9]+$'): 9.0a\"",
        cause="EasyBuild before 5.1 takes numbers such as 9.0 only, without the letter of an architecture's own "
        "features.",
        does_not_mean="the GPU",
        fix="Give 9.0, or use EasyBuild 5.1 or newer.",
        sources=("EESSI/software-layer#1452",),
    ),
    Signature(
        id="header-not-found-by-configure",
        title="the build's own search found no {header}",
        patterns=("Could not find any <header:word> in any subdirectory", "Could not find any <header:word> matching"),
        sample="Could not find any nvml.h in any subdirectory:",
        cause="Bazel's search for CUDA looks for headers and libraries below the directories that "
        "are named, and one of "
        "them is in none: a part of the toolkit is not installed, or another directory holds it.",
        does_not_mean="the GPU; the driver",
        fix="Install that part of the toolkit (nvml.h: cuda-nvml-dev), or name its directory in TF_CUDA_PATHS.",
        sources=("NixOS/nixpkgs#306172",),
    ),
    Signature(
        id="ucx-not-connected",
        title="MPI's ranks on two machines do not reach each other",
        patterns=(
            "connect(fd=<n:num>, dest_addr=<address:word>) failed",
            "Error: ucp_ep_create(proc=<n:num>) failed",
            "Failed to resolve UCX endpoint for rank",
            "pmixp_coll_ring_reset_if_to: <...>collective timeout",
            "ORTE was unable to reliably start one or more daemons",
            "An ORTE daemon has unexpectedly failed",
            "There are not enough slots available in the system",
            "BTL_OPENIB",
        ),
        sample="[1700554343.440877] [node:7356 :0]  sock.c:323  UCX  ERROR  connect(fd=48, dest_addr=172.17.0.1:42887) "
        "failed: Connection refused",
        cause="UCX or MPI took an address that the other machine does not reach, most often the bridge of Docker "
        "(172.17.0.1), or a firewall is between them; or the launcher could not start on a node.",
        does_not_mean="the GPU; NCCL: no GPU was used yet",
        fix="Name the network: UCX_NET_DEVICES=mlx5_0:1 (or eth0), and for Open MPI --mca btl_tcp_if_include; or go "
        "without UCX: UCX_TLS=tcp.",
        command="export UCX_TLS=tcp",
        sources=("NVIDIA/nccl-tests#180", "NVIDIA/deepops#1199", "NVIDIA/deepops#1179"),
    ),
    Signature(
        id="physx-no-cuda",
        title="PhysX cannot use the GPU: its CUDA module does not load",
        patterns=(
            "Failed to create GPU PhysX context",
            "Failed to load CUDA module data. Cuda error code - <number:num>",
            "PhysX GPU features are disabled",
            "Failed to create a valid PhysX CUDA Context Manager",
            "Unable to create PxCudaContextManager",
            "PhysX error: GPU <what:text> fail to launch kernel",
            "Failed to create Cuda Context Manager",
        ),
        sample="Internal error : Failed to load CUDA module data. Cuda error code - 209",
        cause="The PhysX of the program has no code for this GPU (209: it is newer than the program), or the driver is "
        "older than its CUDA (222, 35).",
        does_not_mean="a broken GPU: the program calculates on the processor",
        fix="Update the program or its engine, and the driver; or choose the processor for PhysX.",
        role=Role.GENERAL,
        sources=("NVIDIA-Omniverse/PhysX#402", "isaac-sim/IsaacLab#1737", "chengxuxin/extreme-parkour#4"),
    ),
    Signature(
        id="graphics-device-lost",
        title="the graphics driver lost the GPU while the program drew",
        patterns=(
            "VkResult: ERROR_DEVICE_LOST",
            "[gpu.foundation.plugin] A GPU crash occurred",
            "DXGI_ERROR_DEVICE_HUNG",
            "DXGI_ERROR_DEVICE_REMOVED",
            "DXGI_ERROR_DEVICE_RESET",
            "VK_ERROR_DEVICE_LOST",
            "due to D3D device being lost",
            "GPU crash detected",
            "Display driver nvlddmkm stopped responding",
        ),
        sample="LogD3D12RHI: Error: - Device 0 Removed: DXGI_ERROR_DEVICE_HUNG",
        cause="The driver's watchdog ended work that took too long, or the driver or the GPU crashed: overclocking, "
        "power, memory, or a fault of the driver's release.",
        does_not_mean="CUDA; the compute capability",
        fix="Set clocks back, install another release of the driver cleanly, and raise TdrDelay for long work.",
        role=Role.GENERAL,
        sources=("https://learn.microsoft.com/windows/win32/direct3ddxgi/dxgi-error",),
    ),
    Signature(
        id="matlab-gpu-unsupported",
        title="MATLAB finds no GPU that it supports",
        patterns=(
            "Unable to find a supported GPU device. For more information on GPU support",
            "GPU device is not supported because it has compute capability <found:ver>",
            "no supported GPU device was found on this computer",
            "Graphics driver is out of date. Download and install the latest graphics driver",
        ),
        sample="Unable to find a supported GPU device. For more information on GPU support, see GPU Support by "
        "Release.",
        cause="Each release of MATLAB has a lowest compute capability and a lowest driver, and compiles for GPUs that "
        "came later than it only where forward compatibility is switched on.",
        does_not_mean="a broken GPU",
        fix="Update the driver and MATLAB; for a GPU newer than MATLAB "
        "parallel.gpu.enableCUDAForwardCompatibility(true).",
        sources=("https://www.mathworks.com/help/parallel-computing/gpu-computing-requirements.html",),
    ),
    Signature(
        id="omniverse-no-device",
        title="Omniverse or Isaac Sim finds no GPU that it can draw with",
        patterns=(
            "[gpu.foundation.plugin] No device could be created",
            "[gpu.foundation.plugin] Skipping NVIDIA GPU due CUDA being in bad state",
        ),
        sample="[Error] [gpu.foundation.plugin] No device could be created. Some known system issues:",
        cause="Kit draws with Vulkan (DX12 in Windows) and needs ray tracing units: none in A100, H100, V100 and GTX "
        "GPUs. In "
        "a container the capability graphics is missing, in WSL Vulkan is; or the driver is not one that the release "
        "was tested with.",
        does_not_mean="CUDA alone: nvidia-smi may work",
        fix="Run vulkaninfo: it has to name the NVIDIA GPU. In a container set NVIDIA_DRIVER_CAPABILITIES=all; take "
        "a driver "
        "of the release's table of requirements.",
        command="nvidia-smi -L",
        sources=("isaac-sim/IsaacLab#2062", "isaac-sim/IsaacSim#537", "isaac-sim/IsaacSim#794"),
    ),
    Signature(
        id="cycles-out-of-memory",
        title="Blender (Cycles) has no room in the GPU's memory",
        patterns=("Out of memory in cu<call:word>(", "System is out of GPU memory", "System is out of GPU and shared"),
        sample="CUDA error: Out of memory in cuMemAlloc(&device_pointer, size)",
        cause="Scene, textures and working memory do not fit the GPU, and the memory of the machine that Cycles adds "
        "is full as well.",
        does_not_mean="a broken GPU or driver",
        fix="Smaller textures (Simplify), a smaller tile or resolution, fewer subdivisions; close other programs on "
        "the GPU.",
        command="nvidia-smi",
        role=Role.GENERAL,
        sources=("blender/cycles src/device/cuda/device_impl.cpp", "vosen/ZLUDA#223"),
    ),
    Signature(
        id="cycles-no-device",
        title="Blender finds no device of the kind that was asked for",
        patterns=("Found no Cycles device of the specified type",),
        sample="Error: Found no Cycles device of the specified type",
        cause="--cycles-device names CUDA or OPTIX, and Blender sees none: no driver (in a container no libcuda, or "
        "for OptiX no libnvoptix.so.1), a driver that is too old for this Blender, or a GPU that it left out.",
        does_not_mean="the scene",
        fix="Check nvidia-smi in the same place; start a container with NVIDIA_DRIVER_CAPABILITIES=all.",
        command="nvidia-smi -L",
        sources=("drmichaeldouglass/blenderGoogleGPU#5", "GbotHQ/ocr-dataset-rendering#4"),
    ),
    Signature(
        id="optix-call-failed",
        title="a call of OptiX failed: {call}",
        patterns=(
            "OptiX call '<call:text>' failed",
            "Optix call '<call:text>' failed",
            'OptiX call "<call:text>" failed',
            "Failed to load OptiX kernel from",
        ),
        sample="OptiX call 'optixInit()' failed: (7801) Unsupported ABI version",
        cause="OptiX is part of the driver (libnvoptix.so.1, nvoptix.bin): a driver that is older than the program's "
        "OptiX, or a container that has the driver without it, gives this.",
        does_not_mean="CUDA: it may work",
        fix="Update the driver; in a container set NVIDIA_DRIVER_CAPABILITIES=all, or choose CUDA in the program.",
        command="nvidia-smi --query-gpu=driver_version --format=csv",
        role=Role.GENERAL,
        sources=("https://github.com/NVIDIA/OptiX_Apps", "rnd-team-dev/plotoptix#26"),
    ),
)
