"""Lines of other programs that check the GPU themselves: simulation, rendering, learning, data."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import GpuMeaning, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="amd-memory-fault",
        title="a kernel on an AMD GPU accessed memory outside its range",
        patterns=("Memory access fault by GPU node-<node:num> (Agent handle",),
        sample="Memory access fault by GPU node-4 (Agent handle: 0x28e9e40) on address 0x17000. Reason: Page "
        "not present "
        "or supervisor privilege.",
        cause="The line is of ROCm, AMD's runtime: the program runs its build for AMD.",
        does_not_mean="CUDA or an NVIDIA GPU",
        fix="Look at the program's build for ROCm: its list of AMD's architectures, and HSA_OVERRIDE_GFX_VERSION.",
        command="rocminfo",
        sources=("ROCm/legacy-rocm-build#851",),
    ),
    Signature(
        id="kokkos-arch-mismatch",
        title="a program on Kokkos was compiled for another architecture than this GPU",
        patterns=(
            "Kokkos::Cuda::initialize ERROR: likely mismatch of architecture",
            "Kokkos::Cuda::initialize ERROR: running kernels compiled for compute capability <built:ver> (<...>) on "
            "device",
            "Kokkos::Cuda::initialize ERROR: running kernels compiled for compute capability <built:ver> on device "
            "with "
            "compute capability <here:ver>",
            "Kokkos::Cuda::initialize ERROR: running kernels for compute capability <built:ver> on device with compute "
            "capability <here:ver>",
        ),
        sample="Kokkos::Cuda::initialize ERROR: likely mismatch of architecture",
        cause="Kokkos compiles for one architecture (Kokkos_ARCH_…) and has no PTX; the test kernel did not run here.",
        does_not_mean="the driver; the toolkit",
        fix="Configure again with the option for this GPU: Kokkos_ARCH_PASCAL61, VOLTA70, TURING75, AMPERE80, "
        "AMPERE86, "
        "ADA89, HOPPER90, BLACKWELL100 or BLACKWELL120.",
        command="cmake -B build -DKokkos_ENABLE_CUDA=ON -DKokkos_ARCH_NATIVE=ON",
        sources=("kokkos/kokkos core/src/Cuda/Kokkos_Cuda_Instance.cpp",),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="kokkos-lower-arch",
        title="a program on Kokkos runs code for {built} on a GPU of {here}",
        severity=Severity.WARNING,
        patterns=(
            "Kokkos::Cuda::initialize WARNING: running kernels compiled for compute capability <built:ver> on device "
            "with "
            "compute capability <here:ver>",
            "Kokkos::Cuda::initialize WARNING: running kernels for compute capability <built:ver> on device with "
            "compute "
            "capability <here:ver>",
        ),
        sample="Kokkos::Cuda::initialize WARNING: running kernels compiled for compute capability 8.0 on device with "
        "compute capability 8.6 , this will likely reduce potential performance.",
        cause="The code is for a lower minor version of the same major version: it runs, not tuned for this GPU.",
        does_not_mean="a failure",
        fix="Configure with the Kokkos_ARCH option for this GPU if its speed matters.",
        sources=("kokkos/kokkos core/src/Cuda/Kokkos_Cuda_Instance.cpp",),
    ),
    Signature(
        id="gromacs-gpu-incompatible",
        title="GROMACS lists the GPU and cannot use it",
        patterns=(
            "NVIDIA<...>compute cap.: <cc:ver><...>stat: incompatible",
            "stat: incompatible (please use CUDA build for NVIDIA Volta GPUs or newer)",
            "incompatible (please recompile with correct GMX_GPU_NB_CLUSTER_SIZE",
        ),
        sample="    #0: NVIDIA NVIDIA GeForce RTX 5080, compute cap.: 12.0, ECC:  no, stat: incompatible",
        cause="GROMACS starts a test kernel on each GPU: the build has no code for this one, or it is an OpenCL build.",
        does_not_mean="the driver",
        fix="Build with the target in the list (GMX_CUDA_TARGET_SM) and a toolkit that has it.",
        command='cmake -B build -DGMX_GPU=CUDA "-DGMX_CUDA_TARGET_SM={number}"',
        sources=("gromacs/gromacs src/gromacs/hardware/device_management_common.cpp and device_information.h",),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="blender-no-kernel",
        title="Blender (Cycles) has no CUDA kernel for compute capability {cc}",
        patterns=(
            "CUDA device supported only with compute capability <needed:ver> or up, found <cc:ver>",
            "CUDA binary kernel for this graphics card compute capability (<cc:ver>) not found",
            "CUDA backend requires compute capability <needed:ver> or up, found <cc:ver>. Your GPU is not supported",
            "CUDA device requires compute capability <needed:ver> or up, found <cc:ver>",
        ),
        sample="CUDA binary kernel for this graphics card compute capability (12.0) not found.",
        cause="Cycles ships one kernel file for each architecture; this Blender is older than the GPU, or no longer "
        "supports it.",
        does_not_mean="the driver",
        fix="Use a later Blender for a new GPU, an earlier one for an old GPU, or OptiX instead of CUDA.",
        sources=("blender/cycles src/device/cuda/device_impl.cpp",),
    ),
    Signature(
        id="optix-abi",
        title="the driver is too old for this program's OptiX",
        patterns=("OPTIX_ERROR_UNSUPPORTED_ABI_VERSION", "Unsupported ABI version<...>OptiX"),
        sample="optixInit() failed: OPTIX_ERROR_UNSUPPORTED_ABI_VERSION",
        cause="OptiX is part of the driver: each release of its headers needs a driver branch (OptiX 8.0: 535, 8.1: "
        "555, "
        "9.0: 570).",
        does_not_mean="a GPU without ray tracing",
        fix="Update the driver, or use CUDA instead of OptiX.",
        sources=(
            "https://developer.nvidia.com/designworks/optix/downloads/legacy (driver requirements)",
            "optix_types.h",
        ),
    ),
    Signature(
        id="optix-library-missing",
        title="OptiX's library is not visible",
        patterns=(
            "OPTIX_ERROR_LIBRARY_NOT_FOUND",
            "libnvoptix.so.1: cannot open shared object file",
            "Failed to create OptiX denoiser",
        ),
        sample="optixInit() failed: OPTIX_ERROR_LIBRARY_NOT_FOUND",
        cause="libnvoptix.so.1 comes with the driver; a container gets it only with the driver capability `graphics`.",
        does_not_mean="a GPU without ray tracing",
        fix="Start the container with NVIDIA_DRIVER_CAPABILITIES=all; on the host install the whole driver.",
        sources=(
            "optix_stubs.h",
            "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/ (driver capabilities)",
        ),
    ),
    Signature(
        id="paddle-arch-mismatch",
        title="this PaddlePaddle was not compiled for the GPU",
        patterns=(
            "Mismatched GPU Architecture: The installed PaddlePaddle package was compiled for <built:text>, but your "
            "current "
            "GPU is <here:num>",
            "Mismatched GPU Architecture",
            "The GPU architecture in your current machine is <here:word>, which is not compatible with Paddle "
            "installation "
            "with arch: <built:text>, it is recommended",
            "which is not compatible with Paddle installation with arch",
        ),
        sample="Mismatched GPU Architecture: The installed PaddlePaddle package was compiled for 60 61 70 75 80 86, "
        "but your "
        "current GPU is 120",
        cause="The wheel's list has no code for this GPU.",
        does_not_mean="the driver; cuDNN",
        fix="Install PaddlePaddle from the index of a CUDA release that has the GPU: cu129 or cu130 for the 50 series, "
        "cu118 or cu126 for a GPU below 7.5.",
        command="python -m pip install paddlepaddle-gpu -i https://www.paddlepaddle.org.cn/packages/stable/cu129/",
        cases=(
            Case(
                when=("gpu<7.5",),
                command="python -m pip install paddlepaddle-gpu -i "
                "https://www.paddlepaddle.org.cn/packages/stable/cu118/",
            ),
        ),
        sources=("PaddlePaddle/Paddle#73687", "PaddlePaddle/Paddle#54713", "PaddlePaddle/PaddleX#4473"),
    ),
    Signature(
        id="paddle-library-missing",
        title="PaddlePaddle does not find a library of CUDA",
        patterns=(
            "CUDNN mismatch: PaddlePaddle was compiled with CUDNN",
            "The third-party dynamic library (<library:word>) that Paddle depends on is not configured correctly",
            "Cannot load cudnn shared library. Cannot invoke method",
        ),
        sample="PreconditionNotMetError: The third-party dynamic library (libcudnn.so) that Paddle depends on is not "
        "configured correctly.",
        cause="libcudnn or libcublas of the release that the wheel was built with is not in the search path.",
        does_not_mean="the GPU",
        fix="Install the pip packages that the wheel requires, or put the library's directory into LD_LIBRARY_PATH.",
        distinct=("library",),
        sources=("paddlepaddle-gpu 2.6.2 (text)", "PaddlePaddle/Paddle paddle/phi/backends/dynload/dynamic_loader.cc"),
    ),
    Signature(
        id="paddle-without-cuda",
        title="this PaddlePaddle was built for the CPU only",
        patterns=(
            "Cannot use CUDAPlace in CPU only version",
            "Paddle is not compiled with CUDA",
            "PaddlePaddle is not compiled with CUDA",
        ),
        sample="ValueError: The device should not be 'gpu', since PaddlePaddle is not compiled with CUDA",
        cause="The package is paddlepaddle, and the one with CUDA is paddlepaddle-gpu.",
        does_not_mean="the driver",
        fix="Uninstall paddlepaddle, then install paddlepaddle-gpu from its own index.",
        command="python -m pip install paddlepaddle-gpu -i https://www.paddlepaddle.org.cn/packages/stable/cu126/",
        sources=("paddlepaddle-gpu 2.6.2 paddle/device/__init__.py",),
    ),
    Signature(
        id="xgboost-without-cuda",
        title="this XGBoost or LightGBM was built without CUDA",
        patterns=(
            "Unknown linear updater grow_gpu_hist",
            "Unknown tree updater grow_gpu_hist",
            "updater grow_gpu_hist",
            "XGBoost version not compiled with GPU support",
            "CUDA Tree Learner was not enabled in this build",
            "GPU Tree Learner was not enabled in this build",
        ),
        sample="xgboost.core.XGBoostError: XGBoost version not compiled with GPU support.",
        cause="The package of conda-forge for the CPU, of macOS, or an own build without USE_CUDA; LightGBM's wheels "
        "have "
        "no CUDA.",
        does_not_mean="the GPU",
        fix="Install XGBoost's wheel from PyPI on Linux or Windows; build LightGBM with -DUSE_CUDA=ON.",
        command="pip install --force-reinstall --no-deps xgboost",
        sources=("dmlc/xgboost src/common/common.h", "microsoft/LightGBM src/treelearner/tree_learner.cpp"),
    ),
    Signature(
        id="cudf-old-gpu",
        title="RAPIDS does not support this GPU",
        patterns=(
            "A GPU with NVIDIA <...> (Compute Capability <needed:ver>) or newer architecture is required",
            "A GPU with NVIDIA Volta",
            "cuDF installation is missing the necessary PTX files",
            "Please install a GPU with compute capability <needed:ver> or higher",
            "Please update your NVIDIA GPU driver to support CUDA Runtime",
        ),
        sample="UserWarning: A GPU with NVIDIA Volta™ (Compute Capability 7.0) or newer architecture is required. "
        "Detected GPU 0: Tesla P100-PCIE-16GB with Compute Capability: 6.0",
        cause="RAPIDS 24.02 and later need 7.0, and its CUDA 13 packages 7.5; or the driver is older than the runtime.",
        does_not_mean="a wrong installation of CUDA",
        fix="Install RAPIDS 23.12 for a Pascal GPU, or use a later GPU; update the driver where the line asks for it.",
        sources=("NVIDIA/cudf python/cudf/cudf/utils/gpu_utils.py",),
    ),
    Signature(
        id="openmm-no-cuda-platform",
        title="OpenMM has no CUDA platform here",
        patterns=(
            "There is no registered Platform called <q>CUDA<q>",
            "No compatible CUDA device is available",
            "The requested CUDA device could not be loaded",
        ),
        sample='openmm.OpenMMException: There is no registered Platform called "CUDA"',
        cause="The plugin for CUDA was not installed (pip: openmm without its CUDA extra) or could not load its "
        "libraries.",
        does_not_mean="the GPU",
        fix="Install the CUDA extra, and see openmm.Platform.getPluginLoadFailures() for the loader's reason.",
        command="pip install --upgrade 'openmm[cuda12]'",
        sources=("openmm/openmm openmmapi/src/Platform.cpp", "openmm/openmm docs (installation)"),
    ),
    Signature(
        id="hashcat-no-nvrtc",
        title="hashcat found the driver and no CUDA toolkit",
        severity=Severity.WARNING,
        patterns=("CUDA SDK Toolkit not installed or incorrectly installed", "Failed to initialize NVIDIA RTC library"),
        sample="* Device #1: CUDA SDK Toolkit not installed or incorrectly installed.",
        cause="hashcat compiles its kernels with NVRTC, which comes with the toolkit; without it OpenCL is used.",
        does_not_mean="the GPU",
        fix="Install the toolkit's NVRTC (cuda-nvrtc) in a release not later than the driver.",
        sources=("hashcat/hashcat src/backend.c",),
    ),
    Signature(
        id="gpu-burn-no-ptx",
        title="a program does not find its own file of device code: {file}",
        patterns=(
            "Couldn't init a GPU test: Error in load module (<...>): <reason:text>",
            "cuModuleLoad<...>failed: file not found <file:word>",
            "CUDA_ERROR_FILE_NOT_FOUND",
        ),
        sample="Couldn't init a GPU test: Error in load module (gpu_burn-drv.cpp:239): file not found",
        cause="The program loads its PTX or cubin from a file, and was started in another directory, or the file was "
        "not "
        "installed.",
        does_not_mean="a missing architecture",
        fix="Start it in its own directory, or install the file next to the program.",
        sources=("wilicc/gpu-burn gpu_burn-drv.cpp", "cuda.h 13.5 (CUDA_ERROR_FILE_NOT_FOUND)"),
    ),
    Signature(
        id="cuda-version-of-numba",
        title="Numba's CUDA target cannot link: the toolkit is newer than the driver",
        severity=Severity.ERROR,
        patterns=(
            "Call to cuLinkAddData results in CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
            "Linker error log: ptxas application ptx input, line <line:num>; fatal : Unsupported .version",
        ),
        sample="numba.cuda.cudadrv.driver.LinkerError: [222] Call to cuLinkAddData results in "
        "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
        cause="Numba's NVVM or NVRTC writes PTX of a later version than the driver's linker reads.",
        does_not_mean="the GPU",
        fix="Update the driver, or use an earlier toolkit with Numba; numba-cuda with its extra links by minor-version "
        "compatibility.",
        command="pip install --upgrade 'numba-cuda[cu12]'",
        sources=(
            "numba/numba docs/source/cuda/minor-version-compatibility.rst",
            "numba/numba numba/cuda/cudadrv/driver.py",
        ),
        gpu=GpuMeaning.PTX_OF_DRIVER,
    ),
    Signature(
        id="cuda-invalid-symbol",
        title="a device symbol does not exist in code that suits the GPU (CUDA error 13)",
        code=13,
        names=("cudaErrorInvalidSymbol",),
        patterns=("<cuda>invalid device symbol", "invalid device symbol"),
        sample="cudaMemcpyToSymbol: SetSim copy to cSim failed invalid device symbol",
        cause="cudaMemcpyToSymbol or cudaGetSymbolAddress looks the variable up in the module for this GPU: where no "
        "code "
        "fits the GPU, the symbol does not exist.",
        does_not_mean="the source, if it works on other GPUs",
        fix="Build for {label}.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("number, names and text: libcudart 13.5 and cuda.h 13.5",),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="cuequivariance-old-gpu",
        title="cuEquivariance has no kernel for this GPU",
        patterns=("can't query kernel attributes",),
        sample="RuntimeError: can't query kernel attributes",
        cause="The library asks for the attributes of a kernel that it has no code for; it supports Volta (7.0) and "
        "later.",
        does_not_mean="a wrong installation of CUDA",
        fix="Run it on a supported GPU, or without cuEquivariance (MACE and others take it as an option).",
        sources=("NVIDIA/cuEquivariance#29",),
    ),
    Signature(
        id="mxnet-without-cuda",
        title="this MXNet was built without CUDA",
        patterns=("Compile with USE_CUDA=1 to enable GPU usage", "storage.cc:<line:num>: Please compile with CUDA"),
        sample="mxnet.base.MXNetError: src/storage/storage.cc:118: Compile with USE_CUDA=1 to enable GPU usage",
        cause="The package `mxnet` of the index is for the CPU; builds with CUDA have other names, such as "
        "mxnet-cu112.",
        does_not_mean="the GPU; the driver",
        fix="Install mxnet-cu112 (the last one; it has no code for GPUs after 8.6), or build with USE_CUDA=1. MXNet is "
        "no longer developed.",
        command="pip install mxnet-cu112",
        sources=("apache/mxnet#260", "NVIDIA/mxnet_to_onnx#3", "chinakook/hr101_mxnet#9"),
    ),
    Signature(
        id="paddle-cudnn-older",
        title="the cuDNN here ({loaded}) is older than the one that PaddlePaddle was built with ({built})",
        severity=Severity.WARNING,
        patterns=(
            "compiled with CUDNN <built:ver>, but CUDNN version in your machine is <loaded:ver>",
            "compiled with CUDA <built:ver>, but CUDA runtime version in your machine is <loaded:ver>",
        ),
        sample="WARNING: device: 0. The installed Paddle is compiled with CUDNN 7.6, but CUDNN version in your machine "
        "is 7.4, which may cause serious incompatible bug.",
        cause="The loader found another copy than the wheel was built with: that of the system or of the environment.",
        does_not_mean="the GPU; the driver",
        fix="Install the newer release into the environment (nvidia-cudnn-cu11 or -cu12 of that number), or the "
        "PaddlePaddle for the release that is here; see which copy LD_LIBRARY_PATH puts first.",
        command="ldconfig -p",
        sources=("PaddlePaddle/PaddleDetection#3331", "PaddlePaddle/Paddle#42566"),
    ),
)
